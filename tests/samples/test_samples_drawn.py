"""The drawn samples: what they promise to a page, and that each lesion is where it is said to be."""

from __future__ import annotations

import itertools
import pickle
import subprocess
import sys
import time
from functools import partial

import cv2
import numpy as np
import pytest

from oncosecure import ScanError, catalog, samples
from oncosecure.samples import brain_axial, brain_sagittal, brain_tissue, drawing, histology, lung, skin, ultrasound

SIZES = {
    "brain_mri": (224, 224),
    "breast_ultrasound": (300, 384),
    "breast_histology": (50, 50),
    "lung_ct": (304, 304),
    "skin_lesion": (224, 224),
}
ALL = [pytest.param(key, sample, id=f"{key}-{sample.id}") for key in SIZES for sample in samples.phantoms(key)]


@pytest.mark.parametrize(("key", "sample"), ALL)
def test_a_phantom_is_a_jpeg_of_the_size_that_is_typical(key, sample):
    data, pixels = sample.load(), sample.pixels()
    assert data.startswith(b"\xff\xd8\xff")
    assert pixels.dtype == np.uint8 and pixels.flags.c_contiguous
    assert pixels.shape == ((400, 400, 3) if sample.id == "drawn-region" else (*SIZES[key], 3))
    assert min(pixels.shape[:2]) >= catalog.get(key).min_side
    assert pixels.std() > 15, "a picture, not a plain field"


@pytest.mark.parametrize(("key", "sample"), ALL)
def test_a_phantom_says_that_it_is_drawn(key, sample):
    assert sample.kind == "phantom" and sample.title.startswith("Drawn: ")
    assert sample.id.startswith("drawn-") and sample.id == sample.id.lower() and " " not in sample.id
    assert sample.label is None or sample.label in catalog.get(key).labels
    assert not sample.held_out


@pytest.mark.parametrize(("key", "sample"), ALL)
def test_drawing_is_quick_and_always_the_same(key, sample):
    first = sample.load()
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        assert sample.load() == first
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.2, "about 0.05 s on one idle core"


@pytest.mark.parametrize("key", SIZES)
def test_the_samples_of_a_modality_differ(key):
    phantoms = samples.phantoms(key)
    assert 5 <= len(phantoms) <= 8
    assert len({s.id for s in phantoms}) == len({s.title for s in phantoms}) == len(phantoms)
    assert {s.label for s in phantoms} >= set(catalog.get(key).labels), "every class has a sample"
    for one, other in itertools.combinations([s.pixels().astype(float) for s in phantoms], 2):
        assert one.shape != other.shape or np.abs(one - other).mean() > 3


@pytest.mark.parametrize("key", ["brain_mri", "breast_ultrasound", "lung_ct"])
def test_grey_modalities_are_grey(key):
    assert all(np.ptp(s.pixels(), axis=2).max() == 0 for s in samples.phantoms(key))


_axial = partial(brain_axial.draw, brain_tissue.T1_CONTRAST, 3)
_sagittal = partial(brain_sagittal.draw, brain_tissue.T1_CONTRAST, 5)
_LESIONS = [  # a drawing, its lesion, the lesion's centre (x, y), a place that the lesion leaves alone
    (_axial, "glioma", (131, 127), (60, 80)),
    (_axial, "meningioma", (66, 82), (150, 150)),
    (_sagittal, "pituitary", (138, 112), (60, 60)),
    *((partial(ultrasound.draw, 3), lesion, ultrasound.LESION, (30, 60)) for lesion in ultrasound._LESIONS),
    (partial(lung.draw, 3, lung.NARROW), "nodule", lung.NODULE, (200, 110)),
    *((partial(lung.draw, 3, window, level), "mass", lung.MASS, (200, 110))
      for window in (lung.NARROW, lung.SOFT, lung.LUNGS) for level in ("heart", "arch")),
    *((partial(skin.draw, 3), lesion, (95, 105), (12, 12)) for lesion in skin._LESIONS),
]  # fmt: skip


@pytest.mark.parametrize(("draw", "lesion", "centre", "elsewhere"), _LESIONS)
def test_a_lesion_changes_its_own_place_and_no_other(draw, lesion, centre, elsewhere):
    change = np.abs(draw(lesion=lesion).astype(float) - draw(lesion=None).astype(float)).mean(axis=2)

    def around(x, y):
        return change[int(y) - 6 : int(y) + 7, int(x) - 6 : int(x) + 7].mean()

    assert around(*centre) > 12
    assert around(*elsewhere) < 1


def test_carcinoma_is_bluer_than_fibrous_tissue():
    sheet, stroma = (histology.draw(kind, 3).reshape(-1, 3).mean(0) for kind in ("sheet", "stroma"))
    assert sheet[0] < stroma[0] - 30, "haematoxylin takes the red"


def test_other_seeds_give_other_pictures():
    assert not np.array_equal(skin.draw(1, "nv"), skin.draw(2, "nv"))


def test_a_table_has_no_pictures_and_an_unknown_modality_is_said():
    assert samples.phantoms("breast_features") == ()
    for listing in (samples.phantoms, samples.real, samples.all_for):
        with pytest.raises(ScanError, match="no modality"):
            listing("bone")


def test_samples_can_be_hashed_and_pickled_for_a_cache():
    sample = samples.phantoms("skin_lesion")[0]
    copy = pickle.loads(pickle.dumps(sample))
    assert copy == sample and hash(copy) == hash(sample) and copy.load() == sample.load()


def test_importing_is_light():
    code = "import sys, oncosecure.samples; print([m for m in %r if m in sys.modules])"
    heavy = ["pandas", "streamlit", "tensorflow", "torch", "sklearn", "scipy", "matplotlib", "PIL"]
    found = subprocess.run([sys.executable, "-c", code % heavy], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_an_ellipse_mask_covers_its_area():
    mask = drawing.ellipse((80, 100), (50, 40), (30, 20), angle=30)
    assert mask.dtype == np.float32 and mask.min() >= 0 and mask.max() <= 1
    assert mask.sum() == pytest.approx(np.pi * 30 * 20, rel=0.03)


def test_noise_has_unit_deviation_and_the_size_that_was_asked():
    coarse, fine = (drawing.noise((128, 160), scale, np.random.default_rng(0)) for scale in (40, 4))
    assert coarse.shape == (128, 160) and coarse.dtype == np.float32
    assert coarse.std() == pytest.approx(1, abs=0.15)
    assert np.abs(np.diff(coarse, axis=1)).mean() < 0.3 * np.abs(np.diff(fine, axis=1)).mean()


def test_a_mass_effect_moves_what_is_near_outwards():
    dot = np.zeros((101, 101), np.float32)
    cv2.circle(dot, (65, 50), 2, 1.0, -1)
    moved = drawing.bulge(dot, (50, 50), reach=30, shift=8)
    assert (moved.sum(0) * np.arange(101)).sum() / moved.sum() > 68
