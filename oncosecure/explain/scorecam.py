"""Score-CAM (Wang et al., 2020), the faster kind: only the feature maps that vary most are tried.

Every feature map is laid over the picture as a mask; how much the class's probability rises above that of an empty
picture is the map's weight. No gradient is involved, and one set of runs serves all classes. Trying a few maps instead
of all 1280 is Faster-Score-CAM (as in tf-keras-vis): maps that hardly vary mask nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from oncosecure.explain.network import Network, Progress, run_many
from oncosecure.uncertainty.temperature import softmax

#: Feature maps that are tried.
CHANNELS = 48


def maps(network: Network, picture: np.ndarray, labels: Sequence[int], progress: Progress) -> np.ndarray:
    """Score-CAM of classes at the size of the last feature maps.

    Args:
        network: the network.
        picture: (S, S, 3) uint8, as `preprocess.fit` makes it.
        labels: indices of the classes to explain.
        progress: told the share done.

    Returns:
        (h, w, len(labels)) float32; negative where a class loses probability.
    """
    features = network.keras.features(picture[None])[0]
    features = features[..., np.argsort(-features.std((0, 1)), kind="stable")[:CHANNELS]]
    masked = [np.zeros_like(picture, np.float32), *(picture * mask for mask in masks(features, len(picture)))]
    p = softmax(run_many(network, np.stack(masked), progress), 1.0)
    return (features @ (p[1:] - p[0])[:, list(labels)]).astype(np.float32)


def masks(features: np.ndarray, size: int) -> np.ndarray:
    """(h, w, K) feature maps as (K, size, size, 1) masks in [0, 1]."""
    low, high = features.min((0, 1)), features.max((0, 1))
    scaled = (features - low) / np.maximum(high - low, 1e-9)
    return np.stack([cv2.resize(scaled[..., k], (size, size))[..., None] for k in range(scaled.shape[-1])])
