"""Figures of maps, on maps whose figures are known."""

import numpy as np
import pytest

from oncosecure.explain import quality


@pytest.fixture
def mask() -> np.ndarray:
    mask = np.zeros((40, 60), bool)
    mask[10:20, 30:50] = True
    return mask


def test_a_perfect_map_scores_one(mask):
    heat = mask.astype(np.float32)
    assert quality.energy_inside(heat, mask) == quality.pointing(heat, mask) == quality.best_iou(heat, mask) == 1


def test_a_map_beside_the_lesion_scores_zero(mask):
    heat = np.zeros(mask.shape, np.float32)
    heat[30:35] = 1
    assert quality.energy_inside(heat, mask) == quality.pointing(heat, mask) == 0
    # Only the whole picture reaches the lesion.
    assert quality.best_iou(heat, mask) == pytest.approx(mask.mean())


def test_half_inside(mask):
    heat = np.zeros(mask.shape, np.float32)
    heat[10:20, 40:60] = 1
    assert quality.energy_inside(heat, mask) == pytest.approx(0.5)
    assert quality.best_iou(heat, mask) == pytest.approx(1 / 3)


def test_best_threshold_is_found(mask):
    heat = np.where(mask, 0.6, 0.2).astype(np.float32)
    heat[0, 0] = 1
    assert quality.best_iou(heat, mask) == pytest.approx(200 / 201)
    assert quality.pointing(heat, mask) == 0


def test_empty_maps_score_nothing(mask):
    empty = np.zeros(mask.shape, np.float32)
    assert quality.energy_inside(empty, mask) == quality.pointing(empty, mask) == 0


def test_uniform_map_has_the_masks_area(mask):
    flat = quality.uniform(mask.shape)
    for figure in (quality.energy_inside, quality.pointing, quality.best_iou):
        assert figure(flat, mask) == pytest.approx(mask.mean())


def test_gaussian_is_centred_and_as_wide_as_it_says(mask):
    heat = quality.gaussian((81, 161))
    assert np.unravel_index(heat.argmax(), heat.shape) == (40, 80)
    assert np.allclose(heat, heat[::-1, ::-1])
    assert heat[40, 80 + 40] == pytest.approx(np.exp(-0.5), abs=0.01)
    middle = np.zeros((81, 161), bool)
    middle[30:50, 70:90] = True
    assert quality.energy_inside(heat, middle) > 2 * middle.mean()


def brightness(pictures: np.ndarray) -> np.ndarray:
    """A network that sees only the upper left corner: its share of white."""
    return pictures[:, :8, :8].mean((1, 2, 3)) / 255


@pytest.fixture
def corner() -> tuple[np.ndarray, np.ndarray]:
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:8, :8] = 255
    return pixels, (pixels[..., 0] > 0).astype(np.float32)


def test_deletion_and_insertion_know_the_right_map(corner):
    pixels, right = corner
    wrong = 1 - right
    blank = 1 / 16  # share of white in the mean colour
    # The corner is gone after one step of sixteen: a triangle, and what the mean colour leaves.
    assert quality.deletion(brightness, pixels, right, steps=16) == pytest.approx((0.5 + 15.5 * blank) / 16, abs=0.005)
    assert quality.deletion(brightness, pixels, wrong, steps=16) == pytest.approx((15.5 + 0.5 * blank) / 16, abs=0.005)
    assert quality.insertion(brightness, pixels, right) > 0.95
    assert quality.insertion(brightness, pixels, right) > quality.insertion(brightness, pixels, wrong)


def test_an_undecided_map_deletes_at_random(corner):
    pixels, _ = corner
    flat = quality.uniform((32, 32))
    assert quality.deletion(brightness, pixels, flat) == pytest.approx(0.53, abs=0.05)
    assert quality.deletion(brightness, pixels, flat) == quality.deletion(brightness, pixels, flat)


def test_ranks_run_from_the_brightest():
    assert quality.ranks(np.array([[0.1, 0.9], [0.5, 0.0]])).tolist() == [[2, 0], [1, 3]]


def test_rank_correlation():
    heat = np.random.default_rng(0).random((20, 20))
    assert quality.rank_correlation(heat, heat**3) == pytest.approx(1)
    assert quality.rank_correlation(heat, -heat) == pytest.approx(-1)
    assert abs(quality.rank_correlation(heat, np.random.default_rng(1).random((20, 20)))) < 0.2
    assert quality.rank_correlation(heat, np.ones((20, 20))) == 0


def test_overlap_of_the_hottest_tenth():
    heat = np.arange(400.0).reshape(20, 20)
    assert quality.hottest_overlap(heat, heat) == 1
    assert quality.hottest_overlap(heat, -heat) == 0
    shifted = np.roll(heat.ravel(), 20).reshape(20, 20)
    assert quality.hottest_overlap(heat, shifted) == pytest.approx(0.5)


def test_randomised_weights_keep_their_values_and_lose_their_order():
    weights = [np.arange(12.0).reshape(3, 4), np.arange(4.0)]
    shuffled = quality.randomised(weights)
    for before, after in zip(weights, shuffled, strict=True):
        assert before.shape == after.shape
        assert sorted(before.ravel()) == sorted(after.ravel())
    assert not np.array_equal(weights[0], shuffled[0])
    assert np.array_equal(weights[1], shuffled[1])  # a bias


def test_intervals_hold_whole_groups_together():
    rng = np.random.default_rng(0)
    values, alone = rng.random(400), np.arange(400)
    mean = quality.mean_with_interval(values, alone)
    assert mean["value"] == pytest.approx(values.mean())
    assert mean["low"] < mean["value"] < mean["high"]
    doubled = quality.mean_with_interval(np.repeat(values, 4), np.repeat(alone, 4))
    pretended = quality.mean_with_interval(np.repeat(values, 4), np.arange(1600))
    assert doubled["high"] - doubled["low"] > 1.5 * (pretended["high"] - pretended["low"])


def test_ratio_of_two_means():
    values = np.array([2.0, 4.0, 6.0])
    ratio = quality.ratio_with_interval(values, values / 2, np.arange(3))
    assert ratio == pytest.approx({"value": 2.0, "low": 2.0, "high": 2.0})
