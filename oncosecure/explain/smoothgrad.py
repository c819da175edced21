"""SmoothGrad (Smilkov et al., 2017) by tf-keras-vis: the mean of saliency over noisy copies of the picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from oncosecure.explain import saliency
from oncosecure.explain.network import Network, Progress

#: Noisy copies, and how many go between two reports of progress.
SAMPLES, CHUNK = 16, 2


def maps(network: Network, picture: np.ndarray, labels: Sequence[int], progress: Progress) -> np.ndarray:
    """SmoothGrad of classes by their indices, with noise of a fifth of the picture's range; see `saliency.maps`.

    Noise is drawn anew in every call, so two maps of one picture differ a little.
    """
    total = np.zeros(1, np.float32)
    for done in range(0, SAMPLES, CHUNK):
        total = total + saliency.gradients(network, picture, labels, CHUNK) / (SAMPLES / CHUNK)
        progress((done + CHUNK) / SAMPLES)
    return saliency.cut(total)
