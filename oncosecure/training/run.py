"""What `oncosecure train` does: groups, split, network, training, export, figures, release."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.evaluation import audit, splits
from oncosecure.models.networks import NETWORKS
from oncosecure.training import data, distil, groups, imagenet, loop
from oncosecure.training.recipes import Recipe, Split
from oncosecure.training.twin import Twin

#: Below so many patients or lesions the split is searched for, rather than drawn in twentieths.
FEW_GROUPS = 40


@dataclass(frozen=True)
class Plan:
    """Which model is trained on which rows.

    Attributes:
        split: "grouped" (leak-free), "published" (the manifest's `published_split`), "random", or
            "fold0" ... "fold4" of a grouped five-fold cross-validation.
        model: a key of `networks.NETWORKS`.
    """

    modality: Modality
    folder: Path
    runs: Path
    model: str
    split: str
    recipe: Recipe
    shares: Split = Split()

    @property
    def run(self) -> Path:
        """Folder of this run's checkpoint and log."""
        return self.runs / self.modality.key / f"{self.model}-{self.split}"


@dataclass
class Trained:
    """A finished run: the frame holds `group` and `split` beside the manifest's columns.

    `left_out` names pictures that stand in the data set under two labels, so that neither can be trusted; `prior` is
    what `prior.give_back` tried and chose.
    """

    plan: Plan
    table: data.Table
    frame: pd.DataFrame
    twin: Twin
    state: loop.State
    left_out: tuple[str, ...] = ()
    prior: dict | None = None

    def rows(self, split: str) -> np.ndarray:
        """Row numbers of a part of the split."""
        return np.flatnonzero(self.frame["split"] == split)

    @property
    def mirrored(self) -> bool:
        """Whether answers are the mean over a picture and its mirror image."""
        return self.plan.recipe.mirrored

    def facts(self) -> dict:
        """What the card says of the network and its training."""
        return {
            "parameters": int(sum(p.numel() for p in self.twin.parameters())),
            "recipe": asdict(self.plan.recipe),
            "prior": self.prior,
            "history": self.state.history,
        }


def train(plan: Plan, resume: bool = True) -> Trained:
    """Train the plan's network, or resume it where it was cut off.

    Raises:
        ScanError: if the folder cannot be used for this modality.
    """
    return fit(plan, *prepare(plan, max(size for size, _ in plan.recipe.stages)), resume)


def fit(plan: Plan, table: data.Table, left_out: tuple[str, ...], resume: bool = True) -> Trained:
    """`train` on pictures that `prepare` gave."""
    plan.run.mkdir(parents=True, exist_ok=True)
    if not resume:
        for name in ("last.pt", "best.pt"):
            (plan.run / name).unlink(missing_ok=True)
    frame = table.frame
    twin = Twin(network(plan))
    train_rows, val_rows = (np.flatnonzero(frame["split"] == part) for part in ("train", "val"))
    teacher = distil.teacher_of(plan, frame)
    state = loop.train(twin, table, train_rows, val_rows, plan.recipe, plan.run, teacher)
    trained = Trained(plan, table, frame, twin, state, left_out)
    write_log(trained)
    return trained


def prepare(plan: Plan, size: int) -> tuple[data.Table, tuple[str, ...]]:
    """Pictures at `size` pixels with their groups and split, and the names of those that were left out.

    Raises:
        ScanError: if the folder cannot be used for this modality.
    """
    plan.run.parent.mkdir(parents=True, exist_ok=True)
    frame = data.read_manifest(plan.folder, plan.modality)
    frame["group"] = groups.find(plan.folder, plan.modality, frame, plan.run.parent)
    table, left_out = without_contradictions(data.load(plan.folder, plan.modality, frame, size))
    table.frame["split"] = assign(plan, table.frame)
    return table, left_out


def without_contradictions(table: data.Table) -> tuple[data.Table, tuple[str, ...]]:
    """The table without pictures that stand in it under two labels, and their names."""
    hashes = np.array([audit.difference_hash(pixels) for pixels in table.pixels])
    out = audit.contradicting(hashes, table.frame["label"])
    kept = data.Table(table.frame[~out].reset_index(drop=True), table.pixels[~out], table.targets[~out])
    return kept, tuple(table.frame.loc[out, "file"])


def network(plan: Plan):
    """The Keras model of a plan with a fresh dense layer; below it ImageNet weights, where there are any."""
    import keras

    keras.utils.set_random_seed(plan.recipe.seed)
    size = plan.recipe.stages[-1][0]
    spec = NETWORKS[plan.model]
    model = spec.build(len(plan.modality.labels), size, plan.recipe.dropout, plan.recipe.drop_path)
    if spec.imagenet:
        imagenet.load(model, plan.model)
    return model


def assign(plan: Plan, frame: pd.DataFrame) -> np.ndarray:
    """(N,) array of "train", "val" and "test" for the plan's split.

    Raises:
        ScanError: if the plan asks for a published split and the manifest has none, or for an unknown one.
    """
    labels, group, shares = frame["label"].to_numpy(), frame["group"].to_numpy(), plan.shares
    if plan.split == "grouped":
        few = plan.modality.group_column in frame and len(np.unique(group)) < FEW_GROUPS
        split = splits.of_few_groups if few else splits.grouped
        return split(labels, group, shares.val, shares.test, shares.seed)
    if plan.split == "random":
        return splits.random(labels, shares.val, shares.test, shares.seed)
    if plan.split == "published" and "published_split" in frame:
        parts = np.where(frame["published_split"] == "test", "test", "train").astype("<U5")
        inner = splits.random(labels[parts == "train"], shares.val, 0.0, shares.seed)
        parts[parts == "train"] = inner
        return parts
    if plan.split.startswith("fold") and plan.split[4:].isdigit():
        return _fold(labels, group, int(plan.split[4:]), shares)
    raise ScanError(
        f"There is no split {plan.split!r} for this folder; use grouped, random, fold0 to fold4, or published where "
        "manifest.csv has a column published_split."
    )


def _fold(labels: np.ndarray, group: np.ndarray, fold: int, shares: Split) -> np.ndarray:
    number = splits.folds(labels, group, 5, shares.seed)
    parts = np.where(number == fold, "test", "train").astype("<U5")
    rest = parts == "train"
    parts[rest] = splits.grouped(labels[rest], group[rest], shares.val, 0.0, shares.seed)
    return parts


def write_log(trained: Trained) -> None:
    """One JSON of what was run and how it went."""
    plan, counts = trained.plan, trained.frame.groupby(["split", "label"]).size()
    log = {
        "modality": plan.modality.key,
        "model": plan.model,
        "split": plan.split,
        "recipe": trained.facts()["recipe"],
        "pictures": {f"{split}/{label}": int(n) for (split, label), n in counts.items()},
        "groups": {s: int(g.nunique()) for s, g in trained.frame.groupby("split")["group"]},
        "best_epoch": trained.state.best_epoch + 1,
        "history": trained.state.history,
    }
    (plan.run / "log.json").write_text(json.dumps(log, indent=1))
