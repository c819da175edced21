"""Class activation map (Zhou et al., Learning Deep Features for Discriminative Localization, 2016).

The map of a class is its dense weights times the last feature maps. With global average pooling and
one dense layer it equals Grad-CAM up to a constant factor, and needs no backward pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from oncosecure.models.preprocess import unfit


class Heatmaps(Mapping[str, np.ndarray]):
    """Maps of all classes at the scan's size, drawn when they are asked for.

    Every map is (H, W) float32 in [0, 1]: positive evidence for the class, as a share of the strongest
    evidence for any class in this scan. A class that nothing speaks for has an empty map, rather than
    noise stretched to full scale.
    """

    def __init__(self, labels: tuple[str, ...], maps: np.ndarray, shape: tuple[int, int]) -> None:
        """Take (h, w, C) raw class activation maps and the scan's (H, W)."""
        self._labels, self._shape = labels, shape
        self._coarse = relative(maps)

    def at(self, shape: tuple[int, int]) -> Heatmaps:
        """The same maps for a copy of the scan that has another size, (H, W), and the same proportions."""
        return Heatmaps(self._labels, self._coarse, shape)

    def __getitem__(self, label: str) -> np.ndarray:
        try:
            i = self._labels.index(label)
        except ValueError:
            raise KeyError(label) from None
        return unfit(np.ascontiguousarray(self._coarse[..., i]), self._shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)


def relative(maps: np.ndarray) -> np.ndarray:
    """Positive part of raw maps over their common maximum, float32 in [0, 1]; all zero if nothing is positive."""
    positive = np.maximum(maps, 0).astype(np.float32)
    top = positive.max()
    return positive / top if top > 0 else positive
