"""Figures of a classifier, each with a bootstrap interval over groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from oncosecure.evaluation import weighted

if TYPE_CHECKING:
    import pandas as pd


def score(targets: np.ndarray, probabilities: np.ndarray, labels: Sequence[str], target: Sequence[str]) -> dict:
    """Point figures: those of `weighted.score`, every picture counted once.

    Args:
        targets: (N,) index of the right label.
        probabilities: (N, C).
        labels: the C labels.
        target: labels that count as a finding.
    """
    found = weighted.score(targets, probabilities, labels, target, weighted.unit(len(targets)))
    return {name: float(values[0]) for name, values in found.items()}


def expected_calibration_error(targets: np.ndarray, probabilities: np.ndarray) -> float:
    """Gap between confidence and accuracy of the predicted label, over 15 equal bins (Guo et al., 2017)."""
    return float(weighted.calibration_error(targets, probabilities, weighted.unit(len(targets)))[0])


def reliability(targets: np.ndarray, probabilities: np.ndarray, bins: int = 10) -> list[dict]:
    """Stated against observed over equal-width bins of the predicted label's probability; empty bins are left out.

    Returns:
        For every bin `low`, `high`, `pictures`, `stated` (mean probability) and `observed` (share right).
    """
    confidence, right = probabilities.max(1), probabilities.argmax(1) == targets
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        {
            "low": b / bins,
            "high": (b + 1) / bins,
            "pictures": int((number == b).sum()),
            "stated": float(confidence[number == b].mean()),
            "observed": float(right[number == b].mean()),
        }
        for b in np.unique(number).tolist()
    ]


def calibration_error_by_chance(probabilities: np.ndarray, draws: int = 500, seed: int = 0) -> dict[str, float]:
    """Expected calibration error that a perfectly calibrated model shows on so many pictures, by chance alone.

    Each draw takes a picture's first choice as right with the very probability that the model states.

    Returns:
        `value`, the mean over the draws, and `high`, which 95 % of them stay below.
    """
    rng, confidence, first = np.random.default_rng(seed), probabilities.max(1), probabilities.argmax(1)
    errors = []
    for _ in range(draws):
        right = rng.random(len(confidence)) < confidence
        errors.append(expected_calibration_error(np.where(right, first, -1), probabilities))
    return {"value": float(np.mean(errors)), "high": float(np.quantile(errors, 0.95))}


def share(hits: np.ndarray, groups: np.ndarray, draws: int = 1000) -> dict[str, float]:
    """Share of (N,) hits with its 95 % interval over groups, see `exact_bound`; nan of no picture.

    The pictures of one group say nothing of another, so their interval is everything from 0 to 1.
    """
    if not len(hits):
        return dict.fromkeys(("value", "low", "high"), float("nan"))
    if len(np.unique(groups)) == 1:
        return {"value": float(hits.mean()), "low": 0.0, "high": 1.0}
    weights = weighted.draws(groups, draws)
    return exact_bound(interval(float(hits.mean()), hits @ weights / weights.sum(0)), groups)


def with_intervals(
    targets: np.ndarray,
    probabilities: np.ndarray,
    groups: np.ndarray,
    labels: Sequence[str],
    target: Sequence[str],
    draws: int = 1000,
    seed: int = 0,
) -> dict[str, dict[str, float]]:
    """Figures of `score` with 95 % intervals from a bootstrap that draws whole groups.

    Args:
        targets, probabilities, labels, target: see `score`.
        groups: (N,) group of every picture.
        draws: bootstrap samples.
        seed: the same seed gives the same intervals.

    Returns:
        For every figure `value`, `low` and `high`.
    """
    point = score(targets, probabilities, labels, target)
    samples = weighted.score(targets, probabilities, labels, target, weighted.draws(groups, draws, seed))
    intervals = {name: interval(value, samples[name]) for name, value in point.items()}
    widen_perfect(intervals, targets, groups, labels, target)
    return intervals


def with_samples(
    targets: np.ndarray,
    probabilities: np.ndarray,
    labels: Sequence[str],
    target: Sequence[str],
    weights: np.ndarray,
    names: Sequence[str],
) -> dict[str, tuple[float, np.ndarray]]:
    """Some figures of `score`, each with its (D,) values in the bootstrap samples `weights`, (N, D).

    Two models' samples of the same weights are paired: their differences are those of the same groups.
    """
    point = score(targets, probabilities, labels, target)
    samples = weighted.score(targets, probabilities, labels, target, weights)
    return {name: (point[name], samples[name]) for name in names}


def interval(value: float, samples: np.ndarray) -> dict[str, float]:
    """A figure with the middle 95 % of its bootstrap samples; samples in which it is not defined do not count."""
    known = samples[~np.isnan(samples)]
    low, high = np.quantile(known, [0.025, 0.975]) if len(known) else (float("nan"),) * 2
    return {"value": value, "low": float(low), "high": float(high)}


def widen_perfect(intervals: dict, targets: np.ndarray, groups: np.ndarray, labels, target) -> None:
    """Give shares of exactly 0 or 1 the exact binomial bound over groups, see `exact_bound`."""
    is_target = np.isin(np.asarray(labels)[targets], target)
    counted = {f"sensitivity_{label}": targets == c for c, label in enumerate(labels)}
    counted |= {"accuracy": np.ones(len(targets), bool), "target_sensitivity": is_target}
    counted["target_specificity"] = ~is_target
    for name, pictures in counted.items():
        if name in intervals:
            exact_bound(intervals[name], groups[pictures])


def exact_bound(figure: dict[str, float], groups: np.ndarray) -> dict[str, float]:
    """Widen the interval of a share of exactly 0 or 1 to the binomial bound over groups (Clopper and Pearson, 1934).

    Every bootstrap sample of a flawless result is flawless, so the bootstrap would claim certainty.
    """
    if figure["value"] in (0.0, 1.0):
        bound = 0.025 ** (1 / len(np.unique(groups)))
        end, value = ("low", bound) if figure["value"] == 1.0 else ("high", 1 - bound)
        figure[end] = value
    return figure


def from_predictions(frame: pd.DataFrame, labels: Sequence[str], target: Sequence[str], draws: int = 1000) -> dict:
    """Figures of a `predictions.csv`: `with_intervals` plus the number of pictures and groups."""
    targets = frame["label"].map({label: i for i, label in enumerate(labels)}).to_numpy()
    probabilities = frame[[f"p_{label}" for label in labels]].to_numpy(float)
    groups = frame["group"].to_numpy()
    figures = with_intervals(targets, probabilities, groups, labels, target, draws)
    return {"pictures": len(frame), "groups": len(set(groups)), "figures": figures}
