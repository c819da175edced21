"""Preprocessing that dermoscopy papers often apply. Off by default: the card says what each was measured to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from oncosecure.errors import ScanError
from oncosecure.intake.enhance import clahe, dullrazor, shades_of_gray


@dataclass(frozen=True)
class Enhancement:
    """One way to change a picture before a network reads it.

    Attributes:
        key: what files and commands call it.
        title: what people call it.
        sentence: what it does, for people.
        source: the paper it follows.
        apply: (H, W, 3) uint8 RGB -> the same; leaves its argument as it is.
    """

    key: str
    title: str
    sentence: str
    source: str
    apply: Callable[[np.ndarray], np.ndarray]


ENHANCEMENTS: dict[str, Enhancement] = {
    e.key: e
    for e in (
        Enhancement(
            "hair",
            "Hair removal",
            "Finds dark hairs, thin and long, and fills them in from the skin beside them.",
            "T. Lee et al., Dullrazor, Computers in Biology and Medicine 27 (1997) 533",
            dullrazor.remove_hair,
        ),
        Enhancement(
            "colour",
            "Colour constancy",
            "Estimates the colour of the lamp from the picture and takes it out.",
            "G. Finlayson and E. Trezzi, Shades of gray and colour constancy, Color Imaging Conference 2004",
            shades_of_gray.balance,
        ),
        Enhancement(
            "contrast",
            "Local contrast",
            "Stretches the brightness within small regions and leaves the colours as they are.",
            "K. Zuiderveld, Contrast limited adaptive histogram equalization, Graphics Gems IV (1994) 474",
            clahe.equalize,
        ),
    )
}


def get(key: str) -> Enhancement:
    """The enhancement of a key.

    Raises:
        ScanError: if there is none.
    """
    if key not in ENHANCEMENTS:
        raise ScanError(f"There is no preprocessing {key!r}; there are {', '.join(ENHANCEMENTS)}.")
    return ENHANCEMENTS[key]


def limited(pixels: np.ndarray, side: int = 512) -> np.ndarray:
    """An (H, W, 3) picture scaled down to at most `side` pixels; beyond that, a network sees nothing of it."""
    scale = side / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    height, width = (max(1, round(length * scale)) for length in pixels.shape[:2])
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
