"""The command line, as its contract says."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest

from oncosecure import cli
from oncosecure.cli import main
from tests.conftest import ROOT

PREDICT = (
    "path,predicted,confidence,target_probability,p_glioma,p_meningioma,p_no_tumor,p_pituitary,"
    "prediction_set,in_distribution,error"
)


def test_predict_writes_the_contracts_columns(slices, capsys):
    assert main(["predict", "brain_mri", str(slices[0]), str(slices[5])]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == PREDICT
    rows = list(csv.DictReader(lines))
    assert [row["path"] for row in rows] == [str(slices[0]), str(slices[5])]
    for row in rows:
        p = [float(row[c]) for c in row if c.startswith("p_")]
        assert sum(p) == pytest.approx(1, abs=1e-5)
        assert float(row["confidence"]) == max(p)
        assert row["in_distribution"] in ("true", "false")
        assert row["predicted"] in row["prediction_set"].split(";")
        assert row["error"] == ""


def test_predict_searches_folders_and_keeps_going(slices, tmp_path, capsys):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    shutil.copy(slices[0], tmp_path / "deep" / "er" / "a.jpg")
    (tmp_path / "deep" / "text.png").write_text("not a picture")
    (tmp_path / "notes.txt").write_text("ignored")
    out = tmp_path / "rows.csv"
    assert main(["predict", "brain_mri", str(tmp_path / "deep"), "--out", str(out)]) == 0
    rows = {row["path"].rsplit("/", 1)[1]: row for row in csv.DictReader(out.open(newline=""))}
    assert set(rows) == {"a.jpg", "text.png"}
    assert rows["text.png"]["error"] and not rows["text.png"]["predicted"]
    assert rows["a.jpg"]["predicted"] and not rows["a.jpg"]["error"]
    assert "1 of 2 could not be read" in capsys.readouterr().err


def test_predict_fails_only_if_nothing_could_be_read(tmp_path, capsys):
    (tmp_path / "text.png").write_text("not a picture")
    assert main(["predict", "brain_mri", str(tmp_path)]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_predict_writes_each_row_as_it_is_done(slices, tmp_path, monkeypatch):
    out, lines = tmp_path / "rows.csv", []
    honest = cli.predict_row

    def watching(path, entry, model=None):
        lines.append(len(out.read_text().splitlines()))
        return honest(path, entry, model)

    monkeypatch.setattr(cli, "predict_row", watching)
    assert main(["predict", "brain_mri", *map(str, slices[:4]), "--out", str(out)]) == 0
    assert lines == [1, 2, 3, 4]


def test_predict_shows_a_bar_on_a_terminal_that_leaves_rows_whole(slices):
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    import termios

    screen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (40, 120))
    command = [sys.executable, "-m", "oncosecure", "predict", "brain_mri", *map(str, slices[:3])]
    process = subprocess.Popen(command, stdout=terminal, stderr=terminal, cwd=ROOT)
    os.close(terminal)
    said = b""
    while chunk := _read(screen):
        said += chunk
    assert process.wait() == 0
    assert b"predicting: 100%" in said
    lines = [line.rsplit("\r", 1)[-1] for line in said.decode().replace("\r\n", "\n").split("\n")]
    rows = [line for line in lines if line.startswith(str(slices[0].parent.parent))]
    assert [row.split(",")[0] for row in rows] == list(map(str, slices[:3]))
    assert all(row.count(",") == PREDICT.count(",") for row in rows)


def _read(screen: int) -> bytes:
    try:
        return os.read(screen, 65536)
    except OSError:  # how Linux says that the other end was closed
        return b""


def test_predict_without_weights_says_so(tmp_path, capsys, no_weights):
    for key in ("lung_ct", "breast_features"):
        assert main(["predict", key, str(tmp_path)]) == 1
        said = capsys.readouterr()
        assert "no trained model" in said.err
        assert said.out == ""


def test_explain_writes_the_overlay(slices, tmp_path, capsys):
    out = tmp_path / "map.png"
    assert main(["explain", "brain_mri", str(slices[0]), "--out", str(out), "--label", "glioma"]) == 0
    assert cv2.imread(str(out)).shape == cv2.imread(str(slices[0])).shape
    assert "glioma" in capsys.readouterr().out


def test_explain_methods_differ_little(slices, tmp_path):
    paths = {method: tmp_path / f"{method}.png" for method in ("cam", "gradcam")}
    for method, path in paths.items():
        assert main(["explain", "brain_mri", str(slices[0]), "--out", str(path), "--method", method]) == 0
    cam, gradcam = (cv2.imread(str(path)).astype(float).ravel() for path in paths.values())
    assert np.corrcoef(cam, gradcam)[0, 1] > 0.99


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--label", "sarcoma"], "sarcoma"),
        (["--opacity", "3"], "between 0 and 1"),
    ],
)
def test_explain_errors(slices, tmp_path, capsys, arguments, message):
    assert main(["explain", "brain_mri", str(slices[0]), "--out", str(tmp_path / "x.png"), *arguments]) == 1
    assert message in capsys.readouterr().err


def test_unwritable_output(slices, tmp_path, capsys):
    assert main(["predict", "brain_mri", str(slices[0]), "--out", str(tmp_path / "no" / "x.csv")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_evaluate_writes_figures(brain, data, tmp_path, capsys):
    with (brain.folder / "predictions.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))[::80]
    (tmp_path / "images").symlink_to(data / "brain_mri" / "images")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["file", "label"])
    writer.writerows((row["id"], row["label"]) for row in rows)
    (tmp_path / "manifest.csv").write_text(text.getvalue())
    assert main(["evaluate", "brain_mri", "--data", str(tmp_path), "--out", str(tmp_path / "r.json")]) == 0
    figures = json.loads((tmp_path / "r.json").read_text())["figures"]
    assert 0 <= figures["accuracy"]["low"] <= figures["accuracy"]["value"] <= figures["accuracy"]["high"] <= 1
    assert "accuracy" in capsys.readouterr().out


def test_audit_reports_and_writes_groups(tmp_path, capsys):
    pixels = np.random.default_rng(0).integers(0, 256, (80, 80, 3), np.uint8)
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / name), pixels)
    assert main(["audit", str(tmp_path), "--out", str(tmp_path / "groups.csv")]) == 0
    assert "1 pairs with the same difference hash" in capsys.readouterr().out
    groups = {row["group"] for row in csv.DictReader((tmp_path / "groups.csv").open(newline=""))}
    assert len(groups) == 1


def test_audit_of_nothing(tmp_path, capsys):
    assert main(["audit", str(tmp_path)]) == 1
    assert "no pictures" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["train", "evaluate", "calibrate"])
def test_what_reads_pictures_refuses_the_table(capsys, tmp_path, command):
    assert main([command, "breast_features", "--data", str(tmp_path)]) == 1
    assert "is a table" in capsys.readouterr().err


def test_calibrate_names_the_networks_that_there_are(capsys, tmp_path):
    assert main(["calibrate", "brain_mri", "--data", str(tmp_path), "--model", "alexnet"]) == 1
    assert "has no network 'alexnet'; it has efficientnet_lite0" in capsys.readouterr().err


def test_calibrate_needs_the_pictures_of_the_split(brain, capsys, tmp_path):
    assert main(["calibrate", "brain_mri", "--data", str(tmp_path)]) == 1
    assert "Give the folder that it was trained from" in capsys.readouterr().err


def test_predict_reads_rows_of_a_table(tmp_path, capsys):
    from sklearn.datasets import load_breast_cancer

    table = load_breast_cancer(as_frame=True)
    table.data.iloc[:4].to_csv(tmp_path / "rows.csv", index=False)
    assert main(["predict", "breast_features", str(tmp_path)]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["path"].rsplit("#", 1)[1] for row in rows] == ["1", "2", "3", "4"]
    assert {row["predicted"] for row in rows} == {"malignant"}
    assert all(row["p_malignant"] == row["target_probability"] for row in rows)


@pytest.mark.parametrize("command", ["predict", "explain", "evaluate", "calibrate", "audit", "train"])
def test_help_of_every_command(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    said = capsys.readouterr().out
    assert "diagnosis" in said
    assert len(said) > 400


def test_module_runs_as_a_program():
    done = subprocess.run([sys.executable, "-m", "oncosecure", "--version"], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.startswith("oncosecure ")
    unknown = subprocess.run([sys.executable, "-m", "oncosecure", "predict", "knee"], capture_output=True, cwd=ROOT)
    assert unknown.returncode == 2


def test_a_model_that_does_not_exist_is_named_with_those_that_do(slices, capsys, brain):
    assert main(["predict", "brain_mri", str(slices[0]), "--model", "resnet9000"]) == 1
    assert f"it has {', '.join(brain.models)}" in capsys.readouterr().err


def test_predict_by_a_named_model_is_what_the_default_one_says_where_it_is_that(slices, tmp_path, brain):
    named, plain = tmp_path / "named.csv", tmp_path / "plain.csv"
    assert main(["predict", "brain_mri", str(slices[0]), "--out", str(plain)]) == 0
    assert main(["predict", "brain_mri", str(slices[0]), "--model", brain.models[0], "--out", str(named)]) == 0
    assert named.read_text() == plain.read_text()
