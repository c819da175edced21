"""The drawn samples of every modality. They imitate what is typical; no model was trained or measured on them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from oncosecure import catalog
from oncosecure.samples import brain_axial, brain_sagittal, histology, lung, skin, ultrasound
from oncosecure.samples.brain_tissue import T1, T1_CONTRAST, T2
from oncosecure.samples.drawing import jpeg
from oncosecure.samples.sample import Sample


def phantoms(key: str) -> tuple[Sample, ...]:
    """The drawn samples of a modality, none for a table; drawing one takes some tens of milliseconds.

    Raises:
        ScanError: if there is no modality of that key.
    """
    return _PHANTOMS.get(catalog.get(key).key, ())


def _file(draw: Callable[..., np.ndarray], options: dict) -> bytes:
    return jpeg(draw(**options))


def _drawn(slug: str, label: str | None, title: str, draw: Callable[..., np.ndarray], **options) -> Sample:
    return Sample(f"drawn-{slug}", f"Drawn: {title}", label, "phantom", partial(_file, draw, options))


_axial, _sagittal = brain_axial.draw, brain_sagittal.draw
_BRAIN = (
    _drawn("axial-ring", "glioma", "axial slice with a ring-enhancing lesion in the left hemisphere",
           _axial, contrast=T1_CONTRAST, seed=3, lesion="glioma"),
    _drawn("axial-dural", "meningioma", "axial slice with a bright mass at the skull, on the patient's right",
           _axial, contrast=T1_CONTRAST, seed=4, lesion="meningioma"),
    _drawn("sagittal-sellar", "pituitary", "sagittal slice with a bright mass in the sella",
           _sagittal, contrast=T1_CONTRAST, seed=5, lesion="pituitary"),
    _drawn("axial-t1", "no_tumor", "axial T1 slice without a lesion", _axial, contrast=T1, seed=1),
    _drawn("axial-t2", "no_tumor", "axial T2 slice without a lesion", _axial, contrast=T2, seed=2),
    _drawn("sagittal-t1", "no_tumor", "sagittal T1 slice without a lesion", _sagittal, contrast=T1, seed=12),
)  # fmt: skip

_us = ultrasound.draw
_ULTRASOUND = (
    _drawn("cyst", "benign", "smooth cyst, free of echoes, bright behind", _us, seed=3, lesion="cyst", fat=0.22),
    _drawn("oval", "benign", "smooth oval mass, wider than tall", _us, seed=4, lesion="fibroadenoma", fat=0.25),
    _drawn("shadow", "malignant", "jagged mass, taller than wide, with a shadow",
           _us, seed=5, lesion="spiculated", fat=0.2),
    _drawn("lobulated", "malignant", "irregular mass with small lobules and specks of calcium",
           _us, seed=8, lesion="microlobulated", fat=0.26),
    _drawn("gland", "normal", "breast without a lesion, mostly gland", _us, seed=1, fat=0.14),
    _drawn("fat", "normal", "breast without a lesion, more fat", _us, seed=7, fat=0.3),
)  # fmt: skip

_he = histology.draw
_HISTOLOGY = (
    _drawn("sheet", "malignant", "crowded, uneven nuclei", _he, kind="sheet", seed=3),
    _drawn("nests", "malignant", "nests of crowded nuclei in fibrous tissue", _he, kind="nests", seed=4),
    _drawn("duct", "benign", "a normal duct", _he, kind="duct", seed=2),
    _drawn("fat", "benign", "fat and fibrous tissue", _he, kind="fat", seed=1),
    _drawn("fibres", "benign", "fibrous tissue with sparse nuclei", _he, kind="stroma", seed=0),
    _drawn("region", None, "wider region, fat and ducts at the left, nests of carcinoma at the right",
           _he, kind="region", seed=5),
)  # fmt: skip

_ct = lung.draw
_LUNG = (
    _drawn("nodule", "benign", "small calcified nodule in the right lung",
           _ct, seed=3, window=lung.NARROW, lesion="nodule"),
    _drawn("mass-arch", "malignant", "large mass in the right lung beside the aortic arch",
           _ct, seed=4, window=lung.NARROW, level="arch", lesion="mass"),
    _drawn("mass-heart", "malignant", "large mass in the right lung beside the heart, wider window",
           _ct, seed=5, window=lung.SOFT, lesion="mass"),
    _drawn("normal-heart", "normal", "slice through the heart without a lesion", _ct, seed=1, window=lung.NARROW),
    _drawn("normal-arch", "normal", "slice through the aortic arch without a lesion, wider window",
           _ct, seed=2, window=lung.SOFT, level="arch"),
    _drawn("lung-window", "malignant", "spiculated mass in the right lung, in a lung window",
           _ct, seed=7, window=lung.LUNGS, level="arch", lesion="mass"),
)  # fmt: skip

_derm = skin.draw
_SKIN = (
    _drawn("nevus", "nv", "even brown mole", _derm, seed=1, lesion="nv", tone="fair", hairs=6),
    _drawn("melanoma", "mel", "irregular patch of many colours, as in melanoma",
           _derm, seed=2, lesion="mel", tone="lilac", hairs=4, bubbles=6),
    _drawn("basal-cell", "bcc", "pearly pink patch with branching vessels, as in basal cell carcinoma",
           _derm, seed=3, lesion="bcc", tone="pink"),
    _drawn("scaly", "akiec", "pink scaly patch, as in actinic keratosis", _derm, seed=7, lesion="akiec", tone="pink"),
    _drawn("keratosis", "bkl", "sharply bordered brown patch, as in seborrhoeic keratosis",
           _derm, seed=5, lesion="bkl", tone="tan", hairs=2, bubbles=4, vignette=0.6),
    _drawn("fibroma", "df", "brown ring around a pale middle, as in dermatofibroma",
           _derm, seed=8, lesion="df", tone="fair", hairs=4),
    _drawn("angioma", "vasc", "red lacunae, as in angioma", _derm, seed=4, lesion="vasc", tone="fair", hairs=3),
    _drawn("skin", None, "skin with hairs, no lesion", _derm, seed=6, tone="pink", hairs=12),
)  # fmt: skip

_PHANTOMS = {
    "brain_mri": _BRAIN,
    "breast_ultrasound": _ULTRASOUND,
    "breast_histology": _HISTOLOGY,
    "lung_ct": _LUNG,
    "skin_lesion": _SKIN,
}
