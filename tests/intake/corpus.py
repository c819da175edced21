"""Hostile files, made by code: what was cut, flipped, spliced, blown up, disguised or lied about.

`python -m tests.intake.corpus [PART OF PARTS]` reads every one of them (or one part of several) in this process and
writes a JSON line for each that took too long, took too much memory or was answered by anything but a `Scan` or a
`ScanError`.
"""

from __future__ import annotations

import io
import json
import random
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin, TiffImagePlugin, features

#: Limits for one file: seconds of computing, and megabytes above what the process held before.
SECONDS, MEGABYTES = 2.0, 300
#: How often each valid file is cut, flipped and spliced with another.
CUTS, FLIPS, SPLICES = 18, 34, 8

Files = Iterator[tuple[str, bytes]]


# valid files, from which others are made


def _rgb(height: int = 70, width: int = 90) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 2 % 256, y * 3 % 256, (x + y) % 160], axis=2).astype(np.uint8)


def encode(picture: np.ndarray | Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of a picture file."""
    out = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(out, kind, **options)
    return out.getvalue()


def element(tag: int, vr: bytes, value: bytes, length: int | None = None) -> bytes:
    """An explicit little-endian DICOM element, which may lie about its length."""
    value += b"\0" * (len(value) % 2)
    length = len(value) if length is None else length
    head = struct.pack("<HH", tag >> 16, tag & 0xFFFF) + vr
    if vr in (b"OB", b"OW", b"OF", b"SQ", b"UN", b"UT"):
        return head + b"\0\0" + struct.pack("<L", length) + value
    return head + struct.pack("<H", length & 0xFFFF) + value


def number(tag: int, value: int) -> bytes:
    """A US element."""
    return element(tag, b"US", struct.pack("<H", value))


EXPLICIT, DEFLATED = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"
_PIXEL_MODULE = {0x00280002: 1, 0x00280010: 70, 0x00280011: 90, 0x00280100: 8}
_PIXEL_MODULE |= {0x00280101: 8, 0x00280102: 7, 0x00280103: 0}
PIXELS = 0x7FE00010


def dicom(
    pixels: bytes | None = None, syntax: str = EXPLICIT, extra: bytes = b"", tail: bytes = b"", **numbers
) -> bytes:
    """A DICOM file of a 70 x 90 grey picture; `t00280010=5` changes a number, `extra` goes before the pixels."""
    values = _PIXEL_MODULE | {int(name[1:], 16): value for name, value in numbers.items()}
    body = element(0x00080060, b"CS", b"US")
    body += number(0x00280002, values.pop(0x00280002)) + element(0x00280004, b"CS", b"MONOCHROME2")
    body += b"".join(number(tag, value) for tag, value in sorted(values.items())) + extra
    body += element(PIXELS, b"OW", _rgb()[..., 0].tobytes() if pixels is None else pixels) + tail
    return dicom_file(body, syntax)


def dicom_file(body: bytes, syntax: str = EXPLICIT) -> bytes:
    """Preamble, meta information and a data set."""
    meta = element(0x00020010, b"UI", syntax.encode())
    meta = element(0x00020000, b"UL", struct.pack("<L", len(meta))) + meta
    return bytes(128) + b"DICM" + meta + (deflate(body) if syntax == DEFLATED else body)


def deflate(data: bytes) -> bytes:
    """A raw deflate stream."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def fragments(*parts: bytes) -> bytes:
    """Encapsulated pixel data with an empty offset table, as an element of undefined length."""
    items = b"".join(struct.pack("<HHL", 0xFFFE, 0xE000, len(part)) + part for part in (b"", *parts))
    return element(PIXELS, b"OB", items + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0), 0xFFFFFFFF)


def _compressed_dicom(syntax: str, frame: bytes) -> bytes:
    plain = dicom(b"", syntax)
    return plain[: plain.rindex(b"\xe0\x7f\x10\0")] + fragments(frame + b"\0" * (len(frame) % 2))


