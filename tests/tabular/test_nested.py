from __future__ import annotations

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import FunctionTransformer

from oncosecure.tabular import data, nested
from oncosecure.tabular.candidates import CANDIDATES, Candidate
from oncosecure.tabular.mlp import KerasMLP

PLAN = nested.Plan(repeats=2, outer=4, inner=2)


@pytest.fixture(scope="module")
def measured():
    logistic = CANDIDATES["logistic_regression"]
    return nested.run([logistic], data.load(), PLAN)


def test_every_row_is_held_out_once_a_repeat(measured):
    frame, chosen = measured
    assert len(frame) == 2 * 569 and not frame.duplicated(["repeat", "id"]).any()
    assert len(chosen["logistic_regression"]) == 8
    assert frame["p_logistic_regression"].between(0, 1).all()


def test_folds_are_stratified_and_differ_between_repeats(measured):
    frame, _ = measured
    shares = frame.groupby(["repeat", "fold"])["label"].apply(lambda label: (label == "malignant").mean())
    assert np.ptp(shares) < 0.01
    folds = frame.pivot(index="id", columns="repeat", values="fold")
    assert (folds[0] != folds[1]).mean() > 0.5


def test_a_logistic_regression_is_measured_well_above_chance(measured):
    frame, _ = measured
    right = (frame["p_logistic_regression"] > 0.5) == (frame["label"] == "malignant")
    assert right.mean() > 0.95


def test_a_model_that_remembers_is_not_flattered():
    """Labels drawn at random: whoever saw a row in training would be right on it."""
    table = data.load()
    noise = np.random.default_rng(0).integers(0, 2, len(table.ids))
    remembers = Candidate("nearest", "nearest", lambda: KNeighborsClassifier(1), {"n_neighbors": [1]})
    frame, _ = nested.run([remembers], data.Table(table.ids, table.values, noise), nested.Plan(1, 5, 2))
    assert abs(((frame["p_nearest"] > 0.5) == (frame["label"] == "malignant")).mean() - 0.5) < 0.1


def test_preparation_sees_only_the_rows_it_may():
    seen = []

    class Spy(DummyClassifier):
        def fit(self, x, y):
            seen.append(len(x))
            return super().fit(x, y)

    nested.run([Candidate("spy", "spy", lambda: Spy(strategy="prior"), {"strategy": ["prior"]})], data.load(), PLAN)
    assert max(seen) <= 569 - 569 // 4


def test_settings_are_plain():
    chosen = {"estimator__shape": FunctionTransformer(np.cbrt), "estimator__model__gamma": 1 / 120, "model__n": 5}
    assert nested.settings(chosen) == {"gamma": 0.008333, "shape": "cube root", "n": 5}
    assert nested.settings({"shape": FunctionTransformer(None)}) == {"shape": "as it is"}


def test_all_asked_for_models_are_compared():
    assert set(CANDIDATES) == {
        "svm_rbf",
        "logistic_regression",
        "random_forest",
        "gradient_boosting",
        "k_nn",
        "keras_mlp",
    }


def test_the_keras_network_learns_and_repeats_itself():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4))
    y = (x[:, 0] > 0).astype(int)
    first, second = (KerasMLP(hidden=4, epochs=15, rate=0.02).fit(x, y).predict_proba(x) for _ in range(2))
    assert (first.argmax(1) == y).mean() > 0.95
    np.testing.assert_allclose(first.sum(1), 1)
    np.testing.assert_allclose(first, second, atol=1e-5)
