"""Grad-CAM++ (Chattopadhay et al., 2018) by tf-keras-vis, on the Keras engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from oncosecure.explain.gradcam import by_last_features, per_class
from oncosecure.explain.network import Network, Progress


def maps(network: Network, picture: np.ndarray, labels: Sequence[int], progress: Progress) -> np.ndarray:
    """Grad-CAM++ of classes at the size of the last feature maps.

    The method takes the exponential of the logit, so that maps of two classes differ by orders of magnitude and cannot
    share a scale; each is divided by its own maximum and given the strength of its class in a class activation map.

    Args:
        network: the network.
        picture: (S, S, 3) uint8, as `preprocess.fit` makes it.
        labels: indices of the classes to explain.
        progress: told the share done.

    Returns:
        (h, w, len(labels)) float32, not negative.
    """
    from tf_keras_vis.gradcam_plus_plus import GradcamPlusPlus

    def one(label: int) -> np.ndarray:
        return by_last_features(GradcamPlusPlus, network.keras, picture, label)

    found = per_class(one, labels, progress)
    strength = np.maximum(network.run(picture[None]).maps[0], 0).max((0, 1))[list(labels)]
    return found / np.maximum(found.max((0, 1)), np.finfo(np.float32).tiny) * strength