@lru_cache(maxsize=1)
def valid() -> dict[str, bytes]:
    """A small file of every kind that is accepted."""
    rgb = _rgb()
    grey, wide = rgb[..., 0], rgb[..., 0].astype(np.uint16) * 200
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "<script>alert(1)</script>"
    cmyk, bits = Image.fromarray(rgb).convert("CMYK"), Image.fromarray(grey).convert("1")
    made = {
        "png": encode(rgb, "PNG", exif=exif),
        "png-palette": encode(Image.fromarray(rgb).quantize(16), "PNG", transparency=2),
        "png-16": encode(wide, "PNG"),
        "png-1": encode(bits, "PNG"),
        "png-alpha": encode(np.dstack([rgb, grey]), "PNG"),
        "jpeg": encode(rgb, "JPEG", exif=exif),
        "jpeg-progressive": encode(rgb, "JPEG", progressive=True),
        "jpeg-grey": encode(grey, "JPEG"),
        "jpeg-cmyk": encode(cmyk, "JPEG"),
        "tiff": encode(rgb, "TIFF"),
        "tiff-16": encode(wide, "TIFF"),
        "tiff-float": encode(grey.astype(np.float32), "TIFF"),
        "tiff-1": encode(bits, "TIFF", compression="group4"),
        "tiff-cmyk": encode(cmyk, "TIFF"),
        "tiff-lzw": encode(rgb, "TIFF", compression="tiff_lzw"),
        "tiff-deflate": encode(rgb, "TIFF", compression="tiff_adobe_deflate"),
        "tiff-jpeg": encode(rgb, "TIFF", compression="jpeg"),
        "bmp": encode(rgb, "BMP"),
        "bmp-8": encode(grey, "BMP"),
        "bmp-1": encode(bits, "BMP"),
        "webp": encode(rgb, "WebP", exif=exif),
        "webp-lossless": encode(np.dstack([rgb, grey]), "WebP", lossless=True),
        "dicom": dicom(),
        "dicom-frames": dicom(grey.tobytes() * 3, extra=element(0x00280008, b"IS", b"3")),
        "dicom-deflated": dicom(syntax=DEFLATED),
        "dicom-jpeg": _compressed_dicom("1.2.840.10008.1.2.4.50", encode(grey, "JPEG")),
        "dicom-window": dicom(extra=element(0x00281050, b"DS", b"100") + element(0x00281051, b"DS", b"90")),
    }
    if features.check("jpg_2000"):
        made["dicom-j2k"] = _compressed_dicom("1.2.840.10008.1.2.4.90", encode(grey, "JPEG2000", no_jp2=True))
    return made


# damage


def damaged() -> Files:
    """Every valid file cut off, with flipped bits and bytes, and spliced with another."""
    everything = list(valid().values())
    for name, data in valid().items():
        chance = random.Random(name)
        for i in range(CUTS):
            yield f"{name} cut {i}", data[: chance.randrange(len(data))]
        for i in range(FLIPS):
            yield f"{name} flipped {i}", _flipped(data, chance)
        for i in range(SPLICES):
            start, stop = sorted(chance.randrange(len(data)) for _ in range(2))
            yield f"{name} spliced {i}", data[:start] + chance.choice(everything)[: stop - start] + data[stop:]


def _flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    near = min(len(data), chance.choice([64, 400, 1500, len(data)]))
    for _ in range(chance.choice([1, 1, 3, 12])):
        at = chance.randrange(near)
        changed[at] = chance.choice([changed[at] ^ 1 << chance.randrange(8), 0, 255, chance.randrange(256)])
    return bytes(changed)


