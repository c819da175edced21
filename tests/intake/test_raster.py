"""PNG, JPEG, TIFF, BMP and WebP of every mode, checked for their pixels."""

from __future__ import annotations

import logging
import struct
import warnings
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFile, PngImagePlugin

from oncosecure.intake import read
from oncosecure.intake.limits import ACCEPTED

LOSSLESS = {
    "PNG": {},
    "interlaced PNG": {},
    "TIFF": {},
    "TIFF LZW": {"compression": "tiff_lzw"},
    "TIFF deflate": {"compression": "tiff_adobe_deflate"},
    "TIFF PackBits": {"compression": "packbits"},
    "BMP": {},
    "WebP": {"lossless": True},
}


def _save(encode, picture, name, **more):
    kind = next(kind for kind in ("PNG", "TIFF", "BMP", "WebP") if kind in name)
    return encode(picture, kind, **LOSSLESS[name], **more)


@pytest.mark.parametrize("name", [name for name in LOSSLESS if name != "interlaced PNG"])
def test_colour_is_exact(name, rgb, encode):
    scan = read(_save(encode, rgb, name))
    assert np.array_equal(scan.pixels, rgb)
    assert scan.format == name.split()[0]
    assert scan.facts == {"width": "90", "height": "70", "bit depth": "8", "colour": "colour"}
    assert scan.notes == ()


@pytest.mark.parametrize("name", [name for name in LOSSLESS if name != "interlaced PNG"])
def test_grey_is_exact(name, grey, encode, shown):
    assert np.array_equal(shown(_save(encode, grey, name)), grey)


@pytest.mark.parametrize("name", ["PNG", "TIFF", "BMP"])
def test_one_bit(name, grey, encode, shown):
    data = _save(encode, Image.fromarray(grey > 100), name)
    assert np.array_equal(shown(data), np.where(grey > 100, 255, 0))
    assert read(data).facts["bit depth"] == "1"
    assert read(data).facts["colour"] == "black and white"


@pytest.mark.parametrize("name", ["PNG", "TIFF", "BMP"])
def test_palette(name, rgb, encode):
    picture = Image.fromarray(rgb).quantize(60)
    scan = read(_save(encode, picture, name))
    assert np.array_equal(scan.pixels, np.asarray(picture.convert("RGB")))
    assert scan.facts["colour"] == "palette"


@pytest.mark.parametrize("bits", [2, 4])
def test_palettes_of_few_bits(bits, rgb, encode):
    picture = Image.fromarray(rgb).quantize(2**bits)
    scan = read(encode(picture, "PNG", bits=bits))
    assert np.array_equal(scan.pixels, np.asarray(picture.convert("RGB")))
    assert scan.facts["bit depth"] == str(bits)


@pytest.mark.parametrize("name", ["PNG", "TIFF", "WebP"])
def test_transparency_goes_on_black(name, rgb, encode):
    alpha = np.tile(np.linspace(0, 255, 90).astype(np.uint8), (70, 1))
    options = {"exact": True} if name == "WebP" else {}
    scan = read(_save(encode, np.dstack([rgb, alpha]), name, **options))
    expected = np.rint(rgb * (alpha[..., None] / 255.0))
    assert np.abs(scan.pixels.astype(int) - expected).max() <= 1
    assert not scan.pixels[:, 0].any()
    assert np.array_equal(scan.pixels[:, -1], rgb[:, -1])
    assert scan.facts["colour"] == "colour with transparency"


def test_transparent_grey_goes_on_black(grey, encode, shown):
    picture = Image.merge("LA", [Image.fromarray(grey), Image.fromarray(np.full_like(grey, 51))])
    assert np.abs(shown(encode(picture, "PNG")).astype(int) - grey / 5).max() <= 1


def test_transparent_colour_of_a_palette_goes_on_black(rgb, encode):
    picture = Image.fromarray(rgb).quantize(16)
    scan = read(encode(picture, "PNG", transparency=3))
    clear = np.asarray(picture) == 3
    assert clear.any()
    assert not scan.pixels[clear].any()
    assert np.array_equal(scan.pixels[~clear], np.asarray(picture.convert("RGB"))[~clear])


