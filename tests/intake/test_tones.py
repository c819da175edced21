"""Robust ranges and tone curves."""

from __future__ import annotations

import numpy as np
import pytest

from oncosecure import ScanError
from oncosecure.intake import tones


def test_range_ignores_outliers():
    values = np.linspace(100, 200, 10_000)
    values[:5], values[-5:] = -1e9, 1e9
    low, high = tones.robust_range(values)
    assert low == pytest.approx(100.5, abs=0.2)
    assert high == pytest.approx(199.5, abs=0.2)


def test_range_of_a_small_bright_object_is_the_whole_range():
    values = np.zeros((100, 100))
    values[0, :10] = 50
    assert tones.robust_range(values) == (0, 50)


def test_range_ignores_what_is_not_finite():
    values = np.array([np.nan, np.inf, -np.inf, 1.0, 2.0])
    assert tones.robust_range(values) == pytest.approx((1.005, 1.995))
    with pytest.raises(ScanError, match="finite"):
        tones.robust_range(np.full(9, np.nan))


def test_linear_clips_and_survives_anything():
    curve = tones.linear(10, 20)
    given = np.array([-np.inf, -1e308, 10, 15, 20, 1e308, np.inf, np.nan])
    assert curve(given).tolist() == [0, 0, 0, 127.5, 255, 255, 255, 0]
    assert tones.linear(5, 5)(np.array([4, 5, 6])).tolist() == [0, 0, 255]


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i2", ">u2", ">i2", "i4", "u4", "f4", "f8"])
def test_table_and_strips_agree(kind):
    rng = np.random.default_rng(0)
    values = rng.integers(-128 if "i" in kind else 0, 128, (50, 40)).astype(kind)
    curve = tones.linear(-100, 100)
    expected = np.rint(curve(values.astype(np.float64))).astype(np.uint8)
    result = tones.apply(curve, values)
    assert result.dtype == np.uint8
    assert np.array_equal(result, expected)


def test_apply_takes_views_that_are_not_contiguous():
    values = np.arange(64, dtype=np.uint16).reshape(8, 8)[::2, ::3]
    assert np.array_equal(tones.apply(tones.linear(0, 255), values), values)
