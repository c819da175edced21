"""A sagittal brain slice in the midline, face to the right. Coordinates are pixels of the 224x224 picture."""

from __future__ import annotations

import numpy as np

from oncosecure.samples import brain_tissue as b
from oncosecure.samples import drawing as d

_HEAD = [
    (14, 150), (5, 118), (9, 80), (28, 42), (62, 15), (104, 6), (146, 14), (178, 38), (194, 68), (198, 88), (197, 100),
    (203, 111), (211, 124), (215, 132), (214, 138), (206, 143), (205, 148), (210, 154), (209, 160), (205, 164),
    (209, 170), (206, 180), (208, 191), (202, 205), (186, 213), (166, 218), (156, 240), (40, 240), (38, 216), (28, 190),
]  # fmt: skip
_VAULT = [
    (27, 130), (19, 108), (24, 78), (42, 48), (70, 28), (104, 20), (138, 27), (164, 45), (180, 72), (183, 92),
    (176, 105), (158, 109), (146, 113), (137, 118), (131, 122), (124, 142), (113, 163), (104, 168), (92, 168),
    (70, 164), (44, 152),
]  # fmt: skip
_CEREBRUM = [
    (26, 118), (22, 104), (28, 78), (45, 52), (72, 32), (104, 24), (136, 31), (160, 48), (176, 74), (178, 92),
    (170, 102), (152, 105), (138, 108), (126, 113), (114, 112), (102, 108), (92, 102), (84, 104), (66, 112), (44, 120),
]  # fmt: skip
_CALLOSUM = [(81, 98), (84, 92), (94, 83), (108, 78), (124, 78), (137, 83), (145, 91), (143, 98), (136, 101)]
_VENTRICLE = [(92, 91), (106, 84), (124, 83), (136, 89), (138, 94), (128, 98), (116, 92), (102, 91)]
_THALAMUS = [(98, 98), (108, 94), (120, 97), (125, 103), (117, 107), (104, 105)]
_STEM = [
    (100, 106), (112, 108), (121, 112), (125, 122), (126, 134), (120, 144), (113, 152), (110, 168), (106, 190),
    (101, 240), (86, 240), (92, 190), (97, 166), (99, 150), (102, 136), (103, 122),
]  # fmt: skip
_FOURTH = [(102, 122), (104, 132), (101, 142), (99, 150), (93, 136)]
_CEREBELLUM = [
    (97, 118), (88, 112), (70, 116), (48, 124), (38, 136), (46, 150), (64, 158), (84, 160), (95, 152), (93, 137),
]  # fmt: skip
_CORD_CANAL = [(92, 166), (116, 164), (113, 190), (108, 240), (78, 240), (86, 190)]
_CLIVUS = [(133, 121), (141, 128), (136, 144), (122, 164), (114, 163), (124, 142)]
_SPHENOID = [(143, 120), (157, 113), (166, 117), (166, 133), (154, 139), (143, 134)]
_NASAL = [(168, 114), (186, 112), (202, 126), (206, 138), (190, 144), (160, 146), (158, 140), (168, 134)]
_PALATE = [(146, 150), (166, 147), (188, 147), (204, 147)]
_TONGUE = [(158, 166), (168, 156), (186, 154), (200, 160), (201, 174), (194, 188), (174, 194), (160, 184)]
_AIRWAY = [(150, 140), (146, 152), (149, 168), (145, 184), (141, 200), (138, 240)]
_SELLA = [(133, 119), (138, 115), (145, 117), (146, 123), (140, 127), (134, 124)]
_TUMOUR = [
    (128, 103), (136, 97), (145, 101), (147, 110), (150, 117), (147, 127), (138, 130), (130, 125), (130, 117),
    (127, 110),
]  # fmt: skip


def _area(points: d.Points, soft: float = 1.0) -> np.ndarray:
    return d.area(b.FINE, 2 * np.asarray(points, float), soft)


def _line(points: d.Points, width: float, soft: float = 1.0) -> np.ndarray:
    return d.line(b.FINE, 2 * np.asarray(points, float), round(2 * width), soft)


