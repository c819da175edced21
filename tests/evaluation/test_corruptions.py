import numpy as np
import pytest

from oncosecure.evaluation.corruptions import CORRUPTIONS

EACH = pytest.mark.parametrize("corruption", CORRUPTIONS.values(), ids=list(CORRUPTIONS))


@EACH
def test_the_same_strength_and_seed_give_the_same_bytes(corruption, picture):
    assert (corruption.apply(picture, 3, seed=5) == corruption.apply(picture, 3, seed=5)).all()


@EACH
def test_the_strongest_costs_more_than_the_weakest(corruption, picture):
    rough = (picture // 2 + np.random.default_rng(0).integers(0, 60, picture.shape)).astype(np.uint8)
    costs = [np.abs(corruption.apply(rough, s).astype(int) - rough).mean() for s in range(1, 6)]
    assert 0 < costs[0] < costs[2] < costs[4]


@EACH
@pytest.mark.parametrize("shape", [(96, 120, 3), (35, 50, 3)])
def test_shape_and_kind_stay(corruption, shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    changed = corruption.apply(pixels, 5)
    assert changed.shape == shape and changed.dtype == np.uint8


def test_seven_ways_at_five_strengths():
    assert set(CORRUPTIONS) == {"blur", "noise", "jpeg", "brightness", "contrast", "rotation", "resolution"}
    assert all(len(corruption.amounts) == 5 for corruption in CORRUPTIONS.values())
