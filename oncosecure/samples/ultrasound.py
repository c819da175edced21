"""Drawn B-mode pictures of the breast, 384x300: brightness by layer, gain along the beam, speckle.

Speckle is the log of the envelope of complex Gaussian noise (C. Burckhardt, IEEE Transactions on Sonics and
Ultrasonics 25 (1978) 1), blurred by a point spread that is wider across than along the beam.
"""

from __future__ import annotations

import cv2
import numpy as np

from oncosecure.samples import drawing as d

SHAPE = (300, 384)
LESION = (196, 128)  # where a lesion lies, x and y in pixels
Fields = tuple[np.ndarray, np.ndarray]  # brightness and gain, (H, W) each


def draw(seed: int, lesion: str | None = None, fat: float = 0.25) -> np.ndarray:
    """A picture (300, 384, 3) uint8.

    Args:
        seed: fixes the picture.
        lesion: None, "cyst", "fibroadenoma", "spiculated" or "microlobulated".
        fat: share of the depth that subcutaneous fat takes, 0.1 to 0.4.
    """
    rng = np.random.default_rng(seed)
    tissue, gain = _layers(rng, fat), _gain(rng)
    if lesion:
        tissue, gain = _LESIONS[lesion](tissue, gain, rng.spawn(1)[0])
    return _image(tissue, gain, rng)


def _surface(level: float, swing: float, rng: np.random.Generator) -> np.ndarray:
    """A layer's upper border: depth in pixels (1, W)."""
    return level + swing * d.noise((2, SHAPE[1]), (2, 130), rng, 2)[:1]


def _layers(rng: np.random.Generator, fat: float) -> np.ndarray:
    """Brightness (H, W) in grey levels of skin, fat with its septa, gland, fascia, muscle, ribs and what lies below."""
    height = SHAPE[0]
    _, y = d.grid(SHAPE)
    gland, muscle, chest = (_surface(v * height, s, rng) for v, s in ((fat, 9), (0.64, 8), (0.84, 5)))
    slope = 13 * d.noise(SHAPE, (400, 150), rng)
    tissue = 76 + 5 * d.noise(SHAPE, (12, 30), rng, 2) + 16 * _streaks((7, 40), slope, rng, 0.9)
    _septa(tissue, fat * height, rng)
    d.paint(tissue, d.step(y - gland, -4, 4), _gland(slope, rng))
    d.paint(tissue, d.step(y - muscle, -3, 3), _muscle(0.6 * slope, rng))
    for border, width in ((gland, 2.2), (muscle, 2.6)):
        broken = np.clip(0.5 + 0.5 * d.noise(SHAPE, (300, 50), rng), 0, 1)
        d.paint(tissue, broken * np.exp(-(((y - border) / width) ** 2)), 182)
    _chest_wall(tissue, y - chest, rng)
    skin = _surface(11, 1, rng)
    d.paint(tissue, d.step(y - skin, 2, -2), 118 + 60 * np.exp(-(((y - 3) / 2.0) ** 2)))
    d.paint(tissue, np.exp(-(((y - skin) / 1.8) ** 2)), 160)
    return tissue


def _streaks(scale: tuple[float, float], slope: np.ndarray, rng: np.random.Generator, low: float) -> np.ndarray:
    """Mask (H, W) of bright streaks across the beam, moved down by `slope` pixels; a higher `low` leaves fewer."""
    return d.step(d.warp(d.noise(SHAPE, scale, rng, 2), 0 * slope, slope), low, low + 2.0)


def _septa(tissue: np.ndarray, floor: float, rng: np.random.Generator) -> None:
    """Thin bright sheets that cross the fat at a slant."""
    for _ in range(7):
        start, heading = (rng.uniform(-60, SHAPE[1]), rng.uniform(20, floor)), rng.normal(0, 0.2)
        sheet = d.walk(start, heading, rng.uniform(60, 200), rng, 0.12, 16)
        fading = np.clip(0.55 + 0.4 * d.noise(SHAPE, (200, 40), rng), 0, 1)
        d.paint(tissue, fading * d.line(SHAPE, sheet, 2, 0.9), 150)


