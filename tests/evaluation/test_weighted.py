"""All samples at once must be what scikit-learn and the plain loop give one by one."""

import time

import numpy as np
import pytest
from sklearn import metrics as reference

from oncosecure.evaluation import metrics, weighted

LABELS = ("a", "b", "c")


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 3, 200)
    logits = rng.normal(size=(200, 3)) + 1.2 * np.eye(3)[targets]
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return targets, p.round(2) / p.round(2).sum(1, keepdims=True)  # rounded: ties


def test_every_column_is_what_scikit_learn_gives_with_these_weights(table):
    targets, p = table
    weights = weighted.draws(np.arange(200) // 3, 4)
    found = weighted.score(targets, p, LABELS, ("a", "b"), weights)
    for column, w in enumerate(weights.T):
        figures = {name: values[column] for name, values in found.items()}
        said = p.argmax(1)
        assert figures["accuracy"] == pytest.approx(reference.accuracy_score(targets, said, sample_weight=w))
        assert figures["macro_f1"] == pytest.approx(reference.f1_score(targets, said, average="macro", sample_weight=w))
        assert figures["balanced_accuracy"] == pytest.approx(
            reference.balanced_accuracy_score(targets, said, sample_weight=w)
        )
        assert figures["macro_auc"] == pytest.approx(
            np.mean([reference.roc_auc_score(targets == c, p[:, c], sample_weight=w) for c in range(3)])
        )
        summed = p[:, :2].sum(1)
        assert figures["target_auc"] == pytest.approx(reference.roc_auc_score(targets < 2, summed, sample_weight=w))
        assert figures["target_sensitivity"] == pytest.approx(
            reference.recall_score(targets < 2, summed >= 0.5, sample_weight=w)
        )
        assert figures["target_specificity"] == pytest.approx(
            reference.recall_score(targets == 2, summed < 0.5, sample_weight=w)
        )


def test_the_samples_are_those_of_a_loop_over_groups(table):
    """The released cards were made with such a loop: the same seed must give the same intervals."""
    targets, p = table
    groups = np.array([f"g{i % 37}" for i in range(200)])
    fast = metrics.with_intervals(targets, p, groups, LABELS, ("a",), draws=40, seed=3)
    slow = _looped(targets, p, groups, draws=40, seed=3)
    for name in ("accuracy", "balanced_accuracy", "macro_auc", "ece", "target_auc"):
        low, high = np.quantile([sample[name] for sample in slow], [0.025, 0.975])
        assert (fast[name]["low"], fast[name]["high"]) == pytest.approx((low, high)), name


def _looped(targets, p, groups, draws, seed) -> list[dict]:
    members = [np.flatnonzero(groups == g) for g in dict.fromkeys(groups)]
    rng, samples = np.random.default_rng(seed), []
    for _ in range(draws):
        rows = np.concatenate([members[g] for g in rng.integers(len(members), size=len(members))])
        samples.append(metrics.score(targets[rows], p[rows], LABELS, ("a",)))
    return samples


def test_groups_are_drawn_whole():
    weights = weighted.draws(np.array(["b", "a", "b", "c"]), 50)
    assert weights.shape == (4, 50)
    np.testing.assert_array_equal(weights[0], weights[2])
    assert (weights[1:].sum(0) == 3).all()


def test_a_sample_without_a_class_leaves_it_out():
    targets, p = np.array([0, 0, 1, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.3, 0.7]])
    weights = np.array([[1.0, 1], [1, 1], [1, 0], [1, 0]])
    found = weighted.score(targets, p, ("a", "b"), ("b",), weights)
    assert found["balanced_accuracy"].tolist() == [0.75, 0.5]
    assert found["macro_auc"][0] == pytest.approx(0.5) and np.isnan(found["macro_auc"][1])
    assert np.isnan(found["target_sensitivity"][1])


def test_a_thousand_samples_cost_less_than_a_hundred_one_by_one():
    rng = np.random.default_rng(0)
    targets, p = rng.integers(0, 7, 1500), rng.dirichlet(np.ones(7), 1500)
    labels, weights = list("abcdefg"), weighted.draws(np.arange(1500), 1000)

    def loop():
        for w in weights.T[:30]:
            said = p.argmax(1)
            reference.f1_score(targets, said, average="macro", sample_weight=w)
            for c in range(7):
                reference.roc_auc_score(targets == c, p[:, c], sample_weight=w)

    def at_once():
        weighted.score(targets, p, labels, ["a"], weights)

    assert _fastest(at_once) < 3 * _fastest(loop)


def _fastest(call) -> float:
    times = []
    for _ in range(3):
        begun = time.process_time()
        call()
        times.append(time.process_time() - begun)
    return min(times)
