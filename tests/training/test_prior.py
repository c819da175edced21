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
    assert share < 0.7 and balanced[0.0] > balanced[1.0] + 0.05
    assert tried[-1]["accuracy"] > tried[0]["accuracy"]


def test_it_is_the_largest_share_that_validation_cannot_tell_from_the_best():
    logits, targets, log_prior = drawn(0.7)
    share, tried = prior.choose(logits, targets, log_prior, np.array([1]))
    best = max(tried, key=lambda row: row["balanced_accuracy"])
    enough = best["balanced_accuracy"] - prior.standard_error(targets, (logits + best["share"] * log_prior).argmax(1))
    good = {row["share"]: row["balanced_accuracy"] >= enough for row in tried}
    assert good[share] and not any(good[more] for more in good if more > share)


def test_standard_error_of_two_classes():
    targets, predicted = np.array([0] * 100 + [1] * 25), np.array([0] * 80 + [1] * 20 + [1] * 20 + [0] * 5)
    assert np.isclose(prior.standard_error(targets, predicted), np.sqrt(0.16 / 100 + 0.16 / 25) / 2)
