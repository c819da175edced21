"""The Wisconsin diagnostic table, as scikit-learn ships it: nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from oncosecure.catalog import Modality, get


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of the table.

    Attributes:
        ids: (N,) str, "row 0" to "row 568" in scikit-learn's order; the table names no patients.
        values: (N, 30) float64 in the order of `features.FEATURES`.
        targets: (N,) int, index in the modality's labels: 0 benign, 1 malignant.
    """

    ids: np.ndarray
    values: np.ndarray
    targets: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        """(N,) str, "benign" or "malignant"."""
        return np.asarray(entry().labels)[self.targets]


def entry() -> Modality:
    """The catalog's entry of the table."""
    return get("breast_features")


@lru_cache(maxsize=1)
def load() -> Table:
    """All 569 rows. scikit-learn counts 0 as malignant; here, as everywhere in this project, benign comes first."""
    from sklearn.datasets import load_breast_cancer

    values, benign = load_breast_cancer(return_X_y=True)
    ids = np.array([f"row {i}" for i in range(len(values))])
    return Table(ids, values.astype(np.float64), 1 - benign.astype(int))
