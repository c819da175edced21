"""Figures of weighted pictures: one weight each gives the figures, the counts of a bootstrap give their spread.

A bootstrap sample is how often each picture was drawn, so all samples are scored at once: a column of
counts each. Only numpy, since a page waits for this.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Bins of the expected calibration error.
BINS = 15


def draws(groups: np.ndarray, count: int = 1000, seed: int = 0) -> np.ndarray:
    """Bootstrap samples of whole groups.

    Args:
        groups: (N,) group of every picture.
        count: how many samples.
        seed: the same seed gives the same samples.

    Returns:
        (N, count) how often each picture stands in each sample; one group's pictures are drawn together.
    """
    known, number = np.unique(groups, return_inverse=True)
    first = np.full(len(known), len(groups))
    np.minimum.at(first, number, np.arange(len(groups)))
    rank = np.empty(len(known), int)
    rank[np.argsort(first)] = np.arange(len(known))  # numbered as they first occur, so that names do not matter
    drawn = np.random.default_rng(seed).integers(len(known), size=(count, len(known)))
    shifted = drawn + len(known) * np.arange(count)[:, None]
    counts = np.bincount(shifted.ravel(), minlength=count * len(known)).reshape(count, len(known))
    return counts.T[rank[number]].astype(float)


def unit(n: int) -> np.ndarray:
    """(n, 1) a weight of one for every picture."""
    return np.ones((n, 1))


def score(
    targets: np.ndarray,
    probabilities: np.ndarray,
    labels: Sequence[str],
    target: Sequence[str],
    weights: np.ndarray,
    threshold: float = 0.5,
) -> dict[str, np.ndarray]:
    """Figures of every column of weights.

    Args:
        targets: (N,) index of the right label.
        probabilities: (N, C).
        labels: the C labels.
        target: labels that count as a finding.
        weights: (N, D).
        threshold: from which summed target probability on a picture is called a finding.

    Returns:
        (D,) arrays: accuracy, balanced_accuracy, macro_auc, macro_f1, ece, brier; sensitivity_<label> of
        every label that occurs; target_auc, target_sensitivity and target_specificity of the summed
        target probability at the threshold. What the pictures of a column do not allow is nan.
    """
    present = np.unique(targets)
    is_target = np.isin(np.asarray(labels)[targets], target)
    summed = probabilities[:, [list(labels).index(t) for t in target]].sum(1)
    sums = _sums(_counted(targets, probabilities, present) | _binary(is_target, summed >= threshold), weights)
    recall, f1 = _per_class(sums)
    areas = [auc(probabilities[:, c], targets == c, weights) for c in present]
    figures = {
        "accuracy": _ratio(sums["right"].sum(0), sums["all"][0]),
        "balanced_accuracy": _mean(recall),
        "macro_auc": _mean(np.array(areas)),
        "macro_f1": _mean(f1),
        "ece": _ratio(np.abs(sums["gaps"]).sum(0), sums["all"][0]),
        "brier": _ratio(sums["squares"][0], sums["all"][0]),
    }
    figures |= {f"sensitivity_{labels[c]}": recall[i] for i, c in enumerate(present)}
    return figures | {
        "target_auc": auc(summed, is_target, weights),
        "target_sensitivity": _ratio(sums["found"][0], sums["findings"][0]),
        "target_specificity": _ratio(sums["cleared"][0], sums["rest"][0]),
    }


def _counted(targets: np.ndarray, probabilities: np.ndarray, present: np.ndarray) -> dict[str, np.ndarray]:
    """What is summed over the pictures: rows of (k, N)."""
    really, called = (which == present[:, None] for which in (targets, probabilities.argmax(1)))
    one_hot = np.eye(probabilities.shape[1])[targets]
    return {
        "all": np.ones((1, len(targets))),
        "support": really,
        "called": called,
        "right": really & called,
        "gaps": _gaps(targets, probabilities),
        "squares": ((probabilities - one_hot) ** 2).sum(1)[None],
    }


def _binary(is_target: np.ndarray, found: np.ndarray) -> dict[str, np.ndarray]:
    rows = {"findings": is_target, "rest": ~is_target, "found": is_target & found, "cleared": ~is_target & ~found}
    return {name: row[None] for name, row in rows.items()}


def _sums(rows: dict[str, np.ndarray], weights: np.ndarray) -> dict[str, np.ndarray]:
    """(k, D) weighted sums of every (k, N) block of rows, in one product."""
    stacked = np.concatenate([block.astype(float) for block in rows.values()]) @ weights
    ends = np.cumsum([len(block) for block in rows.values()])[:-1]
    return dict(zip(rows, np.split(stacked, ends), strict=True))


def _per_class(sums: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Recall and F1 as (C, D) arrays of the labels that occur; nan in a column without that label."""
    support = sums["support"]
    f1 = _ratio(2 * sums["right"], support + sums["called"])
    f1[support == 0] = np.nan
    return _ratio(sums["right"], support), f1


def share(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(D,) weighted mean of (N,) values; nan where all weights are 0."""
    return _ratio(values.astype(float) @ weights, weights.sum(0))


def auc(p: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(D,) area under the ROC curve: the share of pairs in the right order, ties counted half.

    Args:
        p: (N,) score.
        positive: (N,) bool.
        weights: (N, D).
    """
    order = np.flatnonzero(~positive)[np.argsort(p[~positive], kind="stable")]
    below = np.zeros((len(order) + 1, weights.shape[1]))
    np.cumsum(weights[order], axis=0, out=below[1:])
    left, right = (np.searchsorted(p[order], p[positive], side) for side in ("left", "right"))
    won = np.einsum("nd,nd->d", weights[positive], below[left] + below[right]) / 2
    return _ratio(won, weights[positive].sum(0) * below[-1])


def calibration_error(targets: np.ndarray, probabilities: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(D,) gap between confidence and accuracy of the predicted label, over equal bins (Guo et al., 2017)."""
    return _ratio(np.abs(_gaps(targets, probabilities) @ weights).sum(0), weights.sum(0))


def _gaps(targets: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """(BINS, N) right minus confidence, each picture in the row of its bin."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == targets
    number = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return (right - confidence) * (number == np.arange(BINS)[:, None])


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    return np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)


def _mean(rows: np.ndarray) -> np.ndarray:
    """(D,) mean of the known values of (C, D)."""
    known = ~np.isnan(rows)
    return _ratio(np.where(known, rows, 0).sum(0), known.sum(0).astype(float))
