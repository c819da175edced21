"""Explanations: one method a file, one call for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.explain import cam
from oncosecure.explain.cam import Heatmaps
from oncosecure.explain.network import Network, Progress, Released, silent
from oncosecure.models.preprocess import fit


@dataclass(frozen=True)
class Target:
    """What is explained: a modality's network by its name, as it was released or as it stands in memory."""

    modality: Modality
    model: str
    network: Network


def released(modality: Modality, model: str | None = None) -> Target:
    """A released network, the modality's default one if None."""
    return Target(modality, model or modality.models[0], Released(modality, model))


@dataclass(frozen=True)
class Method:
    """A way of explaining.

    Attributes:
        key: name of the module in `oncosecure.explain` that holds its `maps`, and of the command line's choice.
        title: what it is called.
        sentence: what it does.
        needs_keras: whether it needs TensorFlow.
        on_features: whether its cells are those of the last feature maps.
        signed: whether bright means "speaks for the class", rather than "matters to the class's score".
        slow: whether it takes so many runs of the network that it is measured on a part of the pictures.
    """

    key: str
    title: str
    sentence: str
    needs_keras: bool
    on_features: bool = True
    signed: bool = True
    slow: bool = True

    @property
    def maps(self) -> Callable[[Network, np.ndarray, Sequence[int], Progress], np.ndarray]:
        """(network, (S, S, 3) uint8 of `preprocess.fit`, indices of classes, progress) -> (h, w, classes) float32."""
        return import_module(f"{__name__}.{self.key}").maps

    def heatmaps(self, target: Target, pixels: np.ndarray, labels: Sequence[str], progress: Progress) -> Heatmaps:
        """Maps of some labels at the size of (H, W, 3) uint8 pixels; their common maximum is 1."""
        picture = fit(pixels, target.modality.input_size)
        coarse = self.maps(target.network, picture, [target.modality.labels.index(label) for label in labels], progress)
        return Heatmaps(tuple(labels), coarse, pixels.shape[:2], cam.offset(target.model) if self.on_features else 0.0)


METHODS: dict[str, Method] = {
    m.key: m
    for m in (
        Method(
            "cam",
            "Class activation map",
            "Weights of the class times the last feature maps, as far as they stand out; comes with the prediction.",
            needs_keras=False,
            slow=False,
        ),
        Method(
            "gradcam",
            "Grad-CAM",
            "Gradient of the class's score with respect to the last feature maps.",
            needs_keras=True,
        ),
        Method(
            "gradcam_plus_plus",
            "Grad-CAM++",
            "As Grad-CAM, with weights that favour what several places have in common.",
            needs_keras=True,
        ),
        Method(
            "scorecam",
            "Score-CAM",
            "Lays feature maps over the scan as masks and weighs each by the class's probability under it.",
            needs_keras=True,
        ),
        Method(
            "saliency",
            "Saliency",
            "Where a small change of a pixel would move the class's score, up or down.",
            needs_keras=True,
            on_features=False,
            signed=False,
        ),
        Method(
            "smoothgrad",
            "SmoothGrad",
            "Saliency, averaged over copies of the scan with noise.",
            needs_keras=True,
            on_features=False,
            signed=False,
        ),
        Method(
            "occlusion",
            "Occlusion",
            "Covers one place after the other and looks how far the class's score falls.",
            needs_keras=False,
            on_features=False,
        ),
    )
}


def heatmaps(
    modality: Modality,
    pixels: np.ndarray,
    method: str = "cam",
    model: str | None = None,
    progress: Progress = silent,
) -> Heatmaps:
    """Where the network sees evidence for each class.

    Args:
        modality: an image modality with weights.
        pixels: (H, W, 3) uint8 RGB.
        method: a key of `METHODS`.
        model: a released network; the modality's default if None.
        progress: told the share done, 0 to 1.

    Returns:
        For every label an (H, W) float32 map in [0, 1], a share of the strongest evidence for any class.

    Raises:
        ScanError: if the method or the weights do not exist.
    """
    if method not in METHODS:
        raise ScanError(f"There is no method {method!r}; there are {', '.join(METHODS)}.")
    return METHODS[method].heatmaps(released(modality, model), pixels, modality.labels, progress)


def heatmap(
    modality: Modality,
    pixels: np.ndarray,
    label: str,
    method: str = "cam",
    model: str | None = None,
    progress: Progress = silent,
) -> np.ndarray:
    """The map of one class; see `heatmaps`.

    Returns:
        (H, W) float32 in [0, 1].

    Raises:
        ScanError: if the label, the method or the weights do not exist.
    """
    if label not in modality.labels:
        raise ScanError(f"{modality.key} has no label {label!r}; it has {', '.join(modality.labels)}.")
    return heatmaps(modality, pixels, method, model, progress)[label]
