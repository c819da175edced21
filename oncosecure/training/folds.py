"""Grouped five-fold cross-validation: what the runs `fold0` to `fold4` left behind, gathered into the card."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.evaluation import metrics, outcomes
from oncosecure.models import store
from oncosecure.training.recipes import Recipe

N_FOLDS = 5
FIGURES = ("accuracy", "balanced_accuracy", "macro_auc", "target_auc")


def gather(modality: Modality, runs: Path, model: str | None = None) -> dict:
    """Put the folds' test predictions into `predictions_folds.csv` and their figures into the card.

    Args:
        modality: an image modality with weights.
        runs: the folder that `train --runs` was given.
        model: a network; the default one if None.

    Returns:
        The card's key `cross_validation`: kind, folds (pictures, groups, figures and best epoch of each),
        mean and spread (standard deviation over folds, with one degree of freedom taken off) of every
        figure, pooled (figures with intervals over all folds' pictures together) and recipe {field:
        [in the folds, in the release]}.

    Raises:
        ScanError: if a fold is missing, or folds were trained by different recipes.
    """
    name = model or modality.models[0]
    paths = [runs / modality.key / f"{name}-fold{i}" for i in range(N_FOLDS)]
    missing = [path.name for path in paths if not (path / "predictions.csv").is_file()]
    if missing:
        raise ScanError(
            f"There is no finished run of {', '.join(missing)} under {runs}. Train each with "
            f"`python -m oncosecure train {modality.key} --data DIR --split fold0` and so on to fold{N_FOLDS - 1}."
        )
    logs = [json.loads((path / "log.json").read_text()) for path in paths]
    tables = [pd.read_csv(path / "predictions.csv", dtype={"group": str}) for path in paths]
    _check(tables, logs)
    everything = pd.concat([table.assign(fold=i) for i, table in enumerate(tables)]).sort_values("id")
    target = modality.folder / modality.file("predictions_folds.csv", model)
    everything.drop(columns="split").to_csv(target, index=False)
    store.register(modality, [target.name])
    card = modality.file("card.json", model)
    released = store.read_json(modality, card)["recipe"]
    found = report(modality, tables) | {
        "best_epochs": [log["best_epoch"] for log in logs],
        "recipe": differing(logs[0]["recipe"], released),
    }
    store.update_json(modality, card, cross_validation=found)
    return found


def _check(tables: list[pd.DataFrame], logs: list[dict]) -> None:
    together = pd.concat(tables)
    if together["id"].duplicated().any() or any(differing(log["recipe"], logs[0]["recipe"]) for log in logs):
        raise ScanError("The folds do not belong together: they overlap, or their recipes differ. Train them anew.")


def report(modality: Modality, tables: list[pd.DataFrame]) -> dict:
    """Figures of each fold, their mean and spread, and those of all folds' predictions pooled."""
    folds = [_fold(modality, table) for table in tables]
    figures = pd.DataFrame([fold["figures"] for fold in folds])
    pooled = metrics.from_predictions(pd.concat(tables), modality.labels, modality.target)
    kept = [*FIGURES, *(name for name in pooled["figures"] if name.startswith("sensitivity_"))]
    return {
        "kind": "grouped five-fold",
        "folds": folds,
        "mean": {name: float(figures[name].mean()) for name in figures},
        "spread": {name: float(figures[name].std(ddof=1)) for name in figures},
        "pooled": pooled | {"figures": {name: pooled["figures"][name] for name in kept}},
    }


def _fold(modality: Modality, table: pd.DataFrame) -> dict:
    answers = outcomes.of(table, modality)
    scored = metrics.score(answers.targets, answers.probabilities, modality.labels, modality.target)
    names = [*FIGURES, *(f"sensitivity_{label}" for label in modality.labels)]
    return {
        "pictures": len(table),
        "groups": int(table["group"].nunique()),
        "figures": {name: scored.get(name, float(np.nan)) for name in names},
    }


def differing(fold: dict, release: dict) -> dict[str, list]:
    """Fields of the recipe in which the folds differ from the released run: [in the folds, in the release]."""
    base = json.loads(json.dumps(asdict(Recipe())))
    fold, release = _flat(fold), _flat(release)
    names = sorted({*fold, *release})
    pairs = {name: [fold.get(name, base.get(name)), release.get(name, base.get(name))] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _flat(recipe: dict) -> dict:
    """A joint network's recipe with the fields of its parts beside those that they share, without how they went."""
    shared = {name: value for name, value in recipe.items() if name != "parts"}
    parts = {
        f"{name}_of_{part['model']}": value
        for part in recipe.get("parts", ())
        for name, value in part["recipe"].items()
        if name not in shared
    }
    return shared | parts
