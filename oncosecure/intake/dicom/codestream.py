"""What a compressed frame says of itself, read before a codec in C sees it.

libjpeg and OpenJPEG believe a frame's own header: a few changed bytes have them allocate gigabytes or run for minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from struct import unpack_from

#: Start of frame: baseline and extended; lossless and JPEG-LS.
LOSSY, LOSSLESS = (0xC0, 0xC1), (0xC3, 0xF7)

#: What else may stand before the first scan: tables, restart interval, JPEG-LS parameters, comments, application data
#: other than APP11, in which libjpeg would look for JPEG XT.
_JPEG_MARKERS = frozenset((0xC4, 0xDB, 0xDD, 0xF8, 0xFE, *range(0xE0, 0xF0))) - {0xEB}
_JPEG_START, _SCAN, _END = b"\xff\xd8", 0xDA, b"\xff\xd9"
_MAX_SCANS = 8

_J2K_START = b"\xff\x4f\xff\x51"
_COD, _COC, _TILE_PART, _TILE_DATA, _J2K_END = 0xFF52, 0xFF53, 0xFF90, 0xFF93, 0xFFD9
_MAX_LAYERS, _MAX_PRECINCTS, _MIN_BLOCK = 256, 100_000, 8


@dataclass(frozen=True)
class Codestream:
    """Bits a sample, their sign, and the size of a compressed frame; `process` is the start of frame of a JPEG."""

    precision: int
    signed: bool
    rows: int
    columns: int
    samples: int
    process: int = 0


def jpeg(frame: bytes) -> Codestream:
    """The header of a JPEG or JPEG-LS frame (ITU-T T.81 annex B, T.87 annex C).

    Raises:
        ValueError: for anything else, a progressive JPEG, or a frame without its end.
    """
    if frame[:2] != _JPEG_START or _END not in frame[-8:] or frame.count(bytes((0xFF, _SCAN))) > _MAX_SCANS:
        raise ValueError("not a whole JPEG frame")
    found, at = [], 2
    while (marker := _jpeg_marker(frame, at)) != _SCAN:
        if marker in LOSSY + LOSSLESS:
            precision, rows, columns, samples = unpack_from(">BHHB", frame, at + 4)
            found.append(Codestream(precision, False, rows, columns, samples, marker))
        elif marker not in _JPEG_MARKERS:
            raise ValueError("a marker that does not belong here")
        at += 2 + unpack_from(">H", frame, at + 2)[0]
    (header,) = found
    return header


def _jpeg_marker(frame: bytes, at: int) -> int:
    if frame[at : at + 1] != b"\xff":
        raise ValueError("no marker")
    return frame[at + 1]


def jpeg2000(frame: bytes) -> Codestream:
    """The header of a JPEG 2000 or HTJ2K frame (ITU-T T.800 annex A).

    Raises:
        ValueError: for anything else, subsampled components, a frame without its end, or one cut into so many
            pieces that their bookkeeping would take more memory than the picture.
    """
    at = frame.find(_J2K_START, 0, 4096)
    if at < 0 or _END not in frame.rstrip(b"\0")[-4:]:
        raise ValueError("not a whole JPEG 2000 frame")
    right, bottom, left, top, tile_width, tile_height = unpack_from(">6L", frame, at + 8)
    (samples,) = unpack_from(">H", frame, at + 40)
    components = frame[at + 42 : at + 42 + 3 * samples]
    if samples not in (1, 3) or components != (components[:1] + b"\1\1") * samples:
        raise ValueError("subsampled or too many components")
    columns, rows = right - left, bottom - top
    _check_coding(frame, at + 2, min(columns, tile_width), min(rows, tile_height))
    return Codestream((components[0] & 127) + 1, components[0] > 127, rows, columns, samples)


def _check_coding(frame: bytes, at: int, width: int, height: int) -> None:
    """Walk the headers of the picture and of its tiles for how they are coded."""
    tile_part = at
    while (marker := unpack_from(">H", frame, at)[0]) != _J2K_END:
        (length,) = unpack_from(">H", frame, at + 2)
        if marker == _COD:
            layers, style = unpack_from(">H", frame, at + 6)[0], frame[at + 9 : at + 2 + length]
            _check_style(style, frame[at + 4] & 1, layers, width, height)
        elif marker == _COC:
            _check_style(frame[at + 6 : at + 2 + length], frame[at + 5] & 1, 1, width, height)
        elif marker == _TILE_PART:
            tile_part = at
        elif marker == _TILE_DATA:
            (size,) = unpack_from(">L", frame, tile_part + 6)
            if not size:  # the last tile-part may leave its size open
                return
            if tile_part + size <= at:
                raise ValueError("a tile-part that ends before its data begins")
            at, length = tile_part + size, -2
        at += 2 + length


def _check_style(style: bytes, own_precincts: int, layers: int, width: int, height: int) -> None:
    """SPcod and SPcoc of table A.20: levels, code block width and height, style, transformation, precincts."""
    levels = style[0]
    sizes = style[5 : 6 + levels] if own_precincts else b"\xff" * (levels + 1)
    precincts = sum(
        ceil(width / 2 ** (levels - at + (size & 15))) * ceil(height / 2 ** (levels - at + (size >> 4)))
        for at, size in enumerate(sizes)
    )
    if layers > _MAX_LAYERS or style[1] + style[2] + 4 < _MIN_BLOCK or precincts > _MAX_PRECINCTS:
        raise ValueError("too many pieces")
