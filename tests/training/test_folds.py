"""Five folds gathered into a card."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from oncosecure import ScanError, catalog
from oncosecure.evaluation import metrics
from oncosecure.models import store
from oncosecure.training import folds

ULTRASOUND = catalog.get("breast_ultrasound")


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Five made-up folds beside a copy of the released card."""
    folder = tmp_path / "weights" / "breast_ultrasound"
    folder.mkdir(parents=True)
    shutil.copy(ULTRASOUND.folder / "card.json", folder)
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path / "weights")
    store.register_all()
    recipe = store.read_json(ULTRASOUND, "card.json")["recipe"] | {"stages": [[160, 3]]}
    rng = np.random.default_rng(0)
    for i in range(5):
        run = tmp_path / "runs" / "breast_ultrasound" / f"{ULTRASOUND.models[0]}-fold{i}"
        run.mkdir(parents=True)
        targets = np.arange(30) % 3
        logits = rng.normal(size=(30, 3)) + np.eye(3)[targets] * (1 + i / 2)
        p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        frame = pd.DataFrame(p, columns=[f"p_{label}" for label in ULTRASOUND.labels])
        names, groups = [f"{i}/{j}.jpg" for j in range(30)], [f"g{i}{j // 2}" for j in range(30)]
        labels = [ULTRASOUND.labels[t] for t in targets]
        frame.assign(id=names, label=labels, group=groups, split="test").to_csv(run / "predictions.csv", index=False)
        (run / "log.json").write_text(json.dumps({"recipe": recipe, "best_epoch": i + 1}))
    return tmp_path / "runs"


def test_mean_and_spread_by_hand(runs):
    found = folds.gather(ULTRASOUND, runs)
    accuracies = []
    for i in range(5):
        frame = pd.read_csv(runs / "breast_ultrasound" / f"{ULTRASOUND.models[0]}-fold{i}" / "predictions.csv")
        called = frame[[f"p_{label}" for label in ULTRASOUND.labels]].to_numpy().argmax(1)
        accuracies.append((np.array(ULTRASOUND.labels)[called] == frame["label"]).mean())
    assert found["mean"]["accuracy"] == pytest.approx(np.mean(accuracies))
    assert found["spread"]["accuracy"] == pytest.approx(np.std(accuracies, ddof=1))
    assert [fold["figures"]["accuracy"] for fold in found["folds"]] == pytest.approx(accuracies)
    assert found["recipe"] == {"stages": [[[160, 3]], [[224, 12], [288, 12]]]}
    assert found["best_epochs"] == [1, 2, 3, 4, 5]


def test_all_folds_predictions_are_kept(runs):
    found = folds.gather(ULTRASOUND, runs)
    frame = pd.read_csv(ULTRASOUND.folder / "predictions_folds.csv")
    assert len(frame) == found["pooled"]["pictures"] == 150
    assert found["pooled"]["groups"] == 75
    again = metrics.from_predictions(frame, ULTRASOUND.labels, ULTRASOUND.target, draws=2)
    value = again["figures"]["balanced_accuracy"]["value"]
    assert found["pooled"]["figures"]["balanced_accuracy"]["value"] == pytest.approx(value)
    assert store.read_json(ULTRASOUND, "card.json")["test"]


def test_a_missing_fold_is_named(runs):
    shutil.rmtree(runs / "breast_ultrasound" / f"{ULTRASOUND.models[0]}-fold3")
    with pytest.raises(ScanError, match="fold3"):
        folds.gather(ULTRASOUND, runs)


def test_folds_that_overlap_are_refused(runs):
    first, second = (runs / "breast_ultrasound" / f"{ULTRASOUND.models[0]}-fold{i}" / "predictions.csv" for i in (0, 1))
    shutil.copy(first, second)
    with pytest.raises(ScanError, match="overlap"):
        folds.gather(ULTRASOUND, runs)


def test_parts_of_a_joint_network_are_compared_without_how_they_went():
    def joint(mixup, history):
        parts = [{"model": "lite2", "recipe": {"mixup": mixup, "ema": 0.9}, "history": history}]
        return {"ema": 0.9, "parts": parts}

    assert folds.differing(joint(0.2, [1]), joint(0.2, [2])) == {}
    assert folds.differing(joint(0.2, []), joint(0.3, [])) == {"mixup_of_lite2": [0.2, 0.3]}


def test_released_folds_are_those_of_the_released_predictions():
    name = "predictions_folds.csv"
    found = [m for m in catalog.images() if (m.folder / name).is_file()]
    if not found:
        pytest.skip("no cross-validation was released yet")
    for entry in found:
        frame, said = pd.read_csv(entry.folder / name), store.read_json(entry, "card.json")["cross_validation"]
        if said["kind"] != "grouped five-fold":
            continue
        assert frame.groupby("group")["fold"].nunique().max() == 1
        again = folds.report(entry, [table for _, table in frame.groupby("fold")])
        for figure in folds.FIGURES:
            assert said["mean"][figure] == pytest.approx(again["mean"][figure], abs=1e-5)
            assert said["spread"][figure] == pytest.approx(again["spread"][figure], abs=1e-5)
