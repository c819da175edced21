"""Colour constancy by shades of gray (Finlayson and Trezzi, 2004)."""

from __future__ import annotations

import numpy as np

#: Order of the norm. 1 is "gray world", infinity "white patch"; 6 is what the paper found best.
ORDER = 6


def balance(pixels: np.ndarray, order: int = ORDER) -> np.ndarray:
    """Divide by the light's colour, which the Minkowski norms of the three channels estimate.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        order: of the norm.

    Returns:
        (H, W, 3) uint8 whose channels have the same norm, apart from what is clipped at white.
    """
    levels = pixels.reshape(-1, 3) / 255
    light = (levels**order).mean(0) ** (1 / order)
    if not light.all():
        return pixels.copy()
    gain = np.sqrt((light**2).mean()) / light
    return np.clip(np.rint(pixels * gain), 0, 255).astype(np.uint8)
