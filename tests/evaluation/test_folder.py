"""Evaluation of a folder, as `oncosecure evaluate` runs it."""

import csv

import pytest

from oncosecure import ScanError
from oncosecure.evaluation import folder


def _folder(tmp_path, files, brain_folder):
    (tmp_path / "images").symlink_to(brain_folder / "images")
    with (tmp_path / "manifest.csv").open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["file", "label"])
        writer.writerows(files)
    return tmp_path


@pytest.fixture
def held_out(brain):
    with (brain.folder / "splits.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [(r["id"], r["label"]) for r in rows if r["split"] == "test"], [
        r["id"] for r in rows if r["split"] == "train"
    ]


def test_test_pictures_reproduce_their_predictions(brain, data, tmp_path, held_out):
    test, _ = held_out
    chosen = test[::40]
    result = folder.evaluate(brain, _folder(tmp_path, chosen, data / "brain_mri"))
    with (brain.folder / "predictions.csv").open(newline="") as stream:
        saved = {r["id"]: r for r in csv.DictReader(stream)}
    right = [max(brain.labels, key=lambda label: float(saved[i][f"p_{label}"])) == y for i, y in chosen]
    assert result["pictures"] == len(chosen)
    assert result["figures"]["accuracy"]["value"] == pytest.approx(sum(right) / len(right))


def test_training_pictures_are_left_out(brain, data, tmp_path, held_out):
    test, train = held_out
    label = train[0].split("/")[1]
    rows = [*test[::200], (train[0], label), ("images/absent.jpg", label)]
    result = folder.evaluate(brain, _folder(tmp_path, rows, data / "brain_mri"))
    assert result["left_out"] == 1
    assert list(result["unreadable"]) == ["images/absent.jpg"]
    assert "1 pictures left out" in folder.summary(result)


@pytest.mark.parametrize(
    ("text", "message"),
    [("name,label\nx,glioma\n", "file and label"), ("file,label\nx,sarcoma\n", "sarcoma"), ("file,label\n", "row")],
)
def test_unusable_manifests(brain, tmp_path, text, message):
    (tmp_path / "manifest.csv").write_text(text)
    with pytest.raises(ScanError, match=message):
        folder.evaluate(brain, tmp_path)


def test_no_manifest(brain, tmp_path):
    with pytest.raises(ScanError, match="manifest.csv"):
        folder.evaluate(brain, tmp_path)
