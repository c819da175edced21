"""The released model on a folder of labelled pictures."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from oncosecure.analysis import analyze
from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.evaluation import metrics, released
from oncosecure.evaluation.manifest import check, find

#: Figures that the summary shows, and what it calls them.
SHOWN = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_auc": "macro AUC",
    "target_auc": "target AUC",
    "target_sensitivity": "target sensitivity",
    "target_specificity": "target specificity",
    "ece": "expected calibration error",
}


def evaluate(
    modality: Modality,
    folder: Path,
    keep_training: bool = False,
    progress: Callable[[list], Iterable] = lambda rows: rows,
    model: str | None = None,
) -> dict:
    """Run the released model on the pictures of `folder/manifest.csv`.

    Args:
        modality: an image modality with weights.
        folder: holds manifest.csv with file and label; group is used where it is there.
        keep_training: also count pictures that the model was trained or chosen on.
        progress: wraps the rows.
        model: a released model; the default one if None.

    Returns:
        model, modality, pictures, groups, left_out (training and validation pictures), unreadable {file: reason},
        coverage of the prediction sets, kept (share in distribution) and figures (see `metrics.with_intervals`).

    Raises:
        ScanError: if the manifest cannot be used or no picture is left.
    """
    rows = manifest(modality, folder)
    known = set() if keep_training else _known(modality)
    left = [row for row in rows if row["file"] not in known]
    answers, unreadable = [], {}
    for row in progress(left):
        try:
            answers.append((row, analyze(folder / row["file"], modality, model)))
        except ScanError as error:
            unreadable[row["file"]] = str(error)
    if not answers:
        raise ScanError("No picture is left: all were unreadable, or the model was trained or chosen on them.")
    return {"model": model or modality.models[0]} | _report(modality, answers, unreadable, len(rows) - len(left))


def _known(modality: Modality) -> set[str]:
    """Ids of the pictures that the released model was trained or chosen on."""
    frame = released.split(modality)
    return set(frame.loc[frame["split"] != "test", "id"])


def manifest(modality: Modality, folder: Path) -> list[dict]:
    """The rows of `folder/manifest.csv`.

    Raises:
        ScanError: if there is none, or it lacks a column, or has labels that the modality does not know.
    """
    with find(folder).open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        raise ScanError("manifest.csv needs the columns file and label, and a row for every picture.")
    check(modality, rows[0], (row["label"] for row in rows))
    return rows


def _report(modality: Modality, answers: list, unreadable: dict, left_out: int) -> dict:
    labels = list(modality.labels)
    targets = np.array([labels.index(row["label"]) for row, _ in answers])
    probabilities = np.array([[answer.probabilities[label] for label in labels] for _, answer in answers])
    column = next((c for c in ("group", modality.group_column) if c and c in answers[0][0]), "file")
    groups = np.array([row[column] for row, _ in answers])
    return {
        "modality": modality.key,
        "pictures": len(answers),
        "groups": len(set(groups)),
        "grouped_by": column,
        "left_out": left_out,
        "unreadable": unreadable,
        "coverage": float(np.mean([row["label"] in answer.prediction_set for row, answer in answers])),
        "kept": float(np.mean([answer.in_distribution for _, answer in answers])),
        "figures": metrics.with_intervals(targets, probabilities, groups, labels, modality.target),
    }


def summary(result: dict) -> str:
    """The figures as lines of text."""
    lines = [f"{result['pictures']} pictures in {result['groups']} groups (by {result['grouped_by']})"]
    if result["left_out"]:
        lines.append(f"{result['left_out']} pictures left out, since the model was trained or chosen on them")
    if result["unreadable"]:
        lines.append(f"{len(result['unreadable'])} pictures could not be read")
    for name, title in SHOWN.items():
        figure = result["figures"][name]
        lines.append(f"{title:<28} {figure['value']:.4f}  ({figure['low']:.4f} to {figure['high']:.4f})")
    lines.append(f"{'coverage of prediction sets':<28} {result['coverage']:.4f}")
    lines.append(f"{'in distribution':<28} {result['kept']:.4f}")
    return "\n".join(lines)
