"""The pictures that say most about a model: those it got wrong and was sure of, and those no model gets right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from oncosecure.evaluation.outcomes import Outcomes


def confidently_wrong(outcomes: Outcomes, most: int = 12) -> np.ndarray:
    """Rows of wrong answers, the surest first."""
    wrong = np.flatnonzero(~outcomes.right)
    return wrong[np.argsort(-outcomes.probabilities.max(1)[wrong], kind="stable")][:most]


def barely_right(outcomes: Outcomes, most: int = 12) -> np.ndarray:
    """Rows of right answers, the least sure first."""
    right = np.flatnonzero(outcomes.right)
    return right[np.argsort(outcomes.probabilities.max(1)[right], kind="stable")][:most]


def hardest(models: Sequence[Outcomes], most: int = 12) -> np.ndarray:
    """Rows with the lowest probability of the right label, averaged over models on the same pictures."""
    return np.argsort(right_probability(models), kind="stable")[:most]


def right_probability(models: Sequence[Outcomes]) -> np.ndarray:
    """(N,) probability of the right label, averaged over models."""
    rows = np.arange(len(models[0]))
    return np.mean([o.probabilities[rows, o.targets] for o in models], axis=0)


def only_right(one: Outcomes, other: Outcomes) -> np.ndarray:
    """Rows that one model got right and the other wrong, where the other was surest first."""
    rows = np.flatnonzero(one.right & ~other.right)
    return rows[np.argsort(-other.probabilities.max(1)[rows], kind="stable")]