def _gland(slope: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Bright fibrous tissue with dark lobules and ducts."""
    base = 122 + 9 * d.noise(SHAPE, (50, 110), rng) + 9 * d.warp(d.noise(SHAPE, (9, 40), rng, 2), 0 * slope, slope)
    base -= 50 * d.step(d.warp(d.noise(SHAPE, (15, 34), rng, 2), 0 * slope, slope), 0.7, 1.9)
    return base + 70 * _streaks((7, 55), slope, rng, 0.3)


def _muscle(slope: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Dark bundles between parallel bright sheets."""
    base = 58 + 8 * d.noise(SHAPE, (10, 90), rng, 2)
    return base + 95 * _streaks((7, 120), slope, rng, 0.4)


def _chest_wall(tissue: np.ndarray, below: np.ndarray, rng: np.random.Generator) -> None:
    """A rib with a bright surface and a shadow, the pleura beside it."""
    x, _ = d.grid(SHAPE)
    d.paint(tissue, d.step(below, -2, 6), 40 + 6 * d.noise(SHAPE, (8, 60), rng, 2))
    centre = rng.uniform(40, 340)
    arch = below - 5 + 13 * np.exp(-(((x - centre) / 40) ** 2))
    near = d.step(np.abs(x - centre), 56, 30)
    d.paint(tissue, near * d.step(arch, 2, 12), 17)
    d.paint(tissue, near * np.exp(-((arch / 2.4) ** 2)), 150)
    pleura = np.exp(-(((below - 16) / 2.2) ** 2)) * np.clip(0.2 + 0.5 * d.noise(SHAPE, (300, 60), rng), 0, 0.7)
    d.paint(tissue, pleura * (1 - near), 140)


def _gain(rng: np.random.Generator) -> np.ndarray:
    """Factor (H, W): attenuation with depth as far as the time gain leaves it, and poor contact here and there."""
    x, y = d.grid(SHAPE)
    depth = 1.06 - 0.52 * d.step(y / SHAPE[0], 0.45, 1.08)
    edges = 1 - 0.3 * d.step(np.abs(x / SHAPE[1] - 0.5), 0.36, 0.56)
    columns = 1 + 0.06 * d.noise(SHAPE, (400, 40), rng, 2)
    return depth * edges * columns


def _column(mask: np.ndarray, top: float, spread: float) -> np.ndarray:
    """What lies below a mask (H, W), as the beam sees it: in [0, 1], from row `top` down, with soft flanks."""
    _, y = d.grid(SHAPE)
    beam = cv2.GaussianBlur(mask, (0, 0), spread, sigmaY=1)
    return (np.maximum.accumulate(beam, axis=0) - 0.8 * mask).clip(0) * d.step(y, top - 6, top + 6)


def _cyst(tissue: np.ndarray, gain: np.ndarray, rng: np.random.Generator) -> Fields:
    """Smooth, oval, free of echoes, brighter behind it, thin shadows at its flanks."""
    body = d.area(SHAPE, d.outline(LESION, (43, 27), rng, 0.025, 3), 1.2, smooth=False)
    rim = d.area(SHAPE, d.outline(LESION, (45, 29), rng, 0.02, 3), 1.2, smooth=False)
    d.paint(tissue, 0.6 * rim, 165)
    d.paint(tissue, body, 7)
    behind = _column(body, LESION[1] + 12, 5)
    return tissue, gain * (1 + 0.6 * behind)


def _fibroadenoma(tissue: np.ndarray, gain: np.ndarray, rng: np.random.Generator) -> Fields:
    """Oval and wider than tall, gently lobulated, evenly dark, with a thin bright capsule."""
    border = d.outline(LESION, (56, 27), rng, 0.05, 3)
    capsule = d.area(SHAPE, np.asarray(LESION) + (border - LESION) * 1.07, 1.2, smooth=False)
    d.paint(tissue, 0.55 * capsule, 168)
    body = d.area(SHAPE, border, 1.2, smooth=False)
    d.paint(tissue, body, 60 + 5 * d.noise(SHAPE, (9, 16), rng, 2))
    return tissue, gain * (1 + 0.14 * _column(body, LESION[1] + 14, 6))


def _spiculated(tissue: np.ndarray, gain: np.ndarray, rng: np.random.Generator) -> Fields:
    """Taller than wide with a jagged border and a bright halo; sheets are drawn towards it; a shadow behind it."""
    tissue = d.bulge(tissue, LESION, 75, -11)
    halo = d.area(SHAPE, d.outline(LESION, (58, 62), rng, 0.12, 6), 11, smooth=False)
    d.paint(tissue, 0.5 * halo, 158)
    body = d.area(SHAPE, d.outline(LESION, (34, 46), rng, 0.13, 8), 3.2, smooth=False)
    spikes = []
    for a in rng.uniform(0, 2 * np.pi, 11):
        start = np.add(LESION, (28 * np.cos(a), 38 * np.sin(a)))
        spikes.append(d.walk(start, a, rng.uniform(12, 26), rng, 0.12))
    body = np.maximum(body, 0.7 * d.lines(SHAPE, spikes, 2, 1.6))
    d.paint(tissue, body, 34 + 11 * d.noise(SHAPE, (9, 16), rng, 3))
    return tissue, gain * (1 - 0.72 * _column(body, LESION[1] + 8, 8))


def _microlobulated(tissue: np.ndarray, gain: np.ndarray, rng: np.random.Generator) -> Fields:
    """Irregular with small lobules, unevenly dark, bright specks of calcification inside."""
    border = d.outline(LESION, (50, 42), rng, 0.11, 8)
    halo = d.area(SHAPE, np.asarray(LESION) + (border - LESION) * 1.25, 8, smooth=False)
    d.paint(tissue, 0.4 * halo, 150)
    body = d.area(SHAPE, border, 1.8, smooth=False)
    d.paint(tissue, body, 46 + 13 * d.noise(SHAPE, (14, 18), rng, 3))
    specks = rng.normal(LESION, (19, 15), (9, 2))
    d.paint(tissue, 0.9 * d.lines(SHAPE, [[p, p + (1.5, 0)] for p in specks], 1, 0.6), 230)
    return tissue, gain * (1 - 0.28 * _column(body, LESION[1] + 16, 9))


def _image(tissue: np.ndarray, gain: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grey picture (H, W, 3) with speckle, added because the log turns factors into sums; darker tissue shows less."""
    scatter = rng.standard_normal((2, *SHAPE), np.float32)
    envelope = cv2.magnitude(*(cv2.GaussianBlur(part, (0, 0), 1.5, sigmaY=0.85) for part in scatter))
    speckle = 20 * np.log10(envelope / envelope.mean() + 0.05)
    streaks = d.noise(SHAPE, (2.6, 11), rng)
    grey = tissue * gain
    grey = grey + (0.25 + 0.75 * np.clip(grey / 110, 0, 1.2)) * (2.1 * speckle + 5 * streaks)
    return d.rgb(cv2.GaussianBlur(grey, (0, 0), 0.55))


_LESIONS = {"cyst": _cyst, "fibroadenoma": _fibroadenoma, "spiculated": _spiculated, "microlobulated": _microlobulated}
