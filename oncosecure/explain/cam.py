"""Class activation map (Zhou et al., Learning Deep Features for Discriminative Localization, 2016).

The raw map of a class is its dense weights times the last feature maps. With global average pooling and
one dense layer it equals Grad-CAM up to a constant factor, needs no backward pass, and its mean plus
the bias is the class's logit. What is shown is the part above the raw map's mean (see `evidence`), at
the place that the cells answer to (see `OFFSETS`). Both were chosen on the lesion masks of validation
pictures; `explanations.json` says what they are worth on the test split.

Finer maps were tried and turned down. With the last one or two strides undone and the layers after them
dilated, which leaves every logit as it is, maps of 14 x 14 and 28 x 28 cells held 2 to 4 % more of their
energy inside the lesions of the validation pictures, at 2 and 7 times the cost of the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from oncosecure.explain.network import Network, Progress
from oncosecure.models.preprocess import unfit

#: How far below and to the right of its cell a value of the last feature maps belongs, in cells, by family of networks.
#: Keras pads strided layers more at the bottom right, so that the field of an EfficientNet-Lite's cell is centred half
#: a cell from the cell's own middle. What the cell answers to lies between the two: of 0, 1/8, 1/4, 3/8 and 1/2, a
#: quarter agreed best with the validation masks of two modalities.
OFFSETS = {"efficientnet_lite": 0.25}


class Heatmaps(Mapping[str, np.ndarray]):
    """Maps of all classes at the scan's size, drawn when they are asked for.

    Every map is (H, W) float32 in [0, 1]: evidence for the class, as a share of the strongest evidence for any
    class in this scan. A class that nothing speaks for has an empty map, rather than noise stretched to full scale.
    """

    def __init__(self, labels: tuple[str, ...], maps: np.ndarray, shape: tuple[int, int], offset: float = 0.0) -> None:
        """Take (h, w, C) maps, the scan's (H, W), and the offset of `unfit`.

        What is negative in the maps is left out only after they are drawn, so that edges stay sharp.
        """
        self._labels, self._shape, self._offset = labels, shape, offset
        self._coarse = relative(maps)

    def at(self, shape: tuple[int, int]) -> Heatmaps:
        """The same maps for a copy of the scan that has another size, (H, W), and the same proportions."""
        return Heatmaps(self._labels, self._coarse, shape, self._offset)

    def __getitem__(self, label: str) -> np.ndarray:
        try:
            i = self._labels.index(label)
        except ValueError:
            raise KeyError(label) from None
        return np.maximum(unfit(np.ascontiguousarray(self._coarse[..., i]), self._shape, self._offset), 0)

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)


def maps(network: Network, picture: np.ndarray, labels: Sequence[int], progress: Progress) -> np.ndarray:
    """Evidence for classes by their indices, (h, w, len(labels)) float32, in a picture that `preprocess.fit` made."""
    found = evidence(network.run(picture[None]).maps[0])
    progress(1.0)
    return found[..., list(labels)]


def evidence(raw: np.ndarray) -> np.ndarray:
    """What stands out of raw class activation maps: each less its mean, or as it is where that is negative.

    The mean is what all of the scan adds to the class's logit alike, lesion or not.

    Args:
        raw: (h, w, C).

    Returns:
        (h, w, C) float32; what is not positive speaks for the class no more than the average cell does.
    """
    return (raw - np.maximum(raw.mean((0, 1)), 0)).astype(np.float32)


def offset(model: str) -> float:
    """The entry of `OFFSETS` for a network, 0 where its family has none."""
    return next((cells for family, cells in OFFSETS.items() if model.startswith(family)), 0.0)


def relative(maps: np.ndarray) -> np.ndarray:
    """Maps over their common maximum, float32 of at most 1; all zero if nothing is positive."""
    top = float(maps.max())
    return (maps / top if top > 0 else np.zeros_like(maps)).astype(np.float32)
