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


def members(probabilities: np.ndarray, threshold: float, coverage: float = 0.9) -> np.ndarray:
    """(N, C) bool, the labels of every picture's set.

    Where no label reaches the threshold, which a good model sets high, the set would be empty and say
    nothing. There it holds the most probable labels that together reach `coverage`: a larger set
    keeps the guarantee, and shows which labels the model cannot tell apart.
    """
    inside = probabilities >= threshold
    empty = ~inside.any(axis=1)
    inside[empty] = _most_probable(probabilities[empty], coverage)
    return inside


def _most_probable(probabilities: np.ndarray, total: float) -> np.ndarray:
    """(N, C) bool, the fewest labels whose probabilities sum to at least `total`."""
    order = np.argsort(-probabilities, axis=1, kind="stable")
    ranked = np.take_along_axis(probabilities, order, axis=1)
    needed = ranked.cumsum(axis=1) - ranked < total
    chosen = np.zeros_like(needed)
    np.put_along_axis(chosen, order, needed, axis=1)
    return chosen