# bombs and lies about size


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, body: bytes, bits: int = 8, colour: int = 0, extra: bytes = b"") -> bytes:
    """A PNG that claims a size, whatever its body holds."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + extra + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@lru_cache(maxsize=4)
def zeros(megabytes: int) -> bytes:
    """Megabytes of nothing, deflated with the header that PNG and TIFF want."""
    return zlib.compress(bytes(megabytes * 2**20), 9)


def bombs() -> Files:
    """Small files that ask for a lot of memory or time."""
    for side in (6300, 6400, 20_000, 50_000, 2**31 - 1):
        yield f"png bomb {side}", png(side, side, zeros(64))
    yield "png overfull", png(90, 70, zeros(256))
    yield "png 16 bit at the limit", png(6000, 3000, zeros(40), bits=16, colour=2)
    for kind, label in ((b"zTXt", b"a\0\0"), (b"iTXt", b"a\0\1\0\0\0"), (b"iCCP", b"a\0\0")):
        yield f"png {kind.decode()} bomb", png(90, 70, zeros(1), extra=chunk(kind, label + zeros(64)))
    yield "png many chunks", png(90, 70, zeros(1), extra=chunk(b"tEXt", b"a\0b") * 100_000)
    yield "png broken checksum", png(90, 70, zeros(1)).replace(b"IDAT", b"IDAU")
    yield from _tiff_bombs()
    yield from _webp_bombs()
    yield from _jpeg_bombs()
    for size in (2**31 - 1, 40_000, 6400):
        yield f"bmp bomb {size}", _bmp(size, size)
        yield f"bmp bomb upside down {size}", _bmp(size, -size)


def _bmp(width: int, height: int, bits: int = 24) -> bytes:
    return b"BM" + struct.pack("<IHHIIiiHHIIiiII", 1000, 0, 0, 54, 40, width, height, 1, bits, 0, 0, 0, 0, 0, 0)


def tiff(entries: list[tuple[int, int, int, int]], data: bytes = b"", following: int = 0) -> bytes:
    """A little-endian TIFF of one directory; data follows it at `data_at(len(entries))`."""
    fields = b"".join(struct.pack("<HHII", *entry) for entry in sorted(entries))
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + fields + struct.pack("<I", following) + data


def data_at(entries: int) -> int:
    """Where the data of `tiff` begins."""
    return 8 + 2 + 12 * entries + 4


def _tiff_entries(width: int, height: int, packed: int, compression: int = 8) -> list[tuple[int, int, int, int]]:
    return [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 1, 8),
        (259, 3, 1, compression),
        (262, 3, 1, 1),
        (273, 4, 1, data_at(9)),
        (277, 3, 1, 1),
        (278, 4, 1, height),
        (279, 4, 1, packed),
    ]


def _tiff_bombs() -> Files:
    packed = zeros(64)
    for side in (6000, 6400, 60_000):
        yield f"tiff bomb {side}", tiff(_tiff_entries(side, side, len(packed)), packed)
    yield "tiff overfull", tiff(_tiff_entries(90, 70, len(packed)), packed)
    yield "tiff circular", tiff(_tiff_entries(90, 70, len(packed)), packed, following=8)
    loose = _tiff_entries(90, 70, 6300, compression=1)
    yield "tiff short", tiff(loose, bytes(100))
    yield "tiff many entries", tiff(loose + [(40_000 + i % 20_000, 4, 1, 0) for i in range(60_000)], bytes(6300))
    for count in (2**31, 2**32 - 1, 5_000_000):
        yield f"tiff long tag {count}", tiff([*loose, (700, 1, count, 8)], bytes(6300))
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[270] = "=HYPERLINK(1)" + "A" * 3_000_000
    yield "tiff long text", encode(_rgb(), "TIFF", tiffinfo=info)
    tile = [(322, 4, 1, 2**15), (323, 4, 1, 2**15), (324, 4, 1, 300), (325, 4, 1, 99)]
    yield "tiff large tile", tiff([e for e in loose if e[0] not in (273, 278, 279)] + tile, bytes(6300))
    pages = encode(_rgb(), "TIFF", save_all=True, append_images=[Image.fromarray(_rgb())] * 30)
    yield "tiff pages", pages


def _webp_bombs() -> Files:
    for width, height in ((16_383, 16_383), (2**24, 2**24), (6400, 6400)):
        canvas = bytes([0, 0, 0, 0]) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas
        yield f"webp canvas {width}", b"RIFF" + struct.pack("<I", len(body)) + body
    for side in (4000, 6300, 16_383):
        vp8l = b"\x2f" + struct.pack("<I", (side - 1) | (side - 1) << 14) + bytes(60)
        body = b"WEBPVP8L" + struct.pack("<I", len(vp8l)) + vp8l + bytes(len(vp8l) % 2)
        yield f"webp lossless {side}", b"RIFF" + struct.pack("<I", len(body)) + body
    flat = Image.new("RGB", (6000, 6000))
    yield "webp 36 megapixels", encode(flat, "WebP", lossless=True, quality=0, method=0)
    frames = [Image.fromarray(np.roll(_rgb(), i, 0)) for i in range(6)]
    yield "webp animated", encode(frames[0], "WebP", save_all=True, append_images=frames[1:])
    yield "png animated", encode(frames[0], "PNG", save_all=True, append_images=frames[1:])
    yield "gif animated", encode(frames[0], "GIF", save_all=True, append_images=frames[1:])


def _jpeg_bombs() -> Files:
    small = valid()["jpeg"]
    at = small.index(b"\xff\xc0")
    for width, height in ((65_500, 65_500), (6300, 6300), (0, 0), (90, 0)):
        yield f"jpeg claims {width} x {height}", small[: at + 5] + struct.pack(">HH", height, width) + small[at + 9 :]
    progressive = encode(Image.new("L", (3000, 3000)), "JPEG", progressive=True)
    scan = progressive.index(b"\xff\xda")
    yield "jpeg many scans", progressive[:-2] + progressive[scan:-2] * 400 + b"\xff\xd9"
    comment = b"\xff\xfe" + struct.pack(">H", 1000) + bytes(998)
    yield "jpeg many comments", small[:2] + comment * 15_000 + small[2:]
    profile = b"\xff\xe2" + struct.pack(">H", 65_000) + b"ICC_PROFILE\0\1\1" + bytes(65_000 - 16)
    yield "jpeg large profile", small[:2] + profile * 250 + small[2:]
    yield "jpeg exif loop", encode(_rgb(), "JPEG", exif=_looping_exif())
    yield "jpeg 40 megapixels", encode(Image.new("L", (6300, 6300)), "JPEG", quality=1)


def _looping_exif() -> bytes:
    """An EXIF block whose directory points to itself as its own sub-directory."""
    entries = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x8825, 4, 1, 8)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 8)


# disguises


def disguised() -> Files:
    """Files that are two things at once, or none of those that are accepted."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("../../evil.sh", "rm -rf /\n" * 1000)
    page = b"<html><script>alert(document.cookie)</script></html>"
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><image href="http://192.0.2.1/x"/></svg>'
    entities = b'<?xml version="1.0"?><!DOCTYPE l [' + b"".join(
        b'<!ENTITY a%d "%s">' % (i, b"&a%d;" % (i - 1) * 10 if i else b"lol") for i in range(10)
    )
    document = b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"
    for name in ("png", "jpeg", "tiff", "bmp", "webp", "dicom"):
        data = valid()[name]
        yield f"{name} and zip", data + archive.getvalue()
        yield f"{name} and web page", data + page
        yield f"web page and {name}", page + data
        yield f"pdf and {name}", document + data
        yield f"{name} as preamble", (data[:128].ljust(128, b"\0") + valid()["dicom"][128:])
        yield f"{name} twice", data * 2
        yield f"{name} and 3 MB of nothing", data + bytes(3 * 2**20)
    others = {"svg": drawing, "xml bomb": entities, "pdf": document, "zip": archive.getvalue(), "web page": page}
    others |= {"pickle": b"\x80\x04cos\nsystem\n(S'id'\ntR.", "empty": b"", "program": b"\x7fELF" + bytes(300)}
    others |= {"numpy": b"\x93NUMPY\1\0v\0{'descr': '|O', }", "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(500)}
    others |= {"gif": b"GIF89a" + bytes(100), "python": b"import os\nos.system('id')\n", "csv": b"=1+1,@SUM(A1)\n"}
    yield from others.items()
    for length in range(1, 14):
        yield f"{length} zero bytes", bytes(length)
        yield f"{length} bytes of signature", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[:length]


# DICOM


def dicoms() -> Files:
    """DICOM that lies about lengths, nests, lacks parts, or is of a kind that is not supported."""
    yield from _lengths()
    yield from _numbers()
    yield from _syntaxes()
    yield from _nested()
    grey = _rgb()[..., 0].tobytes()
    frames = element(0x00280008, b"IS", b"10000")
    yield "dicom 10,000 small frames", dicom(bytes(64 * 64) * 2000, extra=frames, t00280010=64, t00280011=64)
    yield "dicom 10,000 deflated frames", dicom(bytes(64 * 64 * 10_000), DEFLATED, frames, t00280010=64, t00280011=64)
    for count in (b"10001", b"-5", b"0", b"1e9", b"2147483647", b"nan", b"inf", b"x"):
        yield f"dicom {count.decode()} frames", dicom(grey, extra=element(0x00280008, b"IS", count))
    yield "dicom bomb", dicom_file(bytes(200 * 2**20), DEFLATED)
    yield "dicom bomb in a value", dicom(None, DEFLATED, element(0x00091001, b"UN", bytes(150 * 2**20)))
    yield "dicom without pixels", dicom_file(element(0x00080060, b"CS", b"SR"))
    yield "dicom without anything", dicom_file(b"")
    yield "dicom of two pictures", dicom(grey, tail=element(PIXELS, b"OW", grey))


def _lengths() -> Files:
    for length in (0, 1, 3, 6299, 6301, 2**31, 0xFFFFFFFE, 0xFFFFFFFF):
        body = dicom(b"")[: dicom(b"").rindex(b"\xe0\x7f\x10\0")]
        yield f"dicom pixels of length {length}", body + element(PIXELS, b"OW", _rgb()[..., 0].tobytes(), length)
        yield f"dicom value of length {length}", dicom(extra=element(0x00091001, b"UN", b"1234", length))
        yield f"dicom sequence of length {length}", dicom(extra=element(0x00081115, b"SQ", b"1234", length))
        yield f"dicom window of length {length}", dicom(extra=element(0x00281050, b"DS", b"10", length))


def _numbers() -> Files:
    for tag in _PIXEL_MODULE:
        for value in (0, 1, 2, 3, 7, 12, 16, 32, 64, 255, 40_000, 65_535):
            yield f"dicom {tag:08x} = {value}", dicom(**{f"t{tag:08x}": value})
    for tag in (0x00281050, 0x00281051, 0x00281052, 0x00281053, 0x00280030, 0x00180050):
        for text in (
            b"nan",
            b"inf",
            b"-inf",
            b"1e308",
            b"-1",
            b"0",
            b"\\\\\\",
            b"1\\2\\3",
            b"",
            b"\xff\xfe",
            b"9" * 4000,
        ):
            yield f"dicom {tag:08x} = {text[:12]!r}", dicom(extra=element(tag, b"DS", text))
    for name in (b"RGB", b"YBR_FULL", b"PALETTE COLOR", b"<b>x</b>", b"", b"MONOCHROME1", b"YBR_PARTIAL_420", b"HSV"):
        yield f"dicom in {name.decode()}", dicom().replace(b"CS\x0c\0MONOCHROME2 ", element(0, b"CS", name)[4:])


def _syntaxes() -> Files:
    grey = _rgb()[..., 0]
    codestream = encode(grey, "JPEG")
    compressed = (50, 51, 57, 70, 80, 81, 90, 91, 92, 93, 94, 100, 102, 106, 110, 201, 203)
    known = [f"1.2.840.10008.1.2.4.{n}" for n in compressed]
    for uid in [*known, "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.2", "1.2.3", "../../etc/passwd", "9" * 64, ""]:
        yield f"dicom syntax {uid} with jpeg", _compressed_dicom(uid, codestream)
        yield f"dicom syntax {uid} with nothing", _compressed_dicom(uid, b"")
        yield f"dicom syntax {uid} plain", dicom(syntax=uid)
        yield f"dicom syntax {uid} with noise", _compressed_dicom(uid, random.Random(uid).randbytes(900))


def _nested() -> Files:
    for depth in (2, 30, 40, 1000, 60_000):
        opened = element(0x00081115, b"SQ", b"", 0xFFFFFFFF) + struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
        closed = struct.pack("<HHLHHL", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0)
        yield f"dicom nested {depth}", dicom(extra=opened * depth + closed * depth)
        yield f"dicom nested and left open {depth}", dicom(extra=opened * depth)
    items = struct.pack("<HHL", 0xFFFE, 0xE000, 0) * 400_000
    yield "dicom many items", dicom(extra=element(0x00081115, b"SQ", items))
    yield "dicom many elements", dicom(extra=element(0x00091001, b"LO", b"") * 400_000)
    yield (
        "dicom many fragments",
        _compressed_dicom("1.2.840.10008.1.2.4.50", b"")[:-8]
        + (struct.pack("<HHL", 0xFFFE, 0xE000, 0) * 200_000 + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)),
    )


