"""What all tests share: the data folder, and pictures from it or made by code."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from oncosecure import catalog

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("ONCOSECURE_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real pictures."""
    if not (DATA / "brain_mri" / "manifest.csv").is_file():
        pytest.skip("no folder of real pictures: set ONCOSECURE_DATA to one")
    return DATA


@pytest.fixture(scope="session")
def brain() -> catalog.Modality:
    """The brain entry, with weights."""
    entry = catalog.get("brain_mri")
    assert entry.has_weights(), "the weights of brain_mri belong to the repository"
    return entry


@pytest.fixture(scope="session")
def slices(data: Path) -> list[Path]:
    """A dozen real brain slices, three a class, in a fixed order."""
    folders = sorted((data / "brain_mri" / "images").iterdir())
    return [path for folder in folders for path in sorted(folder.glob("*.jpg"))[10:310:100]]


@pytest.fixture
def picture() -> np.ndarray:
    """A smooth drawn picture, (96, 120, 3) uint8."""
    y, x = np.mgrid[:96, :120]
    grey = 110 + 70 * np.sin(x / 9) * np.cos(y / 13) + 30 * (np.hypot(x - 70, y - 40) < 18)
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


@pytest.fixture
def no_weights(monkeypatch, tmp_path):
    """An empty weights folder, and nothing remembered of the real one."""
    from oncosecure import analysis
    from oncosecure.models import engine
    from oncosecure.tabular import analysis as rows

    caches = (analysis.load, engine.litert, engine.keras_engine, rows.load)
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path / "weights")
    for cache in caches:
        cache.cache_clear()
    yield tmp_path / "weights"
    for cache in caches:
        cache.cache_clear()
