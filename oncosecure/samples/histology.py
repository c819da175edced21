"""Drawn H&E patches: amounts of the two stains, then the light that they let through.

Colours follow Beer and Lambert, with one vector of absorption in red, green and blue for each stain as in A. Ruifrok
and D. Johnston (Analytical and Quantitative Cytology and Histology 23 (2001) 291), set to the tint of the data set. A
nucleus is two or three pixels wide, as there; small patches are drawn four times as large and reduced.
"""

from __future__ import annotations

import cv2
import numpy as np

from oncosecure.samples import drawing as d

PATCH, REGION = 50, 400
_HAEMATOXYLIN = np.array([0.58, 0.74, 0.36], np.float32)
_EOSIN = np.array([0.12, 0.78, 0.42], np.float32)


def draw(kind: str, seed: int) -> np.ndarray:
    """A patch (50, 50, 3), or for "region" (400, 400, 3), uint8.

    `kind` is "stroma", "fat", "duct", "sheet", "nests" or "region".
    """
    rng = np.random.default_rng(seed)
    field = Field(REGION, 1, rng) if kind == "region" else Field(PATCH, 4, rng)
    {"stroma": _stroma, "fat": _fat, "duct": _duct, "sheet": _sheet, "nests": _nests, "region": _region}[kind](field)
    return field.picture()


class Field:
    """A field under construction: amounts of haematoxylin and eosin, (N, N) float32 each.

    Lengths and points are in pixels of the finished picture, of which the field holds `zoom` times as many.
    `grain` (N, N) is the unevenness of chromatin, a factor around 1.
    """

    def __init__(self, side: int, zoom: int, rng: np.random.Generator) -> None:
        self.side, self.zoom, self.rng = side, zoom, rng
        self.shape = (side * zoom, side * zoom)
        self.blue = np.zeros(self.shape, np.float32)
        self.pink = np.zeros(self.shape, np.float32)
        self.grain = 1 + 0.2 * rng.standard_normal(self.shape, np.float32)

    def noise(self, scale: float, octaves: int = 1) -> np.ndarray:
        return d.noise(self.shape, scale * self.zoom, self.rng, octaves)

    def area(self, outline: np.ndarray, soft: float = 0.25) -> np.ndarray:
        """Mask (N, N) inside an outline (K, 2)."""
        return d.area(self.shape, np.asarray(outline) * self.zoom, soft * self.zoom, smooth=False)

    def scatter(self, gap: float, where: np.ndarray | None = None) -> np.ndarray:
        """Points (K, 2) about `gap` apart, where the mask (N, N) is above one half."""
        points = d.scatter(self.shape, gap * self.zoom, self.rng)
        if where is not None:
            x, y = points.astype(int).T
            points = points[where[y, x] > 0.5]
        return points / self.zoom

    def stain(self, where: np.ndarray | float, blue: np.ndarray | float, pink: np.ndarray | float) -> None:
        """Replace the stains by these amounts, as far as the mask says."""
        where = np.broadcast_to(np.float32(where), self.shape)
        d.paint(self.blue, where, blue)
        d.paint(self.pink, where, pink)

    def picture(self) -> np.ndarray:
        """The light that is left, (side, side, 3) uint8 RGB."""
        density = self.blue[..., None] * _HAEMATOXYLIN + self.pink[..., None] * _EOSIN
        light = cv2.resize(246 * np.exp(-density), (self.side, self.side), interpolation=cv2.INTER_AREA)
        light += 2 * self.rng.standard_normal(light.shape[:2], np.float32)[..., None]
        return np.clip(light, 0, 255).astype(np.uint8)


def fibres(
    field: Field, pink: float = 0.6, blue: float = 0.1, angle: float = 20, where: np.ndarray | float = 1.0
) -> None:
    """Collagen in wavy bundles that run at `angle` degrees, with pale clefts between them."""
    strands = d.grain(field.shape, (2.0 * field.zoom, 16 * field.zoom), angle, field.rng, 2)
    sway = 2.2 * field.zoom * field.noise(22)
    strands = d.warp(strands, sway, sway)
    pale = d.step(strands, 1.6, 2.6)
    field.stain(where, blue * (1 + 0.4 * field.noise(12, 2)), pink * (1 + 0.17 * strands + 0.12 * field.noise(26)))
    field.stain(where * pale, 0.02, 0.1)


def nuclei(
    field: Field,
    centres: np.ndarray,
    size: float,
    spread: float,
    dark: float,
    stretch: float = 1.2,
    angle: float | None = None,
) -> None:
    """Nuclei at centres (K, 2).

    Args:
        size: mean radius in pixels, which varies by `spread` (relative deviation), as does the depth of the stain.
        dark: amount of haematoxylin.
        stretch: mean ratio of length to width.
        angle: common direction in degrees; none if absent.
    """
    rng, count = field.rng, len(centres)
    radius = size * rng.normal(1, spread, count).clip(0.55, 2)
    ratio = np.sqrt(stretch * rng.normal(1, 0.5 * spread, count).clip(0.7, 1.6))
    turn = rng.uniform(0, 180, count) if angle is None else rng.normal(angle, 14, count)
    tone = (150 * rng.normal(1, 0.8 * spread, count)).clip(80, 250)
    spots, depth = np.zeros((2, *field.shape), np.uint8)
    scale = 16 * field.zoom
    axes = (np.stack([radius * ratio, radius / ratio], 1) * scale).astype(int)
    for centre, axis, degrees, shade in zip((centres * scale).astype(int), axes, turn, tone, strict=True):
        cv2.ellipse(spots, centre, axis, degrees, 0, 360, 255, -1, cv2.LINE_AA, 4)
        cv2.ellipse(depth, centre, axis, degrees, 0, 360, int(shade), -1, cv2.LINE_AA, 4)
    chromatin = dark / 150 * depth * field.grain
    mask = spots * np.float32(1 / 255)
    field.stain(mask, np.maximum(chromatin, 0.3 * dark), 0.2)


