"""Figures against scikit-learn and by hand; intervals that know of groups."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from oncosecure.evaluation import metrics

LABELS = ("a", "b", "c")


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 3, 300)
    logits = rng.normal(size=(300, 3)) + 1.2 * np.eye(3)[targets]
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return targets, p


def test_against_scikit_learn(table):
    targets, p = table
    figures = metrics.score(targets, p, LABELS, ("a", "b"))
    predicted = p.argmax(1)
    assert figures["accuracy"] == pytest.approx(reference.accuracy_score(targets, predicted))
    assert figures["balanced_accuracy"] == pytest.approx(reference.balanced_accuracy_score(targets, predicted))
    assert figures["macro_f1"] == pytest.approx(reference.f1_score(targets, predicted, average="macro"))
    assert figures["macro_auc"] == pytest.approx(reference.roc_auc_score(targets, p, multi_class="ovr"))
    assert figures["target_auc"] == pytest.approx(reference.roc_auc_score(targets < 2, p[:, :2].sum(1)))
    assert figures["sensitivity_b"] == pytest.approx(reference.recall_score(targets == 1, predicted == 1))


def test_calibration_error_by_hand():
    p = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    targets = np.array([0, 1, 0, 0])
    assert metrics.expected_calibration_error(targets, p) == pytest.approx(0.5 * 0.4 + 0.5 * 0.4)


def test_one_class_gives_nan_instead_of_an_error():
    figures = metrics.score(np.zeros(4, int), np.full((4, 3), 1 / 3), LABELS, ("b",))
    assert np.isnan(figures["macro_auc"])
    assert np.isnan(figures["target_sensitivity"])


def test_interval_holds_the_figure_and_widens_with_groups(table):
    targets, p = table
    order = np.argsort(p[np.arange(300), targets])
    alone = metrics.with_intervals(targets, p, np.arange(300), LABELS, ("a",), draws=200)["accuracy"]
    clustered = np.empty(300, int)
    clustered[order] = np.arange(300) // 10
    grouped = metrics.with_intervals(targets, p, clustered, LABELS, ("a",), draws=200)["accuracy"]
    assert alone["low"] < alone["value"] < alone["high"]
    assert grouped["high"] - grouped["low"] > 1.5 * (alone["high"] - alone["low"])


def test_a_flawless_result_is_not_called_certain():
    targets = np.arange(60) % 3
    p = 0.1 + 0.7 * np.eye(3)[targets]
    found = metrics.with_intervals(targets, p, np.arange(60) // 2, LABELS, ("a",), draws=50)
    assert found["accuracy"]["low"] == pytest.approx(0.025 ** (1 / 30))
    assert found["sensitivity_a"]["low"] == pytest.approx(0.025 ** (1 / 20))
    assert found["accuracy"]["high"] == 1
    wrong = metrics.with_intervals(targets, p[:, [1, 2, 0]], np.arange(60), LABELS, ("a",), draws=50)
    assert wrong["accuracy"]["high"] == pytest.approx(1 - 0.025 ** (1 / 60))


def test_card_is_computed_from_the_predictions(brain):
    card = json.loads((brain.folder / "card.json").read_text())
    frame = pd.read_csv(brain.folder / "predictions.csv")
    found = metrics.from_predictions(frame, brain.labels, brain.target, draws=2)
    assert card["test"]["pictures"] == len(frame)
    for name, figure in found["figures"].items():
        assert card["test"]["figures"][name]["value"] == pytest.approx(figure["value"], abs=1e-5)


def test_a_share_has_an_interval_over_groups():
    hits, groups = np.array([1, 1, 0, 1, 1, 1, 0, 1]), np.array([0, 0, 1, 1, 2, 2, 3, 3])
    found = metrics.share(hits, groups)
    assert found["value"] == 0.75
    assert 0.5 <= found["low"] < 0.75 < found["high"] <= 1
    assert metrics.share(np.ones(8), groups)["low"] == pytest.approx(0.025 ** (1 / 4))
    assert metrics.share(hits, np.zeros(8)) == {"value": 0.75, "low": 0.0, "high": 1.0}
    assert np.isnan(metrics.share(np.array([]), np.array([]))["value"])


def test_a_perfectly_calibrated_model_shows_less_error_on_more_pictures():
    p = np.random.default_rng(0).dirichlet(np.ones(3), 4000)
    few, many = (metrics.calibration_error_by_chance(p[:n], draws=100) for n in (50, 4000))
    assert 0 < many["value"] < few["value"] < few["high"] < 0.3
    assert many["value"] < 0.02


def test_reliability_bins_hold_every_picture():
    p = np.random.default_rng(0).dirichlet(np.ones(3), 300)
    targets = np.array([np.random.default_rng(i).choice(3, p=row) for i, row in enumerate(p)])
    bins = metrics.reliability(targets, p)
    assert sum(b["pictures"] for b in bins) == 300
    assert all(b["low"] <= b["stated"] <= b["high"] for b in bins)
    right = sum(b["pictures"] * b["observed"] for b in bins)
    assert right == pytest.approx((p.argmax(1) == targets).sum())
