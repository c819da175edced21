"""Into the square and back."""

import numpy as np
import pytest

from oncosecure.models.preprocess import fit, unfit


@pytest.mark.parametrize("shape", [(50, 50), (100, 200), (300, 90), (224, 224), (700, 1)])
def test_fit_gives_the_square(shape):
    square = fit(np.full((*shape, 3), 200, np.uint8), 224)
    assert square.shape == (224, 224, 3)
    assert square.dtype == np.uint8


def test_fit_keeps_the_shape_and_pads_with_black():
    square = fit(np.full((100, 200, 3), 200, np.uint8), 200)
    assert (square[50:150] == 200).all()
    assert (square[:50] == 0).all()
    assert (square[150:] == 0).all()


def test_fit_leaves_a_fitting_picture_alone():
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    assert np.array_equal(fit(pixels, 64), pixels)


@pytest.mark.parametrize("shape", [(224, 224), (448, 224), (150, 600)])
def test_unfit_puts_a_spot_where_it_was(shape):
    height, width = shape
    y, x = height * 0.3, width * 0.7
    rows, columns = np.mgrid[:height, :width]
    spot = np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * (0.08 * min(shape)) ** 2))
    square = fit(np.repeat((spot * 255).astype(np.uint8)[..., None], 3, 2), 224)[..., 0]
    coarse = square.reshape(28, 8, 28, 8).mean((1, 3)).astype(np.float32)
    back = unfit(coarse, shape)
    assert back.shape == shape
    found = np.unravel_index(back.argmax(), shape)
    assert np.hypot(found[0] - y, found[1] - x) < max(shape) / 28


def test_unfit_keeps_the_range():
    back = unfit(np.random.default_rng(0).random((7, 7)).astype(np.float32), (300, 200))
    assert back.dtype == np.float32
    assert 0 <= back.min() <= back.max() <= 1