def draw(contrast: b.Contrast, seed: int, lesion: str | None = None) -> np.ndarray:
    """The slice (224, 224, 3) uint8; `lesion` is None or "pituitary", as T1 with contrast shows it."""
    rng = np.random.default_rng(seed)
    head = _face(contrast, rng)
    _skull(head, contrast, rng)
    _neck(head, contrast, rng)
    d.paint(head, _area(_VAULT, 1.2), contrast.csf)
    _cerebrum(head, contrast, rng)
    _hindbrain(head, contrast, rng)
    _sella(head, contrast)
    if lesion:
        pituitary(head, rng.spawn(1)[0])
    wobble = d.noise(b.FINE, 110, rng), d.noise(b.FINE, 110, rng)
    return b.scan(d.warp(head, 2 * wobble[0], 2 * wobble[1]), rng, rim=0.12)


def _face(contrast: b.Contrast, rng: np.random.Generator) -> np.ndarray:
    """Scalp, and the face as muscle marbled with fat, nasal cavity, palate and tongue."""
    body = _area(_HEAD, 0.8)
    deep = d.depth(body)
    head = np.full(b.FINE, 2.0, np.float32)
    d.paint(head, body, 0.6 * contrast.fat)
    d.paint(head, d.step(deep, 2, 5), contrast.fat * (1 + 0.08 * d.noise(b.FINE, 14, rng, 2)))
    fatty, lean = d.noise(b.FINE, (12, 20), rng, 3), d.noise(b.FINE, 16, rng, 2)
    marbled = 72 + 44 * np.maximum(0, fatty) - 14 * np.maximum(0, lean)
    d.paint(head, d.step(deep + 3 * d.noise(b.FINE, 40, rng), 9, 16), marbled)
    turbinates = 6 + 70 * d.step(d.noise(b.FINE, (13, 46), rng), 0.2, 0.9)
    d.paint(head, _area(_NASAL, 1.5), turbinates)
    d.paint(head, _line(_PALATE, 4), contrast.bone)
    d.paint(head, _line(_PALATE, 2), 0.7 * contrast.fat)
    strands = 70 + 14 * d.noise(b.FINE, (10, 40), rng, 2)
    d.paint(head, _area(_TONGUE, 2), strands)
    d.paint(head, _line([(158, 160), (172, 151), (192, 150), (205, 159)], 2), 5)
    return head


def _skull(head: np.ndarray, contrast: b.Contrast, rng: np.random.Generator) -> None:
    """Vault with marrow between its tables, clivus, sphenoid and frontal sinus."""
    bone = _area(_VAULT, 0.8)
    away = d.depth(1 - bone)
    thickness = away - 13 - 1.2 * d.noise(b.FINE, 160, rng)
    x, y = d.grid(b.FINE)
    above = np.maximum(d.step(y, 260, 220), d.step(x, 120, 90) * d.step(y, 320, 290))
    d.paint(head, above * d.step(thickness, 1.2, -1.2), contrast.bone)
    marrow = np.exp(-(((thickness + 6) / 2.6) ** 2)) * np.clip(0.8 + 0.3 * d.noise(b.FINE, 40, rng), 0, 1)
    d.paint(head, above * marrow, 1.3 * contrast.marrow)
    d.paint(head, above * d.step(away, 4, 2), contrast.dura)
    d.paint(head, d.ellipse(b.FINE, (372, 178), (7, 15), 10), 4)
    d.paint(head, _line([(184, 102), (170, 108), (156, 111)], 4), contrast.bone)


def _neck(head: np.ndarray, contrast: b.Contrast, rng: np.random.Generator) -> None:
    """Neck muscles, vertebrae in front of the canal, airway."""
    muscle = _area([(28, 160), (60, 168), (88, 172), (84, 200), (76, 240), (40, 240)], 4)
    strands = 58 + 26 * np.abs(d.noise(b.FINE, (60, 16), rng, 2))
    d.paint(head, muscle, strands)
    d.paint(head, _line(_AIRWAY, 7, 2), 4)
    for i in range(4):
        x, y = 121 - 3.2 * i, 172 + 17 * i
        box = [(x - 7, y - 7), (x + 8, y - 6), (x + 7, y + 6), (x - 8, y + 7)]
        d.paint(head, _area([(x - 10, y - 10), (x + 10, y - 9), (x + 10, y + 9), (x - 10, y + 10)], 1.5), 30)
        d.paint(head, _area(box, 1.5), 84)
    for i in range(3):
        d.paint(head, d.ellipse(b.FINE, (2 * (74 - 5 * i), 2 * (182 + 17 * i)), (17, 7), 25, 5), 78)
    d.paint(head, _area(_CORD_CANAL, 2), contrast.csf)


