"""A picture much larger than the patches that a network reads: tiles, which of them show tissue, and their map."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

#: Most tiles that are looked at; a larger picture is sampled with gaps between the tiles.
MOST = 1024
#: A side of so many tiles makes a picture a region.
REGION = 2
#: A pixel is stained if its darkest channel lets through less than this (0 to 255): glass is near 240 in all three.
STAINED = 205
#: A tile is glass if less than this share of its pixels is stained.
TISSUE = 0.05


@dataclass(frozen=True)
class Grid:
    """Square tiles on a picture: their side, the upper and the left edges, all in pixels.

    `step` is from one tile to the next: half a tile where there is room for it, more than a tile in a
    picture so large that tiles are left out.
    """

    tile: int
    step: int
    tops: tuple[int, ...]
    lefts: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.tops) * len(self.lefts)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.tops), len(self.lefts)

    def tiles(self, pixels: np.ndarray) -> Iterator[np.ndarray]:
        """The tiles row by row, each (tile, tile, 3), smaller where the picture is; views, not copies."""
        for top in self.tops:
            for left in self.lefts:
                yield pixels[top : top + self.tile, left : left + self.tile]

    def note(self) -> str:
        """What the spacing means, as a sentence for people."""
        if self.step < self.tile:
            return f"read in tiles of {self.tile} pixels, each overlapping the next by {self.tile - self.step}"
        if self.step == self.tile:
            return f"read in tiles of {self.tile} pixels, side by side"
        seen = (self.tile / self.step) ** 2
        return f"large picture: one tile of {self.tile} pixels every {self.step} was read, {seen:.0%} of the area"


@dataclass(frozen=True, eq=False)
class Region:
    """What a network says of a region, tile by tile.

    Attributes:
        grid: where the tiles lie.
        probability: (rows, columns) float32 target probability of each tile, 0 to 1; nan on glass.
        called: share of the tissue tiles whose target probability is at least one half.
        mean: mean target probability over the tissue tiles.
        highest: target probability around the most suspicious place, averaged with its neighbours.
        place: (top, left, height, width) of that place's tile in pixels.
        familiar: share of the tissue tiles that look like what the network knows.
    """

    grid: Grid
    probability: np.ndarray = field(repr=False)
    called: float
    mean: float
    highest: float
    place: tuple[int, int, int, int]
    familiar: float

    @property
    def tissue(self) -> int:
        """Tiles that show tissue."""
        return int(np.isfinite(self.probability).sum())

    def to_dict(self) -> dict:
        """The reading as JSON takes it, with the map's rows; null is glass."""
        rows = [[None if math.isnan(v) else round(float(v), 4) for v in row] for row in self.probability]
        return {
            "tile": self.grid.tile,
            "step": self.grid.step,
            "tiles": len(self.grid),
            "tissue_tiles": self.tissue,
            "called": self.called,
            "mean": self.mean,
            "highest": self.highest,
            "place": list(self.place),
            "familiar": self.familiar,
            "map": rows,
        }


def is_region(shape: tuple[int, ...], tile: int) -> bool:
    """Whether a picture of (H, W) is clearly larger than one patch."""
    return max(shape[:2]) >= REGION * tile


def grid(shape: tuple[int, ...], tile: int, most: int = MOST) -> Grid:
    """Lay tiles over a picture (H, W, ...), from edge to edge: the last row and column end where the picture does.

    Half a tile apart; side by side where that makes more than `most` tiles; and with gaps where that does too.
    """
    sides = [max(side - tile, 0) for side in shape[:2]]
    step = max(1, tile // 2)
    if _count(sides, step) > most:
        step = tile
    while _count(sides, step) > most:
        step = math.ceil(step * 1.05)
    tops, lefts = (_edges(room, step) for room in sides)
    return Grid(tile, step, tops, lefts)


def _count(sides: list[int], step: int) -> int:
    return math.prod(math.ceil(room / step) + 1 for room in sides)


def _edges(room: int, step: int) -> tuple[int, ...]:
    """Even positions from 0 to `room`, at most `step` apart."""
    return tuple(int(v) for v in np.linspace(0, room, math.ceil(room / step) + 1).round())


def shows_tissue(tile: np.ndarray) -> bool:
    """Whether a tile (H, W, 3) uint8 holds stained tissue rather than glass alone."""
    return bool((tile.min(2) < STAINED).mean() >= TISSUE)


def summarise(grid: Grid, probability: np.ndarray, familiar: np.ndarray, shape: tuple[int, ...]) -> Region:
    """The overall reading.

    Args:
        grid: where the tiles lie.
        probability: (rows, columns) target probability of each tile; nan on glass, but not everywhere.
        familiar: (rows, columns) bool, whether a tile is in distribution.
        shape: (H, W, ...) of the picture.
    """
    known = np.isfinite(probability)
    smooth = np.where(known, _neighbourhood(probability), -1.0)
    row, column = np.unravel_index(int(smooth.argmax()), smooth.shape)
    top, left = grid.tops[row], grid.lefts[column]
    return Region(
        grid=grid,
        probability=probability.astype(np.float32),
        called=float((probability[known] >= 0.5).mean()),
        mean=float(probability[known].mean()),
        highest=float(smooth[row, column]),
        place=(top, left, min(grid.tile, shape[0] - top), min(grid.tile, shape[1] - left)),
        familiar=float(familiar[known].mean()),
    )


def _neighbourhood(values: np.ndarray) -> np.ndarray:
    """Mean of each value and its eight neighbours, those that are not nan."""
    known = np.isfinite(values)
    sums, counts = (_box_sum(v) for v in (np.where(known, values, 0.0), known.astype(float)))
    return sums / np.maximum(counts, 1)


def _box_sum(values: np.ndarray) -> np.ndarray:
    padded = np.pad(values, 1)
    rows, columns = values.shape
    return sum(padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3))


def spread(grid: Grid, values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Bring tile values back to the picture.

    Every pixel takes the mean of the tiles that cover it; between tiles with gaps, the nearest tile.

    Args:
        values: (rows, columns); nan tiles count for nothing.
        shape: (H, W, ...) of the picture.

    Returns:
        (H, W) float32, 0 where only nan tiles lie.
    """
    height, width = shape[:2]
    known = np.isfinite(values)
    rows, columns = (_cover(edges, grid, side) for edges, side in ((grid.tops, height), (grid.lefts, width)))
    sums = rows.T @ np.where(known, values, 0).astype(np.float32) @ columns
    counts = rows.T @ known.astype(np.float32) @ columns
    return (sums / np.maximum(counts, 1)).astype(np.float32)


def _cover(edges: tuple[int, ...], grid: Grid, side: int) -> np.ndarray:
    """(tiles, side) float32: 1 where a tile covers a pixel of one axis."""
    first = np.array(edges)[:, None]
    pixels = np.arange(side)[None]
    if grid.step <= grid.tile:
        return ((pixels >= first) & (pixels < first + grid.tile)).astype(np.float32)
    nearest = np.abs(pixels - (first + (grid.tile - 1) / 2)).argmin(0)
    return (np.arange(len(edges))[:, None] == nearest).astype(np.float32)
