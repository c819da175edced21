"""The models that are compared, each with its preprocessing and the settings that an inner cross-validation tries.

Every feature is a size or a ratio, none is negative, and most have a long right tail: where scale
matters to a model, the inner cross-validation also chooses between the values and their cube roots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from oncosecure.tabular.mlp import KerasMLP

RELEASED = "svm_rbf"


@dataclass(frozen=True)
class Candidate:
    """A model to compare: how to build it unfitted, and the grid of settings that is searched inside each fold."""

    key: str
    title: str
    build: Callable[[], BaseEstimator]
    grid: dict[str, list]


def calibrated_svm() -> CalibratedClassifierCV:
    """RBF machine with a sigmoid on its margin (Platt, 1999), fitted to margins from a 5-fold cross-validation."""
    return CalibratedClassifierCV(_scaled(SVC(kernel="rbf", gamma=1 / 60)), method="sigmoid", cv=5, ensemble=False)


def _scaled(model: BaseEstimator) -> Pipeline:
    return Pipeline([("shape", FunctionTransformer()), ("scale", StandardScaler()), ("model", model)])


def _shapes() -> list[FunctionTransformer]:
    return [FunctionTransformer(None), FunctionTransformer(np.cbrt)]


CANDIDATES: dict[str, Candidate] = {
    c.key: c
    for c in (
        Candidate(
            "svm_rbf",
            "SVM (RBF), calibrated",
            calibrated_svm,
            {
                "estimator__shape": _shapes(),
                "estimator__model__C": [1.0, 4.0, 16.0, 64.0],
                "estimator__model__gamma": [1 / 480, 1 / 120, 1 / 60, 1 / 30],
            },
        ),
        Candidate(
            "logistic_regression",
            "Logistic regression",
            lambda: _scaled(LogisticRegression(max_iter=5000)),
            {"shape": _shapes(), "model__C": [0.1, 0.3, 1.0, 3.0]},
        ),
        Candidate(
            "random_forest",
            "Random forest",
            lambda: RandomForestClassifier(200, n_jobs=1, random_state=0),
            {"max_features": ["sqrt", 0.4]},
        ),
        Candidate(
            "gradient_boosting",
            "Gradient boosting",
            lambda: GradientBoostingClassifier(
                n_estimators=150, learning_rate=0.1, subsample=0.7, max_features=0.3, random_state=0
            ),
            {"max_depth": [2, 3]},
        ),
        Candidate(
            "k_nn",
            "k nearest neighbours",
            lambda: _scaled(KNeighborsClassifier(weights="distance")),
            {"shape": _shapes(), "model__n_neighbors": [5, 9, 15, 25]},
        ),
        Candidate("keras_mlp", "Keras MLP", lambda: _scaled(KerasMLP()), {"shape": _shapes()}),
    )
}
