"""Quality notes: silent on real pictures, loud on spoilt ones."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from oncosecure.intake import QualityNote, check, quality, read
from oncosecure.intake.limits import MIN_SIDE

SETS = ("brain_mri", "breast_ultrasound", "lung_ct", "skin_lesion")


def blurred(pixels: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(pixels, (0, 0), 4 * max(pixels.shape[:2]) / 224)


def darkened(pixels: np.ndarray) -> np.ndarray:
    return (pixels * 0.15).astype(np.uint8)


def saturated(pixels: np.ndarray) -> np.ndarray:
    return np.clip(pixels * 3.0, 0, 255).astype(np.uint8)


def washed_out(pixels: np.ndarray) -> np.ndarray:
    return np.clip(pixels + 150.0, 0, 255).astype(np.uint8)


def flattened(pixels: np.ndarray) -> np.ndarray:
    return (pixels * 0.1 + 115).astype(np.uint8)


SPOILT = {
    "blurred": (blurred, 0.95),
    "dark": (darkened, 0.95),
    "contrast": (flattened, 0.95),
    "bright": (saturated, 0.6),
    "bright by haze": (washed_out, 0.95),
}


def codes(pixels: np.ndarray, **options: int) -> tuple[str, ...]:
    return tuple(note.code for note in check(pixels, **options))


@pytest.fixture(scope="module", params=SETS)
def real(request, data) -> list[np.ndarray]:
    """Eighty pictures spread over a set."""
    paths = sorted((data / request.param / "images").rglob("*.jpg"))
    return [read(path.read_bytes()).pixels for path in paths[:: len(paths) // 80][:80]]


def test_real_pictures_are_rarely_noted(real):
    assert sum(bool(check(pixels)) for pixels in real) <= 0.03 * len(real)


@pytest.mark.parametrize("code", SPOILT)
def test_spoilt_pictures_are_mostly_noted(code, real):
    spoil, least = SPOILT[code]
    noted = sum(code.split()[0] in codes(spoil(pixels)) for pixels in real)
    assert noted >= least * len(real)


@pytest.fixture
def sharp() -> np.ndarray:
    """Noise around a mid grey on a black background, (224, 224, 3)."""
    pixels = np.zeros((224, 224, 3), np.uint8)
    pixels[60:160, 60:160] = np.random.default_rng(0).integers(20, 240, (100, 100, 1))
    return pixels


def test_black_background_is_normal(sharp):
    assert (sharp == 0).mean() > 0.75
    assert check(sharp) == ()


def test_each_spoilt_picture_gets_its_one_note(sharp):
    for code, (spoil, _) in SPOILT.items():
        assert codes(spoil(sharp))[:1] == (code.split()[0],)
        assert len(codes(spoil(sharp))) == 1


@pytest.mark.parametrize("value", [0, 3, 90, 240])
def test_one_grey_is_empty(value):
    assert codes(np.full((200, 200, 3), value, np.uint8)) == ("empty",)


def test_white_is_overexposed_rather_than_empty():
    assert codes(np.full((200, 200, 3), 255, np.uint8)) == ("bright",)


def test_a_speck_on_black_is_empty(sharp):
    speck = np.zeros_like(sharp)
    speck[100:120, 100:120] = sharp[100:120, 100:120]
    assert codes(speck) == ("empty",)


def test_small_is_told_with_the_rest(sharp):
    patch = sharp[80:130, 80:130]
    assert codes(patch) == ("small",)
    assert codes(patch, small=50) == ()
    assert codes(darkened(patch)) == ("small", "dark")
    assert MIN_SIDE < 96


def test_judgement_does_not_depend_on_the_resolution(sharp):
    faint = np.where(sharp > 0, 90 + sharp // 4, 40).astype(np.uint8)
    large = cv2.resize(faint, (2000, 2000), interpolation=cv2.INTER_CUBIC)
    as_it_is = cv2.Laplacian(cv2.cvtColor(large, cv2.COLOR_RGB2GRAY), cv2.CV_16S).var()
    assert as_it_is < quality.SHARP
    assert codes(large) == codes(faint) == ()
    assert codes(blurred(large)) == ("blurred",)


def test_notes_are_sentences(sharp):
    (note,) = check(darkened(sharp))
    assert note == QualityNote("dark", "The picture is very dark.")
    for pixels in (blurred(sharp), saturated(sharp), flattened(sharp), sharp[80:130, 80:130]):
        assert check(pixels)[0].message.endswith(".")


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 5000, 3), (5000, 1, 3), (3, 2, 3)])
def test_any_shape_is_judged(shape):
    assert "small" in codes(np.zeros(shape, np.uint8))


def test_read_only_pixels_are_judged_and_left_alone(sharp):
    sharp.setflags(write=False)
    before = sharp.copy()
    check(sharp)
    assert np.array_equal(sharp, before)


def test_judging_is_fast(sharp):
    def once() -> float:
        started = time.perf_counter()
        check(sharp)
        return time.perf_counter() - started

    assert min(once() for _ in range(30)) < 0.0015
