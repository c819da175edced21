"""What a file is, told from its first bytes and never from its name."""

from __future__ import annotations

import re

from oncosecure.errors import ScanError
from oncosecure.intake.limits import refusal

_ACCEPTED: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"BM", "BMP"),
)
_REFUSED: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "a PDF document"),
    (0, b"GIF8", "a GIF"),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 file outside of DICOM"),
    (0, b"\xff\x4f\xff\x51", "a JPEG 2000 file outside of DICOM"),
    (0, b"\xff\x0a", "a JPEG XL file"),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL file"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"\0\0\x01\0", "an icon"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"PK\x05\x06", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"BZh", "a bzip2 archive"),
    (0, b"\xfd7zXZ\0", "an xz archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"Rar!", "a RAR archive"),
    (257, b"ustar", "a TAR archive"),
    (0, b"\xd0\xcf\x11\xe0", "an office document"),
    (0, b"{\\rtf", "a text document"),
    (344, b"n+1\0", "a NIfTI volume"),
    (344, b"ni1\0", "a NIfTI volume"),
    (0, b"NRRD", "an NRRD volume"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"\x89HDF", "an HDF5 file"),
    (0, b"RIFF", "a sound or video file"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (0, b"MZ", "a program"),
    (0, b"\x7fELF", "a program"),
)
#: DICOM without preamble: a first element of group 2, or an early one of group 8, implicit or explicit.
_BARE_DICOM = re.compile(rb"\x02\0.\0U[IL]|\x08\0[\0-\x20]\0(U[IL]|CS|D[AT]|TM|.\0\0\0)", re.DOTALL)
_BRANDS = {b"avif": "an AVIF picture", b"avis": "an AVIF picture"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "a HEIC picture"
)
_MARKUP = (("<svg", "an SVG drawing"), ("<!doctype html", "a web page"), ("<html", "a web page"), ("<?xml", "XML"))
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_HEAD = 4096


def identify(data: bytes) -> str:
    """The format of a file: "PNG", "JPEG", "TIFF", "BMP", "WebP" or "DICOM".

    Raises:
        ScanError: for anything else, naming what the file is where that is known.
    """
    if data[128:132] == b"DICM" or _BARE_DICOM.match(data):
        return "DICOM"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    for magic, name in _ACCEPTED:
        if data.startswith(magic):
            return name
    raise _explain(data)


def _explain(data: bytes) -> ScanError:
    known = _binary(data) or _text(data[:_HEAD])
    if known is None:
        return refusal("The file is of a kind that is not known here.")
    return refusal(f"The file is {known}.")


def _binary(data: bytes) -> str | None:
    for offset, magic, what in _REFUSED:
        if data[offset : offset + len(magic)] == magic:
            return what
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12], "a video")
    return None


def _text(head: bytes) -> str | None:
    text = _decode(head)
    if text is None:
        return None
    lowered = text.lower()
    return next((what for tag, what in _MARKUP if tag in lowered), "plain text")


def _decode(head: bytes) -> str | None:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), "utf-8")
    text = head.decode(encoding, errors="ignore").lstrip("\ufeff")
    readable = sum(character.isprintable() or character.isspace() for character in text)
    # Cutting the head may split one character; a binary file loses far more than that.
    whole = len(text.encode(encoding)) > len(head) - 8
    return text if whole and text and readable > 0.97 * len(text) else None
