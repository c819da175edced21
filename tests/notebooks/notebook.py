"""Runs a notebook as a reader would, without any folder of real pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT

FOLDER = ROOT / "notebooks"


def execute(name: str, monkeypatch, seconds: int = 900) -> str:
    """Run a notebook from its own folder and return what its cells printed."""
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    import nbformat

    monkeypatch.delenv("ONCOSECURE_DATA", raising=False)
    notebook = nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)
    place = {"metadata": {"path": str(FOLDER)}}
    nbclient.NotebookClient(notebook, timeout=seconds, resources=place).execute()
    return "".join(output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ()))


def stored(path: Path) -> list[dict]:
    """The outputs that a notebook was saved with."""
    import nbformat

    return [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", ())]
