"""An axial brain slice at the level of the lateral ventricles: front at the top, the patient's left at the right."""

from __future__ import annotations

import numpy as np

from oncosecure.samples import brain_tissue as b
from oncosecure.samples import drawing as d

CENTRE = np.array([224.0, 222.0])
RADII = np.array([132.0, 168.0])  # half width and half length of the brain on the fine grid

# Half outlines in fractions of RADII from the centre; the other half is the mirror image.
_FRONTAL_HORN = [
    (0.02, -0.30), (0.07, -0.39), (0.16, -0.46), (0.23, -0.47), (0.21, -0.38), (0.13, -0.26), (0.07, -0.10),
    (0.03, -0.06),
]  # fmt: skip
_ATRIUM = [
    (0.17, 0.24), (0.24, 0.23), (0.34, 0.32), (0.41, 0.45), (0.42, 0.56), (0.37, 0.53), (0.31, 0.43), (0.22, 0.35),
]  # fmt: skip
_CHOROID = [(0.24, 0.29), (0.31, 0.36), (0.35, 0.45)]
_INSULA = [(0.74, -0.31), (0.66, -0.25), (0.62, -0.15), (0.63, -0.03), (0.66, 0.07), (0.76, 0.13)]
_SYLVIAN = [(0.63, -0.10), (0.76, -0.12), (0.86, -0.19), (1.0, -0.22)]
_THIRD = [(0.0, -0.03), (0.022, 0.02), (0.025, 0.10), (0.0, 0.17), (-0.025, 0.10), (-0.022, 0.02)]
_CISTERN = [(0.0, 0.24), (0.07, 0.28), (0.05, 0.32), (0.0, 0.35), (-0.05, 0.32), (-0.07, 0.28)]


def place(points: d.Points, side: int = 1) -> np.ndarray:
    """Fractions of the brain's radii to pixels (N, 2); `side` -1 mirrors to the patient's right."""
    return CENTRE + np.asarray(points, float) * RADII * (side, 1)


def draw(contrast: b.Contrast, seed: int, lesion: str | None = None) -> np.ndarray:
    """The slice (224, 224, 3) uint8; `lesion` is None, "glioma" or "meningioma", as T1 with contrast shows them."""
    rng = np.random.default_rng(seed)
    border = _border(rng)
    inside = d.area(b.FINE, border, smooth=False)
    brain = _matter(border, inside, contrast, rng)
    if lesion:
        brain = {"glioma": glioma, "meningioma": meningioma}[lesion](brain, inside, rng.spawn(1)[0])
    head = _shell(inside, contrast, rng)
    d.paint(head, inside, brain)
    return b.scan(head, rng, rim=0.16 if contrast is b.T1_CONTRAST else 0.05)


def _border(rng: np.random.Generator) -> np.ndarray:
    """The brain's outline (N, 2), clockwise: an egg, wider behind."""
    t = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    c, s = np.cos(t), np.sin(t)
    x = np.sign(c) * np.abs(c) ** 0.86 * (1 + 0.06 * s)
    y = np.sign(s) * np.abs(s) ** 0.94
    ripple = 1 + sum(rng.normal(0, 0.005) * np.cos(k * t + rng.uniform(0, 6.3)) for k in range(2, 7))
    return place(np.stack([x * ripple, y * ripple], 1))


def _matter(border: np.ndarray, inside: np.ndarray, contrast: b.Contrast, rng: np.random.Generator) -> np.ndarray:
    curves = b.sulci(border, rng) + _medial(rng)
    csf = b.fissures(b.FINE, curves, rng)
    for side in (-1, 1):
        for shape, width in ((_INSULA, 4), (_SYLVIAN, 3)):
            jitter = rng.normal(0, 0.012, (len(shape), 2))
            csf = np.maximum(csf, d.line(b.FINE, place(shape + jitter, side), width, 1.0))
    midline = [place([(0, -1), (0.008, -0.75), (0, -0.52)]), place([(0, 0.42), (-0.006, 0.7), (0, 1)])]
    csf = np.maximum(csf, d.lines(b.FINE, midline, 4, 0.8))
    brain = b.cortex(inside, csf, contrast, rng)
    _nuclei(brain, contrast)
    _ventricles(brain, contrast)
    d.paint(brain, 0.75 * d.lines(b.FINE, midline, 2, 0.5), contrast.dura)
    d.paint(brain, _vessels(curves, rng), contrast.vessel)
    wobble = d.noise(b.FINE, 90, rng), d.noise(b.FINE, 90, rng)
    return d.warp(brain, 1.8 * wobble[0], 1.8 * wobble[1])


def _medial(rng: np.random.Generator) -> list[np.ndarray]:
    """Sulci of the medial surfaces, which leave the midline sideways."""
    levels = np.concatenate([np.arange(-0.92, -0.5, 0.13), np.arange(0.46, 0.95, 0.13)])
    curves = []
    for v in levels:
        for side in (-1, 1):
            start = place([(0.01 * side, v + rng.normal(0, 0.03))])[0]
            heading = (0 if side > 0 else np.pi) + rng.normal(0, 0.5)
            curves.append(d.walk(start, heading, rng.uniform(12, 34), rng, 0.3, 4))
    return curves


