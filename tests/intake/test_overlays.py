"""What is drawn over an ultrasound picture is found, and what is not is left alone."""

import cv2
import numpy as np
import pytest

from oncosecure import samples
from oncosecure.intake import overlays


@pytest.fixture
def speckle() -> np.ndarray:
    """A drawn ultrasound picture without any mark, 384 pixels wide."""
    pixels = samples.phantoms("breast_ultrasound")[1].pixels()
    return cv2.resize(pixels, (384, round(384 * pixels.shape[0] / pixels.shape[1])), interpolation=cv2.INTER_AREA)


def _cross(pixels: np.ndarray, x: int, y: int, colour=(235, 235, 235)) -> None:
    cv2.line(pixels, (x - 6, y), (x + 6, y), colour, 1)
    cv2.line(pixels, (x, y - 6), (x, y + 6), colour, 1)


def test_a_picture_without_marks_has_none(speckle):
    assert not any(mask.any() for mask in overlays.find(speckle).values())


def test_calipers_and_the_dots_between_them(speckle):
    pixels = speckle.copy()
    _cross(pixels, 120, 150), _cross(pixels, 260, 170)
    for t in np.linspace(0.07, 0.93, 60):
        pixels[round(150 + 20 * t), round(120 + 140 * t)] = 235
    marks = overlays.find(pixels)
    changed = (pixels != speckle).any(2)
    assert marks["calipers"][changed].mean() > 0.95
    assert marks["calipers"].mean() < 0.03
    assert not marks["colour"].any() and not marks["writing"].any()


def test_writing(speckle):
    pixels = (speckle * 0.4).astype(np.uint8)
    clean = pixels.copy()
    cv2.putText(pixels, "RT AXILLA", (30, 200), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (245, 245, 245), 1)
    marks = overlays.find(pixels)
    assert marks["writing"][(pixels.astype(int) - clean).max(2) > 120].mean() > 0.7
    assert not marks["writing"][:180].any()


def test_colour(speckle):
    pixels = speckle.copy()
    cv2.circle(pixels, (200, 60), 5, (220, 40, 20), -1)
    marks = overlays.find(pixels)
    assert marks["colour"][60, 200] and marks["colour"].sum() < 200


def test_the_probe_s_marker_in_a_corner(speckle):
    pixels = speckle.copy()
    cv2.circle(pixels, (5, 5), 4, (240, 240, 240), 1)
    marks = overlays.find(pixels)
    assert marks["corner"][:11, :11].all() and not marks["corner"][:, 30:].any()


def test_erasing_fills_from_around(speckle):
    pixels, mask = speckle.copy(), np.zeros(speckle.shape[:2], bool)
    mask[100:104, 50:90] = True
    pixels[mask] = 255
    filled = overlays.erase(pixels, mask)
    assert np.array_equal(filled[~mask], pixels[~mask])
    assert filled[mask].max() < 255
