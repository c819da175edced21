"""Drawn dermoscopy, 224x224: skin as a reflecting layer under amounts of melanin and blood, then hairs and gel.

The light that comes back falls off exponentially with each pigment, faster in blue than in red for melanin and
fastest in green for blood, which gives the browns and reds that dermoscopy shows.
"""

from __future__ import annotations

import cv2
import numpy as np

from oncosecure.samples import drawing as d

SIDE = 224
SHAPE = (SIDE, SIDE)
CENTRE = (112.0, 112.0)
_MELANIN = np.array([0.72, 1.15, 1.38], np.float32)
_BLOOD = np.array([0.14, 0.72, 0.5], np.float32)
_NESTS = ((78, 100, 12, 7), (86, 138, 14, 9), (100, 150, 6, 5), (146, 130, 9, 14), (134, 80, 8, 6), (148, 92, 4, 4))
_TONES = {"fair": (226, 184, 184), "pink": (226, 170, 182), "lilac": (204, 172, 188), "tan": (216, 168, 146)}


class Skin:
    """A field under construction: light (224, 224, 3), and amounts of melanin and blood (224, 224) that dim it."""

    def __init__(self, seed: int, tone: str) -> None:
        self.rng = np.random.default_rng(seed)
        self.light = np.empty((*SHAPE, 3), np.float32)
        self.light[:] = _TONES[tone]
        self.melanin = 0.06 + 0.018 * self.noise(26, 3)
        self.blood = 0.09 + 0.022 * self.noise(40, 4)
        lines = d.cells(SHAPE, d.scatter(SHAPE, 5.5, self.rng, 0.28))
        self.light *= (1 - 0.045 * np.exp(-((lines / 1.1) ** 2)) + 0.012 * self.noise(3, 2))[..., None]

    def noise(self, scale: float | tuple[float, float], octaves: int = 1) -> np.ndarray:
        return d.noise(SHAPE, scale, self.rng, octaves)

    def blob(self, centre: d.Points, radii: d.Points, rough: float, waves: int, soft: float) -> np.ndarray:
        """Mask (224, 224) of an irregular patch."""
        return d.area(SHAPE, d.outline(centre, radii, self.rng, rough, waves), soft, smooth=False)

    def picture(self, vignette: float = 0.0) -> np.ndarray:
        """The light that comes back, (224, 224, 3) uint8; `vignette` darkens the corners by that share."""
        density = self.melanin[..., None] * _MELANIN + self.blood[..., None] * _BLOOD
        x, y = d.grid(SHAPE)
        radius = np.hypot(x - SIDE / 2, y - SIDE / 2) / SIDE
        shade = 1.04 - 0.12 * radius - vignette * d.step(radius, 0.5, 0.66)
        picture = self.light * np.exp(-np.maximum(density, 0)) * shade[..., None]
        picture += 2.2 * self.rng.standard_normal(SHAPE, np.float32)[..., None]
        return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.6), 0, 255).astype(np.uint8)


def draw(
    seed: int, lesion: str | None = None, tone: str = "fair", hairs: int = 0, bubbles: int = 0, vignette: float = 0.0
) -> np.ndarray:
    """A picture (224, 224, 3) uint8.

    Args:
        seed: fixes the picture.
        lesion: None, or "nv", "mel", "bcc", "vasc", "bkl", "akiec" or "df" as in the catalog.
        tone: "fair", "pink", "lilac" or "tan".
        hairs: how many hairs cross the field.
        bubbles: how many bubbles the gel holds.
        vignette: share by which the corners darken.
    """
    skin = Skin(seed, tone)
    if lesion:
        rest, skin.rng = skin.rng, skin.rng.spawn(1)[0]
        _LESIONS[lesion](skin)
        skin.rng = rest
    _gel(skin, bubbles)
    _hairs(skin, hairs)
    return skin.picture(vignette)


def network(skin: Skin, where: np.ndarray, gap: float, strength: np.ndarray | float, width: float = 1.1) -> None:
    """Pigment network: brown lines around lighter holes about `gap` pixels wide."""
    holes = cv2.GaussianBlur(d.cells(SHAPE, d.scatter(SHAPE, gap, skin.rng, 0.27)), (0, 0), 0.7)
    holes = d.warp(holes, 1.5 * skin.noise(17), 1.5 * skin.noise(17))
    skin.melanin += where * strength * (1 + 0.3 * skin.noise(15)) * np.exp(-((holes / width) ** 2))


def dots(skin: Skin, where: np.ndarray, count: int, size: float, strength: float) -> None:
    """Brown to black dots and globules, inside the mask."""
    for x, y in skin.rng.uniform(30, SIDE - 30, (count, 2)):
        if where[int(y), int(x)] > 0.5:
            radius = size * skin.rng.uniform(0.6, 1.4)
            skin.melanin += strength * d.ellipse(SHAPE, (x, y), (radius, radius), soft=1.5)


