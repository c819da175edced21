"""Test-time augmentation: the same scan seen eight times, and whether the answer stays (Ayhan and Berens, 2018)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

#: Turns in degrees and scales of the four views that are also mirrored, for scans that have an up and a down.
_UPRIGHT = ((0, 1.0), (8, 1.0), (-8, 1.0), (0, 1.1))


@dataclass(frozen=True)
class Stability:
    """Answers to the eight views of a scan.

    Attributes:
        labels: the C labels.
        probabilities: (8, C) calibrated probabilities; the first row is the scan as it is.
    """

    labels: tuple[str, ...]
    probabilities: np.ndarray

    @property
    def mean(self) -> dict[str, float]:
        """Mean probability of every label over the views."""
        return dict(zip(self.labels, self.probabilities.mean(0).tolist(), strict=True))

    @property
    def spread(self) -> dict[str, float]:
        """Standard deviation of every label's probability over the views."""
        return dict(zip(self.labels, self.probabilities.std(0).tolist(), strict=True))

    @property
    def predicted(self) -> tuple[str, ...]:
        """The most probable label in every view."""
        return tuple(self.labels[i] for i in self.probabilities.argmax(1))

    @property
    def stable(self) -> bool:
        """Whether all views have the same most probable label."""
        return len(set(self.predicted)) == 1


def views(pixels: np.ndarray, any_way_up: bool) -> list[np.ndarray]:
    """Eight views of an (H, W, 3) uint8 picture, the first one unchanged.

    Args:
        any_way_up: the picture has no up and down (skin, tissue): it is turned by quarters and mirrored, which
            changes no pixel. Otherwise it is turned by 8 degrees either way, enlarged by a tenth, and mirrored.
    """
    if any_way_up:
        turned = [np.rot90(pixels, quarters) for quarters in range(4)]
    else:
        turned = [_turned(pixels, degrees, scale) for degrees, scale in _UPRIGHT]
    return [np.ascontiguousarray(view) for view in (*turned, *(view[:, ::-1] for view in turned))]


def look_again(pixels: np.ndarray, labels: tuple[str, ...], answer: Callable, any_way_up: bool) -> Stability:
    """Answer all views.

    Args:
        answer: (H, W, 3) uint8 -> (C,) calibrated probabilities.
    """
    return Stability(labels, np.stack([answer(view) for view in views(pixels, any_way_up)]))


def _turned(pixels: np.ndarray, degrees: float, scale: float) -> np.ndarray:
    if (degrees, scale) == (0, 1.0):
        return pixels
    height, width = pixels.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, scale)
    return cv2.warpAffine(pixels, matrix, (width, height), borderMode=cv2.BORDER_CONSTANT)
