"""Grad-CAM (Selvaraju et al., 2017) by tf-keras-vis, on the Keras engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from oncosecure.explain.network import Network, Progress
from oncosecure.models import efficientnet_lite
from oncosecure.models.engine import KerasEngine


def maps(network: Network, picture: np.ndarray, labels: Sequence[int], progress: Progress) -> np.ndarray:
    """Grad-CAM of classes by their indices, (h, w, len(labels)) float32; see `coarse`."""
    return per_class(lambda label: coarse(network.keras, picture, label), labels, progress)


def coarse(engine: KerasEngine, picture: np.ndarray, label: int) -> np.ndarray:
    """Grad-CAM of one class at the size of the last feature maps.

    Args:
        engine: the Keras engine.
        picture: (S, S, 3) uint8, as `preprocess.fit` makes it.
        label: index of the class.

    Returns:
        (h, w) float32, not negative, not scaled.
    """
    from tf_keras_vis.gradcam import Gradcam

    return by_last_features(Gradcam, engine, picture, label)


def by_last_features(kind: type, engine: KerasEngine, picture: np.ndarray, label: int) -> np.ndarray:
    """The map of a method of tf-keras-vis that weighs the last feature maps.

    The network ends in logits, so nothing saturates; the layer is the last activation, since tf-keras-vis would
    otherwise pick the convolution before batch normalisation.
    """
    from tf_keras_vis.utils.scores import CategoricalScore

    found = kind(engine.model, clone=False)(
        CategoricalScore([label]),
        picture[None].astype(np.float32),
        penultimate_layer=efficientnet_lite.LAST_FEATURES,
        seek_penultimate_conv_layer=False,
        expand_cam=False,
        normalize_cam=False,
    )
    return np.asarray(found[0], np.float32)


def per_class(one: Callable[[int], np.ndarray], labels: Sequence[int], progress: Progress) -> np.ndarray:
    """Maps of classes, each computed by `one(label)`, side by side: (h, w, len(labels))."""
    found = []
    for label in labels:
        found.append(one(label))
        progress(len(found) / len(labels))
    return np.stack(found, axis=-1)
