"""Two models on the same pictures: figures of both, and whether they differ by more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np

from oncosecure.evaluation import metrics, weighted
from oncosecure.evaluation.outcomes import Outcomes

#: Figures that a comparison shows.
FIGURES = (
    "accuracy",
    "balanced_accuracy",
    "macro_auc",
    "target_sensitivity",
    "target_specificity",
    "macro_f1",
    "ece",
    "brier",
)
#: Of these, those of which less is better.
ERRORS = ("ece", "brier")


@dataclass(frozen=True)
class Row:
    """A figure of both models, and the second minus the first, each with value, low and high.

    `p` is two-sided: how often a bootstrap difference lies on the far side of none, twice.
    """

    figure: str
    first: dict[str, float]
    second: dict[str, float]
    difference: dict[str, float]
    p: float


@dataclass(frozen=True)
class McNemar:
    """Pictures that only one of two models got right, and the exact two-sided p of so unequal a share."""

    only_first: int
    only_second: int
    p: float


@lru_cache(maxsize=32)
def figures(outcomes: Outcomes, labels: Sequence[str], draws: int = 1000, seed: int = 0) -> dict[str, dict]:
    """A model's figures with 95 % intervals, see `metrics.with_intervals`. Remembered."""
    target = [labels[i] for i in outcomes.findings]
    found = metrics.with_intervals(
        outcomes.targets, outcomes.probabilities, outcomes.groups, labels, target, draws, seed
    )
    return {name: found[name] for name in FIGURES}


@lru_cache(maxsize=16)
def compare(
    first: Outcomes, second: Outcomes, labels: Sequence[str], draws: int = 1000, seed: int = 0
) -> tuple[Row, ...]:
    """Every figure of two models and its difference, by a bootstrap that draws the same groups for both. Remembered.

    Args:
        first, second: outcomes on the same pictures in the same order, see `outcomes.aligned`.
        labels: a tuple of the labels.
        draws: bootstrap samples.
        seed: the same seed gives the same intervals.

    Raises:
        ValueError: if the pictures differ.
    """
    if not np.array_equal(first.ids, second.ids):
        raise ValueError("the two models were not tested on the same pictures")
    weights = weighted.draws(first.groups, draws, seed)
    pairs = [(_score(o, labels, weighted.unit(len(o))), _score(o, labels, weights)) for o in (first, second)]
    intervals = [_intervals(o, labels, *pair) for o, pair in zip((first, second), pairs, strict=True)]
    return tuple(_row(name, intervals, pairs) for name in FIGURES)


def mcnemar(first: Outcomes, second: Outcomes) -> McNemar:
    """McNemar's exact test on the pictures that only one model got right; it takes pictures as independent."""
    only = [int((a.right & ~b.right).sum()) for a, b in ((first, second), (second, first))]
    return McNemar(*only, exact_p(*only))


def exact_p(a: int, b: int) -> float:
    """Two-sided binomial p of a split `a` to `b`, where either side is as likely."""
    n = a + b
    tail = sum(comb(n, k) for k in range(min(a, b) + 1))
    return min(1.0, 2 * tail / 2**n)


def _score(outcomes: Outcomes, labels: Sequence[str], weights: np.ndarray) -> dict[str, np.ndarray]:
    target = [labels[i] for i in outcomes.findings]
    return weighted.score(outcomes.targets, outcomes.probabilities, labels, target, weights)


def _intervals(outcomes: Outcomes, labels: Sequence[str], point: dict, samples: dict) -> dict[str, dict]:
    found = {name: metrics.interval(float(point[name][0]), samples[name]) for name in FIGURES}
    target = [labels[i] for i in outcomes.findings]
    metrics.widen_perfect(found, outcomes.targets, outcomes.groups, labels, target)
    return found


def _row(name: str, intervals: list[dict], pairs: list[tuple[dict, dict]]) -> Row:
    (point_a, samples_a), (point_b, samples_b) = pairs
    samples = samples_b[name] - samples_a[name]
    difference = metrics.interval(float(point_b[name][0] - point_a[name][0]), samples)
    return Row(name, intervals[0][name], intervals[1][name], difference, _p(samples))


def _p(samples: np.ndarray) -> float:
    known = samples[~np.isnan(samples)]
    tails = ((known <= 0).sum() + 1, (known >= 0).sum() + 1)
    return float(min(1.0, 2 * min(tails) / (len(known) + 1)))
