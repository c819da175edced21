"""The app without a browser: Streamlit's own test driver."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from oncosecure import catalog, samples
from oncosecure.models import store
from tests.conftest import ROOT

PATIENCE = 60  # seconds; a loaded machine may need ten for the first analysis


@pytest.fixture
def open_page() -> Callable[[str], AppTest]:
    """Open a page by the name of its file in `pages/`."""

    def open_page(name: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=PATIENCE).run()
        return app if name == "home" else app.switch_page(f"pages/{name}.py").run()

    return open_page


@pytest.fixture(scope="session")
def phantom() -> bytes:
    """A drawn brain slice as a PNG file."""
    return samples.phantoms("brain_mri")[0].load()


@pytest.fixture
def two_models(monkeypatch, tmp_path) -> catalog.Modality:
    """The ultrasound entry with one released network and a made-up worse one, in a weights folder of their own."""
    entry = catalog.get("breast_ultrasound")
    alone = "efficientnet_lite0"
    folder = tmp_path / "weights" / entry.key
    folder.mkdir(parents=True)
    for name in (f"{alone}.tflite", "splits.csv"):
        shutil.copy(entry.folder / name, folder / name)
    for name in ("card.json", "predictions.csv", "embeddings.npz"):
        shutil.copy(entry.folder / entry.file(name, alone), folder / name)
    _make_worse(entry, folder)
    entry = replace(entry, models=(alone, "resnet50"))
    monkeypatch.setitem(catalog.MODALITIES, entry.key, entry)
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path / "weights")
    store.register(entry, [path.name for path in folder.iterdir()])
    return entry


def _make_worse(entry: catalog.Modality, folder: Path) -> None:
    frame, columns = pd.read_csv(folder / "predictions.csv"), [f"p_{label}" for label in entry.labels]
    noisy = frame[columns].to_numpy() ** 0.5 * np.random.default_rng(0).uniform(0.2, 2, (len(frame), len(columns)))
    frame[columns] = (noisy / noisy.sum(1, keepdims=True)).round(6)
    frame.to_csv(folder / "resnet50.predictions.csv", index=False)
    card = json.loads((folder / "card.json").read_text()) | {"model": "resnet50"}
    card["risk"]["low"] = 0.05
    card["recipe"]["teacher"] = "efficientnet_lite0"
    del card["robustness"]  # as of a model that was not measured on poor pictures
    (folder / "resnet50.card.json").write_text(json.dumps(card))
    for name in ("efficientnet_lite0.tflite", "embeddings.npz"):
        shutil.copy(
            folder / name, folder / name.replace("efficientnet_lite0", "resnet50").replace("emb", "resnet50.emb")
        )
