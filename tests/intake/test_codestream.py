"""Headers of compressed frames, and the bombs that hide in them."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from pydicom.encaps import generate_frames
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

from oncosecure.intake.dicom import codestream


@pytest.fixture(scope="module")
def j2k(grey, dataset) -> bytes:
    """A JPEG 2000 codestream of `grey`."""
    ds = dataset(grey)
    ds.compress(JPEG2000Lossless, generate_instance_uid=False)
    return next(generate_frames(ds.PixelData, number_of_frames=1))


def test_jpeg_header(grey, rgb, encode):
    assert codestream.jpeg(encode(grey, "JPEG")) == codestream.Codestream(8, False, 70, 90, 1, 0xC0)
    assert codestream.jpeg(encode(rgb, "JPEG")).samples == 3


def test_jpeg2000_header(j2k):
    assert codestream.jpeg2000(j2k) == codestream.Codestream(8, False, 70, 90, 1)


def test_frames_without_their_end_are_refused(grey, encode, j2k):
    with pytest.raises(ValueError, match="whole JPEG frame"):
        codestream.jpeg(encode(grey, "JPEG")[:-2])
    with pytest.raises(ValueError, match="whole JPEG 2000"):
        codestream.jpeg2000(j2k.rstrip(b"\0")[:-2])
    assert codestream.jpeg2000(j2k + bytes(6)).rows == 70


def test_a_tile_part_that_leads_back_to_its_own_header_is_refused(j2k):
    """It was walked round and round for ever."""
    looped = bytearray(j2k.replace(b"\xff\x93", b"\xff\x64\0\4\0\0\xff\x93", 1))  # a comment before the data
    struct.pack_into(">L", looped, looped.index(b"\xff\x90") + 6, 14)
    with pytest.raises(ValueError, match="before its data"):
        codestream.jpeg2000(bytes(looped))


def test_progressive_jpeg_is_not_of_dicom(grey, encode, dicom, refused):
    frame = encode(grey, "JPEG", progressive=True)
    with pytest.raises(ValueError, match="marker"):
        codestream.jpeg(frame)
    refused(dicom(grey, JPEGBaseline8Bit, frames=[frame]))


@pytest.mark.parametrize("marker", [0xC5, 0xDC, 0xDE, 0xEB, 0xD9, 0x01])
def test_markers_that_do_not_belong_are_refused(marker, grey, encode):
    frame = encode(grey, "JPEG")
    with pytest.raises(ValueError, match="marker"):
        codestream.jpeg(frame[:2] + bytes((0xFF, marker, 0, 2)) + frame[2:])


def test_jpeg_that_claims_another_size_is_refused_before_decoding(grey, encode, dicom, refused):
    frame = bytearray(encode(grey, "JPEG"))
    at = frame.index(b"\xff\xc0")
    struct.pack_into(">HH", frame, at + 5, 65535, 65535)
    assert codestream.jpeg(bytes(frame)).rows == 65535
    refused(dicom(grey, JPEGBaseline8Bit, frames=[bytes(frame)]))


def test_jpeg_with_many_scans_is_refused(grey, encode):
    frame = encode(grey, "JPEG")
    at = frame.index(b"\xff\xda")
    with pytest.raises(ValueError, match="whole JPEG"):
        codestream.jpeg(frame[:-2] + frame[at:-2] * 20 + frame[-2:])


def test_jpeg2000_that_claims_another_size_is_refused_before_decoding(j2k, grey, dicom, refused):
    frame = bytearray(j2k)
    struct.pack_into(">2L", frame, 8, 2**31, 2**31)
    refused(dicom(grey, JPEG2000Lossless, frames=[bytes(frame)]))
    struct.pack_into(">2L", frame, 8, 91, 70)
    refused(dicom(grey, JPEG2000Lossless, frames=[bytes(frame)]))


def _own_precincts(frame: bytes, exponents: int) -> bytes:
    """The same codestream with precincts of 2^exponents a side at every level."""
    at = frame.index(b"\xff\x52")
    (length,) = struct.unpack_from(">H", frame, at + 2)
    levels = frame[at + 9]
    precincts = bytes([exponents << 4 | exponents]) * (levels + 1)
    head = frame[: at + 2] + struct.pack(">H", length + levels + 1) + b"\1" + frame[at + 5 : at + 2 + length]
    return head + precincts + frame[at + 2 + length :]


def test_precinct_bomb_is_refused(dataset, dicom, refused):
    """152 bytes for which OpenJPEG takes 2.2 GB."""
    black = np.zeros((2000, 2000), np.uint8)
    ds = dataset(black)
    ds.compress(JPEG2000Lossless, generate_instance_uid=False)
    frame = next(generate_frames(ds.PixelData, number_of_frames=1))
    bomb = _own_precincts(frame, 1)
    assert len(bomb) < 200
    with pytest.raises(ValueError, match="too many pieces"):
        codestream.jpeg2000(bomb)
    refused(dicom(black, JPEG2000Lossless, frames=[bomb]))
    assert codestream.jpeg2000(_own_precincts(frame, 8)).rows == 2000


@pytest.mark.parametrize(("offset", "value"), [(6, b"\xff\xff"), (10, b"\0\0")], ids=["layers", "code blocks"])
def test_too_many_layers_and_tiny_code_blocks_are_refused(offset, value, j2k):
    at = j2k.index(b"\xff\x52") + offset
    with pytest.raises(ValueError, match="too many pieces"):
        codestream.jpeg2000(j2k[:at] + value + j2k[at + 2 :])


def test_bomb_in_a_tile_header_is_refused(j2k):
    at = j2k.index(b"\xff\x52")
    (length,) = struct.unpack_from(">H", j2k, at + 2)
    segment = bytearray(j2k[at : at + 2 + length])
    segment[6:8] = b"\xff\xff"
    tile = j2k.index(b"\xff\x90")
    (size,) = struct.unpack_from(">L", j2k, tile + 6)
    header = bytearray(j2k[tile : tile + 12])
    struct.pack_into(">L", header, 6, size + len(segment))
    with pytest.raises(ValueError, match="too many pieces"):
        codestream.jpeg2000(j2k[:tile] + bytes(header) + bytes(segment) + j2k[tile + 12 :])


def test_subsampled_jpeg2000_is_refused(j2k):
    frame = bytearray(j2k)
    frame[43] = 2
    with pytest.raises(ValueError, match="subsampled"):
        codestream.jpeg2000(bytes(frame))


def test_rle_bomb_stops_where_the_picture_is_full(grey, dicom, shown, refused):
    """2 bytes of a PackBits run are 128 of a picture: 4 MB would be 256 MB, of which 6300 bytes are wanted."""
    header = struct.pack("<16L", 1, 64, *[0] * 14)
    data = dicom(grey, RLELossless, frames=[header + b"\x81\x07" * 2_000_000])
    assert (shown(data) == 7).all()
    refused(dicom(grey, RLELossless, frames=[header + b"\x81\x07" * 20]))
    refused(dicom(grey, RLELossless, frames=[struct.pack("<16L", 15, *[2**32 - 1] * 15)]))
