"""Rows of the table near a row: the similar ones, and whether there are any near enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oncosecure.tabular.model import squared_distances
from oncosecure.uncertainty.neighbours import Case

_BLOCK = 2000  # rows at a time, so that distances to many rows stay within some megabytes


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The table's rows as the model sees them.

    Attributes:
        prepared: (M, D) rows after the model's own preparation, so that all features weigh alike.
        ids, labels: (M,) str.
    """

    prepared: np.ndarray
    ids: np.ndarray
    labels: np.ndarray

    def distance(self, prepared: np.ndarray, k: int = 5) -> np.ndarray:
        """(N,) mean Euclidean distance of (N, D) prepared rows to their `k` nearest rows."""
        blocks = [prepared[i : i + _BLOCK] for i in range(0, len(prepared), _BLOCK)]
        return np.concatenate([self._nearest(block, 0, k).mean(1) for block in blocks])

    def among_themselves(self, k: int = 5) -> np.ndarray:
        """(M,) the same for the table's own rows, each without itself."""
        return self._nearest(self.prepared, 1, k).mean(1)

    def nearest(self, prepared: np.ndarray, k: int = 5) -> tuple[Case, ...]:
        """The `k` rows nearest to one (D,) prepared row, the nearest first."""
        distances = np.sqrt(squared_distances(prepared[None], self.prepared)[0])
        order = np.argsort(distances)[:k]
        return tuple(Case(str(self.ids[i]), str(self.labels[i]), float(1 / (1 + distances[i]))) for i in order)

    def _nearest(self, prepared: np.ndarray, skip: int, k: int) -> np.ndarray:
        squared = np.sort(np.partition(squared_distances(prepared, self.prepared), skip + k, axis=1)[:, : skip + k])
        return np.sqrt(squared[:, skip:])
