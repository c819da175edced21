"""Answers to class imbalance under one short recipe, compared on validation.

    python -m oncosecure.training.imbalance skin_lesion --data DIR [--runs runs] [--stages 112:6]

Everything but the balance is the same: pictures, split, augmentation, rates, epochs and seed. A run that was cut
off resumes, and one that is done is not repeated. Test pictures are not even read.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.evaluation import metrics, released, weighted
from oncosecure.models import store

if TYPE_CHECKING:
    from oncosecure.training.data import Table
    from oncosecure.training.recipes import Recipe

FILE = "imbalance.json"
FIGURES = ("balanced_accuracy", "accuracy", "macro_auc", "target_auc")
#: Layers up to this one keep their ImageNet weights; the comparison is about the loss, and this halves its time.
FROZEN = "block4_add"


@dataclass(frozen=True)
class Method:
    """One way of balancing.

    Attributes:
        key: what files call it.
        title: what people call it.
        balance, power, focal: the fields of `recipes.Recipe` that it sets.
    """

    key: str
    title: str
    balance: str
    power: float = 0.0
    focal: float = 0.0

    def of(self, recipe: Recipe) -> Recipe:
        """A recipe with this way of balancing."""
        return replace(recipe, balance=self.balance, balance_power=self.power, focal=self.focal)

    def is_of(self, recipe: dict) -> bool:
        """Whether a card's recipe balances this way, to whatever power."""
        return recipe.get("balance") == self.balance and bool(recipe.get("focal")) == bool(self.focal)


METHODS = (
    Method("none", "No balancing", "none"),
    Method("weights", "Class weights", "weights", 1.0),
    Method("focal", "Focal loss", "none", focal=2.0),
    Method("sampling", "Oversampling", "sampling", 1.0),
    Method("logits", "Logit adjustment", "logits", 1.0),
)


def compare(modality: Modality, folder: Path, runs: Path, stages: tuple[tuple[int, int], ...] = ((112, 6),)) -> dict:
    """Train with every method, score each on validation and release `imbalance.json`.

    Args:
        modality: an image modality with a released split, whose train and validation parts are used.
        folder: the data that the model was trained from.
        runs: checkpoints, and each finished run's answers.
        stages: (pixels, epochs) of the short recipe.

    Returns:
        split, pictures and groups of validation, recipe (what all share), rows (method, title,
        setting, figures with intervals, difference in balanced accuracy to the best, best first), best
        (its method), and released (the method of the released model, or None).

    Raises:
        ScanError: if the folder or the runs cannot be used.
    """
    from oncosecure.training import recipes

    base = recipes.for_modality(modality.key, stages=stages)
    base = replace(base, freeze_until=FROZEN, patience=base.epochs)
    table = _table(modality, folder, max(size for size, _ in stages))
    answers = {method.key: _logits(modality, folder, runs, table, method, base) for method in METHODS}
    found = report(modality, table.frame, answers) | {"recipe": _shared(base)}
    store.write_json(modality, FILE, found)
    return found


def _table(modality: Modality, folder: Path, size: int) -> Table:
    from oncosecure.training import data

    frame = released.rows(modality, folder, "train", "val").rename(columns={"id": "file"})
    return data.load(folder, modality, frame, size)


def _logits(modality: Modality, folder: Path, runs: Path, table: Table, method: Method, base: Recipe) -> np.ndarray:
    """Validation logits of a method, (N, C); read from its run where that is done."""
    recipe, run = method.of(base), runs / modality.key / f"imbalance-{method.key}"
    done = run / "validation.npy"
    _same_recipe(run, recipe)
    if not done.is_file():
        np.save(done, _train(modality, folder, runs, table, recipe, run))
    return np.load(done)