# found by fuzzing or by this corpus, and kept


def regressions() -> Files:
    """What once went wrong."""
    signalling = np.array([0x7F800001, 0xFF800001, 0x3F800000], np.uint32).view(np.float32)
    # A warning on standard error: casting a signalling NaN is invalid.
    yield "tiff of signalling NaN", encode(np.resize(signalling, (70, 90)), "TIFF")


def odd_sizes() -> Files:
    """Pictures of hardly any or of very uneven size."""
    for width, height in ((1, 1), (1, 65), (63, 64), (64, 64), (64, 20_000), (20_000, 64), (65_000, 64), (2, 9000)):
        picture = Image.new("L", (width, height), 90)
        for kind in ("PNG", "BMP", "TIFF") + (("JPEG",) if max(width, height) < 65_500 else ()):
            yield f"{kind.lower()} {width} x {height}", encode(picture, kind)
    text = PngImagePlugin.PngInfo()
    for name in NAMES:
        text.add_text("Title", name.encode("utf-8", "replace").decode()[:4000])
    yield "png with hostile texts", encode(_rgb(), "PNG", pnginfo=text)


#: What a file may be called.
NAMES = (
    "../../etc/passwd",
    "..\\..\\windows\\system32\\x.png",
    "<img src=x onerror=alert(1)>.png",
    '"><script>alert(1)</script>.jpg',
    '=HYPERLINK("http://192.0.2.1")',
    "a\r\nSet-Cookie: x=y.png",
    "\u202egnp.exe",
    "\x00.png",
    "\x1b[2J\x07.png",
    "x" * 4096 + ".png",
    "%s%n%x.png",
    "{{7*7}}${7*7}.png",
    "CON.png",
    "",
)

