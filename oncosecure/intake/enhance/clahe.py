"""Contrast limited adaptive histogram equalisation of the luminance (Zuiderveld, 1994)."""

from __future__ import annotations

import cv2
import numpy as np


def equalize(pixels: np.ndarray, limit: float = 2.0, tiles: int = 8) -> np.ndarray:
    """Stretch L* of CIELAB within tiles; a* and b*, the colours, stay.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        limit: largest slope of a tile's tone curve, as a multiple of the even one.
        tiles: tiles along each side.

    Returns:
        (H, W, 3) uint8.
    """
    lab = cv2.cvtColor(pixels, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(limit, (tiles, tiles)).apply(lab[..., 0])
    return cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
