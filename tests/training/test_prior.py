"""The share of the classes' frequency that goes back into a network trained without it."""

import numpy as np

from oncosecure.training import prior


def drawn(shift: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits without the prior, labels and log-prior of 4,000 pictures of two classes that lie 2 `shift` apart."""
    rng = np.random.default_rng(0)
    targets = (rng.random(4000) < 0.1).astype(int)
    score = rng.normal(shift * (2 * targets - 1), 1.0) * 2 * shift
    return np.column_stack([-score / 2, score / 2]), targets, np.log([0.9, 0.1])


def test_every_share_is_tried_and_balanced_accuracy_falls_with_the_whole_prior():
    logits, targets, log_prior = drawn(1.0)
    share, tried = prior.choose(logits, targets, log_prior, np.array([1]))
    balanced = {row["share"]: row["balanced_accuracy"] for row in tried}
    assert list(balanced) == list(prior.SHARES)
    assert share < 0.5 and balanced[0.0] > balanced[1.0] + 0.05
    assert tried[-1]["accuracy"] > tried[0]["accuracy"]


def test_it_is_the_best_of_what_it_lists():
    share, tried = prior.choose(*drawn(0.7), np.array([1]))
    best = max(row["balanced_accuracy"] + row["target_auc"] for row in tried)
    chosen = next(row for row in tried if row["share"] == share)
    assert chosen["balanced_accuracy"] + chosen["target_auc"] == best
