"""Explanations: one method a file, one call for all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.explain.cam import Heatmaps
from oncosecure.models import engine
from oncosecure.models.preprocess import fit


@dataclass(frozen=True)
class Method:
    """A way of explaining: what it is called, one sentence on it, and whether it needs TensorFlow."""

    key: str
    title: str
    sentence: str
    needs_keras: bool
    coarse: Callable[[Modality, str | None, np.ndarray], np.ndarray]


def _cam(modality: Modality, model: str | None, picture: np.ndarray) -> np.ndarray:
    return engine.litert(modality, model).run(picture[None]).maps[0]


def _gradcam(modality: Modality, model: str | None, picture: np.ndarray) -> np.ndarray:
    from oncosecure.explain import gradcam

    network = engine.keras_engine(modality, model)
    maps = [gradcam.coarse(network, picture, i) for i in range(len(modality.labels))]
    return np.stack(maps, axis=-1)


METHODS: dict[str, Method] = {
    m.key: m
    for m in (
        Method(
            "cam",
            "Class activation map",
            "Weights of the class times the last feature maps; comes with the prediction.",
            False,
            _cam,
        ),
        Method(
            "gradcam",
            "Grad-CAM",
            "Gradient of the class's score with respect to the last feature maps.",
            True,
            _gradcam,
        ),
    )
}


def heatmaps(modality: Modality, pixels: np.ndarray, method: str = "cam", model: str | None = None) -> Heatmaps:
    """Where the network sees evidence for each class.

    Args:
        modality: an image modality with weights.
        pixels: (H, W, 3) uint8 RGB.
        method: a key of `METHODS`.
        model: a released network; the modality's default if None.

    Returns:
        For every label an (H, W) float32 map in [0, 1], a share of the strongest evidence for any class.

    Raises:
        ScanError: if the method or the weights do not exist.
    """
    if method not in METHODS:
        raise ScanError(f"There is no method {method!r}; there are {', '.join(METHODS)}.")
    maps = METHODS[method].coarse(modality, model, fit(pixels, modality.input_size))
    return Heatmaps(modality.labels, maps, pixels.shape[:2])


def heatmap(
    modality: Modality, pixels: np.ndarray, label: str, method: str = "cam", model: str | None = None
) -> np.ndarray:
    """The map of one class; see `heatmaps`.

    Returns:
        (H, W) float32 in [0, 1].

    Raises:
        ScanError: if the label, the method or the weights do not exist.
    """
    if label not in modality.labels:
        raise ScanError(f"{modality.key} has no label {label!r}; it has {', '.join(modality.labels)}.")
    return heatmaps(modality, pixels, method, model)[label]
