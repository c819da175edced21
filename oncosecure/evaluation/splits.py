"""Splits that keep groups whole: near-duplicates, patients and lesions never stand on both sides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_PARTS = 20


def grouped(
    labels: Sequence[str], groups: Sequence, val: float = 0.10, test: float = 0.15, seed: int = 0
) -> np.ndarray:
    """Assign every picture to train, val or test, whole groups at a time, classes in proportion.

    Args:
        labels: (N,) label of each picture.
        groups: (N,) group of each picture.
        val: share of pictures for validation, to the nearest twentieth.
        test: share for test, to the nearest twentieth.
        seed: the same seed gives the same split.

    Returns:
        (N,) array of "train", "val" and "test".
    """
    part = folds(labels, groups, _PARTS, seed)
    n_test, n_val = round(test * _PARTS), round(val * _PARTS)
    names = np.array(["test"] * n_test + ["val"] * n_val + ["train"] * (_PARTS - n_test - n_val))
    return names[part]


def of_few_groups(
    labels: Sequence[str], groups: Sequence, val: float = 0.10, test: float = 0.15, seed: int = 0, draws: int = 4000
) -> np.ndarray:
    """As `grouped`, for so few groups (a dozen patients, say) that twentieths of them are of no use.

    Of many random assignments it takes one in which every part holds every label; first, one that leaves as many
    groups of several labels as can be in train, since only they tell labels apart without telling groups apart; then
    the one whose parts come nearest to the shares, label by label.

    Raises:
        ValueError: if no assignment has every label in every part.
    """
    counts = np.array(
        [[np.sum((groups == g) & (labels == label)) for label in np.unique(labels)] for g in np.unique(groups)]
    )
    rng = np.random.default_rng(seed)
    drawn = rng.choice(3, size=(draws, len(counts)), p=[1 - val - test, val, test])
    held = np.stack([(drawn == part).astype(float) @ counts for part in range(3)], 1)
    several = (drawn == 0).astype(float) @ ((counts > 0).sum(1) > 1)
    shares = held / counts.sum(0) - np.array([1 - val - test, val, test])[:, None]
    worth = np.where((held > 0).all((1, 2)), several - np.abs(shares).mean((1, 2)), -np.inf)
    if np.isinf(worth.max()):
        raise ValueError("too few groups: no split has every label in every part")
    names = np.array(["train", "val", "test"])[drawn[worth.argmax()]]
    return names[np.unique(groups, return_inverse=True)[1]]


def folds(labels: Sequence[str], groups: Sequence, n_folds: int, seed: int = 0) -> np.ndarray:
    """Number of the fold, 0 to `n_folds` - 1, in which each picture is tested; groups stay whole."""
    from sklearn.model_selection import StratifiedGroupKFold

    labels, groups = np.asarray(labels), np.asarray(groups)
    number = np.zeros(len(labels), int)
    splitter = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
    for i, (_, held_out) in enumerate(splitter.split(labels, labels, groups)):
        number[held_out] = i
    return number


def random(labels: Sequence[str], val: float = 0.10, test: float = 0.15, seed: int = 0) -> np.ndarray:
    """The split that leaks: as `grouped`, but every picture is its own group. For comparison only."""
    return grouped(labels, np.arange(len(labels)), val, test, seed)
