"""Figures of a classifier, each with a bootstrap interval over groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score


def score(targets: np.ndarray, probabilities: np.ndarray, labels: Sequence[str], target: Sequence[str]) -> dict:
    """Point figures.

    Args:
        targets: (N,) index of the right label.
        probabilities: (N, C).
        labels: the C labels.
        target: labels that count as a finding.

    Returns:
        accuracy, balanced_accuracy, macro_auc, macro_f1, ece, brier; sensitivity_<label> of every
        label that occurs; target_auc, target_sensitivity and target_specificity of the summed target
        probability at 0.5. What the pictures do not allow (an AUC of one class, say) is nan.
    """
    predicted = probabilities.argmax(1)
    counts = _confusion(targets, predicted, len(labels))
    support, called, right = counts.sum(1), counts.sum(0), np.diag(counts)
    present = support > 0
    recall = right / np.maximum(support, 1)
    f1 = 2 * right / np.maximum(support + called, 1)
    figures = {
        "accuracy": float(right.sum() / len(targets)),
        "balanced_accuracy": float(recall[present].mean()),
        "macro_auc": _mean([_auc(targets == c, probabilities[:, c]) for c in np.flatnonzero(present)]),
        "macro_f1": float(f1[present].mean()),
        "ece": expected_calibration_error(targets, probabilities),
        "brier": float(((probabilities - np.eye(len(labels))[targets]) ** 2).sum(1).mean()),
    }
    figures |= {f"sensitivity_{labels[c]}": float(recall[c]) for c in np.flatnonzero(present)}
    return figures | _binary(np.isin(np.asarray(labels)[targets], target), _summed(probabilities, labels, target))


def _summed(probabilities: np.ndarray, labels: Sequence[str], target: Sequence[str]) -> np.ndarray:
    return probabilities[:, [list(labels).index(t) for t in target]].sum(1)


def _binary(is_target: np.ndarray, p: np.ndarray) -> dict:
    return {
        "target_auc": _auc(is_target, p),
        "target_sensitivity": _share(p[is_target] >= 0.5),
        "target_specificity": _share(p[~is_target] < 0.5),
    }


def _confusion(targets: np.ndarray, predicted: np.ndarray, n: int) -> np.ndarray:
    return np.bincount(targets * n + predicted, minlength=n * n).reshape(n, n)


def _auc(positive: np.ndarray, p: np.ndarray) -> float:
    return float(roc_auc_score(positive, p)) if positive.any() and not positive.all() else float("nan")


def _share(hits: np.ndarray) -> float:
    return float(hits.mean()) if len(hits) else float("nan")


def _mean(values: list[float]) -> float:
    known = [v for v in values if not np.isnan(v)]
    return float(np.mean(known)) if known else float("nan")


def expected_calibration_error(targets: np.ndarray, probabilities: np.ndarray, bins: int = 15) -> float:
    """Gap between confidence and accuracy of the predicted label, over equal-width bins (Guo et al., 2017)."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == targets
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(right[number == b].sum() - confidence[number == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(targets))


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

    def figures(rows: np.ndarray) -> dict[str, float]:
        return score(targets[rows], probabilities[rows], labels, target)

    intervals = bootstrap(figures, groups, draws, seed)
    _widen_perfect(intervals, targets, groups, labels, target)
    return intervals


def bootstrap(
    figures: Callable[[np.ndarray], dict[str, float]], groups: np.ndarray, draws: int = 1000, seed: int = 0
) -> dict[str, dict[str, float]]:
    """95 % intervals of any figures, from a bootstrap that draws whole groups.

    Args:
        figures: takes row numbers, some of them several times, and returns figures by name.
        groups: (N,) group of every row.
        draws: bootstrap samples.
        seed: the same seed gives the same intervals.

    Returns:
        For every figure its `value` on all rows, `low` and `high`.
    """
    members = pd.Series(range(len(groups))).groupby(pd.factorize(groups)[0]).apply(np.array).tolist()
    rng = np.random.default_rng(seed)
    samples = [
        figures(np.concatenate([members[g] for g in rng.integers(len(members), size=len(members))]))
        for _ in range(draws)
    ]
    spread = pd.DataFrame(samples).astype(float).quantile([0.025, 0.975])
    return {
        name: {"value": value, "low": float(spread[name].iloc[0]), "high": float(spread[name].iloc[1])}
        for name, value in figures(np.arange(len(groups))).items()
    }


def _widen_perfect(intervals: dict, targets: np.ndarray, groups: np.ndarray, labels, target) -> None:
    """Give shares of exactly 0 or 1 the exact binomial bound over groups (Clopper and Pearson, 1934).

    Every bootstrap sample of a flawless result is flawless, so the bootstrap would claim certainty.
    """
    is_target = np.isin(np.asarray(labels)[targets], target)
    counted = {f"sensitivity_{label}": targets == c for c, label in enumerate(labels)}
    counted |= {"accuracy": np.ones(len(targets), bool), "target_sensitivity": is_target}
    counted["target_specificity"] = ~is_target
    for name, pictures in counted.items():
        if name in intervals and intervals[name]["value"] in (0.0, 1.0):
            bound = 0.025 ** (1 / len(np.unique(groups[pictures])))
            end, value = ("low", bound) if intervals[name]["value"] == 1.0 else ("high", 1 - bound)
            intervals[name][end] = value


def from_predictions(frame: pd.DataFrame, labels: Sequence[str], target: Sequence[str], draws: int = 1000) -> dict:
    """Figures of a `predictions.csv`: `with_intervals` plus the number of pictures and groups."""
    targets = frame["label"].map({label: i for i, label in enumerate(labels)}).to_numpy()
    probabilities = frame[[f"p_{label}" for label in labels]].to_numpy(float)
    groups = frame["group"].to_numpy()
    figures = with_intervals(targets, probabilities, groups, labels, target, draws)
    return {"pictures": len(frame), "groups": int(pd.Series(groups).nunique()), "figures": figures}