def test_transparent_colour_key_goes_on_black(grey, encode, shown):
    values = shown(encode(grey, "PNG", transparency=int(grey[30, 30])))
    assert np.array_equal(values, np.where(grey == grey[30, 30], 0, grey))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}], ids=str)
def test_jpeg(options, rgb, encode):
    data = encode(rgb, "JPEG", quality=95, **options)
    scan = read(data)
    assert np.abs(scan.pixels.astype(int) - rgb).mean() < 3
    assert np.array_equal(scan.pixels, cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1])


def test_grey_jpeg(grey, encode, shown):
    assert np.abs(shown(encode(grey, "JPEG", quality=95)).astype(int) - grey).mean() < 1


def test_cmyk_jpeg_and_tiff(rgb, encode):
    picture = Image.fromarray(rgb).convert("CMYK")
    assert np.array_equal(read(encode(picture, "TIFF")).pixels, rgb)
    scan = read(encode(picture, "JPEG", quality=95))
    assert np.abs(scan.pixels.astype(int) - rgb).mean() < 4
    assert scan.facts["colour"] == "CMYK"


def test_phone_jpeg_with_a_second_picture_behind_the_first(rgb, encode):
    data = encode(Image.fromarray(rgb), "MPO", save_all=True, append_images=[Image.new("RGB", (90, 70))], quality=95)
    assert b"MPF" in data
    assert np.abs(read(data).pixels.astype(int) - rgb).mean() < 3


def test_lossy_webp(rgb, encode):
    assert np.abs(read(encode(rgb, "WebP", quality=95)).pixels.astype(int) - rgb).mean() < 3


def test_bmp_with_runs(grey):
    """RLE8, the compression that BMP has: a run of 45 and one of 45 a row, from the bottom up."""
    rows = b"".join(bytes([45, int(row[0]), 45, int(row[-1]), 0, 0]) for row in grey[::-1]) + b"\0\1"
    palette = b"".join(bytes([i, i, i, 0]) for i in range(256))
    head = struct.pack("<IiiHHIIiiII", 40, 90, 70, 1, 8, 1, len(rows), 0, 0, 256, 0)
    data = b"BM" + struct.pack("<IHHI", 54 + 1024 + len(rows), 0, 0, 54 + 1024) + head + palette + rows
    expected = np.repeat(grey[:, [0, -1]], 45, axis=1)
    assert np.array_equal(read(data).pixels[..., 0], expected)


# 16 bit and floats


@pytest.mark.parametrize("name", ["PNG", "TIFF", "TIFF LZW"])
def test_widened_eight_bit_is_exact(name, grey, encode, shown):
    data = _save(encode, grey.astype(np.uint16) * 257, name)
    assert np.array_equal(shown(data), grey)
    assert read(data).notes == ("16-bit picture scaled to 8 bit",)
    assert read(data).facts["bit depth"] == "16"


@pytest.mark.parametrize("name", ["PNG", "TIFF", "TIFF LZW"])
def test_sixteen_bit_is_scaled_by_its_robust_range(name, encode, shown):
    values = np.linspace(1000, 3000, 90 * 70).astype(np.uint16).reshape(70, 90)
    values[0, :5] = 65535
    low, high = np.percentile(values, (0.5, 99.5))
    expected = np.rint(np.clip((values - low) / (high - low), 0, 1) * 255)
    assert np.abs(shown(_save(encode, values, name)) - expected).max() <= 1


def test_big_endian_sixteen_bit_tiff(shown):
    values = np.linspace(0, 40000, 90 * 70).astype(">u2").reshape(70, 90)
    fields = [(256, 4, 90), (257, 4, 70), (258, 3, 16), (259, 3, 1), (262, 3, 1), (273, 4, 200), (278, 3, 70)]
    entries = b"".join(
        struct.pack(">HHI", tag, kind, 1) + (struct.pack(">I", value) if kind == 4 else struct.pack(">HH", value, 0))
        for tag, kind, value in [*fields, (279, 4, values.nbytes)]
    )
    head = b"MM\0*" + struct.pack(">IH", 8, 8) + entries + bytes(4)
    result = shown(head.ljust(200, b"\0") + values.tobytes())
    low, high = np.percentile(values, (0.5, 99.5))
    assert np.abs(result - np.clip((values.astype(float) - low) / (high - low) * 255, 0, 255)).max() <= 1


