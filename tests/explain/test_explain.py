"""Maps: size, range, and equality of the one-pass map with Grad-CAM."""

import numpy as np
import pytest

from oncosecure import ScanError
from oncosecure.explain import METHODS, gradcam, heatmap
from oncosecure.explain.cam import Heatmaps, relative
from oncosecure.intake import read
from oncosecure.models import engine
from oncosecure.models.preprocess import fit


def test_maps_have_the_scans_size_and_stay_in_range():
    maps = np.random.default_rng(0).normal(size=(7, 7, 3)).astype(np.float32)
    heat = Heatmaps(("a", "b", "c"), maps, (120, 80))
    assert list(heat) == ["a", "b", "c"]
    for label in heat:
        assert heat[label].shape == (120, 80)
        assert heat[label].dtype == np.float32
        assert 0 <= heat[label].min() <= heat[label].max() <= 1
    with pytest.raises(KeyError):
        heat["d"]


def test_a_class_without_evidence_has_an_empty_map():
    maps = np.stack([np.full((7, 7), -1.0), np.full((7, 7), 2.0)], axis=-1)
    assert not relative(maps)[..., 0].any()
    assert (relative(maps)[..., 1] == 1).all()
    assert not relative(-np.abs(maps)).any()


def test_gradcam_equals_the_one_pass_map_on_real_slices(brain, slices):
    keras, lite = engine.keras_engine(brain), engine.litert(brain)
    compared = 0
    for path in slices[::2]:
        picture = fit(read(path.read_bytes()).pixels, brain.input_size)
        maps = lite.run(picture[None]).maps[0]
        label = int(maps.mean((0, 1)).argmax())
        ours, theirs = np.maximum(maps[..., label], 0), gradcam.coarse(keras, picture, label)
        assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.999
        compared += 1
    assert compared == 6


@pytest.mark.parametrize("method", METHODS)
def test_heatmap_of_every_method(brain, picture, method):
    heat = heatmap(brain, picture, "glioma", method)
    assert heat.shape == picture.shape[:2]
    assert 0 <= heat.min() <= heat.max() <= 1


def test_heatmap_says_what_exists(brain, picture):
    with pytest.raises(ScanError, match="pituitary"):
        heatmap(brain, picture, "sarcoma")
    with pytest.raises(ScanError, match="gradcam"):
        heatmap(brain, picture, "glioma", "tea_leaves")
