"""Hair removal after DullRazor (Lee et al., 1997).

As in the paper, a closing by lines in several directions finds what is dark and narrow in each
channel, only what is thin and long counts as hair, and hair is replaced by what lies beside it. Lengths
scale with the picture; the fill is Telea's inpainting (2004) instead of a straight line between two pixels.
"""

from __future__ import annotations

import cv2
import numpy as np

#: Lengths as shares of the picture's longer side: reach of the closing, shortest hair, thickest hair.
REACH, LONG, THICK = 0.045, 0.11, 0.03
#: Grey levels by which a hair is darker than the skin beside it.
DARKER = 14
_DIRECTIONS = 16
_GROWTH = 5  # pixels by which a run is followed round a bend


def remove_hair(pixels: np.ndarray) -> np.ndarray:
    """Fill in what `hair_mask` finds; a picture without hair comes back unchanged.

    Args:
        pixels: (H, W, 3) uint8 RGB.

    Returns:
        (H, W, 3) uint8.
    """
    mask = hair_mask(pixels)
    if not mask.any():
        return pixels.copy()
    border = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    return cv2.inpaint(np.ascontiguousarray(pixels), border, 3, cv2.INPAINT_TELEA)


def hair_mask(pixels: np.ndarray) -> np.ndarray:
    """Which pixels show hair, (H, W) bool, of an (H, W, 3) uint8 RGB picture."""
    side = max(pixels.shape[:2])
    reach, long, thick = (max(3, round(share * side)) for share in (REACH, LONG, THICK))
    closed = np.max([cv2.morphologyEx(pixels, cv2.MORPH_CLOSE, line) for line in _lines(reach, 4)], axis=0)
    dark = ((closed - pixels).max(axis=2) > DARKER).astype(np.uint8)
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (thick, thick))
    thin = dark & ~_dilated(cv2.morphologyEx(dark, cv2.MORPH_OPEN, disk)) & 1
    # A pixel survives an opening by a line if it lies on a run of that length: the paper's test of being long.
    runs = np.max([cv2.morphologyEx(thin, cv2.MORPH_OPEN, line) for line in _lines(long, _DIRECTIONS)], axis=0)
    for _ in range(_GROWTH):
        runs = _dilated(runs) & thin
    return runs.astype(bool)


def _lines(length: int, directions: int) -> list[np.ndarray]:
    """Structuring elements: lines of `length` pixels, evenly over half a turn."""
    length += 1 - length % 2
    half, lines = length // 2, []
    for angle in np.arange(directions) * np.pi / directions:
        line = np.zeros((length, length), np.uint8)
        dx, dy = round(half * np.cos(angle)), round(half * np.sin(angle))
        cv2.line(line, (half - dx, half - dy), (half + dx, half + dy), 1)
        lines.append(line)
    return lines


def _dilated(mask: np.ndarray) -> np.ndarray:
    return cv2.dilate(mask, np.ones((3, 3), np.uint8))
