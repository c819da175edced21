"""A model's card: how it is written, and the figures of the predictions files beside it."""

from __future__ import annotations

from pathlib import Path

from oncosecure.catalog import Modality
from oncosecure.evaluation import metrics
from oncosecure.models import store

#: Splits that leak; figures under them are kept beside the honest ones, never instead of them.
LEAKING = ("published", "random")
#: Column that says whether a picture's group reaches into the training part of a leaking split.
LOOK_ALIKE = "look_alike"


def write(modality: Modality, card: dict) -> None:
    """Write a model's card with the figures of every predictions file beside it, and enter it into the manifest."""
    model = card["model"]
    card["test"] = figures(modality, modality.folder / modality.file("predictions.csv", model))
    for split in LEAKING:
        path = modality.folder / modality.file(f"predictions_{split}.csv", model)
        if path.is_file():
            card[split] = leaking_figures(modality, path)
    store.write_json(modality, modality.file("card.json", model), card)


def figures(modality: Modality, path: Path) -> dict:
    """Figures with intervals of one predictions file."""
    import pandas as pd

    return metrics.from_predictions(pd.read_csv(path), modality.labels, modality.target)


def leaking_figures(modality: Modality, path: Path) -> dict:
    """Figures under a leaking split; and the accuracy of pictures with and without a look-alike in training."""
    import pandas as pd

    frame = pd.read_csv(path)
    result = metrics.from_predictions(frame, modality.labels, modality.target)
    for name, part in (
        ("with_look_alike", frame[frame[LOOK_ALIKE]]),
        ("without_look_alike", frame[~frame[LOOK_ALIKE]]),
    ):
        if len(part):
            found = metrics.from_predictions(part, modality.labels, modality.target)
            result[name] = found | {"figures": {"accuracy": found["figures"]["accuracy"]}}
    return result