PARTS: tuple[Callable[[], Files], ...] = (damaged, bombs, disguised, dicoms, odd_sizes, regressions)


def files() -> Files:
    """Name and bytes of every file of the corpus, the same at every call."""
    for part in PARTS:
        yield from part()


# reading them, in a process whose memory is watched


def peak() -> float:
    """The most megabytes this process has held since `forget_peak`."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def forget_peak() -> None:
    """Start anew to count the peak (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def verdict(name: str, data: bytes) -> dict[str, object]:
    """Read one file: what came of it, the seconds of computing, and the megabytes it took at its peak."""
    from oncosecure import ScanError
    from oncosecure.intake import Scan, check, read

    forget_peak()
    before, started = peak(), time.process_time()
    try:
        scan = read(data, NAMES[len(data) % len(NAMES)])
        check(scan.pixels)
        outcome = "Scan" if isinstance(scan, Scan) else type(scan).__name__
    except ScanError:
        outcome = "ScanError"
    except BaseException as error:  # whatever else it is, it is what this looks for
        outcome = repr(error)[:200]
    return {"file": name, "outcome": outcome, "seconds": time.process_time() - started, "megabytes": peak() - before}


def fine(found: dict[str, object]) -> bool:
    """Whether a file was answered as it must be."""
    quick = found["seconds"] < SECONDS and found["megabytes"] < MEGABYTES
    return quick and found["outcome"] in ("Scan", "ScanError")


def main(arguments: list[str]) -> None:
    """Read one part of the corpus, every `parts`th file; write what is not fine, then a summary."""
    part, parts = (int(a) for a in arguments) if arguments else (0, 1)
    verdict("warm", valid()["png"]), verdict("warm", valid()["dicom-jpeg"])
    count = scans = 0
    for i, (name, data) in enumerate(files()):
        if i % parts != part:
            continue
        found = verdict(name, data)
        count, scans = count + 1, scans + (found["outcome"] == "Scan")
        if not fine(found):
            print(json.dumps(found), flush=True)
    print(json.dumps({"files": count, "scans": scans}))


if __name__ == "__main__":
    main(sys.argv[1:])
