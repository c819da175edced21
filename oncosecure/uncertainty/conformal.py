"""Prediction sets by split conformal prediction (Sadinle, Lei and Wasserman, 2019; Vovk, 2012).

The set holds every label whose probability reaches the label's threshold. Thresholds come from
validation pictures, for each label from its own ones where there are enough: then the set contains
the right label of a fresh picture with at least the stated probability, whichever label that is, on
average over pictures like the validation ones. crepes fits; answering needs only the numbers.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np


def fit(probabilities: np.ndarray, targets: np.ndarray, coverage: float = 0.9) -> float:
    """One threshold for all labels: the probability that a label must reach to enter the set.

    Args:
        probabilities: (N, C) calibrated probabilities of validation pictures.
        targets: (N,) their right labels.
        coverage: stated share of pictures whose right label the set holds, 0 to 1.
    """
    return _smallest_member(probabilities[np.arange(len(targets)), targets], coverage)


def fit_by_label(probabilities: np.ndarray, targets: np.ndarray, coverage: float = 0.9) -> np.ndarray:
    """(C,) thresholds, each from the validation pictures of that label alone, so that coverage holds for each label.

    A label with fewer than `least(coverage)` pictures takes the threshold of all.
    """
    common = fit(probabilities, targets, coverage)
    thresholds = np.full(probabilities.shape[1], common)
    for label in np.flatnonzero(np.bincount(targets, minlength=len(thresholds)) >= least(coverage)):
        thresholds[label] = _smallest_member(probabilities[targets == label, label], coverage)
    return thresholds


def least(coverage: float) -> int:
    """How many pictures are needed to state a coverage at all: below it, only the set of all labels is sure."""
    return int(round(coverage / (1 - coverage), 9)) + 1


def _smallest_member(right: np.ndarray, coverage: float) -> float:
    """The smallest of the (N,) right labels' probabilities that crepes lets into the set; 0 where it lets in all.

    Membership changes at these values only, so the threshold gives the sets of crepes exactly.
    """
    from crepes import ConformalClassifier

    # The negative probability is the strangeness: 1 - p would round, and part pictures that tie.
    machine = ConformalClassifier().fit(-right)

    def inside(p: float) -> bool:
        return bool(machine.predict_set(np.array([[-p]]), confidence=coverage, smoothing=False)[0, 0])

    candidates = np.sort(np.append(right, 0.0))
    return float(candidates[bisect_left(candidates, True, key=inside)])


def members(probabilities: np.ndarray, threshold: float | np.ndarray, coverage: float = 0.9) -> np.ndarray:
    """(N, C) bool, the labels of every picture's set.

    Where no label reaches the threshold, which a good model sets high, the set would be empty and say
    nothing. There it holds the most probable labels that together reach `coverage`: a larger set
    keeps the guarantee, and shows which labels the model cannot tell apart.

    Args:
        threshold: one for all labels, or (C,).
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
