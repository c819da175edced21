"""A region read tile by tile with a released network: every tile's probabilities, and their maps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from oncosecure import tiling
from oncosecure.errors import ScanError
from oncosecure.models.engine import Engine
from oncosecure.models.preprocess import fit
from oncosecure.uncertainty import temperature

_BATCH = 64


@dataclass(frozen=True, eq=False)
class Tiles:
    """What a network says of each tile; glass was not looked at.

    Attributes:
        grid: where the tiles lie.
        tissue: (rows, columns) bool, which tiles were read.
        probabilities: (N, C) calibrated probabilities of the tissue tiles, row by row.
        embeddings: (N, D) float32.
    """

    grid: tiling.Grid
    tissue: np.ndarray
    probabilities: np.ndarray
    embeddings: np.ndarray

    def lay_out(self, values: np.ndarray) -> np.ndarray:
        """(N,) values of the tissue tiles -> (rows, columns) float32, nan on glass."""
        placed = np.full(self.grid.shape, np.nan, np.float32)
        placed[self.tissue] = values
        return placed

    def at(self, place: tuple[int, int, int, int]) -> int:
        """Number among the tissue tiles of the tile at (top, left, height, width)."""
        order = np.full(self.grid.shape, -1)
        order[self.tissue] = np.arange(len(self.probabilities))
        return int(order[self.grid.tops.index(place[0]), self.grid.lefts.index(place[1])])


def read(engine: Engine, pixels: np.ndarray, tile: int, size: int, heat: float) -> Tiles:
    """Read a region.

    Args:
        engine: the network.
        pixels: (H, W, 3) uint8 RGB.
        tile: side of a tile in pixels.
        size: side of the network's input in pixels.
        heat: temperature that calibrates the network's logits.

    Raises:
        ScanError: if no tile shows tissue.
    """
    grid = tiling.grid(pixels.shape, tile)
    tissue = np.array([tiling.shows_tissue(part) for part in grid.tiles(pixels)]).reshape(grid.shape)
    if not tissue.any():
        raise ScanError(
            "The picture shows no stained tissue, only bright background. Please use one of tissue stained with H&E."
        )
    parts = (fit(part, size) for part, keep in zip(grid.tiles(pixels), tissue.ravel(), strict=True) if keep)
    outputs = [engine.run(np.stack(batch)) for batch in _batches(parts)]
    logits, embeddings = (np.concatenate([getattr(o, n) for o in outputs]) for n in ("logits", "embedding"))
    return Tiles(grid, tissue, temperature.softmax(logits, heat), embeddings)


def _batches(pictures: Iterator[np.ndarray]) -> Iterator[list[np.ndarray]]:
    while batch := list(islice(pictures, _BATCH)):
        yield batch


class RegionMaps(Mapping[str, np.ndarray]):
    """Probability of each label over a region, (H, W) float32 in [0, 1] at the picture's size; 0 on glass.

    A map is drawn when it is asked for.
    """

    def __init__(self, labels: tuple[str, ...], tiles: Tiles, shape: tuple[int, int]) -> None:
        self._labels, self._tiles, self._shape = labels, tiles, shape

    def __getitem__(self, label: str) -> np.ndarray:
        if label not in self._labels:
            raise KeyError(label)
        values = self._tiles.lay_out(self._tiles.probabilities[:, self._labels.index(label)])
        return tiling.spread(self._tiles.grid, values, self._shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self._labels)

    def __len__(self) -> int:
        return len(self._labels)
