"""Decision curves: what acting on a model is worth, in findings found at no cost (Vickers and Elkin, 2006)."""

from __future__ import annotations

import numpy as np


def net_benefit(
    p: np.ndarray, positive: np.ndarray, thresholds: np.ndarray, prevalence: float | None = None
) -> np.ndarray:
    """Net benefit of acting wherever the probability reaches a threshold.

    found - alarms · t / (1 - t), both as shares of all: who acts from probability t on holds one
    missed finding to be worth (1 - t) / t needless actions.

    Args:
        p: (N,) probability of a finding.
        positive: (N,) bool.
        thresholds: (T,) in [0, 1).
        prevalence: of findings; that of the pictures if None.

    Returns:
        (T,), at most the prevalence. Acting never is worth 0.
    """
    found, alarms = (np.array([(p[rows] >= t).mean() for t in thresholds]) for rows in (positive, ~positive))
    share = positive.mean() if prevalence is None else prevalence
    return found * share - alarms * (1 - share) * _odds(thresholds)


def treat_all(thresholds: np.ndarray, prevalence: float) -> np.ndarray:
    """(T,) net benefit of acting on everything."""
    return prevalence - (1 - prevalence) * _odds(thresholds)


def useful(benefit: np.ndarray, thresholds: np.ndarray, prevalence: float) -> np.ndarray:
    """(T,) bool, where a model is worth more than acting on everything and than never acting."""
    return benefit > np.maximum(treat_all(thresholds, prevalence), 0) + 1e-12


def _odds(thresholds: np.ndarray) -> np.ndarray:
    return thresholds / (1 - thresholds)
