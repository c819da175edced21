"""Whether preprocessing helps a released model: each method against none, on the validation pictures.

The network was trained on pictures as they are, so this answers what a person who switches a method
on gets, and not what a network trained with it would reach.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.evaluation import metrics, released, weighted
from oncosecure.intake.enhance import ENHANCEMENTS
from oncosecure.models import store

FIGURES = ("accuracy", "balanced_accuracy", "target_auc")


def measure(modality: Modality, folder: Path) -> dict:
    """Measure every method and keep the result under the card's key `preprocessing`.

    Args:
        modality: an image modality with weights.
        folder: the data that the model was trained from.

    Returns:
        split, pictures, groups, none {figure} and methods {key: {figures, differences, changed, helps}}; a
        difference is the method minus none over the same bootstrap samples of groups, `changed` the
        number of pictures with another first choice, and a method helps if the interval of the
        difference in balanced accuracy lies above zero.

    Raises:
        ScanError: if a validation picture is not in `folder`.
    """
    frame = released.rows(modality, folder, "val")
    targets = released.targets(modality, frame["label"])
    plain = released.answers_of_files(modality, folder, frame["id"], "as they are")
    changed = {
        key: released.answers_of_files(modality, folder, frame["id"], method.title.lower(), method.apply)
        for key, method in ENHANCEMENTS.items()
    }
    found = {"split": "val"} | compare(modality, targets, frame["group"].to_numpy(), plain, changed)
    store.update_json(modality, "card.json", preprocessing=found)
    return found


def compare(
    modality: Modality, targets: np.ndarray, groups: np.ndarray, plain: np.ndarray, changed: dict[str, np.ndarray]
) -> dict:
    """Figures of (N, C) probabilities without and with each method, and their paired differences."""
    weights = weighted.draws(groups)
    reference = _scores(modality, targets, plain, weights)
    methods = {}
    for key, p in changed.items():
        scores = _scores(modality, targets, p, weights)
        differences = {
            name: metrics.interval(scores[name][0] - reference[name][0], scores[name][1] - reference[name][1])
            for name in FIGURES
        }
        methods[key] = {
            "figures": _intervals(scores),
            "differences": differences,
            "changed": int((p.argmax(1) != plain.argmax(1)).sum()),
            "helps": bool(differences["balanced_accuracy"]["low"] > 0),
        }
    return {
        "pictures": len(targets),
        "groups": len(np.unique(groups)),
        "none": _intervals(reference),
        "methods": methods,
    }


def _scores(modality: Modality, targets: np.ndarray, p: np.ndarray, weights: np.ndarray) -> dict[str, tuple]:
    return metrics.with_samples(targets, p, modality.labels, modality.target, weights, FIGURES)


def _intervals(scores: dict[str, tuple]) -> dict[str, dict]:
    return {name: metrics.interval(*score) for name, score in scores.items()}
