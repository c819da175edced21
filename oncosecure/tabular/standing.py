"""Where a row lies among the table's rows, feature by feature; and rows of the table to start from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from oncosecure.tabular import analysis, data
from oncosecure.tabular.features import FEATURES


@dataclass(frozen=True)
class Standing:
    """A value among the table's 569: shares of rows, 0 to 1.

    Attributes:
        feature, value: what was measured.
        share: of all rows with a smaller value; ties count half.
        benign, malignant: where the middle half of each class begins and ends, as shares of all rows.
        low, high: the table's smallest and largest value.
    """

    feature: str
    value: float
    share: float
    benign: tuple[float, float]
    malignant: tuple[float, float]
    low: float
    high: float

    @property
    def outside(self) -> bool:
        """Whether no row of the table goes so far."""
        return not self.low <= self.value <= self.high


@dataclass(frozen=True)
class Example:
    """A row of the table to start from: its kind, its number, its right label."""

    kind: str
    row: int
    label: str

    @property
    def values(self) -> np.ndarray:
        """(30,) the row."""
        return data.load().values[self.row]


def of(values: np.ndarray) -> tuple[Standing, ...]:
    """The standing of a (30,) row in every feature."""
    table, bands = data.load(), _bands()
    found = []
    for j, feature in enumerate(FEATURES):
        column = table.values[:, j]
        share, ends = _share(column, values[j : j + 1])[0], (float(column.min()), float(column.max()))
        found.append(Standing(feature, float(values[j]), float(share), *bands[j], *ends))
    return tuple(found)


@lru_cache(maxsize=1)
def examples() -> tuple[Example, ...]:
    """Two benign and two malignant rows that the model is as sure of as of most, and two that it is not sure of.

    Raises:
        WeightsError: if there are no weights here, or a file was changed.
    """
    p, targets = analysis.answers(data.load().values).probabilities[:, 1], data.load().targets
    labels, found = data.entry().labels, []
    for target, label in enumerate(labels):
        own = np.flatnonzero(targets == target)
        ordered = own[np.argsort(p[own])]
        for share in (0.35, 0.65):
            found.append(Example(label, int(ordered[int(share * len(own))]), label))
    for target, label in enumerate(labels):
        own = np.flatnonzero(targets == target)
        found.append(Example("borderline", int(own[np.abs(p[own] - 0.5).argmin()]), label))
    return tuple(found)


@lru_cache(maxsize=1)
def _bands() -> tuple[tuple[tuple[float, float], tuple[float, float]], ...]:
    """For every feature the quartiles of benign and of malignant rows, as shares of all rows."""
    table = data.load()
    bands = []
    for j in range(len(FEATURES)):
        column = table.values[:, j]
        quartiles = [np.quantile(column[table.targets == target], [0.25, 0.75]) for target in (0, 1)]
        bands.append(tuple(tuple(_share(column, q).tolist()) for q in quartiles))
    return tuple(bands)


def _share(column: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Shares of a (N,) column below (M,) values, ties by half."""
    ordered = np.sort(column)
    return (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / (2 * len(column))
