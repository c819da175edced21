"""Risk levels: thresholds on the target probability, chosen on validation for a stated sensitivity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Thresholds:
    """Below `low` the risk is low, from `high` on it is high.

    `low` keeps at least `sensitivity` of validation findings at or above it; from `high` on at most
    1 - `specificity` of the validation pictures without a finding are found.
    """

    low: float
    high: float
    sensitivity: float
    specificity: float

    def level(self, target_probability: float) -> str:
        """ "low", "medium" or "high"."""
        if target_probability < self.low:
            return "low"
        return "high" if target_probability >= self.high else "medium"


def from_card(levels: dict) -> Thresholds:
    """The thresholds in a card's `risk`, which also holds what they keep on test."""
    return Thresholds(**{name: levels[name] for name in ("low", "high", "sensitivity", "specificity")})


def fit(
    target_probability: np.ndarray, is_target: np.ndarray, sensitivity: float = 0.99, specificity: float = 0.95
) -> Thresholds:
    """Choose the thresholds on validation.

    A model that separates validation perfectly would put both next to each other, anywhere. So that
    a level never contradicts the probability beside it, `low` is at most 0.1 and `high` at least 0.9;
    what lies between is medium. Both limits only raise the sensitivity and specificity that are stated.

    Args:
        target_probability: (N,) in [0, 1].
        is_target: (N,) bool.
        sensitivity: share of findings that must not be called low.
        specificity: share of the rest that must not be called high.
    """
    found = np.sort(target_probability[is_target])
    rest = np.sort(target_probability[~is_target])
    low = found[int(np.floor((1 - sensitivity) * len(found)))] if len(found) else 0.5
    high = rest[min(len(rest) - 1, int(np.ceil(specificity * len(rest))))] if len(rest) else 0.5
    return Thresholds(min(float(low), 0.1), max(float(np.nextafter(high, 2)), 0.9), sensitivity, specificity)
