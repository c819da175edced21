"""What the drawn brain MRI slices share, 224x224: tissues and folds once, contrast by sequence.

Drawn at twice the size and reduced, so that thin sulci get the partial volume they have in a scanner.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from oncosecure.samples import drawing as d

SIDE = 224
FINE = (2 * SIDE, 2 * SIDE)
_CELL = 7  # sulci keep this many fine pixels apart: two cortical ribbons lie between them


@dataclass(frozen=True)
class Contrast:
    """Grey value (0 to 255) of every tissue in one sequence; `vessel` is dark where blood flow voids the signal."""

    fat: float
    bone: float
    marrow: float
    muscle: float
    csf: float
    gray: float
    white: float
    deep: float
    dura: float
    vessel: float


T1 = Contrast(205, 16, 70, 84, 34, 104, 146, 118, 70, 48)
T1_CONTRAST = Contrast(178, 12, 40, 62, 26, 66, 81, 72, 108, 150)
T2 = Contrast(126, 8, 46, 38, 228, 126, 84, 100, 44, 18)


def cortex(
    inside: np.ndarray, csf: np.ndarray, contrast: Contrast, rng: np.random.Generator, ribbon: float = 5.5
) -> np.ndarray:
    """Grey values (H, W) of white matter, a cortical ribbon `ribbon` pixels thick along all CSF, and the CSF.

    Args:
        inside: mask (H, W) of the brain.
        csf: mask (H, W) of sulci and fissures.
    """
    gap = d.depth(inside * (csf < 0.12))
    rind = gap / (1 + 0.2 * d.noise(inside.shape, 26, rng))
    white = d.step(rind, 0.75 * ribbon, 1.35 * ribbon)
    tissue = contrast.gray + (contrast.white - contrast.gray) * white
    tissue *= 1 + 0.025 * d.noise(inside.shape, 30, rng, 3)
    d.paint(tissue, csf, contrast.csf)
    return tissue


def sulci(
    border: np.ndarray,
    rng: np.random.Generator,
    spacing: float = 18,
    reach: tuple[float, float] = (16, 62),
    islands: tuple[float, float] = (0.66, 0.86),
) -> list[np.ndarray]:
    """Curves of sulci that dip from a border (N, 2), clockwise on screen, into the brain, many of them forked.

    Further short ones, cut across by the slice, lie at `islands` of the way from the middle to the border.
    """
    ahead = np.gradient(border, axis=0)
    place = np.cumsum(np.hypot(*ahead.T))
    starts = np.arange(spacing / 2, place[-1], spacing)
    starts = starts + rng.uniform(-0.25, 0.25, len(starts)) * spacing
    taken = np.zeros((FINE[0] // _CELL + 1, FINE[1] // _CELL + 1), bool)
    curves = []
    for i in np.searchsorted(place, starts.clip(0, place[-1] - 1e-3)):
        heading = np.arctan2(ahead[i, 0], -ahead[i, 1]) + rng.normal(0, 0.3)
        curves += _forked(border[i], heading, rng.uniform(*reach), taken, rng)
    middle = border.mean(0)
    for i in rng.integers(0, len(border), 60):
        start = middle + (border[i] - middle) * rng.uniform(*islands)
        curves.append(_claim(d.walk(start, rng.uniform(0, 6.3), 26, rng, 0.3, 4), taken))
    return [c for c in curves if len(c) > 2]


def _forked(start: np.ndarray, heading: float, length: float, taken: np.ndarray, rng: np.random.Generator):
    stem = _claim(d.walk(start, heading, length, rng, bend=0.28, stride=4), taken)
    curves = [stem]
    if len(stem) > 5 and rng.random() < 0.75:
        side = rng.choice([-1.0, 1.0])
        for turn in (side * 1.0, -side * 0.8)[: rng.integers(1, 3)]:
            curves.append(_claim(d.walk(stem[-1], heading + turn, 0.5 * length, rng, 0.28, 4), taken))
    return curves


def _claim(curve: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """The curve as far as it stays clear of the earlier ones, whose cells `taken` holds; takes its own."""
    cells = np.clip((curve / _CELL).astype(int), 1, taken.shape[0] - 2)
    skip = 3 if taken[cells[0, 1], cells[0, 0]] else 0  # a twig leaves from its stem
    hits = np.flatnonzero(taken[cells[skip:, 1], cells[skip:, 0]])
    end = skip + hits[0] if len(hits) else len(curve)
    for x, y in cells[:end]:
        taken[y - 1 : y + 2, x - 1 : x + 2] = True
    return curve[:end]


def fissures(shape: d.Shape, curves: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Mask (H, W) of the CSF in the sulci: some are all but closed, some narrow, some wide."""
    order = rng.permutation(len(curves))
    closed, narrow, wide = (
        [curves[i] for i in part] for part in np.array_split(order, [len(order) // 2, len(order) * 4 // 5])
    )
    strength = ((closed, 1, 0.5), (narrow, 1, 1.2), (wide, 3, 0.85))
    return np.minimum(1, np.maximum.reduce([k * d.lines(shape, part, width, 0.7) for part, width, k in strength]))


def scan(fine: np.ndarray, rng: np.random.Generator, sigma: float = 2.2, rim: float = 0.0) -> np.ndarray:
    """What the scanner makes of the drawing: coil shading, point spread, 224x224 pixels, Rician noise; RGB uint8.

    `rim` brightens towards the surface, as a head coil does.
    """
    x, y = d.grid(fine.shape)
    radius = np.hypot(x - SIDE, y - SIDE) / SIDE
    shading = 1 + 0.05 * d.noise(fine.shape, 220, rng) + rim * (radius**2 - 0.4)
    small = cv2.resize(cv2.GaussianBlur(fine * shading, (0, 0), 0.8), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return d.rgb(d.rician(small, sigma, rng))
