"""Pictures and labels of a modality's folder, read the way inference reads them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset, RandomSampler, WeightedRandomSampler

from oncosecure.catalog import Modality
from oncosecure.evaluation import manifest
from oncosecure.intake import read
from oncosecure.models.preprocess import fit
from oncosecure.training.augment import pipeline
from oncosecure.training.recipes import Recipe

#: Processes that prepare pictures: one a core, as long as the network can keep up with them.
_WORKERS = max(2, min(8, os.cpu_count() or 2))


@dataclass(frozen=True)
class Table:
    """A data set in memory.

    Attributes:
        frame: the manifest, one row a picture, with `file` and `label`.
        pixels: (N, S, S, 3) uint8.
        targets: (N,) int64 index into the modality's labels.
    """

    frame: pd.DataFrame
    pixels: np.ndarray
    targets: np.ndarray


def read_manifest(folder: Path, modality: Modality) -> pd.DataFrame:
    """The rows of `folder/manifest.csv` with a label that the modality knows.

    Raises:
        ScanError: if the manifest is absent, or lacks `file` or `label`, or names other labels.
    """
    path = manifest.find(folder)
    frame = pd.read_csv(path, dtype={modality.group_column: str} if modality.group_column else None)
    manifest.check(modality, frame.columns, frame.get("label", ()))
    return frame


def load(folder: Path, modality: Modality, frame: pd.DataFrame, size: int) -> Table:
    """Decode every picture of `frame` at `size` pixels a side."""
    pixels = np.empty((len(frame), size, size, 3), np.uint8)
    for i, file in enumerate(frame["file"]):
        pixels[i] = fit(read((folder / file).read_bytes(), min_side=modality.min_side).pixels, size)
    index = {label: i for i, label in enumerate(modality.labels)}
    return Table(frame.reset_index(drop=True), pixels, frame["label"].map(index).to_numpy(np.int64))


class Pictures(Dataset):
    """Pictures of a table at one size, augmented."""

    def __init__(self, table: Table, rows: np.ndarray, size: int, change: Callable) -> None:
        self.table, self.rows, self.size, self.change = table, rows, size, change

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, i: int) -> tuple[torch.Tensor, int]:
        row = self.rows[i]
        pixels = self.change(fit(self.table.pixels[row], self.size))
        return torch.from_numpy(np.ascontiguousarray(pixels)).permute(2, 0, 1), int(self.table.targets[row])


def class_weights(targets: np.ndarray, n_classes: int, power: float) -> np.ndarray:
    """(C,) weights proportional to frequency to the minus `power`, with mean 1 over the pictures."""
    counts = np.bincount(targets, minlength=n_classes).clip(min=1)
    weights = counts.astype(float) ** -power
    return (weights / weights[targets].mean()).astype(np.float32)


def log_prior(targets: np.ndarray, n_classes: int) -> np.ndarray:
    """(C,) logarithm of every class's share of the targets; a class that is absent counts as one of them."""
    counts = np.bincount(targets, minlength=n_classes).clip(min=1)
    return np.log(counts / counts.sum())


def loader(table: Table, train: np.ndarray, size: int, recipe: Recipe, epoch: int) -> DataLoader:
    """Batches of one epoch; the same epoch of the same recipe gives the same pictures in the same order."""
    sampler = _sampler(table, train, recipe, epoch)
    return DataLoader(
        Pictures(table, train, size, pipeline(recipe.augment, recipe.seed_of(epoch))),
        batch_size=recipe.batch,
        sampler=sampler,
        drop_last=True,
        generator=sampler.generator,
        num_workers=_WORKERS,
        worker_init_fn=_one_thread,
    )


def order(table: Table, train: np.ndarray, recipe: Recipe, epoch: int) -> torch.Tensor:
    """Rows in the order in which an epoch shows them, (len(train),) int64, as the recipe balances them."""
    return torch.from_numpy(train)[list(_sampler(table, train, recipe, epoch))]


def _sampler(table: Table, train: np.ndarray, recipe: Recipe, epoch: int) -> RandomSampler | WeightedRandomSampler:
    """Places in `train`: every one once, or as many with classes balanced."""
    generator = torch.Generator().manual_seed(recipe.seed_of(epoch))
    if recipe.balance != "sampling":
        return RandomSampler(train, generator=generator)
    n_classes = int(table.targets.max()) + 1
    weights = class_weights(table.targets[train], n_classes, recipe.balance_power)[table.targets[train]]
    return WeightedRandomSampler(weights.tolist(), len(train), generator=generator)


def _one_thread(_: int) -> None:
    import cv2

    cv2.setNumThreads(0)
    torch.set_num_threads(1)