def vessels(skin: Skin, where: np.ndarray, count: int, strength: float) -> None:
    """Sharp branching red vessels that start inside the mask."""
    curves = []
    for start in d.scatter(SHAPE, SIDE / count, skin.rng):
        if where[int(start[1]), int(start[0])] > 0.5:
            heading = skin.rng.uniform(0, 6.3)
            stem = d.walk(start, heading, skin.rng.uniform(24, 46), skin.rng, 0.22)
            curves.append(stem)
            for i in skin.rng.integers(1, len(stem), 4):
                turn = skin.rng.choice([-0.9, 0.9])
                curves.append(d.walk(stem[i], heading + turn, skin.rng.uniform(8, 20), skin.rng, 0.25))
    skin.blood += strength * where * d.lines(SHAPE, curves, 1, 0.6)


def veil(skin: Skin, where: np.ndarray, colour: tuple[float, float, float]) -> None:
    """A tint of its own, such as blue-white or white scale, that lies over what is below."""
    d.paint(skin.light, where, colour)
    skin.melanin *= 1 - 0.75 * where
    skin.blood *= 1 - 0.75 * where


def _nv(skin: Skin) -> None:
    """A mole: oval, even, with a regular network that thins out at the border."""
    body = skin.blob(CENTRE, (52, 43), 0.035, 4, 5)
    middle = d.ellipse(SHAPE, CENTRE, (48, 40), 12, 46)
    skin.melanin += body * (0.4 + 0.08 * skin.noise(14, 3)) + 0.42 * middle
    network(skin, body, 6.2, 0.42 - 0.15 * middle)
    dots(skin, middle, 26, 1.6, 0.3)


def _mel(skin: Skin) -> None:
    """A melanoma: asymmetric, notched, many colours, a broken network, black dots, blue-white veil."""
    body = skin.blob((114, 110), (70, 56), 0.12, 7, 2.4)
    patches = skin.noise(30, 3)
    skin.melanin += body * (0.72 + 0.42 * patches)
    skin.blood += body * 0.55 * d.step(skin.noise(36, 2), 0.3, 1.4)
    network(skin, body * d.step(patches, 0.4, -0.6), 7.5, 0.6, 1.5)
    skin.melanin += 0.85 * body * skin.blob((136, 92), (25, 21), 0.2, 7, 3)
    veil(skin, 0.72 * body * skin.blob((94, 118), (24, 19), 0.2, 6, 5), (128, 140, 168))
    veil(skin, 0.5 * body * skin.blob((126, 136), (15, 10), 0.2, 6, 4), (222, 190, 192))
    dots(skin, body, 60, 2.0, 0.6)
    _streaks(skin)


def _streaks(skin: Skin) -> None:
    """Dark streaks that radiate from one side of a melanoma."""
    rays = []
    for a in skin.rng.uniform(-1.0, 0.9, 15):
        start = (114 + 56 * np.cos(a), 106 + 46 * np.sin(a))
        rays.append(d.walk(start, a, skin.rng.uniform(10, 22), skin.rng, 0.1))
    skin.melanin += 0.7 * d.lines(SHAPE, rays, 3, 1.0)


def _bcc(skin: Skin) -> None:
    """A basal cell carcinoma: pearly pink, branching vessels, blue-grey nests, a small ulcer with a crust."""
    body = skin.blob(CENTRE, (62, 52), 0.08, 6, 5)
    veil(skin, 0.6 * body, (238, 200, 208))
    rim = np.maximum(0, body - d.ellipse(SHAPE, CENTRE, (52, 43), soft=16))
    skin.blood += body * (0.3 + 0.08 * skin.noise(20, 2)) + 0.25 * rim
    vessels(skin, body, 7, 1.3)
    for x, y, wide, high in _NESTS:
        veil(skin, 0.7 * skin.blob((x, y), (wide, high), 0.16, 6, 2.6), (104, 90, 110))
    ulcer = skin.blob((116, 108), (15, 11), 0.16, 6, 1.8)
    skin.blood += 1.5 * ulcer
    skin.melanin += ulcer * d.step(skin.noise(7, 2), 0.2, 1.2) * 0.7
    _shine(skin, body, 9)


