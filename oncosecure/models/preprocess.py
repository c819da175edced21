"""From a scan's pixels to a network's square input, and from its coarse maps back to the scan."""

from __future__ import annotations

import cv2
import numpy as np


def fit(pixels: np.ndarray, size: int) -> np.ndarray:
    """Scale a picture into a square, keeping its shape; what is left over is black.

    Training and inference both call this and nothing else, so that they see the same picture.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        size: side of the square in pixels.

    Returns:
        (size, size, 3) uint8.
    """
    top, left, height, width = _box(pixels.shape[:2], size)
    if pixels.shape[:2] == (height, width) == (size, size):
        return pixels
    interpolation = cv2.INTER_AREA if height < pixels.shape[0] else cv2.INTER_LINEAR
    square = np.zeros((size, size, 3), np.uint8)
    square[top : top + height, left : left + width] = cv2.resize(pixels, (width, height), interpolation=interpolation)
    return square


def unfit(coarse: np.ndarray, shape: tuple[int, int], offset: float = 0.0) -> np.ndarray:
    """Bring a square map over the network's input back to the scan it was computed from.

    Args:
        coarse: (h, h) float32 map over the square that `fit` made.
        shape: (H, W) of the scan.
        offset: how far below and to the right of its cell every value belongs, in cells.

    Returns:
        (H, W) float32, interpolated bilinearly with the cells' centres in place.
    """
    height, width = shape
    scale = coarse.shape[0] / max(height, width)
    top, left = (max(height, width) - height) / 2, (max(height, width) - width) / 2
    # Maps a pixel's centre in the scan to its place in the coarse grid.
    matrix = np.array(
        [[scale, 0, (left + 0.5) * scale - 0.5 - offset], [0, scale, (top + 0.5) * scale - 0.5 - offset]],
        np.float32,
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(coarse, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def _box(shape: tuple[int, int], size: int) -> tuple[int, int, int, int]:
    """Top, left, height and width of a picture of `shape` inside a square of `size`."""
    scale = size / max(shape)
    height, width = (max(1, round(side * scale)) for side in shape)
    return (size - height) // 2, (size - width) // 2, height, width
