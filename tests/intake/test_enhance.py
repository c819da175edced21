"""Preprocessing of dermoscopy: what it must change, and what it must leave alone."""

import cv2
import numpy as np
import pytest

from oncosecure import ScanError, samples
from oncosecure.intake import enhance
from oncosecure.intake.enhance import clahe, dullrazor, shades_of_gray


@pytest.fixture
def skin() -> np.ndarray:
    """Pink skin with a soft brown lesion, (224, 224, 3) uint8."""
    y, x = np.mgrid[:224, :224]
    lesion = np.exp(-((((x - 112) / 45) ** 2 + ((y - 112) / 35) ** 2) ** 2))[..., None]
    return np.rint(np.array([210, 160, 150]) * (1 - lesion) + np.array([110, 70, 50]) * lesion).astype(np.uint8)


@pytest.fixture
def hairy(skin) -> tuple[np.ndarray, np.ndarray]:
    """The same skin with three hairs, and where they are."""
    hairs = np.zeros(skin.shape[:2], np.uint8)
    for start, end in (((10, 20), (200, 60)), ((40, 215), (90, 20)), ((130, 190), (215, 120))):
        cv2.line(hairs, start, end, 1, 2)
    pixels = skin.copy()
    pixels[hairs > 0] = (45, 30, 25)
    return pixels, hairs > 0


@pytest.mark.parametrize("key", enhance.ENHANCEMENTS)
@pytest.mark.parametrize("shape", [(64, 64), (150, 200), (301, 97)])
def test_every_one_is_pure_and_keeps_the_shape(key, shape):
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    pixels.setflags(write=False)
    before = pixels.copy()
    changed = enhance.get(key).apply(pixels)
    assert changed.shape == pixels.shape and changed.dtype == np.uint8
    assert np.array_equal(pixels, before) and not np.shares_memory(changed, pixels)


@pytest.mark.parametrize("key", enhance.ENHANCEMENTS)
@pytest.mark.parametrize("level", [0, 255])
def test_an_even_picture_stays_even(key, level):
    changed = enhance.get(key).apply(np.full((80, 90, 3), level, np.uint8))
    assert np.ptp(changed) == 0


def test_an_unknown_one_is_named():
    with pytest.raises(ScanError, match="hair, colour, contrast"):
        enhance.get("sharpen")


def test_a_large_picture_is_scaled_down_and_a_small_one_is_not(skin):
    large = cv2.resize(skin, (1600, 800))
    assert enhance.limited(large).shape == (256, 512, 3)
    assert enhance.limited(skin) is skin


def test_hair_is_found_and_filled_from_beside_it(skin, hairy):
    pixels, hairs = hairy
    found = dullrazor.hair_mask(pixels)
    assert found[hairs].mean() > 0.9
    assert found[cv2.dilate(hairs.astype(np.uint8), np.ones((5, 5))) == 0].mean() < 0.002
    cleaned = dullrazor.remove_hair(pixels)
    assert np.abs(cleaned.astype(int) - skin)[hairs].mean() < 0.1 * np.abs(pixels.astype(int) - skin)[hairs].mean()


def test_a_lesion_is_not_hair(skin):
    assert np.array_equal(dullrazor.remove_hair(skin), skin)


def test_a_short_or_thick_streak_is_not_hair(skin):
    pixels = skin.copy()
    cv2.line(pixels, (20, 20), (34, 20), (40, 30, 30), 2)
    cv2.line(pixels, (20, 190), (200, 200), (40, 30, 30), 14)
    assert not dullrazor.hair_mask(pixels).any()


def test_the_light_s_colour_is_taken_out(skin):
    cast = np.clip(skin * np.array([1.0, 0.8, 0.6]), 0, 255).astype(np.uint8)
    first, second = shades_of_gray.balance(skin), shades_of_gray.balance(cast)
    norms = ((second / 255.0) ** 6).mean((0, 1)) ** (1 / 6)
    assert np.ptp(norms) < 0.01 * norms.mean()
    # The same scene under two lamps comes out in the same colours, up to its brightness.
    ratio = first.astype(float).mean((0, 1)) / second.astype(float).mean((0, 1))
    assert np.ptp(ratio) < 0.02 * ratio.mean()


def test_grey_has_no_cast(picture):
    assert np.abs(shades_of_gray.balance(picture).astype(int) - picture).max() <= 1


def test_local_contrast_grows_and_hue_stays(skin):
    flat = (skin * 0.3 + 120).astype(np.uint8)
    lab = [cv2.cvtColor(p, cv2.COLOR_RGB2LAB).astype(float) for p in (flat, clahe.equalize(flat))]
    assert lab[1][..., 0].std() > 1.1 * lab[0][..., 0].std()
    assert np.abs(lab[1][..., 1:] - lab[0][..., 1:]).mean() < 3


def test_hairs_of_the_drawn_sample_go():
    sample = next(s for s in samples.phantoms("skin_lesion") if s.id == "drawn-skin")
    pixels = sample.pixels()
    assert dullrazor.hair_mask(pixels).mean() > 0.002
    assert dullrazor.hair_mask(dullrazor.remove_hair(pixels)).mean() < 0.3 * dullrazor.hair_mask(pixels).mean()
