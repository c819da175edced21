from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest

from oncosecure import catalog
from oncosecure.errors import WeightsError
from oncosecure.evaluation import metrics
from oncosecure.models import store
from oncosecure.tabular import analysis, comparison, data, model, train
from oncosecure.tabular.candidates import RELEASED

FILES = {
    "card.json",
    "comparison.csv",
    "comparison.json",
    "explanations.npz",
    "predictions.csv",
    "svm_rbf.skops",
}


def test_one_command_writes_everything_that_answers_need(elsewhere):
    assert {path.name for path in elsewhere.iterdir()} == FILES
    entry = catalog.get("breast_features")
    assert all(store.read(entry, name) for name in FILES)
    answer = analysis.analyze(data.load().values[0])
    assert answer.predicted == "malignant" and answer.confidence > 0.9


def test_a_changed_file_is_not_loaded(elsewhere):
    path = elsewhere / model.FILE
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(WeightsError, match="checksum"):
            analysis.load()
    finally:
        path.write_bytes(whole)


def test_the_card_counts_rows_and_says_where_they_come_from(elsewhere):
    card = json.loads((elsewhere / "card.json").read_text())
    assert card["data"]["pictures"] == {"all/benign": 357, "all/malignant": 212}
    assert card["test"]["pictures"] == card["test"]["groups"] == 569
    assert {"modality", "title", "model", "risk", "conformal", "out_of_distribution", "comparison"} <= set(card)
    assert set(card["comparison"]) == {"svm_rbf", "logistic_regression"}
    assert "released_is_better_by" in card["comparison"]["logistic_regression"]


@pytest.fixture
def shipped():
    entry = catalog.get("breast_features")
    frame, about = comparison.read()
    return (
        store.read_json(entry, "card.json"),
        frame,
        about,
        pd.read_csv(io.BytesIO(store.read(entry, "predictions.csv"))),
    )


def test_shipped_figures_are_those_of_the_shipped_predictions(shipped):
    card, frame, _, held_out = shipped
    entry = catalog.get("breast_features")
    p, targets = held_out[["p_benign", "p_malignant"]].to_numpy(), (held_out["label"] == "malignant").astype(int)
    scored = metrics.score(targets.to_numpy(), p, entry.labels, entry.target)
    for name in ("accuracy", "target_auc", "ece"):
        assert card["test"]["figures"][name]["value"] == pytest.approx(scored[name], abs=1e-6)
    np.testing.assert_allclose(comparison.averaged(frame, RELEASED)["p"], held_out["p_malignant"], atol=1e-5)
    assert (held_out["label"] == data.load().labels).all()
    for key in comparison.models(frame):
        again = comparison.figures(frame, key)["accuracy"]["mean"]
        assert card["comparison"][key]["accuracy"]["mean"] == pytest.approx(again, abs=1e-6)


def test_the_shipped_model_meets_its_floors_in_every_way_of_counting(shipped):
    card, frame, about, _ = shipped
    assert about["plan"]["repeats"] >= 3 and about["plan"]["outer"] >= 5
    released = card["comparison"][RELEASED]
    assert released["accuracy"]["mean"] >= 0.975 and released["target_auc"]["mean"] >= 0.995
    assert card["test"]["figures"]["accuracy"]["value"] >= 0.975
    assert card["test"]["figures"]["target_auc"]["value"] >= 0.995


def test_the_shipped_model_earns_its_place(shipped):
    card, *_ = shipped
    for part in card["comparison"].values():
        if "released_is_better_by" in part:
            assert part["released_is_better_by"]["log_loss"]["high"] > 0, f"{part['title']} is clearly better"


def test_shipped_prediction_sets_cover_what_they_state(shipped):
    card, *_ = shipped
    sets = card["conformal"]
    assert sets["test_coverage"] >= sets["coverage"] - 0.005
    assert 1 < sets["test_mean_size"] < 1.3


def test_the_background_is_in_proportion():
    table = data.load()
    rows = train.background(table)
    assert len(set(rows)) == 100
    assert abs(table.targets[rows].mean() - table.targets.mean()) < 0.01


def test_differences_are_paired_and_have_the_right_sign():
    ids = np.repeat([f"row {i}" for i in range(60)], 2)
    label = np.where(np.arange(120) // 2 % 2, "malignant", "benign")
    good = np.where(label == "malignant", 0.9, 0.1)
    frame = pd.DataFrame({"id": ids, "label": label, "repeat": [0, 1] * 60, "fold": 0})
    frame = frame.assign(p_svm_rbf=good, p_logistic_regression=1 - good)
    found = comparison.differences(frame, "logistic_regression")
    assert found["accuracy"] == {"value": 1.0, "low": 1.0, "high": 1.0}
    assert found["log_loss"]["low"] > 0
    assert comparison.differences(frame, "svm_rbf")["log_loss"] == {"value": 0.0, "low": 0.0, "high": 0.0}
