"""From rows of the table to answers: `analyze(values) -> RowAnalysis`, `answers(values)` for many rows."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from oncosecure import DISCLAIMER
from oncosecure.errors import ScanError
from oncosecure.explain import shap_svm
from oncosecure.models import store
from oncosecure.tabular import data, familiarity, model
from oncosecure.tabular.features import FEATURES
from oncosecure.uncertainty import conformal, risk
from oncosecure.uncertainty.neighbours import Case

EXPLANATIONS = "explanations.npz"


@dataclass(frozen=True, eq=False)
class RowAnalysis:
    """What the model says of one row. The names that it shares with `oncosecure.Analysis` mean the same.

    Attributes:
        modality, model: keys.
        values: (30,) the row, in the order of `features.FEATURES`.
        predicted: the more probable label.
        probabilities: calibrated probability of both labels; they sum to 1.
        target_probability: of malignancy, 0 to 1.
        risk: "low", "medium" or "high", by thresholds chosen on held-out rows (see the card).
        prediction_set: labels in the conformal set, the more probable first.
        in_distribution: whether the row lies as near to the table's rows as these lie to each other.
        distance, distance_limit: mean distance to the nearest rows, and the largest that still counts.
        out_of_range: features whose value is smaller or larger than any in the table.
        similar: the nearest rows of the table; the similarity is 1 / (1 + distance).
        base: log-odds while no feature is known.
        contributions: (30,) exact Shapley values; base + their sum is the log-odds.
    """

    modality: str
    model: str
    values: np.ndarray
    predicted: str
    probabilities: dict[str, float]
    target_probability: float
    risk: str
    prediction_set: tuple[str, ...]
    in_distribution: bool
    distance: float
    distance_limit: float
    out_of_range: tuple[str, ...]
    similar: tuple[Case, ...]
    base: float
    contributions: np.ndarray

    @property
    def confidence(self) -> float:
        """Probability of the predicted label."""
        return self.probabilities[self.predicted]

    @property
    def log_odds(self) -> float:
        """Natural logarithm of the odds of malignancy."""
        return self.base + float(self.contributions.sum())

    def to_json(self) -> str:
        """The answer as JSON."""
        kept = ("modality", "model", "predicted", "confidence", "probabilities", "target_probability", "risk")
        answer = {name: getattr(self, name) for name in (*kept, "prediction_set", "in_distribution", "distance")}
        answer |= {
            "distance_limit": self.distance_limit,
            "out_of_range": self.out_of_range,
            "similar": [vars(case) for case in self.similar],
            "values": dict(zip(FEATURES, self.values.tolist(), strict=True)),
            "log_odds": {"base": self.base, **dict(zip(FEATURES, self.contributions.tolist(), strict=True))},
            "disclaimer": DISCLAIMER,
        }
        return json.dumps(answer, indent=1)


@dataclass(frozen=True, eq=False)
class Answers:
    """What the model says of N rows.

    Attributes:
        probabilities: (N, 2), benign and malignant.
        inside: (N, 2) bool, the conformal sets.
        distance: (N,) mean distance to the nearest rows of the table.
        in_distribution: (N,) bool.
        outside: (N, 30) bool, values beyond the table's range.
    """

    probabilities: np.ndarray
    inside: np.ndarray
    distance: np.ndarray
    in_distribution: np.ndarray
    outside: np.ndarray

    def prediction_set(self, i: int) -> tuple[str, ...]:
        """Labels in the conformal set of row `i`, the more probable first."""
        labels = data.entry().labels
        return tuple(labels[c] for c in np.argsort(-self.probabilities[i]) if self.inside[i, c])

    def out_of_range(self, i: int) -> tuple[str, ...]:
        """Features of row `i` whose value is smaller or larger than any in the table."""
        return tuple(FEATURES[j] for j in np.flatnonzero(self.outside[i]))


@dataclass(frozen=True, eq=False)
class Released:
    """Everything that answers need, loaded and checked once.

    Attributes:
        machine, card, thresholds: the model, its card and its risk levels.
        background: (B, 30) rows that Shapley values are taken against.
        base: log-odds while no feature is known.
        contributions: (569, 30) Shapley values of the table's own rows.
        neighbours: the table's rows for distances.
    """

    machine: model.RbfMachine
    card: dict
    thresholds: risk.Thresholds
    background: np.ndarray
    base: float
    contributions: np.ndarray
    neighbours: familiarity.Neighbours


def analyze(values: Mapping[str, float] | Sequence[float] | np.ndarray) -> RowAnalysis:
    """Answer one row and explain the answer.

    Args:
        values: 30 numbers by name, or in the order of `features.FEATURES`.

    Raises:
        ScanError: if a value is missing, negative or not finite, or there are no weights here.
    """
    row = check(values)
    released, entry = load(), data.entry()
    found = answers(row[None])
    p = found.probabilities[0]
    return RowAnalysis(
        modality=entry.key,
        model=entry.models[0],
        values=row,
        predicted=entry.labels[int(p.argmax())],
        probabilities=dict(zip(entry.labels, p.tolist(), strict=True)),
        target_probability=float(p[1]),
        risk=released.thresholds.level(float(p[1])),
        prediction_set=found.prediction_set(0),
        in_distribution=bool(found.in_distribution[0]),
        distance=float(found.distance[0]),
        distance_limit=released.card["out_of_distribution"]["limit"],
        out_of_range=found.out_of_range(0),
        similar=released.neighbours.nearest(released.machine.prepare(row[None])[0]),
        base=released.base,
        contributions=shap_svm.values(released.machine, row[None], released.background)[0],
    )


def answers(values: np.ndarray) -> Answers:
    """Answer (N, 30) finite rows.

    Raises:
        WeightsError: if there are no weights here, or a file was changed.
    """
    released, table = load(), data.load()
    malignant = released.machine.probability(values)
    p = np.column_stack([1 - malignant, malignant])
    distance = released.neighbours.distance(released.machine.prepare(values))
    sets = released.card["conformal"]
    return Answers(
        probabilities=p,
        inside=conformal.members(p, sets["threshold"], sets["coverage"]),
        distance=distance,
        in_distribution=distance <= released.card["out_of_distribution"]["limit"],
        outside=(values < table.values.min(0)) | (values > table.values.max(0)),
    )


def check(values: Mapping[str, float] | Sequence[float] | np.ndarray) -> np.ndarray:
    """The row as a (30,) array.

    Raises:
        ScanError: naming what is missing, unknown, negative or not finite.
    """
    if isinstance(values, Mapping):
        _check_names(values)
        values = [values[name] for name in FEATURES]
    row = np.asarray(values, float)
    if row.shape != (len(FEATURES),):
        raise ScanError(f"A row has {len(FEATURES)} numbers; this has the shape {row.shape}.")
    wrong = [name for name, value in zip(FEATURES, row, strict=True) if not (np.isfinite(value) and value >= 0)]
    if wrong:
        raise ScanError(f"{', '.join(wrong)}: a measurement is a finite number and not negative.")
    return row


@lru_cache(maxsize=1)
def load() -> Released:
    """The released model. Loaded once a process.

    Raises:
        WeightsError: if there is none, or a file was changed.
    """
    entry, table = data.entry(), data.load()
    machine = model.loads(store.read(entry, model.FILE))
    card = store.read_json(entry, "card.json")
    with np.load(io.BytesIO(store.read(entry, EXPLANATIONS)), allow_pickle=False) as parts:
        background, contributions = table.values[parts["background"]], parts["contributions"].astype(np.float64)
    return Released(
        machine=machine,
        card=card,
        thresholds=risk.Thresholds(**card["risk"]),
        background=background,
        base=shap_svm.base(machine, background),
        contributions=contributions,
        neighbours=familiarity.Neighbours(machine.prepare(table.values), table.ids, table.labels),
    )


def _check_names(values: Mapping[str, float]) -> None:
    missing = [name for name in FEATURES if name not in values]
    unknown = [str(name) for name in values if name not in FEATURES]
    if missing or unknown:
        parts = [f"{word}: {', '.join(names)}" for word, names in (("missing", missing), ("unknown", unknown)) if names]
        raise ScanError(f"A row names the 30 features of the table; {'; '.join(parts)}.")
