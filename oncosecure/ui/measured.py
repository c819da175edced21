"""What a model's released files say of it: its card, and its predictions on the test pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.evaluation import outcomes
from oncosecure.models import store


@dataclass(frozen=True, eq=False)
class Predictions:
    """The test rows of `predictions.csv`: (N,) index of the right label, (N, C) probabilities."""

    targets: np.ndarray
    probabilities: np.ndarray

    @property
    def confidence(self) -> np.ndarray:
        """(N,) probability of the predicted label."""
        return self.probabilities.max(1)

    @property
    def right(self) -> np.ndarray:
        """(N,) bool, whether the predicted label is the right one."""
        return self.probabilities.argmax(1) == self.targets

    def confusion(self) -> np.ndarray:
        """(C, C) counts: right label down, predicted label across."""
        n = self.probabilities.shape[1]
        return np.bincount(self.targets * n + self.probabilities.argmax(1), minlength=n * n).reshape(n, n)

    def reliability(self, bins: int = 10) -> list[Bin]:
        """Stated against observed, over equal bins of the predicted label's probability; empty bins are left out."""
        number = np.minimum((self.confidence * bins).astype(int), bins - 1)
        return [self._bin(number == b, b / bins, (b + 1) / bins) for b in np.unique(number)]

    def near(self, confidence: float) -> Bin:
        """Test pictures whose confidence lies in the same of a few bands as the given one."""
        edges = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
        i = min(int(np.searchsorted(edges, confidence, "right")) - 1, len(edges) - 2)
        inside = (self.confidence >= edges[i]) & ((self.confidence < edges[i + 1]) | (edges[i + 1] == 1))
        return self._bin(inside, edges[i], edges[i + 1])

    def _bin(self, inside: np.ndarray, low: float, high: float) -> Bin:
        n = int(inside.sum())
        stated, observed = (float(v[inside].mean()) if n else float("nan") for v in (self.confidence, self.right))
        return Bin(low, high, n, int(self.right[inside].sum()), stated, observed)


@dataclass(frozen=True)
class Bin:
    """Test pictures whose confidence lies between `low` and `high`: how many, how many right, both means."""

    low: float
    high: float
    count: int
    right: int
    stated: float
    observed: float


def card(entry: Modality, model: str | None = None) -> dict:
    """The card of a released model, the modality's default one if None.

    Raises:
        WeightsError: if there is none, or it was changed.
    """
    return store.read_json(entry, entry.file("card.json", model))


def explanations(entry: Modality, model: str | None = None) -> dict | None:
    """How good a released model's maps were measured to be (see `explain.quality`); None where they were not.

    Raises:
        WeightsError: if the file was changed.
    """
    name = entry.file("explanations.json", model)
    return store.read_json(entry, name) if (entry.folder / name).is_file() else None


def predictions(entry: Modality, model: str | None = None) -> Predictions:
    """A released model's predictions on the test pictures.

    Raises:
        WeightsError: if there are none, or the file was changed.
    """
    found = outcomes.read(entry, entry.file("predictions.csv", model))
    return Predictions(found.targets, found.probabilities)


def trainings(card: dict) -> list[tuple[str, dict, list[dict]]]:
    """Every training in epochs behind a card, as (network, recipe, history): several where it answers for several."""
    runs = [{"model": card["model"], **card}, *card.get("recipe", {}).get("parts", ())]
    return [(run["model"], run["recipe"], run["history"]) for run in runs if run.get("history")]