def _cerebrum(head: np.ndarray, contrast: b.Contrast, rng: np.random.Generator) -> None:
    """The medial surface with its sulci, corpus callosum, ventricle, fornix and thalamus."""
    inside = _area(_CEREBRUM, 0.8)
    border = d.spline(2 * np.asarray(_CEREBRUM, float))[: 8 * 12]  # the convexity; the base has no deep sulci
    curves = b.sulci(border, rng, spacing=17, reach=(22, 62), islands=(0.6, 0.92))
    cingulate = [(66, 92), (78, 80), (96, 68), (116, 64), (136, 68), (152, 80), (157, 92), (150, 102)]
    occipital = [[(46, 66), (56, 84), (66, 98)], [(30, 106), (46, 104), (66, 98), (76, 102)]]
    named = [
        d.spline(2 * np.asarray(c, float) + rng.normal(0, 1.5, (len(c), 2)), closed=False)
        for c in [cingulate, *occipital]
    ]
    csf = np.maximum(b.fissures(b.FINE, curves, rng), 0.75 * d.lines(b.FINE, named, 3, 0.8))
    tissue = b.cortex(inside, csf, contrast, rng, ribbon=7)
    d.paint(tissue, _area(_VENTRICLE), contrast.csf)
    d.paint(tissue, _line(_CALLOSUM, 6.5), 1.12 * contrast.white)
    d.paint(tissue, d.ellipse(b.FINE, (168, 194), (10, 9), soft=4), 1.12 * contrast.white)
    d.paint(tissue, _line([(92, 94), (104, 90), (116, 91), (126, 99)], 2.5), contrast.white)
    d.paint(tissue, _area(_THALAMUS, 1.5), contrast.deep)
    d.paint(head, inside, tissue)


def _hindbrain(head: np.ndarray, contrast: b.Contrast, rng: np.random.Generator) -> None:
    """Brainstem with the swell of the pons, cerebellum with folia, fourth ventricle, tentorium and veins."""
    d.paint(head, _area(_STEM), contrast.white * (0.94 + 0.03 * d.noise(b.FINE, 24, rng, 2)))
    d.paint(head, d.ellipse(b.FINE, (231, 256), (17, 26), 5, 8), contrast.white)
    inside = _area(_CEREBELLUM)
    x, y = d.grid(b.FINE)
    x, y = x - 184, y - 266
    fan, reach = np.arctan2(y, x), np.hypot(x / 1.25, y)
    ripple = d.noise(b.FINE, 26, rng, 3)
    folia = contrast.gray * (0.93 + 0.1 * np.sin(44 * fan + 2.2 * ripple))
    tree = d.step(np.cos(11 * fan + 1.1 * ripple), 0.1, 0.9) * d.step(reach, 78, 40)
    tree = np.maximum(tree, d.step(reach + 5 * ripple, 36, 18))
    d.paint(head, inside, folia + tree * (contrast.white - folia))
    d.paint(head, _area(_FOURTH), contrast.csf)
    d.paint(head, _line([(101, 109), (98, 116), (102, 124)], 2), contrast.csf)
    d.paint(head, _line([(28, 124), (48, 120), (70, 112), (86, 103)], 1.5), contrast.vessel)
    d.paint(head, _line([(130, 128), (128, 138), (121, 150)], 1), 0.9 * contrast.vessel)


def _sella(head: np.ndarray, contrast: b.Contrast) -> None:
    """Clivus, air of the sphenoid sinus, a normal gland with its stalk, chiasm."""
    d.paint(head, _area(_CLIVUS, 1.5), 0.62 * contrast.fat)
    d.paint(head, _area(_SPHENOID, 1.5), 5)
    d.paint(head, _line([(132, 119), (135, 126), (142, 129), (147, 121)], 2), contrast.bone)
    d.paint(head, _area(_SELLA), max(1.02 * contrast.white, contrast.vessel))
    d.paint(head, _line([(131, 110), (136, 116)], 1.5), contrast.white)
    d.paint(head, _line([(126, 109), (134, 108)], 2.5), contrast.white)


def pituitary(head: np.ndarray, rng: np.random.Generator) -> None:
    """A bright mass that fills the sella and bulges up through the diaphragm like a snowman."""
    jitter = rng.normal(0, 0.5, (len(_TUMOUR), 2))
    d.paint(head, 0.8 * _area(np.add(_TUMOUR, jitter), 3), 30)
    d.paint(head, _area(np.add(_TUMOUR, jitter), 1.2), 158 + 9 * d.noise(b.FINE, 14, rng, 3))
