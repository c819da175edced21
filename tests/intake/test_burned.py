"""Text burned into ultrasound: what is found on real pictures that were labelled by eye, and what is not."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from oncosecure.intake import burned

LABELS = Path(__file__).with_name("burned_in_text.csv")


@pytest.fixture(scope="module")
def real(data) -> list[tuple[str, str, np.ndarray]]:
    """(text, half, pixels) of the pictures that were labelled."""
    folder = data / "breast_ultrasound"
    if not folder.is_dir():
        pytest.skip("the folder of real pictures has no breast_ultrasound")
    with LABELS.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if (folder / row["file"]).is_file()]
    return [(r["text"], r["half"], cv2.imread(str(folder / r["file"]))[..., ::-1].copy()) for r in rows]


def rate(real, text: str, half: str) -> float:
    found = [bool(burned.check(pixels)) for label, part, pixels in real if (label, part) == (text, half)]
    return float(np.mean(found))


def banner(pixels: np.ndarray, size: int, shade: int, text: str = "ROE^JANE 19470712") -> np.ndarray:
    """The picture below a black strip with a line of text, as scanners write it."""
    height = int(1.6 * size)
    canvas = Image.new("RGB", (pixels.shape[1], pixels.shape[0] + height))
    canvas.paste(Image.fromarray(pixels), (0, height))
    ImageDraw.Draw(canvas).text((6, 2), text, fill=(shade,) * 3, font=ImageFont.load_default(size))
    return np.asarray(canvas)


def test_on_pictures_that_the_thresholds_never_saw(real):
    assert rate(real, "line", "measured") == 1
    assert rate(real, "none", "measured") < 0.01


def test_on_pictures_that_the_thresholds_were_chosen_on(real):
    assert rate(real, "line", "chosen") > 0.94
    assert rate(real, "none", "chosen") == 0


def test_a_banner_is_found_at_every_usual_size(real):
    rng = np.random.default_rng(0)
    plain = [pixels for text, _, pixels in real if text == "none"][::4]
    for pixels in plain:
        assert burned.check(banner(pixels, int(rng.integers(10, 19)), int(rng.integers(150, 256))))


@pytest.mark.parametrize("scale", [2, 4])
def test_a_banner_on_a_large_picture_is_found(scale):
    rng = np.random.default_rng(1)
    speckle = cv2.GaussianBlur(rng.integers(0, 160, (240 * scale, 320 * scale), np.uint8), (0, 0), scale)
    tissue = np.repeat(speckle[..., None], 3, axis=2)
    assert not burned.check(tissue)
    assert burned.check(banner(tissue, 12 * scale, 220))


def test_where_it_is_found():
    pixels = banner(np.full((200, 300, 3), 40, np.uint8), 16, 255)
    boxes = burned.find(pixels)
    assert len(boxes) >= 14
    assert (boxes[:, 1] + boxes[:, 3] <= 26).all()
    assert (np.diff(boxes[:, 0]) > 0).all()


def test_calipers_and_single_letters_raise_nothing():
    pixels = np.full((240, 320, 3), 60, np.uint8)
    for x, y in ((60, 60), (180, 70), (110, 160)):
        cv2.drawMarker(pixels, (x, y), (255, 255, 255), cv2.MARKER_CROSS, 11)
    cv2.line(pixels, (60, 60), (180, 70), (200, 200, 200), 1)
    cv2.putText(pixels, "1", (66, 54), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 255))
    assert not burned.check(pixels)


@pytest.mark.parametrize("shape", [(64, 64), (64, 3000), (3000, 64)])
def test_flat_and_oblong_pictures(shape):
    for grey in (0, 255):
        assert not burned.check(np.full((*shape, 3), grey, np.uint8))


def test_the_answer_to_an_ultrasound_scan_carries_the_warning(picture):
    from oncosecure import analyze

    named = cv2.resize(picture, (480, 384))
    notes = [note.code for note in analyze(named, "breast_ultrasound").quality]
    assert "text" not in notes
    assert burned.NOTE in analyze(banner(named, 14, 240), "breast_ultrasound").quality
    assert burned.NOTE not in analyze(banner(named, 14, 240), "brain_mri").quality
