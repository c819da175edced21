"""A released network on many pictures: what it says, without an analysis' maps and checks."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from oncosecure.analysis import load, to_scan
from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.models import store
from oncosecure.models.preprocess import fit
from oncosecure.progress import bar
from oncosecure.uncertainty import temperature

if TYPE_CHECKING:
    import pandas as pd


def split(modality: Modality) -> pd.DataFrame:
    """The released `splits.csv`: id, label, group and split of every picture that the model was made or measured on.

    Raises:
        WeightsError: if there is none, or it was changed.
    """
    import pandas as pd

    return pd.read_csv(io.BytesIO(store.read(modality, "splits.csv")), dtype={"group": str})


def rows(modality: Modality, folder: Path, *parts: str) -> pd.DataFrame:
    """Rows of the released `splits.csv` that belong to `parts` of the split, with id, label, group and split.

    Raises:
        ScanError: if the modality has no released split, or a picture of it is not in `folder`.
    """
    frame = split(modality)
    frame = frame[frame["split"].isin(parts)].reset_index(drop=True)
    missing = [id for id in frame["id"] if not (folder / id).is_file()]
    if missing:
        raise ScanError(
            f"{len(missing)} of {len(frame)} pictures that the released model was measured on are not in {folder}, "
            f"among them {missing[0]}. Give the folder that it was trained from."
        )
    return frame


def pictures(modality: Modality, folder: Path, files: Iterable[str]) -> Iterable[np.ndarray]:
    """The decoded pictures, (H, W, 3) uint8, one at a time."""
    return (to_scan(folder / file, modality).pixels for file in files)


def mask(path: Path) -> np.ndarray:
    """A lesion mask, (H, W) bool.

    Raises:
        ScanError: if the file is no picture.
    """
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise ScanError(f"The mask {path.name} cannot be read; it must be a greyscale picture, white on the lesion.")
    return grey > 127


def answers(modality: Modality, shown: Iterable[np.ndarray], model: str | None = None) -> np.ndarray:
    """Calibrated probabilities of the pictures, (N, C), by the released graph."""
    released = load(modality, model)
    logits = [released.engine.run(fit(pixels, modality.input_size)[None]).logits[0] for pixels in shown]
    return temperature.softmax(np.array(logits), released.card["temperature"])


def answers_of_files(
    modality: Modality,
    folder: Path,
    files: Iterable[str],
    title: str,
    change: Callable[[np.ndarray], np.ndarray] = lambda pixels: pixels,
) -> np.ndarray:
    """`answers` to files, each changed beforehand, with a bar called `title`."""
    return answers(modality, map(change, pictures(modality, folder, bar(list(files), title))))


def targets(modality: Modality, labels: Iterable[str]) -> np.ndarray:
    """(N,) index of every label in the modality's order."""
    order = {label: i for i, label in enumerate(modality.labels)}
    return np.array([order[label] for label in labels])
