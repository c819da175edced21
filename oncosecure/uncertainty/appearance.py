"""What a picture looks like from afar: how much its tones vary, and over which distances.

A network that tells seven skin lesions apart has little use for what all of them share, so its embedding can lack what
tells skin from stained tissue. Contrast and coarse structure hold it, in a few numbers. Mean colour and fine detail,
which are the camera's rather than the subject's, are left out: another hospital's pictures must not become strangers.
The bands are those of a Laplacian pyramid (Burt and Adelson, The Laplacian Pyramid as a Compact Image Code, 1983); the
distance is Mahalanobis'.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

#: How many numbers describe a picture.
SIZE = 8
_SIDE = 112
#: Levels of the pyramid, 0 the finest, that are kept of lightness, and of the two colour axes.
_LIGHTNESS, _COLOUR = (2, 3, 4), (2,)


def describe(pixels: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 -> (SIZE,) float32: logarithms of the spread of L*, a* and b*, and of their bands' strength."""
    small = cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    channels = cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2LAB))
    spread = [np.log(channel.std() + 0.5) for channel in channels]
    kept = (_LIGHTNESS, _COLOUR, _COLOUR)
    bands = [np.log(s + 0.05) for channel, levels in zip(channels, kept, strict=True) for s in _bands(channel, levels)]
    return np.array(spread + bands, np.float32)


def append(embeddings: np.ndarray, pictures: np.ndarray) -> np.ndarray:
    """(N, D) embeddings with the descriptions of (N, H, W, 3) uint8 pictures as further columns."""
    return np.column_stack([embeddings, np.stack([describe(pixels) for pixels in pictures])])


def _bands(channel: np.ndarray, levels: tuple[int, ...]) -> list[float]:
    """Mean absolute value of some levels of the channel's Laplacian pyramid."""
    found = []
    for level in range(max(levels) + 1):
        coarser = cv2.pyrDown(channel)
        if level in levels:
            found.append(float(np.abs(channel - cv2.pyrUp(coarser, dstsize=channel.shape[::-1])).mean()))
        channel = coarser
    return found


@dataclass(frozen=True)
class Appearance:
    """Descriptions of the training pictures, as their mean and what makes their distances comparable.

    Attributes:
        mean: (SIZE,) float32.
        whitening: (SIZE, SIZE) float32; a description minus the mean, times this, has the distance as its length.
    """

    mean: np.ndarray
    whitening: np.ndarray

    @classmethod
    def fit(cls, looks: np.ndarray, beside: np.ndarray) -> Appearance:
        """Fit (N, SIZE) descriptions; 95 of 100 lie as near as 95 of 100 of the (N,) distances `beside` them."""
        mean = looks.mean(0)
        covariance = np.cov(looks.T) + 1e-6 * np.eye(looks.shape[1])
        whitening = np.linalg.cholesky(np.linalg.inv(covariance))
        scale = np.quantile(beside, 0.95) / max(
            np.quantile(np.linalg.norm((looks - mean) @ whitening, axis=1), 0.95), 1e-9
        )
        return cls(mean.astype(np.float32), (scale * whitening).astype(np.float32))

    def distance(self, looks: np.ndarray) -> np.ndarray:
        """(N, SIZE) descriptions -> (N,) distance from the training pictures."""
        return np.linalg.norm((looks - self.mean) @ self.whitening, axis=1)
