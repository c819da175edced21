from __future__ import annotations

import json

import numpy as np
import pytest

from oncosecure.errors import ScanError
from oncosecure.tabular import analysis, data, standing
from oncosecure.tabular.features import FEATURES

pytestmark = pytest.mark.usefixtures("released")


def test_contributions_add_up_to_the_answer(released):
    for row in (0, 19, 100, 568):
        answer = analysis.analyze(data.load().values[row])
        p = 1 / (1 + np.exp(-answer.log_odds))
        assert answer.target_probability == pytest.approx(p, abs=1e-12)
        np.testing.assert_allclose(answer.contributions, released.contributions[row], atol=1e-5)


def test_names_and_order_give_the_same_answer():
    row = data.load().values[3]
    named = dict(zip(reversed(FEATURES), row[::-1], strict=True))
    assert analysis.analyze(named).probabilities == analysis.analyze(row).probabilities


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"mean radius": float("nan")}, "mean radius: a measurement is a finite number"),
        ({"mean radius": float("inf")}, "finite"),
        ({"worst area": -1.0}, "worst area"),
        ({"colour": 1.0}, "unknown: colour"),
    ],
)
def test_a_wrong_value_is_named(change, sentence):
    row = dict(zip(FEATURES, data.load().values[0], strict=True)) | change
    with pytest.raises(ScanError, match=sentence):
        analysis.analyze(row)


def test_a_missing_value_is_named_and_a_short_row_refused():
    row = dict(zip(FEATURES, data.load().values[0], strict=True))
    row.pop("worst texture")
    with pytest.raises(ScanError, match="missing: worst texture"):
        analysis.analyze(row)
    with pytest.raises(ScanError, match="30 numbers"):
        analysis.analyze([1.0, 2.0])


def test_the_tables_rows_are_known_and_a_stranger_is_not():
    own = analysis.answers(data.load().values)
    assert own.in_distribution.mean() > 0.98 and not own.outside.any()
    stranger = analysis.analyze(data.load().values[0] * 5)
    assert not stranger.in_distribution and len(stranger.out_of_range) > 10


def test_one_value_out_of_range_is_flagged():
    row = data.load().values[20].copy()
    row[1] = data.load().values[:, 1].max() + 0.1
    assert analysis.analyze(row).out_of_range == ("mean texture",)


def test_extreme_values_give_an_answer_and_no_nan():
    answer = analysis.analyze(np.full(30, 1e9))
    assert np.isfinite(answer.contributions).all() and 0 <= answer.target_probability <= 1
    assert not answer.in_distribution


def test_sets_hold_the_first_choice_and_similar_rows_the_row_itself():
    answer = analysis.analyze(data.load().values[42])
    assert answer.prediction_set[0] == answer.predicted
    assert answer.similar[0].id == "row 42" and answer.similar[0].similarity == pytest.approx(1, abs=1e-5)


def test_json_tells_the_answer_and_what_it_is_for():
    told = json.loads(analysis.analyze(data.load().values[0]).to_json())
    assert told["predicted"] == "malignant" and "not a diagnosis" in told["disclaimer"]
    assert sum(told["log_odds"].values()) == pytest.approx(np.log(1 / (1 / told["probabilities"]["malignant"] - 1)))


def test_examples_are_of_their_kind():
    answers = analysis.answers(data.load().values).probabilities[:, 1]
    for example in standing.examples():
        p = answers[example.row]
        low, high = {"benign": (0, 0.1), "malignant": (0.9, 1), "borderline": (0.1, 0.9)}[example.kind]
        assert low <= p <= high
        assert example.label == data.load().labels[example.row]
    assert {e.label for e in standing.examples() if e.kind == "borderline"} == {"benign", "malignant"}


def test_standing_counts_smaller_rows():
    values = data.load().values
    low, high = standing.of(values.min(0)), standing.of(values.max(0) + 1)
    assert all(s.share < 0.05 and not s.outside for s in low)
    assert all(s.share == 1 and s.outside for s in high)
    middle = standing.of(np.median(values, axis=0))
    assert all(abs(s.share - 0.5) < 0.02 for s in middle)
    assert middle[0].benign[1] < middle[0].malignant[0], "malignant nuclei are larger"
