import numpy as np
import pytest
from scipy import stats

from oncosecure.evaluation import metrics, paired

LABELS = ("a", "b", "c")


def test_figures_and_intervals_are_those_of_either_model_alone(outcomes):
    first, second = outcomes(), outcomes(skill=2.5, seed=1)
    rows = {row.figure: row for row in paired.compare(first, second, LABELS, draws=200)}
    assert tuple(rows) == paired.FIGURES
    for model, side in ((first, "first"), (second, "second")):
        alone = metrics.with_intervals(model.targets, model.probabilities, model.groups, LABELS, ("b",), draws=200)
        for name, row in rows.items():
            assert getattr(row, side) == pytest.approx(alone[name]), name
    row = rows["accuracy"]
    assert row.difference["value"] == pytest.approx(second.right.mean() - first.right.mean())


def test_a_better_model_is_told_from_a_worse_one_and_an_equal_one_is_not(outcomes):
    worse, better, equal = outcomes(skill=1), outcomes(skill=3, seed=1), outcomes(skill=1, seed=2)
    apart = paired.compare(worse, better, LABELS, draws=400)[0]
    assert apart.p < 0.01 and apart.difference["low"] > 0
    alike = paired.compare(worse, equal, LABELS, draws=400)[0]
    assert alike.p > 0.05 and alike.difference["low"] < 0 < alike.difference["high"]


def test_a_model_does_not_differ_from_itself(outcomes):
    for row in paired.compare(outcomes(), outcomes(), LABELS, draws=50):
        assert row.p == 1
        assert row.difference == {"value": 0, "low": 0, "high": 0}


def test_pairing_is_sharper_than_two_intervals(outcomes):
    """Two models that err on the same pictures differ with more certainty than their own intervals suggest."""
    first = outcomes(skill=1)
    shifted = first.probabilities + 0.12 * np.eye(3)[first.targets]
    second = type(first)(first.ids, first.targets, first.groups, shifted / shifted.sum(1, keepdims=True), (1,))
    row = paired.compare(first, second, LABELS, draws=400)[0]
    width = row.difference["high"] - row.difference["low"]
    assert width < 0.7 * (row.first["high"] - row.first["low"])


def test_other_pictures_are_refused(outcomes):
    with pytest.raises(ValueError, match="same pictures"):
        paired.compare(outcomes(), outcomes(120), LABELS)


@pytest.mark.parametrize(("a", "b"), [(0, 0), (3, 3), (1, 9), (14, 2), (0, 6)])
def test_mcnemar_is_the_exact_binomial_test(a, b):
    expected = stats.binomtest(a, a + b).pvalue if a + b else 1.0
    assert paired.exact_p(a, b) == pytest.approx(expected)


def test_mcnemar_counts_what_only_one_got_right(outcomes):
    first, second = outcomes(skill=1), outcomes(skill=3, seed=1)
    found = paired.mcnemar(first, second)
    assert found.only_second - found.only_first == second.right.sum() - first.right.sum()
    assert found.p < 0.001
