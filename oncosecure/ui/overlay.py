"""A heatmap over its scan: display size, colours, blending, and the picture that can be downloaded.

The colours are viridis (van der Walt and Smith, 2015): equal steps of evidence look equally far apart,
also to colour-blind eyes and in grey. Opacity follows the evidence, so that where there is none the scan stays bare.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

#: Longest side of a shown scan in pixels; smaller scans are enlarged to `SMALLEST`.
LARGEST, SMALLEST = 900, 560


@lru_cache(maxsize=1)
def colours() -> np.ndarray:
    """(256, 3) uint8 RGB, from no evidence to the strongest."""
    return _coloured(np.arange(256, dtype=np.uint8)[:, None])[:, 0]


def for_display(pixels: np.ndarray) -> np.ndarray:
    """A scan or map at the size in which it is shown, its proportions kept.

    Args:
        pixels: (H, W, 3) uint8 or (H, W) float32.

    Returns:
        The same type, with the longest side between `SMALLEST` and `LARGEST`.
    """
    height, width = pixels.shape[:2]
    longest = max(height, width)
    scale = min(max(longest, SMALLEST), LARGEST) / longest
    if scale == 1:
        return pixels
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    if scale < 1:
        return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR if pixels.ndim == 2 else cv2.INTER_CUBIC)


def blend(pixels: np.ndarray, heat: np.ndarray, opacity: float) -> np.ndarray:
    """Lay a map over a scan.

    Args:
        pixels: (H, W, 3) uint8.
        heat: (H, W) float32 in [0, 1].
        opacity: that of the strongest evidence, 0 to 1; elsewhere it shrinks in proportion to the evidence.

    Returns:
        (H, W, 3) uint8.
    """
    heat = np.clip(heat, 0, 1)
    alpha = heat * np.float32(opacity)
    tint = _coloured((heat * 255 + 0.5).astype(np.uint8))
    return cv2.blendLinear(pixels, tint, 1 - alpha, alpha)


def frame(picture: np.ndarray, place: tuple[int, int, int, int]) -> np.ndarray:
    """A copy of a picture (H, W, 3) uint8 with a frame around (top, left, height, width): dark beside white, so that
    it stands out on any ground."""
    top, left, height, width = place
    framed = picture.copy()
    corners = (left, top), (left + width - 1, top + height - 1)
    for colour, thickness in (((22, 33, 43), 6), ((255, 255, 255), 2)):
        cv2.rectangle(framed, *corners, colour, thickness)
    return framed


def figure(
    picture: np.ndarray,
    title: str,
    note: str,
    ends: tuple[str, str] = ("none", "strongest evidence for any class in this scan"),
) -> bytes:
    """A PNG of a blended picture with its legend and a line of text below, fit to leave the app.

    Args:
        picture: (H, W, 3) uint8.
        title: what the map shows.
        note: what whoever finds the file must know.
        ends: what the two ends of the scale mean.
    """
    from PIL import Image, ImageDraw

    height, width = picture.shape[:2]
    canvas = Image.new("RGB", (max(width, 520), height + 92), "white")
    canvas.paste(Image.fromarray(picture), ((canvas.width - width) // 2, 0))
    draw = ImageDraw.Draw(canvas)
    draw.text((12, height + 10), title, "#16212b", font=_font(16))
    canvas.paste(Image.fromarray(_ramp(140, 12)), (12 + 32, height + 40))
    draw.text((12, height + 38), ends[0], "#4d5a66", font=_font(12))
    draw.text((12 + 32 + 148, height + 38), ends[1], "#4d5a66", font=_font(12))
    draw.text((12, height + 64), note, "#4d5a66", font=_font(12))
    return _png(canvas)


def png(pixels: np.ndarray) -> bytes:
    """(H, W, 3) uint8 RGB as a PNG file."""
    return cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))[1].tobytes()


def jpeg(pixels: np.ndarray, quality: int = 95) -> bytes:
    """(H, W, 3) uint8 RGB as a JPEG file, for the screen alone."""
    bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, (cv2.IMWRITE_JPEG_QUALITY, quality))[1].tobytes()


def legend(low: str = "no evidence", high: str = "strongest") -> str:
    """The scale as HTML, with the meaning of its ends in words."""
    steps = ", ".join("rgb({}, {}, {})".format(*colours()[i]) for i in range(0, 256, 15))
    return (
        f'<div class="legend"><span>{low}</span>'
        f'<span class="ramp" style="background: linear-gradient(to right, {steps})"></span>'
        f"<span>{high}</span></div>"
    )


def _coloured(levels: np.ndarray) -> np.ndarray:
    """(H, W) uint8 levels as (H, W, 3) uint8 RGB."""
    return cv2.cvtColor(cv2.applyColorMap(levels, cv2.COLORMAP_VIRIDIS), cv2.COLOR_BGR2RGB)


def _ramp(width: int, height: int) -> np.ndarray:
    return np.repeat(colours()[np.linspace(0, 255, width).astype(int)][None], height, axis=0)


def _font(size: int):
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _png(canvas) -> bytes:
    import io

    file = io.BytesIO()
    canvas.save(file, "PNG")
    return file.getvalue()