def _vasc(skin: Skin) -> None:
    """An angioma: well-defined red to purple lacunae with pale septa between them."""
    body = skin.blob(CENTRE, (50, 46), 0.06, 6, 2)
    septa = cv2.GaussianBlur(d.cells(SHAPE, d.scatter(SHAPE, 20, skin.rng, 0.32)), (0, 0), 2.4)
    septa = d.warp(septa, 4 * skin.noise(26), 4 * skin.noise(26))
    rounded = d.step(septa, 1.0, 4.2)
    skin.blood += body * (1.0 + 1.2 * rounded + 0.15 * skin.noise(12, 2))
    purple = d.step(skin.noise(34), 0.1, 1.3) * rounded * body
    veil(skin, 0.55 * purple, (92, 46, 92))
    skin.melanin += 0.25 * purple
    _shine(skin, body, 5)


def _bkl(skin: Skin) -> None:
    """A seborrhoeic keratosis: sharp border, dull brown, milia-like cysts, dark openings, ridges."""
    body = skin.blob(CENTRE, (64, 50), 0.07, 9, 1.3)
    skin.melanin += body * (0.4 + 0.09 * skin.noise(9, 3))
    ridges = d.grain(SHAPE, (6, 17), 25, skin.rng, 2)
    skin.melanin += body * 0.22 * d.step(ridges, 0.3, 1.2)
    for x, y in skin.rng.uniform(56, 168, (24, 2)):
        r = skin.rng.uniform(1.4, 3.2)
        veil(skin, 0.7 * body * d.ellipse(SHAPE, (x, y), (r, r), soft=2), (236, 214, 176))
    dots(skin, body, 34, 2.4, 0.7)


def _akiec(skin: Skin) -> None:
    """An actinic keratosis: a pink patch with a vague border, a red network around pale follicles, white scale."""
    body = skin.blob(CENTRE, (66, 56), 0.12, 6, 12)
    skin.blood += body * (0.34 + 0.1 * skin.noise(16, 2))
    follicles = d.cells(SHAPE, d.scatter(SHAPE, 12, skin.rng, 0.22))
    skin.blood += body * 0.3 * d.step(follicles, 4.5, 1.5)
    scale = d.step(skin.noise(11, 3), 0.9, 1.5) * body * skin.blob((106, 108), (40, 32), 0.2, 7, 6)
    veil(skin, 0.75 * scale, (240, 232, 226))
    skin.melanin += body * 0.14 * d.step(skin.noise(24, 2), 0.3, 1.5)


def _df(skin: Skin) -> None:
    """A dermatofibroma: a white scar-like middle in a delicate, fading ring of network."""
    ring = skin.blob(CENTRE, (54, 50), 0.04, 4, 12)
    skin.melanin += 0.26 * ring
    skin.blood += 0.14 * ring
    network(skin, ring, 7, 0.26)
    veil(skin, 0.8 * skin.blob(CENTRE, (22, 19), 0.12, 6, 6), (238, 214, 214))


def _shine(skin: Skin, where: np.ndarray, count: int) -> None:
    """Small bright reflections and short white lines."""
    spots = [(x, y) for x, y in skin.rng.uniform(50, 174, (count, 2)) if where[int(y), int(x)] > 0.5]
    curves = [d.walk(p, skin.rng.uniform(0, 6.3), 7, skin.rng, 0.2) for p in spots]
    veil(skin, 0.6 * d.lines(SHAPE, curves, 2, 0.7), (250, 240, 242))


def _hairs(skin: Skin, count: int) -> None:
    """Long dark hairs that mostly run one way."""
    heading = skin.rng.uniform(0, 3.14)
    for _ in range(count):
        start = skin.rng.uniform(-20, SIDE + 20, 2) - 60 * np.array([np.cos(heading), np.sin(heading)])
        hair = d.walk(start, heading + skin.rng.normal(0, 0.3), skin.rng.uniform(70, 200), skin.rng, 0.06, 6)
        tip = d.line(SHAPE, hair, 1, 0.45)
        root = d.line(SHAPE, hair[: len(hair) // 2], 1, 0.8)
        d.paint(skin.light, np.minimum(0.85, tip + 0.6 * root), (70, 52, 48))


def _gel(skin: Skin, count: int) -> None:
    """Bubbles in the gel: rings with a bright and a dark side."""
    x, y = d.grid(SHAPE)
    for _ in range(count):
        cx, cy, r = skin.rng.uniform(12, SIDE - 12), skin.rng.uniform(12, SIDE - 12), skin.rng.uniform(3, 8)
        ring = np.exp(-(((np.hypot(x - cx, y - cy) - r) / 0.9) ** 2))
        lit = (x - cx + y - cy) / (1.41 * r) < 0
        d.paint(skin.light, 0.75 * ring * lit, (250, 244, 244))
        d.paint(skin.light, 0.35 * ring * ~lit, (120, 84, 84))


_LESIONS = {"nv": _nv, "mel": _mel, "bcc": _bcc, "vasc": _vasc, "bkl": _bkl, "akiec": _akiec, "df": _df}
