"""Limits hold before anything is decoded."""

from __future__ import annotations

import os
import struct
import time
import zlib

import numpy as np
import pytest

from oncosecure import ScanError
from oncosecure.intake import read
from oncosecure.intake.limits import MAX_BYTES, check_bytes, check_memory, check_sides, strips


def png(width: int, height: int, body: bytes = b"") -> bytes:
    """A PNG that claims a size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def bmp(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 1000, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)


def tiff(width: int, height: int) -> bytes:
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (279, 4, 64)]
    fields = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + fields + bytes(4)


def webp(width: int, height: int, flags: int = 0) -> bytes:
    canvas = bytes([flags, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


CLAIMS = {"PNG": png, "BMP": bmp, "TIFF": tiff, "WebP": webp}


@pytest.mark.parametrize("kind", CLAIMS)
@pytest.mark.parametrize("side", [6400, 16000])
def test_absurd_sizes_are_refused_at_once(kind, side, refused):
    data = CLAIMS[kind](side, side)
    started = time.perf_counter()
    assert "at most 40 megapixels" in refused(data, says_formats=False)
    assert time.perf_counter() - started < 0.5


def test_png_of_2500_megapixels_is_refused(refused):
    assert "at most 40 megapixels" in refused(png(50_000, 50_000), says_formats=False)
    assert "Please use" in refused(png(2**31 - 1, 2**31 - 1), says_formats=False)


def test_dicom_of_4295_megapixels_is_refused(rgb, dicom, refused):
    data = dicom(rgb, Rows=65535, Columns=65535)
    assert "at most 40 megapixels" in refused(data, says_formats=False)


def test_small_pictures_are_refused_and_min_side_is_heeded(rgb, encode, refused):
    data = encode(rgb[:50, :50], "PNG")
    assert "50 x 50" in refused(data, says_formats=False)
    assert "at least 64 pixels a side" in refused(data, says_formats=False)
    assert read(data, min_side=50).pixels.shape == (50, 50, 3)


def test_small_dicom_is_refused(rgb, dicom, refused):
    assert "at least 64 pixels a side" in refused(dicom(rgb[:60]), says_formats=False)


def test_files_above_20_mb_are_refused(refused):
    assert "20 MB" in refused(b"\x89PNG\r\n\x1a\n" + bytes(MAX_BYTES), says_formats=False)
    check_bytes(MAX_BYTES)


def test_memory_is_budgeted():
    check_memory(40_000_000, 7)
    with pytest.raises(ScanError, match="at most 15 megapixels"):
        check_memory(20_000_000, 20)


def test_progressive_jpeg_counts_its_coefficients(encode, refused):
    picture = np.zeros((5600, 5600, 3), np.uint8)
    assert "too much memory" in refused(encode(picture, "JPEG", progressive=True, quality=1), says_formats=False)


def test_memory_of_dicom_is_budgeted_before_decoding(rgb, dicom, refused):
    data = dicom(rgb, Rows=4000, Columns=8000, PixelData=b"\0\0")
    assert "too much memory" in refused(data, says_formats=False)


def test_sides_at_the_limit_are_accepted():
    check_sides(8000, 5000, 64)
    with pytest.raises(ScanError):
        check_sides(8000, 5001, 64)


@pytest.mark.parametrize("size", [(1, 1), (70, 90), (3000, 4000), (5, 2**22)])
def test_strips_cover_every_row_once(size):
    rows = [row for part in strips(*size) for row in range(size[0])[part]]
    assert rows == list(range(size[0]))


def test_random_megabytes_are_refused(refused):
    refused(os.urandom(2**20), says_formats=False)
