"""From a folder to released files, end to end, on a tiny drawn set."""

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pandas as pd
import pytest

from tests.conftest import ROOT

#: What is drawn, in turn: darker tissue in a disc, brighter tissue, nothing, and two bright discs.
LUNG, BRAIN = ("benign", "malignant", "normal"), ("meningioma", "glioma", "no_tumor", "pituitary")


def _draw(folder, labels=LUNG) -> None:
    rows, rng = [], np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    for i in range(120):
        kind = i % len(labels)
        grey = cv2.GaussianBlur(rng.normal(90, 40, (80, 80)).astype(np.float32), (0, 0), 3)
        grey = (grey - grey.mean()) * 6 + 90
        if kind != 2:
            cv2.circle(grey, (int(rng.integers(25, 55)), 40), 14, 220.0 if kind else 10.0, -1)
        if kind == 3:
            cv2.circle(grey, (40, 12), 8, 220.0, -1)
        name = f"images/{labels[kind]}_{i:03d}.png"
        cv2.imwrite(str(folder / name), grey.clip(0, 255).astype(np.uint8))
        rows.append({"file": name, "label": labels[kind]})
    pd.DataFrame(rows).to_csv(folder / "manifest.csv", index=False)


def _oncosecure(*arguments: str, weights) -> subprocess.CompletedProcess:
    environment = {**os.environ, "ONCOSECURE_WEIGHTS": str(weights), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "oncosecure", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900)


@pytest.fixture(scope="module")
def trained(torch_python, tmp_path_factory):
    """A model of brain_mri trained for two epochs on drawn pictures; figures mean nothing, files must be whole."""
    folder = tmp_path_factory.mktemp("train")
    _draw(folder / "data", BRAIN)
    common = ["train", "brain_mri", "--data", str(folder / "data"), "--runs", str(folder / "runs"), "--batch", "12"]
    done = _oncosecure(*common, "--stages", "64:1,224:1", weights=folder / "weights")
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, common, done.stdout


def test_all_files_are_released_and_registered(trained):
    folder, _, said = trained
    files = {p.name for p in (folder / "weights" / "brain_mri").iterdir()}
    assert files == {
        "efficientnet_lite0.keras",
        "efficientnet_lite0.tflite",
        "card.json",
        "predictions.csv",
        "embeddings.npz",
        "splits.csv",
    }
    manifest = json.loads((folder / "weights" / "manifest.json").read_text())
    assert {name.split("/")[1] for name in manifest} == files
    assert "accuracy" in said


def test_split_is_leak_free_and_logged(trained):
    folder, _, _ = trained
    splits = pd.read_csv(folder / "weights" / "brain_mri" / "splits.csv")
    assert set(splits["split"]) == {"train", "val", "test"}
    assert splits.groupby("group")["split"].nunique().max() == 1
    log = json.loads((folder / "runs" / "brain_mri" / "efficientnet_lite0-grouped" / "log.json").read_text())
    assert [h["size"] for h in log["history"]] == [64, 224]


def test_released_model_predicts(trained):
    folder, _, _ = trained
    done = _oncosecure("predict", "brain_mri", str(folder / "data" / "images"), weights=folder / "weights")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 121


def test_a_leaking_split_only_adds_figures(trained):
    folder, common, _ = trained
    before = (folder / "weights" / "brain_mri" / "efficientnet_lite0.tflite").read_bytes()
    done = _oncosecure(*common, "--stages", "64:1", "--split", "random", weights=folder / "weights")
    assert done.returncode == 0, done.stderr[-3000:]
    card = json.loads((folder / "weights" / "brain_mri" / "card.json").read_text())
    assert {"test", "random"} <= set(card)
    assert (folder / "weights" / "brain_mri" / "efficientnet_lite0.tflite").read_bytes() == before


def test_a_teacher_must_be_released_and_not_know_what_is_measured_on(trained):
    folder, common, _ = trained
    refused = (
        ("efficientnet_lite0", "0.5", "learned from pictures"),
        ("nobody", "0.5", "no released network 'nobody'"),
        ("efficientnet_lite0", "1.5", "must be from 0 to 1"),
    )
    for teacher, share, said in refused:
        asked = ("--split", "fold0", "--teacher", teacher, "--distil", share, "--stages", "64:1")
        done = _oncosecure(*common, *asked, weights=folder / "weights")
        assert done.returncode == 1 and said in done.stderr and "Traceback" not in done.stderr


def test_published_split_needs_the_column(trained):
    folder, common, _ = trained
    done = _oncosecure(*common, "--stages", "64:1", "--split", "published", weights=folder / "weights")
    assert done.returncode == 1
    assert "published_split" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_release_must_end_at_the_networks_input_size(trained):
    folder, common, _ = trained
    done = _oncosecure(*common, "--stages", "224:1,64:1", weights=folder / "weights")
    assert done.returncode == 1
    assert "224 pixels" in done.stderr and "Traceback" not in done.stderr
