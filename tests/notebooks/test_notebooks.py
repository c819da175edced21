"""The notebooks run from top to bottom, and what they were saved with is fit to be published."""

from __future__ import annotations

import json
import re

import pytest

from tests.notebooks.notebook import FOLDER, execute, stored

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def test_the_four_notebooks_are_there():
    names = {path.stem for path in NOTEBOOKS}
    assert names >= {"breast_features", "train_on_your_own_folder", "explain_a_heatmap", "audit_a_data_set"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_picture_of_a_data_set_and_no_path_can_be_in_what_is_stored(path):
    """Pictures in the outputs are drawn by the notebook itself: it names no folder of real ones."""
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"ONCOSECURE_DATA|shared/data|/(home|root|work|tmp)/", text)
    assert len(text) < 2_000_000
    assert not [output for output in stored(path) if output["output_type"] == "error"]
    kinds = {kind for output in stored(path) for kind in output.get("data", {})}
    drawn_by_code = "oncosecure.samples" in text or "import samples" in text or "cv2.circle" in text
    assert drawn_by_code or not any(kind.startswith("image/") for kind in kinds), kinds
    assert json.loads(text)["cells"][0]["cell_type"] == "markdown"


def test_explain_a_heatmap(brain, monkeypatch):
    said = execute("explain_a_heatmap", monkeypatch)
    difference = float(re.search(r"largest difference: ([\d.e-]+)", said)[1])
    assert difference < 1e-4
    energy = {name.strip(): float(value) for name, value in re.findall(r"(.{22}) energy inside ([\d.]+)", said)}
    assert energy["class activation map"] > energy["the same everywhere"] > 0


def test_audit_a_data_set(monkeypatch):
    said = execute("audit_a_data_set", monkeypatch)
    assert "3 groups straddle the published split" in said
    assert "1 groups carry more than one label" in said


def test_explore_the_table(monkeypatch):
    assert "Highest accuracy" in execute("breast_features", monkeypatch)
