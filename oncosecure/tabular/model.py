"""The released model: a calibrated RBF support vector machine, stored by skops and run as plain arrays.

skops writes a zip of JSON and `.npy` files and builds only types that are on a list; nothing in
the file is executed, as unpickling would.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from oncosecure.errors import WeightsError

if TYPE_CHECKING:
    from sklearn.calibration import CalibratedClassifierCV

FILE = "svm_rbf.skops"

#: The only types beyond skops' own list that the file may hold.
TRUSTED = frozenset({"sklearn.calibration._CalibratedClassifier", "sklearn.calibration._SigmoidCalibration"})


@dataclass(frozen=True, eq=False)
class RbfMachine:
    """A support vector machine with an RBF kernel and a sigmoid on its margin.

    Attributes:
        prepare: (N, D) values of a table -> (N, D) inputs of the kernel; each feature on its own, monotone.
        support: (S, D) prepared support vectors.
        dual: (S,) their coefficients.
        gamma, intercept: of the kernel and of the margin.
        slope, offset: log-odds = slope * margin + offset (Platt's sigmoid).
    """

    prepare: Callable[[np.ndarray], np.ndarray]
    support: np.ndarray
    dual: np.ndarray
    gamma: float
    intercept: float
    slope: float
    offset: float

    @classmethod
    def of(cls, fitted: CalibratedClassifierCV) -> RbfMachine:
        """The machine inside a fitted `candidates.calibrated_svm()`."""
        inner = fitted.calibrated_classifiers_[0]
        pipeline, sigmoid = inner.estimator, inner.calibrators[0]
        svm = pipeline[-1]
        return cls(
            prepare=pipeline[:-1].transform,
            support=np.ascontiguousarray(svm.support_vectors_),
            dual=svm.dual_coef_[0],
            gamma=float(svm.gamma),
            intercept=float(svm.intercept_[0]),
            slope=-float(sigmoid.a_),
            offset=-float(sigmoid.b_),
        )

    def margin(self, prepared: np.ndarray) -> np.ndarray:
        """(N,) decision values of (N, D) prepared rows; positive for malignant."""
        return np.exp(-self.gamma * squared_distances(prepared, self.support)) @ self.dual + self.intercept

    def log_odds(self, values: np.ndarray) -> np.ndarray:
        """(N,) natural logarithm of the odds of malignancy of (N, D) rows of the table."""
        return self.slope * self.margin(self.prepare(values)) + self.offset

    def probability(self, values: np.ndarray) -> np.ndarray:
        """(N,) malignancy probability of (N, D) rows of the table, 0 to 1."""
        from scipy.special import expit

        return expit(self.log_odds(values))


def squared_distances(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(N, M) squared Euclidean distances between (N, D) and (M, D) rows."""
    return np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T, 0)


def dumps(fitted: CalibratedClassifierCV) -> bytes:
    """A fitted model as the bytes of a skops file."""
    from skops import io

    return io.dumps(fitted)


def loads(data: bytes) -> RbfMachine:
    """The machine in a skops file. Give it bytes from `store.read`, which checks their SHA-256.

    Raises:
        WeightsError: if the file asks for a type that is not on the list.
    """
    from skops import io

    foreign = set(io.get_untrusted_types(data=data)) - TRUSTED
    if foreign:
        raise WeightsError(f"The model file asks for types that are not trusted: {', '.join(sorted(foreign))}.")
    return RbfMachine.of(io.loads(data, trusted=sorted(TRUSTED)))
