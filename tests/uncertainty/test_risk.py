import numpy as np
import pytest

from oncosecure.uncertainty import risk


def _validation():
    rng = np.random.default_rng(0)
    is_target = rng.random(3000) < 0.4
    p = 1 / (1 + np.exp(-rng.normal(np.where(is_target, 1.5, -1.5), 1.5)))
    return p, is_target


def test_thresholds_keep_what_they_state():
    p, is_target = _validation()
    found = risk.fit(p, is_target, 0.99, 0.95)
    assert (p[is_target] >= found.low).mean() >= 0.99
    assert (p[~is_target] >= found.high).mean() <= 0.05
    assert found.low <= 0.1
    assert found.high >= 0.9


def test_a_perfect_separation_does_not_call_nine_in_ten_low():
    p, is_target = np.array([0.999] * 50 + [0.001] * 50), np.arange(100) < 50
    found = risk.fit(p, is_target)
    assert [found.level(q) for q in (0.05, 0.4, 0.6, 0.95)] == ["low", "medium", "medium", "high"]


@pytest.mark.parametrize(
    ("p", "level"), [(0.0, "low"), (0.2, "medium"), (0.79, "medium"), (0.8, "high"), (1.0, "high")]
)
def test_levels(p, level):
    assert risk.Thresholds(0.2, 0.8, 0.99, 0.95).level(p) == level


def test_a_card_may_hold_more_than_the_thresholds():
    assert risk.from_card(
        {"low": 0.1, "high": 0.9, "sensitivity": 0.99, "specificity": 0.95, "test": {}}
    ) == risk.Thresholds(0.1, 0.9, 0.99, 0.95)
