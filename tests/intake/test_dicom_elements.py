"""The walk over DICOM elements: what it keeps, and what it does not let itself be dragged into."""

from __future__ import annotations

import struct
import time

import numpy as np
import pytest
from pydicom.dataset import Dataset

from oncosecure.intake.dicom import tags
from oncosecure.intake.dicom.elements import BIG_ENDIAN, parse

META = bytes(128) + b"DICM" + struct.pack("<HH2sH", 2, 0x10, b"UI", 20) + b"1.2.840.10008.1.2.1\0"
ITEM, ITEM_END, SEQUENCE_END = (struct.pack("<HHL", 0xFFFE, element, 0) for element in (0xE000, 0xE00D, 0xE0DD))
OPEN = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
PRIVATE_SEQUENCE = struct.pack("<HH2sHL", 9, 0x1001, b"SQ", 0, 0xFFFFFFFF)


def with_before(data: bytes, inserted: bytes) -> bytes:
    """Elements put in front of the data set of a file made by pydicom."""
    at = data.index(b"\x08\0\x16\0UI")
    return data[:at] + inserted + data[at:]


def test_values_are_found_in_both_byte_orders(grey, dataset, save):
    for syntax in ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2", BIG_ENDIAN):
        elements = parse(save(dataset(grey, WindowCenter=[-40.5, 7], Modality="MR"), syntax))
        assert elements.syntax == syntax
        assert elements.integers(tags.ROWS) == [70]
        assert elements.decimals(tags.WINDOW_CENTER) == [-40.5, 7]
        assert elements.text(tags.MODALITY) == "MR"
        assert elements.text(tags.BODY_PART) == ""
        assert elements.decimals(tags.SLOPE) == elements.integers(tags.PADDING) == []


@pytest.mark.parametrize("undefined", [False, True])
def test_nested_and_unknown_sequences_are_skipped(undefined, grey, dataset, save, shown):
    inner, outer = Dataset(), Dataset()
    inner.Rows = 3
    inner.add_new(tags.PIXELS, "OW", b"no")
    outer.ReferencedImageSequence = [inner, inner]
    ds = dataset(grey, ReferencedSeriesSequence=[outer] * 3)
    ds["ReferencedSeriesSequence"].is_undefined_length = undefined
    assert np.array_equal(shown(save(ds)), grey)


def test_sequence_of_unknown_vr_is_implicit_inside(grey, dicom, shown):
    long = 0x4241  # as two letters it would be a VR
    implicit = struct.pack("<HHL", 0x10, 0x10, 4) + b"ROE " + struct.pack("<HHL", 0x10, 0x20, long) + bytes(long)
    unknown = struct.pack("<HH2sHL", 9, 0x1001, b"UN", 0, 0xFFFFFFFF) + OPEN + implicit + ITEM_END + SEQUENCE_END
    assert np.array_equal(shown(with_before(dicom(grey), unknown)), grey)


def test_fragment_whose_length_looks_like_a_vr(grey, encode, dicom, shown):
    frame = encode(grey, "JPEG", quality=90)
    padded = frame[:2] + b"\xff\xfe" + struct.pack(">H", 0x4241 - len(frame) - 2) + bytes(0x4241 - len(frame) - 4)
    frame = padded + frame[2:] + b"\0"
    assert len(frame) == 0x4242
    assert np.array_equal(shown(dicom(grey, "1.2.840.10008.1.2.4.50", frames=[frame])), shown(frame))


def test_declared_syntax_that_is_wrong_about_vrs_is_seen_through(grey, dicom, shown):
    data = dicom(grey)
    assert np.array_equal(shown(data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2\0\0\0")), grey)


def test_a_million_elements_are_refused_soon(grey, dicom, refused):
    one = struct.pack("<HH2sH", 9, 0x1001, b"LO", 0)
    started = time.perf_counter()
    assert "too many elements" in refused(with_before(dicom(grey), one * 1_000_000))
    assert "too many elements" in refused(with_before(dicom(grey), PRIVATE_SEQUENCE + ITEM * 1_000_000))
    assert time.perf_counter() - started < 5


def test_a_million_fragments_are_refused_soon(grey, dicom, refused):
    data = dicom(grey, "1.2.840.10008.1.2.4.50", frames=[b"\xff\xd8"])
    at = data.rindex(SEQUENCE_END)
    assert "too many elements" in refused(data[:at] + ITEM * 1_000_000 + data[at:])


@pytest.mark.parametrize("depth", [100, 5000])
def test_deep_nesting_is_refused(depth, grey, dicom, refused):
    nested = (PRIVATE_SEQUENCE + OPEN) * depth + (ITEM_END + SEQUENCE_END) * depth
    assert "nested too deeply" in refused(with_before(dicom(grey), nested))


def test_shallow_nesting_is_not(grey, dicom, shown):
    nested = (PRIVATE_SEQUENCE + OPEN) * 20 + (ITEM_END + SEQUENCE_END) * 20
    assert np.array_equal(shown(with_before(dicom(grey), nested)), grey)


def test_lengths_past_the_end_are_refused(grey, dicom, refused):
    for length in (2**31, 2**32 - 2):
        element = struct.pack("<HH2sHL", 9, 0x1001, b"OB", 0, length)
        assert "cut off" in refused(with_before(dicom(grey), element))
    assert "cut off" in refused(META + PRIVATE_SEQUENCE + OPEN)


def test_meta_information_alone_is_refused(refused):
    assert "holds no picture" in refused(META)
    refused(META[:140])


def test_what_follows_the_pixels_is_not_read(grey, dicom, shown):
    assert np.array_equal(shown(dicom(grey) + b"\xfc\xff\xfc\xffOB garbage"), grey)
