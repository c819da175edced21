"""Real samples: only from a folder that was named, never from outside it."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

from oncosecure import ScanError, catalog, samples

LABELS = ("glioma", "meningioma", "no_tumor", "pituitary")


def _table(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as lines:
        table = csv.DictWriter(lines, rows[0])
        table.writeheader()
        table.writerows(rows)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A data folder with eight plain pictures a label, and a weights folder without predictions."""
    monkeypatch.delenv("ONCOSECURE_DATA", raising=False)
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path / "weights")
    root, rows = tmp_path / "data", []
    for number, label in enumerate(LABELS):
        folder = root / "brain_mri" / "images" / label
        folder.mkdir(parents=True)
        for i in range(8):
            cv2.imwrite(str(folder / f"Tr-{i:04}.png"), np.full((70, 80, 3), 40 * number + i, np.uint8))
            rows.append({"file": f"images/{label}/Tr-{i:04}.png", "label": label, "mask": ""})
    _table(root / "brain_mri" / "manifest.csv", rows)
    return root


def _rewrite(data, rows):
    _table(data / "brain_mri" / "manifest.csv", [{"file": file, "label": label} for file, label in rows])


def test_without_a_folder_there_are_none(data, tmp_path, monkeypatch):
    assert samples.real("brain_mri") == ()
    assert samples.all_for("brain_mri") == samples.phantoms("brain_mri")
    monkeypatch.setenv("ONCOSECURE_DATA", "")
    assert samples.real("brain_mri") == ()
    assert samples.real("brain_mri", tmp_path / "absent") == ()
    assert samples.real("lung_ct", data) == (), "no folder of that modality"
    assert samples.real("breast_features", data) == ()


def test_a_few_of_every_label_always_the_same(data, monkeypatch):
    monkeypatch.setenv("ONCOSECURE_DATA", str(data))
    found = samples.real("brain_mri")
    assert [s.label for s in found] == [label for label in LABELS for _ in range(3)]
    assert found == samples.real("brain_mri") == samples.real("brain_mri", data)
    assert len({s.id for s in found}) == len(found)
    assert all(s.kind == "real" and not s.held_out for s in found)
    assert found[0].title == "Real: glioma, Tr-0000"
    assert samples.all_for("brain_mri") == found + samples.phantoms("brain_mri")
    assert len(samples.real("brain_mri", per_label=1)) == 4
    assert samples.real("brain_mri", per_label=0) == ()


def test_neighbours_in_the_list_are_not_shown_together(data):
    titles = [s.title[-4:] for s in samples.real("brain_mri", data) if s.label == "glioma"]
    assert titles == ["0000", "0002", "0004"]


def test_a_real_sample_is_the_file_as_it_lies_there(data):
    sample = samples.real("brain_mri", data)[-1]
    assert sample.load() == (data / "brain_mri/images/pituitary" / f"{sample.title[-7:]}.png").read_bytes()
    assert sample.pixels().shape == (70, 80, 3) and sample.pixels().dtype == np.uint8


def test_pictures_that_the_model_was_not_trained_on_come_first(data):
    tested = [f"images/glioma/Tr-{i:04}.png" for i in (5, 6)]
    rows = [{"id": file, "label": "glioma", "split": "test"} for file in tested]
    _table(catalog.WEIGHTS / "brain_mri" / "predictions.csv", [*rows, {"id": "x", "label": "glioma", "split": "train"}])
    found = samples.real("brain_mri", data)
    assert [s.title[-4:] for s in found if s.label == "glioma"] == ["0005", "0006"]
    assert [s.held_out for s in found] == [True, True] + [False] * 9


@pytest.mark.parametrize(
    "escape", ["../secret.png", "images/../../secret.png", "{root}/secret.png", "link.png", "up/secret.png"]
)
def test_a_manifest_cannot_reach_outside_its_folder(data, escape):
    secret = data / "secret.png"
    secret.write_bytes(b"secret")
    (data / "brain_mri" / "link.png").symlink_to(secret)
    (data / "brain_mri" / "up").symlink_to(data, target_is_directory=True)
    _rewrite(data, [(escape.format(root=data), "glioma"), ("images/glioma/Tr-0001.png", "glioma")])
    assert [s.title for s in samples.real("brain_mri", data)] == ["Real: glioma, Tr-0001"]


def test_absent_files_folders_and_other_labels_are_left_out(data):
    good = "images/glioma/Tr-0001.png"
    _rewrite(data, [("gone.png", "glioma"), ("images", "glioma"), ("", "glioma"), (good, "cat"), (good, "glioma")])
    assert [s.title for s in samples.real("brain_mri", data)] == ["Real: glioma, Tr-0001"]


def test_a_file_that_is_no_picture_is_said(data):
    (data / "brain_mri" / "note.png").write_text("not a picture")
    _rewrite(data, [("note.png", "glioma")])
    with pytest.raises(ScanError, match="not a picture"):
        samples.real("brain_mri", data)[0].pixels()
