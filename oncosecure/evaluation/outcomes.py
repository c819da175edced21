"""Held-out predictions as arrays: what was right, and what a model said of it.

The pages read them without pandas, which with pyarrow takes a server 68 MB.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.models import store

#: Held-out predictions of every model of a comparison, where the modality has one.
COMPARISON = "comparison.csv"


@dataclass(frozen=True, eq=False)
class Outcomes:
    """A model's predictions on pictures that it has not seen.

    Attributes:
        ids: (N,) str, the pictures.
        targets: (N,) int, index of the right label.
        groups: (N,) str, pictures of one group are near-duplicates, of one patient or of one lesion.
        probabilities: (N, C) float, calibrated; rows sum to 1.
        findings: indices of the labels that count as a finding.
    """

    ids: np.ndarray
    targets: np.ndarray
    groups: np.ndarray
    probabilities: np.ndarray
    findings: tuple[int, ...]

    @cached_property
    def predicted(self) -> np.ndarray:
        """(N,) index of the most probable label."""
        return self.probabilities.argmax(1)

    @cached_property
    def right(self) -> np.ndarray:
        """(N,) bool, whether the most probable label is the right one."""
        return self.predicted == self.targets

    @cached_property
    def is_finding(self) -> np.ndarray:
        """(N,) bool, whether the right label counts as a finding."""
        return np.isin(self.targets, self.findings)

    @cached_property
    def finding_probability(self) -> np.ndarray:
        """(N,) summed probability of the labels that count as a finding."""
        return self.probabilities[:, list(self.findings)].sum(1)

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: np.ndarray) -> Outcomes:
        """Some of the pictures, by number or by a mask."""
        return Outcomes(self.ids[rows], self.targets[rows], self.groups[rows], self.probabilities[rows], self.findings)


def of(table: Mapping[str, Sequence], entry: Modality) -> Outcomes:
    """The outcomes of a table, or frame, with the columns id, label, group and p_<label> of every label."""
    labels = list(entry.labels)
    return Outcomes(
        np.asarray(table["id"], str),
        np.array([labels.index(label) for label in table["label"]], int),
        np.asarray(table["group"], str),
        np.column_stack([np.asarray(table[f"p_{label}"], float) for label in labels]),
        tuple(labels.index(label) for label in entry.target),
    )


def read(entry: Modality, name: str) -> Outcomes:
    """The outcomes of a released file such as `predictions.csv`. The same bytes give the same object.

    Raises:
        WeightsError: if there is no such file, or it was changed.
    """
    return _parse(store.read(entry, name), entry)


def of_model(entry: Modality, model: str | None = None) -> Outcomes:
    """A model's outcomes on the test pictures; on a table's rows, from the nested comparison where there is one.

    Raises:
        WeightsError: if they are missing or were changed.
    """
    if (entry.folder / COMPARISON).is_file():
        return _compared(store.read(entry, COMPARISON), entry, model or entry.models[0])
    return read(entry, entry.file("predictions.csv", model))


def models(entry: Modality) -> tuple[str, ...]:
    """Models whose held-out predictions lie here, the default one first.

    Raises:
        WeightsError: if the comparison's file was changed.
    """
    if (entry.folder / COMPARISON).is_file():
        head = store.read(entry, COMPARISON).partition(b"\n")[0].decode()
        return tuple(column.removeprefix("p_") for column in head.strip().split(",") if column.startswith("p_"))
    names = ((model, entry.file("predictions.csv", model)) for model in entry.models)
    return tuple(model for model, name in names if (entry.folder / name).is_file())


def aligned(first: Outcomes, second: Outcomes) -> tuple[Outcomes, Outcomes]:
    """Both models' outcomes on the pictures that both were tested on, in the order of the first."""
    if np.array_equal(first.ids, second.ids):
        return first, second
    return _aligned(first, second)


@lru_cache(maxsize=16)
def _aligned(first: Outcomes, second: Outcomes) -> tuple[Outcomes, Outcomes]:
    places = {id: row for row, id in enumerate(second.ids)}
    common = np.array([id in places for id in first.ids], bool)
    return first.take(common), second.take(np.array([places[id] for id in first.ids[common]], int))


@lru_cache(maxsize=24)
def _parse(data: bytes, entry: Modality) -> Outcomes:
    table = _columns(data)
    test = table["split"] == "test" if "split" in table else slice(None)
    return of({name: column[test] for name, column in table.items()}, entry)


@lru_cache(maxsize=24)
def _compared(data: bytes, entry: Modality, model: str) -> Outcomes:
    """A comparison's rows, each with the mean over the repeats of a model's probability of the finding."""
    table = _columns(data)
    ids, first, number = np.unique(table["id"], return_index=True, return_inverse=True)
    p = np.bincount(number, table[f"p_{model}"].astype(float)) / np.bincount(number)
    order = np.argsort([int(id.split()[-1]) for id in ids])
    (finding,) = entry.target
    shares = {f"p_{label}": (p if label == finding else 1 - p)[order] for label in entry.labels}
    return of({"id": ids[order], "label": table["label"][first][order], "group": ids[order], **shares}, entry)


def _columns(data: bytes) -> dict[str, np.ndarray]:
    """The columns of a CSV file by their names, each (N,) str."""
    head, *rows = csv.reader(data.decode().splitlines())
    return dict(zip(head, np.array(rows, str).reshape(-1, len(head)).T, strict=True))