def test_sixteen_bit_where_white_is_zero(encode, shown):
    values = np.linspace(0, 40000, 90 * 70).astype(np.uint16).reshape(70, 90)
    black, white = (shown(encode(values, "TIFF", tiffinfo={262: kind})) for kind in (1, 0))
    assert np.array_equal(white, 255 - black)
    assert black[0, 0] == 0
    assert black[-1, -1] == 255


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_wide_tiffs(kind, encode, shown):
    values = np.linspace(-1000, 3000, 90 * 70).astype(kind).reshape(70, 90)
    low, high = np.percentile(values, (0.5, 99.5))
    data = encode(Image.fromarray(values), "TIFF")
    assert np.abs(shown(data) - np.clip((values - low) / (high - low) * 255, 0, 255)).max() <= 1
    assert read(data).notes == ("32-bit picture scaled to 8 bit",)


def test_floats_that_are_no_numbers_are_black(encode, shown, refused):
    values = np.linspace(0, 1, 90 * 70).astype(np.float32).reshape(70, 90)
    values[:3] = np.nan
    result = shown(encode(Image.fromarray(values), "TIFF"))
    assert not result[:3].any()
    assert result[-1, -1] == 255
    nothing = encode(Image.fromarray(np.full_like(values, np.nan)), "TIFF")
    assert "finite" in refused(nothing, says_formats=False)


@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_sixteen_bit_colour(suffix, rgb):
    _, data = cv2.imencode(suffix, rgb[..., ::-1].astype(np.uint16) * 257)
    scan = read(data.tobytes())
    assert np.array_equal(scan.pixels, rgb)
    assert scan.facts["bit depth"] == "16"
    assert scan.notes == ("16-bit picture scaled to 8 bit",)


