"""Occlusion sensitivity (Zeiler and Fergus, 2014) on LiteRT: how far a class's logit falls where a patch is covered.

It asks nothing of the network but answers, so it holds for any network; one set of runs serves all classes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from oncosecure.explain.network import Network, Progress, run_many

#: Places of the patch along a side; the patch itself is two places wide.
GRID = 14


def maps(network: Network, picture: np.ndarray, labels: Sequence[int], progress: Progress) -> np.ndarray:
    """Occlusion sensitivity of classes.

    Args:
        network: the network.
        picture: (S, S, 3) uint8, as `preprocess.fit` makes it.
        labels: indices of the classes to explain.
        progress: told the share done.

    Returns:
        (GRID, GRID, len(labels)) float32: logit of the whole picture minus that with the patch over the cell; negative
        where the class gains.
    """
    whole = network.run(picture[None]).logits[0]
    logits = run_many(network, covered(picture), progress)
    return (whole - logits)[:, list(labels)].reshape(GRID, GRID, -1).astype(np.float32)


def covered(picture: np.ndarray) -> np.ndarray:
    """(GRID * GRID, S, S, 3) copies of the picture, each with a patch of the picture's mean colour over one cell."""
    size = len(picture)
    centres, half = (np.arange(GRID) + 0.5) * size / GRID, size / GRID
    spans = [slice(max(0, round(c - half)), round(c + half)) for c in centres]
    copies = np.repeat(picture[None], GRID * GRID, axis=0)
    for i, rows in enumerate(spans):
        for j, columns in enumerate(spans):
            copies[i * GRID + j, rows, columns] = picture.mean((0, 1))
    return copies
