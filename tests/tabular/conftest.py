"""A reduced training run: two models, few settings, few folds, in a folder of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oncosecure import catalog
from oncosecure.models import store
from oncosecure.tabular import analysis, comparison, standing, train
from oncosecure.tabular.candidates import CANDIDATES


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """The folder that a reduced `python -m oncosecure.tabular.train` wrote, and what it printed is left out."""
    folder = tmp_path_factory.mktemp("weights")
    small = {
        "svm_rbf": replace(CANDIDATES["svm_rbf"], grid={"estimator__model__C": [1.0, 4.0]}),
        "logistic_regression": replace(CANDIDATES["logistic_regression"], grid={"model__C": [0.3]}),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog, "WEIGHTS", folder)
        patch.setattr(comparison, "CANDIDATES", small)
        patch.setattr(train, "CANDIDATES", small)
        patch.setattr(train, "BACKGROUND", 20)
        train.main(["--repeats", "2", "--folds", "3"])
    return folder / "breast_features"


@pytest.fixture
def elsewhere(trained, monkeypatch):
    """The same, with everything that reads released files looking there."""
    monkeypatch.setattr(catalog, "WEIGHTS", trained.parent)
    monkeypatch.setattr(comparison, "CANDIDATES", {k: CANDIDATES[k] for k in ("svm_rbf", "logistic_regression")})
    forget()
    yield trained
    forget()


@pytest.fixture(scope="session")
def released():
    """What the repository ships."""
    assert catalog.get("breast_features").has_weights(), "the model of the table belongs to the repository"
    return analysis.load()


def forget() -> None:
    """Empty what a process keeps of released files."""
    analysis.load.cache_clear()
    standing.examples.cache_clear()
    store._parsed.cache_clear()