# Orientation


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF", "TIFF LZW"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(kind, orientation, rgb, encode):
    turned = {
        1: rgb,
        2: rgb[:, ::-1],
        3: rgb[::-1, ::-1],
        4: rgb[::-1],
        5: rgb.swapaxes(0, 1),
        6: np.rot90(rgb),
        7: rgb[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(rgb, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WebP": {"lossless": True}}.get(kind, {})
    if kind == "TIFF LZW":
        options = {"compression": "tiff_lzw"}
    scan = read(encode(np.ascontiguousarray(turned), kind.split()[0], exif=exif, **options))
    assert scan.pixels.shape == rgb.shape
    assert np.abs(scan.pixels.astype(int) - rgb).max() <= (4 if kind == "JPEG" else 0)
    assert scan.facts["width"] == "90"


def test_unknown_orientation_and_broken_exif_are_upright(rgb, encode):
    for exif in (b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x63\0\0", b"Exif\0\0nonsense"):
        assert np.array_equal(read(encode(rgb, "PNG", exif=exif)).pixels, rgb)


# Refusals


@pytest.mark.parametrize("kind", ["PNG", "WebP", "TIFF"])
def test_several_pictures_are_refused(kind, rgb, encode, refused):
    more = [Image.fromarray(rgb[::-1].copy())]
    message = refused(encode(Image.fromarray(rgb), kind, save_all=True, append_images=more))
    assert "animation" in message or "several pictures" in message


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "TIFF LZW", "BMP", "WebP"])
@pytest.mark.parametrize("left", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_cut_off_files_are_refused(kind, left, rgb, encode, refused):
    options = {"compression": "tiff_lzw"} if "LZW" in kind else {}
    data = encode(rgb, kind.split()[0], **options)
    refused(data[: int(len(data) * left)])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WebP", "BMP"])
@pytest.mark.parametrize("missing", [1, 2, 5, 12])
def test_the_last_bytes_are_missed(kind, missing, rgb, encode, refused):
    refused(encode(rgb[:, :88], kind)[:-missing])


def test_cut_off_jpeg_is_refused_even_if_pillow_is_told_to_bear_it(rgb, encode, refused, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    noise = np.random.default_rng(0).integers(0, 256, rgb.shape, np.uint8)
    for kind in ("JPEG", "PNG", "WebP"):
        data = encode(noise, kind)
        refused(data[: len(data) // 2])


def test_jpeg_with_bytes_behind_its_end_is_accepted(rgb, encode):
    data = encode(rgb, "JPEG")
    assert np.array_equal(read(data + b"\0" * 50).pixels, read(data).pixels)


def test_jpeg_with_endless_scans_is_refused(encode, refused):
    data = encode(np.zeros((2000, 2000), np.uint8), "JPEG", progressive=True)
    start, stop = data.rfind(b"\xff\xda"), data.rfind(b"\xff\xd9")
    assert "passes" in refused(data[:stop] + data[start:stop] * 300 + data[stop:])


def test_tiff_with_gigantic_tiles_is_refused(rgb, refused):
    fields = {256: 90, 257: 70, 258: 8, 259: 8, 262: 1, 277: 1, 322: 40000, 323: 40000, 324: 8, 325: 100}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in fields.items())
    data = b"II*\0" + struct.pack("<IH", 8, len(fields)) + entries + bytes(4)
    assert "tiles" in refused(data + bytes(200))


def test_tiff_with_too_few_strips_is_refused(grey, encode, refused):
    data = bytearray(encode(grey, "TIFF"))
    at = data.index(struct.pack("<HHII", 257, 4, 1, 70)) if struct.pack("<HHII", 257, 4, 1, 70) in data else None
    at = data.index(struct.pack("<HHIH", 257, 3, 1, 70)) if at is None else at
    struct.pack_into("<HHII", data, at, 257, 4, 1, 1000)
    assert "lacks a part" in refused(bytes(data))


def _png_with(kind: bytes, body: bytes, data: bytes) -> bytes:
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:33] + chunk + data[33:]


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_bombs_in_png_chunks_do_no_harm(kind, rgb, encode):
    bomb = zlib.compress(bytes(50_000_000), 9)
    body = b"note\0\1\0\0\0" + bomb if kind == b"iTXt" else b"note\0\0" + bomb
    data = _png_with(kind, body, encode(rgb, "PNG"))
    try:
        assert np.array_equal(read(data).pixels, rgb)
    except ValueError as refusal:
        assert str(refusal).endswith(ACCEPTED)


def test_refusals_are_of_the_first_words_read(refused):
    assert refused(b"\x89PNG\r\n\x1a\n" + bytes(100)).startswith("The PNG file is")


# What a picture file says of a person


@pytest.fixture
def telling(rgb, encode):
    """Files with a name in every place that takes one."""
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = exif[0x8298] = "CANARY Jane Roe"
    exif.get_ifd(0x8825)[29] = "CANARY"
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "CANARY Jane Roe")
    text.add_itxt("Description", "CANARY Jane Roe", zip=True)
    xmp = b"<x:xmpmeta>CANARY Jane Roe</x:xmpmeta>"
    tags = {270: "CANARY Jane Roe", 315: "CANARY", 700: xmp}
    return {
        "JPEG": encode(rgb, "JPEG", exif=exif, comment="CANARY", xmp=xmp),
        "PNG": encode(rgb, "PNG", exif=exif, pnginfo=text),
        "WebP": encode(rgb, "WebP", exif=exif, xmp=xmp),
        "TIFF": encode(rgb, "TIFF", tiffinfo=tags),
    }


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WebP", "TIFF"])
@pytest.mark.parametrize("cut", [False, True], ids=["whole", "cut off"])
def test_nothing_of_a_person_is_kept_or_said(kind, cut, telling, caplog, capfd):
    data = telling[kind]
    assert b"CANARY" in data
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            scan = read(data[:-40] if cut else data, name="CANARY.jpg")
            said = f"{scan!r} {vars(scan)}"
        except ValueError as refusal:
            assert cut
            said = repr(refusal)
    heard = caplog.text + "".join(capfd.readouterr()) + "".join(str(w.message) for w in warned)
    assert "CANARY" not in said + heard
    assert "Jane" not in said + heard
