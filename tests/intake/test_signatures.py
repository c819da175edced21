"""Content decides what a file is; what is not accepted is called by its name."""

from __future__ import annotations

import io
import zipfile

import pytest

from oncosecure.intake.signatures import identify

SVG = b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("scan.png", b"\x89PNG\r\n\x1a\n")
    return out.getvalue()


REFUSED = {
    "SVG": (SVG, "an SVG drawing"),
    "SVG in UTF-16": (b"\xff\xfe" + SVG.decode().encode("utf-16-le"), "an SVG drawing"),
    "SVG with a mark": (b"\xef\xbb\xbf" + SVG, "an SVG drawing"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a PDF document"),
    "GIF": (b"GIF89a" + bytes(100), "a GIF"),
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(100), "a HEIC picture"),
    "AVIF": (b"\0\0\0\x18ftypavif" + bytes(100), "an AVIF picture"),
    "MP4": (b"\0\0\0\x18ftypisom" + bytes(100), "a video"),
    "ZIP": (_zip(), "a ZIP archive"),
    "gzip": (b"\x1f\x8b\x08\0" + bytes(100), "a gzip archive"),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100), "JPEG 2000"),
    "JPEG XL": (b"\xff\x0a" + bytes(100), "JPEG XL"),
    "AVI": (b"RIFF\0\0\0\0AVI LIST" + bytes(100), "a sound or video file"),
    "NIfTI": (bytes(344) + b"n+1\0" + bytes(100), "a NIfTI volume"),
    "TAR": (bytes(257) + b"ustar" + bytes(300), "a TAR archive"),
    "NumPy": (b"\x93NUMPY\x01\0" + bytes(100), "a NumPy array"),
    "program": (b"MZ\x90\0" + bytes(200), "a program"),
    "HTML": (b"\n  <!DOCTYPE html>\n<html><body>scan</body></html>", "a web page"),
    "XML": (b'<?xml version="1.0"?><scan/>', "XML"),
    "CSV": (b"radius,texture\n1.0,2.0\n", "plain text"),
    "umlauts": ("Größe der Läsion: drei Zentimeter\n".encode() * 300, "plain text"),
    "base64": (b"data:image/png;base64,iVBORw0KGgo=", "plain text"),
    "noise": (bytes(range(1, 256)) * 4, "a kind that is not known"),
    "zeros": (bytes(4096), "a kind that is not known"),
    "one byte": (b"\x89", "a kind that is not known"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_other_files_are_named_and_refused(kind, refused):
    data, words = REFUSED[kind]
    assert words in refused(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WebP"])
def test_pictures_are_identified(kind, rgb, encode):
    assert identify(encode(rgb, kind)) == kind


def test_big_endian_and_big_tiff_are_identified(rgb, encode):
    assert identify(b"MM\0*" + bytes(20)) == identify(encode(rgb, "TIFF", big_tiff=True)) == "TIFF"


def test_dicom_is_identified_behind_any_preamble(rgb, dicom):
    data = dicom(rgb)
    assert identify(data) == identify(b"II*\0" + data[4:]) == "DICOM"


def test_empty_file_is_refused(refused):
    assert "empty" in refused(b"")


def test_signature_alone_is_not_enough(refused):
    for head in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"BM", b"RIFF\x04\0\0\0WEBP", bytes(128) + b"DICM"):
        assert "Please use" in refused(head)
        assert "Please use" in refused(head + bytes(64))
