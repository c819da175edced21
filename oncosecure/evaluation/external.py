"""A released model on pictures of another hospital, which it never saw: the external validation.

The set may hold fewer classes than the model tells apart (PH2: melanoma and nevus), so two readings are
reported. *Pairwise*: the probability of the finding as a share of that of the classes which occur, since
no other answer can be right there. *Target*: the summed target probability that people see, also at
the thresholds of the risk levels that validation set.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.evaluation import metrics, outcomes, released, thresholds
from oncosecure.evaluation.folder import manifest
from oncosecure.evaluation.outcomes import Outcomes
from oncosecure.models import store


def measure(modality: Modality, folder: Path, name: str) -> dict:
    """Run the released model on the pictures of `folder/manifest.csv`; keep its answers and figures beside the card.

    Args:
        modality: an image modality with weights.
        folder: pictures that no model here was trained on.
        name: what the set is called, such as "PH2"; the answers are released as `predictions_ph2.csv`.

    Returns:
        The card's key `external`: name, file, and what `report` says.

    Raises:
        ScanError: if the manifest cannot be used, or a picture belongs to the model's own data.
    """
    rows = manifest(modality, folder)
    _check(modality, rows)
    files = [row["file"] for row in rows]
    p = released.answers_of_files(modality, folder, files, name)
    frame = pd.DataFrame({"id": files, "label": [row["label"] for row in rows], "group": files})
    for i, label in enumerate(modality.labels):
        frame[f"p_{label}"] = p[:, i].round(6)
    path = modality.folder / f"predictions_{name.lower()}.csv"
    frame.to_csv(path, index=False)
    store.register(modality, [path.name])
    risk = store.read_json(modality, "card.json")["risk"]
    found = {"name": name, "file": path.name} | report(modality, outcomes.of(frame, modality), risk)
    store.update_json(modality, "card.json", external=found)
    return found


def _check(modality: Modality, rows: list[dict]) -> None:
    known = set(released.split(modality)["id"])
    if seen := [row["file"] for row in rows if row["file"] in known]:
        raise ScanError(f"{len(seen)} of these pictures belong to the model's own data, among them {seen[0]}.")
    targets = {row["label"] in modality.target for row in rows}
    if targets != {True, False}:
        raise ScanError("An external set needs pictures with a target label and pictures without one.")


def report(modality: Modality, answers: Outcomes, risk: Mapping[str, float]) -> dict:
    """Figures of answers to an external set.

    Args:
        answers: probabilities of all the modality's labels; every picture is its own group.
        risk: the card's `risk`, with the thresholds `low` and `high`.

    Returns:
        pictures; by_label; accuracy of the first choice among all labels; first_choices {label:
        {predicted: pictures}}; pairwise (finding, labels) and target, each with its auc and a list
        `at` of threshold, sensitivity and specificity. All figures with 95 % intervals.
    """
    present = np.unique(answers.targets)
    return {
        "pictures": len(answers),
        "by_label": {modality.labels[c]: int((answers.targets == c).sum()) for c in present},
        "accuracy": metrics.share(answers.right, answers.groups),
        "first_choices": {modality.labels[c]: _first_choices(modality, answers, c) for c in present},
        "pairwise": {
            "finding": [modality.labels[c] for c in present if c in answers.findings],
            "labels": [modality.labels[c] for c in present],
            **_reading(among(answers, present), (0.5,)),
        },
        "target": _reading(answers, (risk["low"], 0.5, risk["high"])),
    }


def among(answers: Outcomes, present: np.ndarray) -> Outcomes:
    """The same answers with the probabilities shared out among some labels only."""
    p = np.zeros_like(answers.probabilities)
    p[:, present] = answers.probabilities[:, present]
    total = p.sum(1, keepdims=True).clip(min=1e-12)
    return Outcomes(answers.ids, answers.targets, answers.groups, p / total, answers.findings)


def _reading(answers: Outcomes, at: tuple[float, ...]) -> dict:
    return {
        "auc": thresholds.area(answers),
        "at": [{"threshold": t, **thresholds.rates(answers, t)} for t in at],
    }


def _first_choices(modality: Modality, answers: Outcomes, c: int) -> dict[str, int]:
    counts = np.bincount(answers.predicted[answers.targets == c], minlength=len(modality.labels))
    return {label: int(n) for label, n in zip(modality.labels, counts, strict=True) if n}
