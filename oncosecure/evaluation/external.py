"""A released model on pictures of another hospital, which it never saw: the external validation.

The set may hold fewer classes than the model tells apart (PH2: melanoma and nevus), so two readings are
reported. *Pairwise*: the probability of the finding as a share of that of the classes which occur, since
no other answer can be right there. *Target*: the summed target probability that people see, at
the thresholds of the risk levels that validation set.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.evaluation import metrics, released
from oncosecure.evaluation.folder import manifest
from oncosecure.models import store


def measure(modality: Modality, folder: Path, name: str, suffix: str) -> dict:
    """Run the released model on `folder/manifest.csv`; keep its answers and figures beside the card.

    Args:
        modality: an image modality with weights.
        folder: pictures that no model here was trained on.
        name: what the set is called, such as "PH2".
        suffix: the answers are released as `predictions_<suffix>.csv`.

    Returns:
        The card's key `external`.

    Raises:
        ScanError: if the manifest cannot be used, or its pictures were seen in training.
    """
    rows = manifest(modality, folder)
    labels = [row["label"] for row in rows]
    _check(modality, rows)
    p = released.answers_of_files(modality, folder, [row["file"] for row in rows], name)
    frame = pd.DataFrame({"id": [row["file"] for row in rows], "label": labels, "group": [r["file"] for r in rows]})
    frame["split"] = "external"
    for i, label in enumerate(modality.labels):
        frame[f"p_{label}"] = p[:, i].round(6)
    path = modality.folder / f"predictions_{suffix}.csv"
    frame.to_csv(path, index=False)
    store.register(modality, [path.name])
    result = {"name": name, "file": path.name} | report(modality, frame, store.read_json(modality, "card.json")["risk"])
    store.update_json(modality, "card.json", external=result)
    return result


def _check(modality: Modality, rows: list[dict]) -> None:
    known = set(pd.read_csv(modality.folder / "splits.csv")["id"])
    if seen := [row["file"] for row in rows if row["file"] in known]:
        raise ScanError(f"{len(seen)} of these pictures belong to the model's own data, among them {seen[0]}.")
    labels = {row["label"] for row in rows}
    if not labels & set(modality.target) or labels <= set(modality.target):
        raise ScanError("An external set needs pictures with a target label and pictures without one.")


def report(modality: Modality, frame: pd.DataFrame, risk: Mapping[str, float]) -> dict:
    """Figures of a table of answers.

    Args:
        frame: label and p_<label> of every picture; all figures are taken over single pictures.
        risk: the card's risk thresholds.

    Returns:
        pictures; by_label; pairwise (finding, labels, figures at 0.5) and target (figures at each
        threshold): AUC, sensitivity and specificity with 95 % intervals; accuracy of the first choice among all labels
        and first_choices {label: {predicted: pictures}}.
    """
    is_target = frame["label"].isin(modality.target).to_numpy()
    p = frame[[f"p_{label}" for label in modality.labels]].set_axis(list(modality.labels), axis=1)
    present = [label for label in modality.labels if (frame["label"] == label).any()]
    findings = [label for label in present if label in modality.target]
    pairwise = p[findings].sum(axis=1) / p[present].sum(axis=1)
    predicted = p.idxmax(axis=1)
    return {
        "pictures": len(frame),
        "by_label": {label: int((frame["label"] == label).sum()) for label in present},
        "pairwise": {
            "finding": findings,
            "labels": present,
            "figures": binary(is_target, pairwise.to_numpy(), {"even": 0.5}),
        },
        "target": {
            "figures": binary(
                is_target,
                p[list(modality.target)].sum(axis=1).to_numpy(),
                {"low": risk["low"], "even": 0.5, "high": risk["high"]},
            ),
        },
        "accuracy": metrics.bootstrap(
            lambda rows: {"accuracy": float((predicted == frame["label"]).to_numpy()[rows].mean())},
            np.arange(len(frame)),
        )["accuracy"],
        "first_choices": {
            label: predicted[frame["label"] == label].value_counts().sort_index().to_dict() for label in present
        },
    }
