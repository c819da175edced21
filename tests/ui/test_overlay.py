import io

import numpy as np
import pytest
from PIL import Image

from oncosecure.ui import overlay


@pytest.fixture
def scan():
    return np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8)


def test_where_there_is_no_evidence_the_scan_stays_bare(scan):
    assert np.array_equal(overlay.blend(scan, np.zeros((90, 120), np.float32), 1.0), scan)


def test_at_no_opacity_the_scan_stays_bare(scan):
    assert np.array_equal(overlay.blend(scan, np.ones((90, 120), np.float32), 0.0), scan)


def test_at_full_opacity_the_strongest_evidence_has_the_scale_s_last_colour(scan):
    blended = overlay.blend(scan, np.ones((90, 120), np.float32), 1.0)
    assert np.array_equal(np.unique(blended.reshape(-1, 3), axis=0), overlay.colours()[-1:])


def test_more_evidence_covers_more_of_the_scan(scan):
    grey = np.full_like(scan, 128)
    steps = [
        np.abs(overlay.blend(grey, np.full((90, 120), h, np.float32), 0.8).astype(int) - 128).sum()
        for h in (0.3, 0.6, 1)
    ]
    assert steps == sorted(steps)


def test_the_colours_grow_lighter_throughout():
    """So that order shows also in grey and to colour-blind eyes."""
    light = overlay.colours() @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(light) > -0.5).all()
    assert light[-1] - light[0] > 150


@pytest.mark.parametrize(
    ("shape", "shown"), [((60, 120), (280, 560)), ((700, 600), (700, 600)), ((3000, 1500), (900, 450))]
)
def test_scans_are_shown_at_a_readable_size_in_their_proportions(shape, shown):
    assert overlay.for_display(np.zeros((*shape, 3), np.uint8)).shape == (*shown, 3)
    assert overlay.for_display(np.zeros(shape, np.float32)).shape == shown


def test_half_way_the_picture_is_half_scan_and_half_colour(scan):
    blended = overlay.blend(scan, np.full((90, 120), 0.5, np.float32), 1.0).astype(float)
    assert np.abs(blended - (scan / 2 + overlay.colours()[128] / 2)).max() <= 1


def test_what_the_screen_gets_looks_like_the_picture():
    y, x = np.mgrid[:64, :96]
    pixels = np.stack([2 * x, 3 * y, 255 - 2 * x], -1).astype(np.uint8)
    shown = Image.open(io.BytesIO(overlay.jpeg(pixels)))
    assert shown.format == "JPEG"
    assert np.abs(np.asarray(shown).astype(int) - pixels).mean() < 2


def test_a_map_that_leaves_the_app_carries_its_legend_and_note(scan):
    picture = Image.open(io.BytesIO(overlay.figure(scan, "Brain MRI: evidence for Glioma", "Not a diagnosis.")))
    assert picture.format == "PNG"
    assert picture.height > 90
    assert np.ptp(np.asarray(picture)[95:]) > 200  # there is text below
