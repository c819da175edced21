"""Saliency (Simonyan et al., 2014) by tf-keras-vis, on the Keras engine.

The gradient of the class's score with respect to every pixel: where a small change would move the score, in either
direction. Colour channels are brought together by their maximum.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

from oncosecure.explain.network import Network, Progress

#: Quantile at which a map is cut off: a few pixels with huge gradients would leave the rest in the dark.
CUT = 0.995


def maps(network: Network, picture: np.ndarray, labels: Sequence[int], progress: Progress) -> np.ndarray:
    """Saliency of classes.

    Args:
        network: the network.
        picture: (S, S, 3) uint8, as `preprocess.fit` makes it.
        labels: indices of the classes to explain.
        progress: told the share done.

    Returns:
        (S, S, len(labels)) float32, not negative.
    """
    found = cut(gradients(network, picture, labels))
    progress(1.0)
    return found


def gradients(network: Network, picture: np.ndarray, labels: Sequence[int], samples: int = 0) -> np.ndarray:
    """Absolute gradients of classes, (S, S, len(labels)); the mean over `samples` noisy copies if there are any."""
    from tf_keras_vis.saliency import Saliency
    from tf_keras_vis.utils.scores import CategoricalScore

    method = Saliency(network.keras.model, clone=False)
    batch = np.repeat(picture[None].astype(np.float32), len(labels), axis=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The structure of `inputs`")  # tf-keras-vis hands over a list of one
        found = method(CategoricalScore(list(labels)), batch, smooth_samples=samples, normalize_map=False)
    return np.moveaxis(np.asarray(found, np.float32), 0, -1)


def cut(found: np.ndarray) -> np.ndarray:
    """Every class's map, cut off at its own quantile `CUT`."""
    return np.minimum(found, np.quantile(found, CUT, axis=(0, 1))).astype(np.float32)
