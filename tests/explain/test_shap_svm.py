from __future__ import annotations

import itertools
import math
import time

import numpy as np
import pytest

from oncosecure.explain import shap_svm
from oncosecure.tabular import data
from oncosecure.tabular.candidates import calibrated_svm
from oncosecure.tabular.features import FEATURES
from oncosecure.tabular.model import RbfMachine


def machine_on(features: slice, cube_root: bool = True) -> RbfMachine:
    table, estimator = data.load(), calibrated_svm()
    if cube_root:
        estimator.set_params(estimator__shape__func=np.cbrt)
    return RbfMachine.of(estimator.fit(table.values[:, features], table.targets))


@pytest.fixture(scope="module")
def whole() -> RbfMachine:
    return machine_on(slice(None))


@pytest.fixture(scope="module")
def eight() -> RbfMachine:
    return machine_on(slice(20, 28))


def brute_force(machine: RbfMachine, row: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Shapley's formula over all 2^D coalitions, on the rows as they are in the table."""
    n = len(row)
    worth = {}
    for members in itertools.product((False, True), repeat=n):
        mixed = np.where(np.array(members), row, background)
        worth[members] = machine.log_odds(mixed).mean()
    values = np.zeros(n)
    for members, value in worth.items():
        for j in np.flatnonzero(members):
            without = tuple(m and i != j for i, m in enumerate(members))
            size = sum(without)
            values[j] += (
                math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n) * (value - worth[without])
            )
    return values


def test_additivity(whole):
    values, background = data.load().values[:30], data.load().values[100:200]
    found = shap_svm.values(whole, values, background)
    gap = found.sum(1) + shap_svm.base(whole, background) - whole.log_odds(values)
    assert found.shape == (30, 30) and np.abs(gap).max() < 1e-9


@pytest.mark.parametrize("row", [0, 19, 300])
def test_brute_force(eight, row):
    values = data.load().values[:, 20:28]
    background = values[5:17]
    exact = brute_force(eight, values[row], background)
    np.testing.assert_allclose(shap_svm.values(eight, values[row : row + 1], background)[0], exact, atol=1e-10)


@pytest.mark.parametrize("features", [1, 2, 3, 5])
def test_few_features_odd_and_even(features):
    machine = machine_on(slice(0, features), cube_root=False)
    values = data.load().values[:, :features]
    exact = brute_force(machine, values[3], values[30:34])
    np.testing.assert_allclose(shap_svm.values(machine, values[3:4], values[30:34])[0], exact, atol=1e-10)


def test_a_feature_that_is_as_in_the_background_moves_nothing(whole):
    background = data.load().values[10:11]
    row = data.load().values[11:12].copy()
    row[0, :7] = background[0, :7]
    found = shap_svm.values(whole, row, background)[0]
    assert np.abs(found[:7]).max() < 1e-12 and np.abs(found[7:]).min() > 0


def test_values_far_away_stay_finite_and_add_up(whole):
    rows, background = np.vstack([np.full(30, 1e8), np.zeros(30)]), data.load().values[:20]
    found = shap_svm.values(whole, rows, background)
    assert np.isfinite(found).all()
    gap = found.sum(1) + shap_svm.base(whole, background) - whole.log_odds(rows)
    assert np.abs(gap).max() < 1e-9


def test_one_row_against_a_hundred_takes_at_most_100_ms(whole):
    values, background = data.load().values[:1], data.load().values[100:200]
    spent = []
    for _ in range(5):
        start = time.process_time()
        shap_svm.values(whole, values, background)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.1


def test_shaps_exact_explainer_agrees_on_eight_features(eight):
    shap = pytest.importorskip("shap")
    values = data.load().values[:, 20:28]
    background = values[5:17]
    masker = shap.maskers.Independent(background, max_samples=len(background))
    theirs = shap.explainers.Exact(eight.log_odds, masker)(values[:3])
    ours = shap_svm.explain(eight, values[:3], background, FEATURES[20:28])
    np.testing.assert_allclose(ours.values, theirs.values, atol=1e-8)
    np.testing.assert_allclose(ours.base_values, theirs.base_values, atol=1e-8)


def test_shaps_kernel_explainer_agrees_within_its_error_on_thirty(whole):
    shap = pytest.importorskip("shap")
    row, background = data.load().values[:1], data.load().values[100:120]
    ours = shap_svm.values(whole, row, background)[0]
    runs = []
    for seed in (0, 1):
        np.random.seed(seed)
        explainer = shap.KernelExplainer(whole.log_odds, background)
        runs.append(explainer.shap_values(row, nsamples=1500, l1_reg=False, silent=True)[0])
    own_error = np.abs(runs[0] - runs[1]).max()
    assert np.abs(np.mean(runs, axis=0) - ours).max() < max(2 * own_error, 1e-6)
    assert np.abs(runs[0] - ours).max() < 0.1 * np.abs(ours).max()


def test_an_explanation_is_shaps_own(whole):
    shap = pytest.importorskip("shap")
    found = shap_svm.explain(whole, data.load().values[:12], data.load().values[100:120], FEATURES)
    assert isinstance(found, shap.Explanation)
    assert found.feature_names == list(FEATURES) and found.values.shape == found.data.shape == (12, 30)
    np.testing.assert_allclose(found[:, "worst area"].values, found.values[:, FEATURES.index("worst area")])
    np.testing.assert_allclose(found.abs.mean(0).values, np.abs(found.values).mean(0))


def test_shaps_waterfall_and_beeswarm_draw_it(whole):
    shap = pytest.importorskip("shap")
    matplotlib = pytest.importorskip(
        "matplotlib", reason="shap draws these with matplotlib, which the app does not need"
    )
    matplotlib.use("Agg")
    found = shap_svm.explain(whole, data.load().values[:12], data.load().values[100:120], FEATURES)
    assert shap.plots.waterfall(found[0], show=False) is not None
    assert shap.plots.beeswarm(found, show=False) is not None