def _same_recipe(run: Path, recipe: Recipe) -> None:
    """Note a run's recipe, or hold it against the one that was noted."""
    path, said = run / "recipe.json", json.dumps(asdict(recipe), indent=1)
    run.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        path.write_text(said)
    elif path.read_text() != said:
        raise ScanError(f"{run} holds a run of another recipe; remove it, or name another folder with --runs.")


def _train(modality: Modality, folder: Path, runs: Path, table: Table, recipe: Recipe, run: Path) -> np.ndarray:
    from oncosecure.models.networks import NETWORKS
    from oncosecure.training import loop
    from oncosecure.training.run import Plan, network
    from oncosecure.training.twin import Twin

    name = modality.models[0]
    model = (NETWORKS[name].parts or (name,))[0]
    twin = Twin(network(Plan(modality, folder, runs, model, "grouped", recipe)))
    train, val = (np.flatnonzero(table.frame["split"] == part) for part in ("train", "val"))
    loop.train(twin, table, train, val, recipe, run)
    return loop.predict(twin, table, val, recipe.stages[-1][0])


def report(modality: Modality, frame, answers: dict[str, np.ndarray]) -> dict:
    """Figures of every method's validation logits.

    Args:
        frame: label, group and split of the pictures; the rows of validation are those of the logits.
        answers: (N, C) logits by method.
    """
    val = frame[frame["split"] == "val"]
    targets, groups = released.targets(modality, val["label"]), val["group"].to_numpy()
    weights = weighted.draws(groups)
    scores = {key: _scores(modality, targets, logits, weights) for key, logits in answers.items()}
    best = max(scores, key=lambda key: scores[key]["balanced_accuracy"][0])
    rows = [_row(method, scores[method.key], scores[best]) for method in METHODS if method.key in scores]
    return {
        "split": "val",
        "pictures": len(val),
        "groups": len(np.unique(groups)),
        "rows": sorted(rows, key=lambda row: -row["figures"]["balanced_accuracy"]["value"]),
        "best": best,
        "released": _released(modality),
    }


def _scores(modality: Modality, targets: np.ndarray, logits: np.ndarray, weights: np.ndarray) -> dict[str, tuple]:
    from oncosecure.uncertainty.temperature import softmax

    p = softmax(logits)
    return metrics.with_samples(targets, p, modality.labels, modality.target, weights, FIGURES)


def _row(method: Method, scores: dict[str, tuple], best: dict[str, tuple]) -> dict:
    (value, samples), (top, top_samples) = scores["balanced_accuracy"], best["balanced_accuracy"]
    return {
        "method": method.key,
        "title": method.title,
        "setting": {"balance": method.balance, "balance_power": method.power, "focal": method.focal},
        "figures": {name: metrics.interval(*score) for name, score in scores.items()},
        "difference_to_best": metrics.interval(value - top, samples - top_samples),
    }


def _released(modality: Modality) -> str | None:
    """The method of the released model."""
    if not modality.has_weights():
        return None
    recipe = store.read_json(modality, "card.json")["recipe"]
    return next((method.key for method in METHODS if method.is_of(recipe)), None)


def _shared(base: Recipe) -> dict:
    """What all runs have in common."""
    return {name: value for name, value in asdict(base).items() if name not in ("balance", "balance_power", "focal")}


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    from oncosecure import cli

    parser = argparse.ArgumentParser(prog="python -m oncosecure.training.imbalance", description=__doc__)
    parser.add_argument("modality", choices=[m.key for m in catalog.images()])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR")
    parser.add_argument("--stages", default="112:6", metavar="PX:EPOCHS,...")
    options = parser.parse_args(arguments)
    found = compare(catalog.get(options.modality), options.data, options.runs, cli.stages(options.stages))
    for row in found["rows"]:
        figure = row["figures"]["balanced_accuracy"]
        print(f"{row['title']:<20} {figure['value']:.4f}  ({figure['low']:.4f} to {figure['high']:.4f})")


if __name__ == "__main__":
    os.environ["KERAS_BACKEND"] = "torch"
    main()
