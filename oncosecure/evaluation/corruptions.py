"""What happens to pictures on their way: seven ways of losing quality at five strengths (after Hendrycks and
Dietterich, Benchmarking Neural Network Robustness to Common Corruptions and Perturbations, 2019).

Every one is deterministic: the same picture, strength and seed give the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

#: Side in pixels at which sizes in pixels hold; other pictures' sizes are in proportion.
SIDE = 224


@dataclass(frozen=True)
class Corruption:
    """One way of losing quality.

    Attributes:
        key, title: its name, in code and on a page.
        unit: what `amounts` are, as a page says it.
        amounts: one a strength, from 1 to 5.
        change: (H, W, 3) uint8, an amount and a random generator -> (H, W, 3) uint8.
    """

    key: str
    title: str
    unit: str
    amounts: tuple[float, ...]
    change: Callable[[np.ndarray, float, np.random.Generator], np.ndarray]

    def apply(self, pixels: np.ndarray, strength: int, seed: int = 0) -> np.ndarray:
        """The picture at a strength from 1 to 5; the seed decides about noise and about signs."""
        return self.change(pixels, self.amounts[strength - 1], np.random.default_rng([seed, strength]))


def _blur(pixels: np.ndarray, sigma: float, _) -> np.ndarray:
    return cv2.GaussianBlur(pixels, (0, 0), sigma * max(pixels.shape) / SIDE)


def _noise(pixels: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    noise = rng.normal(0, 255 * share, pixels.shape[:2])[..., None]
    return _bytes(pixels + noise)


def _jpeg(pixels: np.ndarray, quality: float, _) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])[1], cv2.IMREAD_COLOR)


def _brightness(pixels: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    return _bytes(pixels * (1 + share * rng.choice((-1, 1))))


def _contrast(pixels: np.ndarray, factor: float, _) -> np.ndarray:
    return _bytes(pixels.mean() + factor * (pixels - pixels.mean()))


def _rotation(pixels: np.ndarray, degrees: float, rng: np.random.Generator) -> np.ndarray:
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees * rng.choice((-1, 1)), 1)
    return cv2.warpAffine(pixels, turn, (width, height), borderMode=cv2.BORDER_REFLECT_101)


def _resolution(pixels: np.ndarray, factor: float, _) -> np.ndarray:
    height, width = pixels.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return cv2.resize(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), (width, height))


def _bytes(values: np.ndarray) -> np.ndarray:
    return values.round().clip(0, 255).astype(np.uint8)


CORRUPTIONS: dict[str, Corruption] = {
    c.key: c
    for c in (
        Corruption("blur", "Blur", "sigma in pixels of 224", (0.6, 1.0, 1.6, 2.4, 3.6), _blur),
        Corruption("noise", "Noise", "standard deviation, share of white", (0.02, 0.04, 0.07, 0.11, 0.16), _noise),
        Corruption("jpeg", "JPEG", "quality", (60, 40, 25, 15, 8), _jpeg),
        Corruption("brightness", "Brightness", "share brighter or darker", (0.1, 0.2, 0.3, 0.45, 0.6), _brightness),
        Corruption("contrast", "Contrast", "share kept", (0.8, 0.65, 0.5, 0.35, 0.2), _contrast),
        Corruption("rotation", "Rotation", "degrees either way", (5, 10, 20, 30, 45), _rotation),
        Corruption("resolution", "Low resolution", "share of the side kept", (0.7, 0.5, 0.35, 0.25, 0.15), _resolution),
    )
}
