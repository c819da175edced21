"""Drawn axial chest CT slices, 304x304: a map of Hounsfield units, scanner noise, then a window.

Seen from the feet, so the patient's left is at the right. The narrow window with black lungs and grainy soft tissue
is what most of the training data look like; a lung window shows the same map as radiologists read lungs.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from oncosecure.samples import drawing as d

SIDE = 304
SHAPE = (SIDE, SIDE)
AIR, LUNG, FAT, MUSCLE, BLOOD, MARROW, BONE = -1000.0, -865.0, -100.0, 55.0, 48.0, 260.0, 750.0
NODULE = (98.0, 120.0)  # x and y of the benign nodule's centre
MASS = (100.0, 116.0)  # and of the mass's, both in the patient's right lung

# Outlines in pixels.
_PERICARDIUM = [
    (128, 84), (150, 72), (182, 78), (203, 98), (206, 116), (190, 132), (164, 140), (142, 138), (126, 122), (122, 102),
]  # fmt: skip
_CHAMBERS = [
    (131, 90), (152, 79), (180, 83), (199, 100), (202, 115), (187, 129), (164, 135), (144, 133), (130, 119), (126, 104),
]  # fmt: skip
_COLUMN = [(140, 70), (164, 70), (168, 110), (178, 142), (174, 156), (152, 164), (134, 158), (136, 120)]
_UPPER_FIELD = [
    (138, 68), (166, 68), (174, 94), (186, 120), (184, 144), (168, 158), (138, 158), (132, 138), (128, 110),
]  # fmt: skip
_VERTEBRA = [(137, 163), (143, 153), (152, 150), (161, 153), (167, 163), (162, 173), (142, 173)]
_PROCESSES = [
    [(144, 171), (138, 178), (124, 182)], [(160, 171), (166, 178), (180, 182)], [(143, 177), (152, 187), (161, 177)],
]  # fmt: skip
_BREASTBONE = [(136, 62), (152, 58), (168, 62), (165, 69), (152, 71), (139, 69)]
_SCAPULA = [(72, 196), (90, 186), (104, 172), (112, 158)]  # x from the midline


@dataclass(frozen=True)
class Window:
    """Hounsfield units shown as black and as white, and the noise of the reconstruction (HU, deviation)."""

    black: float
    white: float
    noise: float

    def show(self, hu: np.ndarray) -> np.ndarray:
        """Grey levels 0 to 255 of a map (H, W)."""
        return np.clip((hu - self.black) * (255 / (self.white - self.black)), 0, 255)


NARROW = Window(5, 260, 62)
SOFT = Window(-160, 300, 62)
LUNGS = Window(-1200, 250, 30)


def draw(seed: int, window: Window, level: str = "heart", lesion: str | None = None) -> np.ndarray:
    """A slice (304, 304, 3) uint8.

    Args:
        seed: fixes the slice.
        window: what is black and what is white.
        level: "heart" or "arch" (of the aorta).
        lesion: None, "nodule" (small, smooth, calcified) or "mass" (large, spiculated).
    """
    rng = np.random.default_rng(seed)
    hu, lungs = _body(rng, level)
    _vessels(hu, lungs, rng)
    if lesion:
        {"nodule": nodule, "mass": mass}[lesion](hu, lungs, rng.spawn(1)[0])
    sway = 2.0 * d.noise(SHAPE, 110, rng), 2.0 * d.noise(SHAPE, 110, rng)
    hu = d.warp(hu, *sway)
    _table(hu)
    grain = cv2.GaussianBlur(rng.standard_normal(SHAPE, np.float32), (0, 0), 0.5)
    fog = 1 - 0.6 * d.step(hu, -500, -950)  # noise of logarithms: little of it in air
    return d.rgb(window.show(hu + window.noise / float(grain.std()) * grain * fog))


def _ring(centre: d.Points, radii: d.Points, square: float, back: float = 0.0) -> np.ndarray:
    """A rounded outline (120, 2): `square` below 1 makes it boxier, `back` draws the middle of the back in."""
    t = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    c, s = np.cos(t), np.sin(t)
    x, y = np.sign(c) * np.abs(c) ** square, np.sign(s) * np.abs(s) ** square
    dent = 1 - back * np.exp(-((c / 0.25) ** 2)) * (s > 0)
    return np.stack([centre[0] + radii[0] * x, centre[1] + radii[1] * y * dent], 1)


def _body(rng: np.random.Generator, level: str) -> tuple[np.ndarray, np.ndarray]:
    """Map (H, W) of Hounsfield units without vessels, and the mask (H, W) of the lungs."""
    heart = level == "heart"
    hu = np.full(SHAPE, AIR, np.float32)
    body = d.area(SHAPE, _ring((152, 134), (124 if heart else 132, 83), 0.86, 0.05), smooth=False)
    chest = d.area(SHAPE, _ring((152, 130), (90 if heart else 82, 63), 0.93, 0.12), smooth=False)
    d.paint(hu, body, 20)
    d.paint(hu, d.step(d.depth(body), 1.5, 2.5), FAT)
    _muscles(hu, body, chest, heart, rng)
    wall = d.depth(1 - chest)
    d.paint(hu, d.step(wall, 8, 6), MUSCLE)
    d.paint(hu, d.step(d.depth(chest), 0.2, 1.4), LUNG + 45 * d.step(d.grid(SHAPE)[1], 110, 190))
    centre = (_heart if heart else _arch)(hu, rng)
    lungs = d.step(d.depth(chest), 0.5, 2) * (1 - centre)
    _ribs(hu, rng, heart)
    _spine(hu)
    return hu, lungs * (hu < -600)


def _muscles(hu: np.ndarray, body: np.ndarray, chest: np.ndarray, heart: bool, rng: np.random.Generator) -> None:
    """Pectoral, lateral and back muscles with streaks of fat between them; scapulae at the upper level."""
    inner = d.depth(body)
    meat = MUSCLE - 130 * d.step(d.noise(SHAPE, (9, 14), rng, 2), 0.9, 1.5)
    aside, radii = (98, (20, 42)) if heart else (103, (30, 34))
    for side in (-1, 1):
        flank = d.ellipse(SHAPE, (152 + side * aside, 148), radii, soft=8)
        front = d.ellipse(SHAPE, (152 + side * 52, 72), (46, 15 if heart else 20), 18 * side, 6)
        back = d.ellipse(SHAPE, (152 + side * 24, 198), (26, 13), -8 * side, 5)
        for muscle in (flank, front, back):
            d.paint(hu, muscle * d.step(inner, 6, 9) * (1 - chest), meat)
        if not heart:
            d.paint(hu, d.line(SHAPE, np.multiply(_SCAPULA, (side, 1)) + (152, 0), 4, 0.8), BONE)
    d.paint(hu, d.ellipse(SHAPE, (152, 198), (3, 10), soft=4), FAT)


def _heart(hu: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Heart with fat around it, descending aorta, oesophagus; returns the mask (H, W) of the mediastinum."""
    pericardium, column = d.area(SHAPE, _PERICARDIUM, 1), d.area(SHAPE, _COLUMN, 1)
    aorta = d.ellipse(SHAPE, (170, 149), (10, 10))
    d.paint(hu, np.maximum(pericardium, column), FAT + 30)
    chambers = d.area(SHAPE, _CHAMBERS, 1)
    d.paint(hu, chambers, BLOOD + 12 * d.noise(SHAPE, 40, rng))
    groove = d.lines(SHAPE, [d.spline([(131, 112), (150, 110), (166, 98), (172, 84)], False)], 2, 1.0)
    d.paint(hu, 0.6 * groove, FAT)
    d.paint(hu, aorta, BLOOD + 10)
    d.paint(hu, d.ellipse(SHAPE, (154, 147), (6, 5)), MUSCLE)
    return np.maximum(np.maximum(pericardium, column), aorta)


