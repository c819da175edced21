"""A Scan cannot change under whoever holds it, and keeps nothing of where it came from."""

from __future__ import annotations

import weakref

import numpy as np
import pytest

from oncosecure import ScanError
from oncosecure.intake import from_array, read


def test_pixels_are_read_only_and_contiguous(rgb, encode):
    for scan in (read(encode(rgb, "PNG")), from_array(rgb), from_array(rgb[:, ::-1])):
        assert scan.pixels.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            scan.pixels[0, 0] = 0


def test_scan_is_frozen_hashable_and_weakly_referable(rgb):
    scan = from_array(rgb)
    with pytest.raises(AttributeError):
        scan.format = "PNG"
    assert weakref.ref(scan)() is scan
    assert len({scan, from_array(rgb)}) == 2


def test_scan_holds_four_things_and_prints_no_pixels(rgb, encode):
    scan = read(encode(rgb, "PNG"), name="Jane Roe.png")
    assert set(vars(scan)) == {"pixels", "format", "facts", "notes"}
    assert scan.facts == {"width": "90", "height": "70", "bit depth": "8", "colour": "colour"}
    assert len(repr(scan)) < 200


def test_from_array_copies(rgb):
    mine = rgb.copy()
    scan = from_array(mine)
    mine[:] = 0
    assert np.array_equal(scan.pixels, rgb)
    assert scan.format == "array"


def test_from_array_repeats_grey(grey):
    scan = from_array(grey)
    assert np.array_equal(scan.pixels, np.stack([grey] * 3, axis=2))
    assert scan.facts["colour"] == "grey"


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((70, 90, 3)),
        np.zeros((70, 90, 4), np.uint8),
        np.zeros((70, 90, 1), np.uint8),
        np.zeros((2, 70, 90, 3), np.uint8),
        np.zeros(90, np.uint8),
        np.array(7, np.uint8),
        [[0, 1], [2, 3]],
        "picture",
        None,
    ],
    ids=["float", "alpha", "one channel", "stack", "row", "number", "list", "text", "nothing"],
)
def test_from_array_refuses_what_is_no_picture(wrong):
    with pytest.raises(ScanError, match=r"\(H, W\) or \(H, W, 3\) arrays of uint8"):
        from_array(wrong)


def test_from_array_has_the_limits_of_files():
    with pytest.raises(ScanError, match="at least 64 pixels"):
        from_array(np.zeros((63, 200), np.uint8))
    assert from_array(np.zeros((50, 50, 3), np.uint8), min_side=50).pixels.shape == (50, 50, 3)
    with pytest.raises(ScanError, match="at most 40 megapixels"):
        from_array(np.broadcast_to(np.uint8(0), (7000, 6000)))
