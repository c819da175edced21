"""What a threshold on a probability does: counts, rates, predictive values, and the curves over all thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oncosecure.evaluation import metrics, weighted
from oncosecure.evaluation.outcomes import Outcomes


@dataclass(frozen=True)
class Counts:
    """Pictures by what they are and what they are called from a threshold on."""

    found: int
    missed: int
    alarms: int
    cleared: int

    @property
    def sensitivity(self) -> float:
        """Share of the findings that are found; nan without any."""
        return _ratio(self.found, self.found + self.missed)

    @property
    def specificity(self) -> float:
        """Share of the others that are cleared; nan without any."""
        return _ratio(self.cleared, self.cleared + self.alarms)


def counts(p: np.ndarray, positive: np.ndarray, threshold: float) -> Counts:
    """Counts at a threshold: (N,) probabilities of at least `threshold` are called findings."""
    called = p >= threshold
    pairs = ((positive, called), (positive, ~called), (~positive, called), (~positive, ~called))
    return Counts(*(int((a & b).sum()) for a, b in pairs))


def predictive_values(sensitivity: float, specificity: float, prevalence: float) -> tuple[float, float]:
    """Positive and negative predictive value at a prevalence, by Bayes' rule; nan where nothing is called so."""
    found, missed = sensitivity * prevalence, (1 - sensitivity) * prevalence
    cleared, alarms = specificity * (1 - prevalence), (1 - specificity) * (1 - prevalence)
    return _ratio(found, found + alarms), _ratio(cleared, cleared + missed)


def rates(outcomes: Outcomes, threshold: float, draws: int = 1000) -> dict[str, dict[str, float]]:
    """Sensitivity and specificity for a finding at a threshold, with 95 % intervals from a bootstrap over groups."""
    called, finding = outcomes.finding_probability >= threshold, outcomes.is_finding
    weights = weighted.draws(outcomes.groups, draws)
    parts = {"sensitivity": (finding, called), "specificity": (~finding, ~called)}
    return {name: _rate(hit[rows], weights[rows], outcomes.groups[rows]) for name, (rows, hit) in parts.items()}


def area(outcomes: Outcomes, draws: int = 1000) -> dict[str, float]:
    """Area under the ROC curve of the finding's probability, with a 95 % interval from a bootstrap over groups."""
    p, positive = outcomes.finding_probability, outcomes.is_finding
    weights = (weighted.unit(len(outcomes)), weighted.draws(outcomes.groups, draws))
    point, samples = (weighted.auc(p, positive, w) for w in weights)
    return metrics.interval(float(point[0]), samples)


def roc(p: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False positive rate and sensitivity over all thresholds, from (0, 0) to (1, 1)."""
    true, false = _cumulated(p, positive)
    return np.append(0, false / max(false[-1], 1)), np.append(0, true / max(true[-1], 1))


def precision_recall(p: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Recall and precision over all thresholds, the highest threshold first."""
    true, false = _cumulated(p, positive)
    return true / max(true[-1], 1), true / (true + false)


def average_precision(p: np.ndarray, positive: np.ndarray) -> float:
    """Precision averaged over the steps of recall; nan without a finding."""
    if not positive.any():
        return float("nan")
    recall, precision = precision_recall(p, positive)
    return float((np.diff(recall, prepend=0) * precision).sum())


def _cumulated(p: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Findings and others at or above every distinct probability, the highest first."""
    order = np.argsort(-p, kind="stable")
    last = np.append(np.flatnonzero(np.diff(p[order])), len(p) - 1)
    true = np.cumsum(positive[order])[last]
    return true, last + 1 - true


def _rate(hits: np.ndarray, weights: np.ndarray, groups: np.ndarray) -> dict[str, float]:
    if not len(hits):
        return dict.fromkeys(("value", "low", "high"), float("nan"))
    return metrics.exact_bound(metrics.interval(float(hits.mean()), weighted.share(hits, weights)), groups)


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")
