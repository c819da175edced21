"""Groups of pictures that must not be parted: near-duplicates, and patients or lesions where they are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from oncosecure.catalog import Modality
from oncosecure.evaluation import audit
from oncosecure.progress import share


def find(folder: Path, modality: Modality, frame: pd.DataFrame, run: Path) -> np.ndarray:
    """Group of every row of `frame`, (N,) of str.

    Patches cut from whole slides are grouped by patient alone: those of two patients that look alike, a bit of fat
    each, are no copies of each other.

    The audit with ImageNet embeddings takes a minute per 6,000 pictures, so its answer is kept in
    `run` and used again for as long as the manifest names the same files.
    """
    if modality.tile and modality.group_column in frame:
        return frame[modality.group_column].astype(str).to_numpy()
    path = run / "groups.csv"
    if not path.is_file() or list(pd.read_csv(path)["file"]) != list(frame["file"]):
        found, partial = _audit(folder), path.with_suffix(".partial")
        with partial.open("w", newline="") as file:
            found.write_groups(file)
        partial.replace(path)
    groups = pd.read_csv(path).set_index("file")["group"].reindex(frame["file"]).to_numpy(str)
    if modality.group_column in frame:
        return _merge(groups, frame[modality.group_column].astype(str).to_numpy())
    return groups


def _audit(folder: Path) -> audit.Audit:
    from oncosecure.training import imagenet

    with share("looking for near-duplicates") as progress:
        return audit.run(folder, imagenet.embedder(), audit.COSINE["imagenet"], progress=progress)


def _merge(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Join two groupings: rows that share a group in either share one in the result."""
    a, b = (np.unique(g, return_inverse=True)[1] for g in (first, second))
    n = a.max() + 1
    component = audit.connected(n + b.max() + 1, a, b + n)
    return np.array([f"g{component[i]:05d}" for i in a])
