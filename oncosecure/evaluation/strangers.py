"""Pictures that a model was not made for: whether its distance tells them from scans of its own kind.

Goes into the card as `strangers`, {kind: figures}, a kind being the key of another modality, the name of a
folder of `out_of_distribution`, or "noise":

    pictures             how many were tried
    auroc                area under the curve of the distance, against the model's own test scans (1: all told apart)
    refused              share of the strangers beyond the limit that was set on validation
    false_positive_rate  the rest: strangers that pass as scans of this kind
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.errors import ScanError

#: At most so many pictures of a kind are tried.
MOST = 200
NOISE = "noise"


def files(modality: Modality, root: Path, most: int = MOST) -> dict[str, list[Path]]:
    """Pictures of every other kind that lies under `root`, spread evenly over each kind's manifest.

    Args:
        root: holds a folder with a manifest.csv for other modalities, and `out_of_distribution` with one for
            each other kind.
    """
    others = [root / entry.key for entry in catalog.images() if entry is not modality]
    folders = others + sorted(path.parent for path in (root / "out_of_distribution").glob("*/manifest.csv"))
    return {folder.name: _spread(folder, most) for folder in folders if (folder / "manifest.csv").is_file()}


def _spread(folder: Path, most: int) -> list[Path]:
    named = pd.read_csv(folder / "manifest.csv", usecols=["file"])["file"]
    rows = np.linspace(0, len(named) - 1, min(most, len(named))).round().astype(int)
    return [folder / name for name in named.iloc[rows]]


def noise(side: int = 224, most: int = 100, seed: int = 0) -> Iterator[np.ndarray]:
    """Pictures of noise, (side, side, 3) uint8: fine and coarse, grey and coloured in turn."""
    rng = np.random.default_rng(seed)
    for i in range(most):
        grain = (1, 4, 16, 56)[i // 2 % 4]
        shape = (-(-side // grain), -(-side // grain), 3)
        picture = rng.integers(0, 256, shape, np.uint8)
        if i % 2:
            picture[:] = picture[..., :1]
        yield cv2.resize(picture, (side, side), interpolation=cv2.INTER_CUBIC)


def measure(
    distances: Callable[[Iterable[np.ndarray]], np.ndarray],
    kinds: dict[str, Callable[[], Iterable[np.ndarray]]],
    own: np.ndarray,
    limit: float,
) -> dict[str, dict]:
    """Figures of the module's docstring.

    Args:
        distances: (H, W, 3) uint8 pictures -> (N,) distances.
        kinds: what gives the pictures of every kind.
        own: (M,) distances of the model's own test scans.
        limit: the largest distance that counts as in distribution.

    Raises:
        ScanError: if a kind has no pictures.
    """
    return {kind: figures(kind, distances(pictures()), own, limit) for kind, pictures in kinds.items()}


def figures(kind: str, strange: np.ndarray, own: np.ndarray, limit: float) -> dict:
    """Figures of one kind from its pictures' distances."""
    from sklearn.metrics import roc_auc_score

    if not len(strange):
        raise ScanError(f"The folder of {kind} names no pictures in its manifest.csv.")
    is_strange = np.arange(len(own) + len(strange)) >= len(own)
    refused = float((strange > limit).mean())
    return {
        "pictures": len(strange),
        "auroc": float(roc_auc_score(is_strange, np.concatenate([own, strange]))),
        "refused": refused,
        "false_positive_rate": 1 - refused,
    }