def adipocytes(field: Field, where: np.ndarray, size: float = 7) -> None:
    """Fat cells of radius `size`: empty and round behind thin pink membranes, some with a nucleus at the edge."""
    seeds = d.scatter(field.shape, 1.8 * size * field.zoom, field.rng, 0.22)
    edge = cv2.GaussianBlur(d.cells(field.shape, seeds), (0, 0), 0.7 * field.zoom) / field.zoom
    edge = d.warp(edge, 1.5 * field.zoom * field.noise(9), 1.5 * field.zoom * field.noise(9))
    membrane = d.step(edge, 1.35, 0.55)
    field.stain(where, 0.02 + 0.1 * membrane, 0.02 + 0.38 * membrane)
    rim = field.scatter(1.1 * size, where * membrane)
    nuclei(field, rim, 0.9, 0.2, 1.0, 2.2)


def ducts(field: Field, places: list[tuple[float, float, float]]) -> None:
    """Normal ducts (x, y, radius): an open lumen, one even row of epithelium, a thin outer row of myoepithelium."""
    centres = [np.array(p[:2]) for p in places]
    borders = [d.outline(c, (p[2], 0.85 * p[2]), field.rng, 0.05, 4) - c for c, p in zip(centres, places, strict=True)]

    def within(share: float, soft: float) -> np.ndarray:
        rings = (field.area(c + share * b, soft) for c, b in zip(centres, borders, strict=True))
        return np.maximum.reduce(list(rings))

    field.stain(within(1.32, 1.0), 0.12, 0.4)
    field.stain(within(1.0, 0.25), 0.3, 0.42)
    field.stain(within(0.5, 0.4), 0.02, 0.08)
    for share, gap, size, stretch in ((0.76, 2.7, 1.15, 1.3), (1.0, 3.6, 0.75, 2.4)):
        rows = [_row(c + share * b, gap) for c, b in zip(centres, borders, strict=True)]
        nuclei(field, np.vstack(rows), size, 0.12, 1.15, stretch)


def _row(ring: np.ndarray, gap: float) -> np.ndarray:
    """Points of a closed curve (K, 2) about `gap` apart."""
    length = np.hypot(*np.diff(ring, axis=0, append=ring[:1]).T).sum()
    return ring[np.linspace(0, len(ring), max(3, round(length / gap)), endpoint=False).astype(int)]


def carcinoma(field: Field, where: np.ndarray, gap: float = 3.1) -> None:
    """Crowded nuclei of uneven size and depth, in dense cytoplasm."""
    field.stain(where, 0.42 + 0.06 * field.noise(8, 2), 0.46 + 0.05 * field.noise(10))
    nuclei(field, field.scatter(gap, where), 1.35, 0.3, 1.3, 1.35)


def _stroma(field: Field) -> None:
    fibres(field)
    nuclei(field, field.scatter(9), 0.85, 0.2, 1.0, 3.2, -20)


def _fat(field: Field) -> None:
    fibres(field, angle=-12)
    nuclei(field, field.scatter(9), 0.85, 0.2, 1.0, 3.2, 12)
    adipocytes(field, field.area(np.array([(-3, -3), (53, -3), (53, 24), (36, 31), (20, 28), (-3, 37)])))


def _duct(field: Field) -> None:
    fibres(field, pink=0.5, angle=50)
    nuclei(field, field.scatter(8), 0.8, 0.2, 0.95, 3, -50)
    ducts(field, [(24, 26, 14)])


def _sheet(field: Field) -> None:
    fibres(field, 0.62, 0.22)
    lumen = field.noise(13, 2)
    carcinoma(field, d.step(lumen, -1.5, -1.1))


def _nests(field: Field) -> None:
    fibres(field, 0.66, 0.18, -35)
    nuclei(field, field.scatter(6), 0.85, 0.3, 1.0, 2.6, 35)
    islands = ((14, 12, 13, 8), (38, 24, 9, 13), (14, 38, 15, 8), (40, 46, 9, 6))
    masks = [field.area(d.outline(i[:2], i[2:], field.rng, 0.2, 7), 0.4) for i in islands]
    carcinoma(field, np.maximum.reduce(masks))


def _region(field: Field) -> None:
    """Fat, stroma and ducts at the left, nests of carcinoma at the right."""
    x, _ = d.grid(field.shape)
    fibres(field, 0.58, 0.12, 35)
    tumour = d.step(x + 26 * field.noise(70, 2), 225, 275)
    nuclei(field, field.scatter(9, 1 - tumour), 0.9, 0.2, 1.0, 3, -35)
    adipocytes(field, d.step(field.noise(80, 2) - (x - 110) / 60, 0.55, 0.7))
    ducts(field, [(150, 250, 15), (182, 276, 12), (150, 284, 11), (165, 118, 17), (70, 352, 14), (176, 246, 10)])
    nuclei(field, field.scatter(7, tumour), 0.9, 0.3, 1.0, 2.4)
    islands = d.step(field.noise(34, 3), 0.0, 0.12) * (tumour > 0.6)
    carcinoma(field, islands.astype(np.float32), 3.4)
