"""CONTRIBUTING.md's five steps, followed with its own code on a toy modality.

Training itself is tried in `tests/training`; here the weights are those of another modality with as many classes,
under the new labels.
"""

from __future__ import annotations

import csv
import io
import re
import shutil

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from oncosecure import analysis, catalog, samples
from oncosecure.cli import main
from oncosecure.models import engine, store
from tests.conftest import ROOT
from tests.ui.test_pages import texts


def _code(heading: str) -> str:
    """The Python block under a heading of CONTRIBUTING.md."""
    section = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split(f"### {heading}", 1)[1].split("\n### ", 1)[0]
    return re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]


@pytest.fixture
def toy(monkeypatch, tmp_path, brain) -> catalog.Modality:
    """Steps 2 and 3: the entry that the guide shows, in the catalog, and a released model."""
    names = {"Modality": catalog.Modality, "Dataset": catalog.Dataset}
    exec(_code("2. "), names)
    entry = names["CYTOLOGY"]
    monkeypatch.setitem(catalog.MODALITIES, entry.key, entry)
    shutil.copytree(catalog.WEIGHTS, tmp_path / "weights")
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path / "weights")
    _release(brain, entry)
    yield entry
    for cache in (analysis.load, engine.litert):
        cache.cache_clear()


def _release(source: catalog.Modality, entry: catalog.Modality) -> None:
    entry.folder.mkdir()
    labels = dict(zip(source.labels, entry.labels, strict=True))
    old = re.compile("|".join(sorted(labels, key=len, reverse=True)))
    for name in ("card.json", "predictions.csv", "splits.csv"):
        text = (source.folder / name).read_text()
        (entry.folder / name).write_text(old.sub(lambda found: labels[found[0]], text))
    for suffix in (".tflite", ".keras"):
        shutil.copy(source.folder / f"{source.models[0]}{suffix}", entry.folder)
    with np.load(source.folder / "embeddings.npz") as index:
        arrays = dict(index)
    arrays["labels"] = np.array([labels[label] for label in arrays["labels"]])
    np.savez(entry.folder / "embeddings.npz", **arrays)
    store.register(entry, [path.name for path in entry.folder.iterdir()])


@pytest.fixture
def app(toy, tmp_path) -> AppTest:
    """Step 4: the app with the page that the guide shows."""
    shutil.copy(ROOT / "streamlit_app.py", tmp_path)
    shutil.copytree(ROOT / "pages", tmp_path / "pages")
    (tmp_path / "pages" / f"{toy.key}.py").write_text(_code("4. "))
    return AppTest.from_file(str(tmp_path / "streamlit_app.py"), default_timeout=60).run()


def test_the_page_answers(app, toy):
    assert not app.exception
    assert toy.title in texts(app), "the start page does not name it"
    app.switch_page(f"pages/{toy.key}.py").run()
    app.file_uploader[0].upload("field.png", samples.phantoms("brain_mri")[0].load(), "image/png").run()
    assert not app.exception and not app.error
    said = texts(app)
    assert "The model " in said
    assert all(name in said for name in toy.names.values())


def test_many_scans_and_the_demo_know_it_or_do_without(app, toy):
    app.switch_page("pages/many.py").run()
    assert not app.exception
    assert toy.title in app.selectbox[0].options
    app.selectbox[0].set_value(toy.key).run()
    assert not app.exception
    app.switch_page("pages/tour.py").run()
    assert not app.exception


def test_the_command_line_knows_it(toy, tmp_path, capsys):
    (tmp_path / "field.png").write_bytes(samples.phantoms("brain_mri")[0].load())
    assert main(["predict", toy.key, str(tmp_path / "field.png")]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["predicted"] in toy.labels
    assert {f"p_{label}" for label in toy.labels} <= set(row)
    high = sum(float(row[f"p_{label}"]) for label in toy.target)
    assert float(row["target_probability"]) == pytest.approx(high, abs=1e-5)