def _nuclei(brain: np.ndarray, contrast: b.Contrast) -> None:
    """Caudate heads, lentiform nuclei and thalami."""
    for side in (-1, 1):
        for centre, radii, angle in (
            ((0.23, -0.29), (10, 22), -22),
            ((0.40, -0.08), (12, 33), -14),
            ((0.15, 0.09), (16, 29), 14),
        ):
            spot = d.ellipse(b.FINE, place([centre], side)[0], radii, angle * -side, soft=7)
            d.paint(brain, 0.9 * spot, contrast.deep)


def _ventricles(brain: np.ndarray, contrast: b.Contrast) -> None:
    """Frontal horns, third ventricle, quadrigeminal cistern, atria with choroid plexus."""
    for side in (-1, 1):
        for shape in (_FRONTAL_HORN, _ATRIUM):
            d.paint(brain, d.area(b.FINE, place(shape, side), 1.0), contrast.csf)
        plexus = d.line(b.FINE, place(_CHOROID, side), 5, 1.2)
        d.paint(brain, 0.8 * plexus, 0.5 * (contrast.dura + contrast.gray))
    for shape in (_THIRD, _CISTERN):
        d.paint(brain, 0.9 * d.area(b.FINE, place(shape), 0.9), contrast.csf)


def _vessels(curves: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Short stretches of vessels that run in some of the sulci."""
    chosen = [curves[i] for i in rng.choice(len(curves), len(curves) // 11, replace=False)]
    return d.lines(b.FINE, [c[j:][:2] for c in chosen for j in (1, -3)], 2, 1.0)


def _shell(inside: np.ndarray, contrast: b.Contrast, rng: np.random.Generator) -> np.ndarray:
    """Everything outside the brain, by its distance from it: CSF, dura, skull with marrow, muscle, scalp, air."""
    away = d.depth(1 - inside) * (1 - 0.02 * d.noise(b.FINE, 200, rng))
    x, y = d.grid(b.FINE)
    temple = np.exp(-(((y - float(CENTRE[1]) + 20) / 85) ** 2)) * d.step(np.abs(x - float(CENTRE[0])), 80, 130)
    beyond = away - 13 - 1.2 * d.noise(b.FINE, 200, rng)
    skin = beyond - 13 - 4 * temple - 1.5 * d.noise(b.FINE, 160, rng)
    head = np.full(b.FINE, 2.0, np.float32)
    d.paint(head, d.step(skin, 3, 1), 0.55 * contrast.fat)
    d.paint(head, d.step(skin, 0.5, -1.5), contrast.fat * (1 + 0.08 * d.noise(b.FINE, 14, rng, 2)))
    d.paint(head, temple * d.step(beyond, 11, 6), contrast.muscle)
    d.paint(head, d.step(beyond, 1.2, -1.2), contrast.bone)
    marrow = np.exp(-(((beyond + 6) / 2.2) ** 2)) * np.clip(0.7 + 0.3 * d.noise(b.FINE, 40, rng), 0, 1)
    d.paint(head, marrow, contrast.marrow)
    gap = away - 2.4 - 1.1 * d.noise(b.FINE, 30, rng)
    d.paint(head, d.step(gap, 2.2, 1), contrast.dura)
    d.paint(head, d.step(gap, 0.5, -0.5), contrast.csf)
    return head


def glioma(brain: np.ndarray, inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """An irregular ring of enhancement around a necrotic core, with oedema along the white matter and mass effect."""
    centre = place([(0.46, 0.20)])[0]
    brain = d.bulge(brain, centre, 95, 15)
    white = d.step(brain, 66, 80)
    fingers = d.area(b.FINE, d.outline(centre, (62, 72), rng, 0.2, 5), 6, smooth=False)
    d.paint(brain, 0.85 * fingers * np.maximum(white, 0.25), 42)
    border = d.outline(centre, (34, 42), rng, 0.09, 5)
    body = d.area(b.FINE, border, 1.8, smooth=False)
    core = d.depth(body) - 10 - 5 * d.noise(b.FINE, 26, rng, 3)
    d.paint(brain, body * inside, 160 + 18 * d.noise(b.FINE, 10, rng, 2))
    d.paint(brain, body * d.step(core, -3, 4), 38 + 8 * d.noise(b.FINE, 14, rng, 2))
    return brain


def meningioma(brain: np.ndarray, inside: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A smooth, evenly bright mass on a broad dural base with a tail and a thin CSF cleft."""
    centre = place([(-0.70, -0.34)])[0]
    brain = d.bulge(brain, centre, 85, 16)
    border = d.outline(centre, (41, 45), rng, 0.035, 4)
    body = d.area(b.FINE, border, 1.2, smooth=False)
    cleft = d.area(b.FINE, centre + (border - centre) * 1.1, 2, smooth=False)
    d.paint(brain, 0.7 * cleft, 40)
    tail = d.step(d.depth(inside), 7, 3) * d.ellipse(b.FINE, centre, (95, 95), soft=60)
    d.paint(brain, np.maximum(body, 0.9 * tail), 176 + 5 * d.noise(b.FINE, 16, rng, 3))
    return brain
