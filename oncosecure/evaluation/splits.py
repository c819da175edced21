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
