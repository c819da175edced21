"""Prediction sets by split conformal prediction (Sadinle, Lei and Wasserman, 2019).

The set holds every label whose probability reaches a threshold that validation pictures set, so that
it contains the right label of a fresh picture with at least the stated probability, on average
over pictures like the validation ones.
"""

from __future__ import annotations

import numpy as np


def fit(probabilities: np.ndarray, targets: np.ndarray, coverage: float = 0.9) -> float:
    """The probability that a label must reach to enter the set.

    Args:
        probabilities: (N, C) calibrated probabilities of validation pictures.
        targets: (N,) their right labels.
        coverage: stated share of pictures whose right label the set holds, 0 to 1.
    """
    right = np.sort(probabilities[np.arange(len(targets)), targets])
    # The finite-sample correction: the k-th smallest with k = floor((n + 1) (1 - coverage)).
    k = int(np.floor((len(right) + 1) * (1 - coverage)))
    return float(right[k - 1]) if k >= 1 else 0.0


def members(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """(N, C) bool, the labels of every picture's set; the most probable one is always in it."""
    inside = probabilities >= threshold
    inside[np.arange(len(probabilities)), probabilities.argmax(1)] = True
    return inside