def _arch(hu: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Aortic arch, superior vena cava, trachea, oesophagus; returns the mask (H, W) of the mediastinum."""
    field = d.area(SHAPE, _UPPER_FIELD, 1)
    d.paint(hu, field, FAT + 25)
    arch = d.line(SHAPE, [(146, 96), (158, 100), (168, 112), (173, 128), (174, 142)], 20, 1)
    d.paint(hu, arch, BLOOD + 12 + 5 * d.noise(SHAPE, 30, rng))
    d.paint(hu, d.ellipse(SHAPE, (137, 106), (8, 9)), BLOOD)
    d.paint(hu, d.ellipse(SHAPE, (149, 127), (9.5, 9)), MUSCLE)
    d.paint(hu, d.ellipse(SHAPE, (149, 127), (8, 7.5)), AIR)
    d.paint(hu, d.ellipse(SHAPE, (156, 144), (6, 4)), MUSCLE)
    return field


def _ribs(hu: np.ndarray, rng: np.random.Generator, heart: bool) -> None:
    """Slanting cuts of ribs around the chest wall, each a bright shell with marrow, and the breastbone."""
    ring = _ring((152, 130), (95 if heart else 87, 67.5), 0.93, 0.1)
    for side in (-1, 1):
        for degrees, span in ((-62, 5), (-36, 5), (-12, 4), (12, 4), (36, 6), (62, 7)):
            middle = (degrees if side > 0 else 180 - degrees) / 3 + rng.normal(0, 1.5)
            arc = ring[np.arange(round(middle - span / 2), round(middle + span / 2) + 1) % 120]
            d.paint(hu, d.lines(SHAPE, [arc], 5, 0.5), BONE)
            d.paint(hu, 0.9 * d.lines(SHAPE, [arc[1:-1]], 2, 0.6), MARROW)
    d.paint(hu, d.area(SHAPE, _BREASTBONE, 0.7), BONE)
    d.paint(hu, d.area(SHAPE, 0.62 * np.subtract(_BREASTBONE, (152, 65)) + (152, 65)), MARROW)


def _spine(hu: np.ndarray) -> None:
    """Vertebral body, pedicles, canal, transverse and spinous processes."""
    shell = d.area(SHAPE, _VERTEBRA, 0.7)
    d.paint(hu, d.ellipse(SHAPE, (152, 170), (24, 20), soft=4), MUSCLE)
    d.paint(hu, shell, BONE)
    d.paint(hu, d.ellipse(SHAPE, (152, 163), (11, 9), soft=3), MARROW + 60)
    d.paint(hu, d.lines(SHAPE, _PROCESSES, 6, 0.8), BONE)
    d.paint(hu, d.line(SHAPE, [(152, 186), (152, 200)], 4, 0.8), BONE)
    d.paint(hu, d.ellipse(SHAPE, (152, 177), (6.5, 5.5)), 35)


def _vessels(hu: np.ndarray, lungs: np.ndarray, rng: np.random.Generator) -> None:
    """Vessels that fork from either hilum and thin out, and cross-sections of those that leave the slice."""
    tree: list[list[np.ndarray]] = [[], [], [], []]
    for hilum, towards in (((128, 122), np.pi), ((180, 126), 0.0)):
        for turn in np.linspace(-1.2, 1.2, 6):
            _fork(hilum, towards + turn, 0, tree, rng)
    for curves, width, share in zip(tree, (3, 2, 1, 1), (0.9, 0.75, 0.65, 0.45), strict=True):
        d.paint(hu, share * lungs * d.lines(SHAPE, curves, width, 0.5), BLOOD - 20)
    for _ in range(60):
        x, y = rng.uniform(64, 240), rng.uniform(72, 186)
        r = rng.uniform(0.8, 1.8)
        d.paint(hu, lungs * d.ellipse(SHAPE, (x, y), (r, r), soft=1), BLOOD - 60)


def _fork(start: d.Points, heading: float, order: int, tree: list[list[np.ndarray]], rng: np.random.Generator) -> None:
    stem = d.walk(start, heading, rng.uniform(16, 25), rng, bend=0.18)
    tree[order].append(stem)
    if order + 1 < len(tree):
        for turn in (rng.normal(0.45, 0.15), rng.normal(-0.45, 0.15)):
            _fork(stem[-1], heading + turn, order + 1, tree, rng)


def nodule(hu: np.ndarray, lungs: np.ndarray, rng: np.random.Generator) -> None:
    """A small round nodule with a sharp border and a calcified middle."""
    d.paint(hu, d.area(SHAPE, d.outline(NODULE, (8, 7.5), rng, 0.03, 3), 0.6, smooth=False), 80)
    d.paint(hu, d.ellipse(SHAPE, NODULE, (5, 4.5), soft=2), 520)


def mass(hu: np.ndarray, lungs: np.ndarray, rng: np.random.Generator) -> None:
    """A large lobulated mass with spicules that run into the lung and to the pleura."""
    border = d.outline(MASS, (20, 19), rng, 0.09, 7)
    angles = np.linspace(0, 2 * np.pi, 26) + rng.normal(0, 0.12, 26)
    spikes = [d.walk(np.add(MASS, (17 * np.cos(a), 16 * np.sin(a))), a, rng.uniform(8, 22), rng, 0.1) for a in angles]
    roots = d.lines(SHAPE, [spike[:3] for spike in spikes], 3, 0.8)
    d.paint(hu, lungs * np.maximum(roots, 0.9 * d.lines(SHAPE, spikes, 1, 0.4)), MUSCLE)
    hazy = d.area(SHAPE, np.add(MASS, 1.25 * (border - MASS)), 4, smooth=False)
    d.paint(hu, 0.28 * hazy * lungs, -200)
    body = d.area(SHAPE, border, 0.8, smooth=False)
    d.paint(hu, body, 62 + 22 * d.noise(SHAPE, 14, rng, 2))


def _table(hu: np.ndarray) -> None:
    """The couch under the patient: two thin shells."""
    x = np.linspace(8, 296, 40)
    for top, sag in ((205, 22), (207, 42)):
        curve = np.stack([x, top + sag * (1 - ((x - 152) / 144) ** 2)], 1)
        np.maximum(hu, AIR + 1500 * d.lines(SHAPE, [curve], 1), out=hu)
