"""PNG, JPEG, TIFF, BMP and WebP through Pillow, with its doors locked."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from oncosecure.intake import tones
from oncosecure.intake.limits import check_memory, check_sides, refusal, strips, too_many_pixels
from oncosecure.intake.scan import Scan, picture_facts

_COLOURS = {
    "1": "black and white",
    "L": "grey",
    "I": "grey",
    "F": "grey",
    "I;16": "grey",
    "I;16B": "grey",
    "LA": "grey with transparency",
    "P": "palette",
    "PA": "palette with transparency",
    "RGBA": "colour with transparency",
    "CMYK": "CMYK",
}
_DEEP_GREYS = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_DEPTHS = {"1": 1, "I": 32, "F": 32, "I;16": 16, "I;16B": 16}
_ORIENTATION = 0x0112
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_MAX_SCAN_WORK = 10**9
_TIFF_BITS, _TIFF_PHOTOMETRIC, _TIFF_TILE_WIDTH, _TIFF_TILE_LENGTH = 258, 262, 322, 323


def read(data: bytes, kind: str, min_side: int) -> Scan:
    """Decode one still picture whose signature is that of `kind`.

    Raises:
        ScanError: for several frames, a size outside the limits or a file that is cut off.
        Exception: whatever Pillow raises on damaged bytes; `reader.read` translates it.
    """
    if kind == "WebP":
        _check_webp(data, min_side)
    im = _open(data, kind)
    _check(im, data, kind, min_side)
    depth, colour = _depth(im, data), _COLOURS.get(im.mode, "colour")
    im.load()
    orientation = _orientation(im)  # after loading: Pillow turns a TIFF itself and forgets the tag
    pixels, notes = _pixels(im, depth)
    im.close()
    pixels = np.ascontiguousarray(_upright(pixels, orientation))
    return Scan(pixels, kind, picture_facts(pixels, depth, colour), notes)


def _open(data: bytes, kind: str) -> Image.Image:
    try:
        return Image.open(BytesIO(data), formats=(kind.upper(),))
    except Image.DecompressionBombError:
        pass
    raise too_many_pixels()


def _check(im: Image.Image, data: bytes, kind: str, min_side: int) -> None:
    check_sides(im.width, im.height, min_side)
    # A JPEG may carry a preview or a depth map behind its picture (MPO): that is still one picture.
    if kind != "JPEG" and getattr(im, "is_animated", False):
        raise refusal("The file holds several pictures or an animation.")
    check_memory(im.width * im.height, _bytes_per_pixel(im, kind))
    if kind == "JPEG":
        _check_jpeg(im, data)
    if kind == "PNG" and _PNG_END not in data:
        raise refusal("The PNG file is cut off.")
    if kind == "TIFF":
        _check_tiles(im)


def _bytes_per_pixel(im: Image.Image, kind: str) -> int:
    """What Pillow and its codec hold for a pixel at the peak, or Pillow and our result together."""
    inner = 1 if im.mode in ("1", "L", "P") else 2 if im.mode.startswith("I;16") else 4
    codec = 0
    if kind == "JPEG" and im.info.get("progressive"):
        codec = 2 * len(im.getbands())  # all coefficients, 16 bit each
    elif kind == "TIFF":
        codec = 2 * inner  # one strip may be the whole picture, and Pillow turns it in a copy
    elif kind == "WebP":
        codec = 12  # two canvases and the frame as bytes
    return inner + max(3, codec)


def _check_jpeg(im: Image.Image, data: bytes) -> None:
    scan, end = data.rfind(b"\xff\xda"), data.rfind(b"\xff\xd9")
    if end < scan:
        raise refusal("The JPEG file is cut off.")
    # A few bytes can ask for one more pass over the whole picture, a file of 20 MB for hours of them.
    if data.count(b"\xff\xda") * im.width * im.height > _MAX_SCAN_WORK:
        raise refusal("The JPEG file asks for too many passes over its picture.")


def _check_tiles(im: Image.Image) -> None:
    """Refuse tiles far larger than the picture, since libtiff unpacks them whole, and strips that do not fill it."""
    width, height = im.tag_v2.get(_TIFF_TILE_WIDTH, 0), im.tag_v2.get(_TIFF_TILE_LENGTH, 0)
    if width * height > 4 * im.width * im.height + 2**20:
        raise refusal("The TIFF file has tiles larger than its picture.")
    covered = sum((right - left) * (lower - upper) for _, (left, upper, right, lower), *_ in im.tile)
    if covered < im.width * im.height:
        raise refusal("The TIFF file lacks a part of its picture.")


def _check_webp(data: bytes, min_side: int) -> None:
    """Check the canvas before Pillow opens the file, which is when it allocates it.

    Chunks: https://developers.google.com/speed/webp/docs/riff_container
    """
    if len(data) < int.from_bytes(data[4:8], "little") + 8 or len(data) < 30:
        raise refusal("The WebP file is cut off.")
    if data[12:16] == b"VP8X":
        check_sides(*(int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27)), min_side)


def _depth(im: Image.Image, data: bytes) -> int:
    """Bits a sample in the file."""
    if im.format == "PNG":
        return data[24]
    if im.format == "TIFF":
        bits = im.tag_v2.get(_TIFF_BITS, 1)
        return int(bits[0] if isinstance(bits, tuple) else bits)
    return _DEPTHS.get(im.mode, 8)


def _pixels(im: Image.Image, depth: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """(H, W, 3) uint8 and the notes on how it came about."""
    notes = (f"{depth}-bit picture scaled to 8 bit",) if depth > 8 else ()
    if im.mode not in _DEEP_GREYS:
        return _rgb(im), notes
    grey = _grey(np.asarray(im))
    if im.format == "TIFF" and im.tag_v2.get(_TIFF_PHOTOMETRIC) == 0:
        grey = 255 - grey  # white is zero, which Pillow heeds only up to 8 bit
    return np.repeat(grey[:, :, None], 3, axis=2), notes


def _grey(values: np.ndarray) -> np.ndarray:
    """(H, W) deep greys as uint8: exactly where they are widened 8-bit values, by their robust range otherwise."""
    if values.dtype.itemsize == 2 and not (values % 257).any():
        return (values // 257).astype(np.uint8)
    return tones.apply(tones.linear(*tones.robust_range(values)), values)


def _rgb(im: Image.Image) -> np.ndarray:
    transparent = im.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in im.info
    out = np.empty((im.height, im.width, 3), np.uint8)
    for rows in strips(im.height, im.width):
        part = im.crop((0, rows.start, im.width, rows.stop))
        out[rows] = _on_black(part) if transparent else np.asarray(part.convert("RGB"))
    return out


def _on_black(part: Image.Image) -> np.ndarray:
    rgba = np.asarray(part.convert("RGBA")).astype(np.uint16)
    return (rgba[..., :3] * rgba[..., 3:] + 127) // 255


def _orientation(im: Image.Image) -> int | None:
    try:
        return im.getexif().get(_ORIENTATION)
    except Exception:  # a picture is not worse for metadata that Pillow cannot parse
        return None


def _upright(pixels: np.ndarray, orientation: int | None) -> np.ndarray:
    """Undo the EXIF orientation, 1 to 8 (EXIF 2.3, tag 0x0112); anything else is upright."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels[::-1] if orientation in (3, 4, 7, 8) else pixels
