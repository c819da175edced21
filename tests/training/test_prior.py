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


def test_two_classes_have_one_order_so_balanced_accuracy_decides_alone():
    logits, targets, log_prior = drawn(0.7)
    share, tried = prior.choose(logits, targets, log_prior, np.array([1]))
    assert np.ptp([row["target_auc"] for row in tried]) < 1e-9
    assert share == max(tried, key=lambda row: row["balanced_accuracy"])["share"]


def test_neither_balanced_accuracy_nor_the_finding_is_bought_with_the_other():
    rng, log_prior = np.random.default_rng(1), np.log([0.6, 0.02, 0.38])
    targets = rng.choice(3, 6000, p=np.exp(log_prior))
    means = np.array([[0.0, 0.0], [2.0, 1.0], [2.0, -0.3]])
    seen = means[targets] + rng.normal(size=(6000, 2))
    logits = -((seen[:, None] - means) ** 2).sum(2) / 2
    share, tried = prior.choose(logits, targets, log_prior, np.array([2]))
    rows = {row["share"]: row for row in tried}
    assert 0.0 < share < 1.0
    assert rows[share]["balanced_accuracy"] > rows[1.0]["balanced_accuracy"] + 0.1
    assert rows[share]["target_auc"] > rows[0.0]["target_auc"]
