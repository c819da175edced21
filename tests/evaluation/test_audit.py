"""The audit finds what was planted, and what the data's own README says of the brain set."""

import csv
import io

import cv2
import numpy as np
import pytest

from oncosecure import ScanError
from oncosecure.evaluation import audit


def _picture(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(96, 96)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 6)
    grey = cv2.normalize(smooth, None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)
    return np.repeat(grey[..., None], 3, 2)


@pytest.fixture
def folder(tmp_path):
    """Six unlike pictures; one rescaled copy across the split, one recompressed copy under another label."""
    rows = []

    def add(name: str, pixels: np.ndarray, label: str, split: str, *how) -> None:
        cv2.imwrite(str(tmp_path / name), pixels, *how)
        rows.append({"file": name, "label": label, "published_split": split})

    for i in range(6):
        add(f"{i}.png", _picture(i), "a" if i < 3 else "b", "train" if i % 2 else "test")
    add("copy.png", cv2.resize(_picture(1), (150, 150)), "a", "test")
    add("other_label.jpg", _picture(4), "a", "test", [cv2.IMWRITE_JPEG_QUALITY, 60])
    with (tmp_path / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return tmp_path


def test_finds_copies_across_split_and_label(folder):
    found = audit.run(folder)
    assert [sorted(p.id for p in found.members(g)) for g in found.straddling] == [["1.png", "copy.png"]]
    assert [sorted(p.id for p in found.members(g)) for g in found.conflicting] == [["4.png", "other_label.jpg"]]
    assert (found.test_size, found.test_near, found.test_grouped) == (5, 1, 1)
    assert found.groups.max() + 1 == 6


def test_summary_names_the_conflicting_pictures(folder):
    assert "4.png, other_label.jpg" in audit.run(folder).summary()


def test_groups_file(folder):
    stream = io.StringIO()
    audit.run(folder).write_groups(stream)
    group = {row["file"]: row["group"] for row in csv.DictReader(io.StringIO(stream.getvalue()))}
    assert group["1.png"] == group["copy.png"] != group["2.png"]


def test_folders_speak_where_there_is_no_manifest(tmp_path):
    for split in ("Training", "Testing"):
        (tmp_path / split / "glioma").mkdir(parents=True)
        cv2.imwrite(str(tmp_path / split / "glioma" / "x.png"), _picture(1))
    found = audit.run(tmp_path)
    assert {(p.label, p.split) for p in found.pictures} == {("glioma", "train"), ("glioma", "test")}
    assert found.test_exact == 1


def test_unreadable_files_are_reported_and_do_not_stop_the_audit(folder):
    (folder / "0.png").write_bytes(b"not a picture")
    found = audit.run(folder)
    assert [name for name, _ in found.unreadable] == ["0.png"]
    assert len(found.pictures) == 7


def test_errors(tmp_path):
    with pytest.raises(ScanError, match="no such folder"):
        audit.run(tmp_path / "absent")
    with pytest.raises(ScanError, match="no pictures"):
        audit.run(tmp_path)
    (tmp_path / "manifest.csv").write_text("name,label\n")
    with pytest.raises(ScanError, match="column named file"):
        audit.run(tmp_path)


def test_difference_hash_compares_neighbours_along_the_rows():
    falling = np.repeat(np.linspace(255, 0, 170).astype(np.uint8)[None], 160, 0)
    rgb = np.repeat(falling[..., None], 3, 2)
    assert not np.unpackbits(audit.difference_hash(rgb)).any()
    assert np.unpackbits(audit.difference_hash(rgb[:, ::-1].copy())).all()
    assert audit.difference_hash(rgb).shape == (32,)


def test_contradictions_are_copies_under_different_labels():
    hashes = np.stack([audit.difference_hash(_picture(i)) for i in (0, 0, 1, 1, 2)])
    found = audit.contradicting(hashes, ["a", "b", "a", "a", "b"])
    assert found.tolist() == [True, True, False, False, False]


def test_transitive_pairs_form_one_group():
    assert len(set(audit.connected(4, np.array([0, 1]), np.array([1, 2])))) == 2


def test_brain_set_leaks_as_its_readme_says(data):
    # Hashes alone: no cosine reaches 2.
    found = audit.run(data / "brain_mri", cosine=2.0)
    assert (found.test_size, found.test_exact, found.test_near) == (1139, 202, 462)


def test_ultrasound_picture_under_two_labels_is_found(data):
    found = audit.run(data / "breast_ultrasound")
    conflicts = [{p.id.split("/")[-1].split(".")[0] for p in found.members(g)} for g in found.conflicting]
    assert any({"benign_433", "malignant_145"} <= names for names in conflicts)
