"""Maps: size, range, place, and equality of the one-pass map with Grad-CAM."""

import numpy as np
import pytest

from oncosecure import ScanError
from oncosecure.explain import METHODS, cam, gradcam, heatmap, heatmaps, occlusion, released, scorecam, smoothgrad
from oncosecure.explain.cam import Heatmaps, evidence, relative
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
    heat = Heatmaps(("none", "all"), maps, (30, 30))
    assert not heat["none"].any()
    assert np.allclose(heat["all"], 1)
    assert not relative(-np.abs(maps)).any()


def test_evidence_is_what_stands_out():
    raw = np.zeros((4, 4, 2), np.float32)
    raw[..., 0], raw[..., 1] = 1, -1
    raw[1, 2] += 16
    found = evidence(raw)
    assert found[1, 2, 0] == 15 and found[0, 0, 0] == -1  # the mean is 2
    assert np.array_equal(found[..., 1], raw[..., 1])  # its mean is 0
    assert np.array_equal(evidence(raw - 3)[..., 0], raw[..., 0] - 3)  # nothing is added where the mean is negative


def test_offset_moves_the_map_by_parts_of_a_cell():
    coarse = np.zeros((7, 7, 1), np.float32)
    coarse[3, 3] = 1
    plain, moved = (Heatmaps(("a",), coarse, (224, 224), offset)["a"] for offset in (0.0, 0.25))
    centre = [np.average(np.arange(224), weights=heat.sum(0)) for heat in (plain, moved)]
    assert centre[1] - centre[0] == pytest.approx(8, abs=0.1)
    assert np.array_equal(moved, Heatmaps(("a",), coarse, (50, 50), 0.25).at((224, 224))["a"])


def test_only_networks_that_pad_unevenly_have_an_offset():
    assert cam.offset("efficientnet_lite0") == 0.25
    assert cam.offset("resnet50") == 0


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


@pytest.fixture
def quick(monkeypatch):
    """Slow methods with few runs."""
    monkeypatch.setattr(smoothgrad, "SAMPLES", 2)
    monkeypatch.setattr(occlusion, "GRID", 5)
    monkeypatch.setattr(scorecam, "CHANNELS", 6)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_maps_every_class(brain, picture, quick, method):
    told = []
    heats = heatmaps(brain, picture, method, progress=told.append)
    assert list(heats) == list(brain.labels)
    for label in heats:
        assert heats[label].shape == picture.shape[:2]
        assert heats[label].dtype == np.float32
        assert 0 <= heats[label].min() <= heats[label].max() <= 1
    assert max(heat.max() for heat in heats.values()) > 0.8
    assert told == sorted(told) and told[-1] == 1


def test_one_class_alone_is_that_class_of_all(brain, picture, quick):
    method, target = METHODS["occlusion"], released(brain)
    whole = occlusion.maps(target.network, fit(picture, 224), range(4), lambda done: None)
    alone = occlusion.maps(target.network, fit(picture, 224), [2], lambda done: None)
    assert np.allclose(whole[..., 2], alone[..., 0])
    assert list(method.heatmaps(target, picture, ["glioma"], lambda done: None)) == ["glioma"]


def test_heatmap_says_what_exists(brain, picture):
    with pytest.raises(ScanError, match="pituitary"):
        heatmap(brain, picture, "sarcoma")
    with pytest.raises(ScanError, match="gradcam"):
        heatmap(brain, picture, "glioma", "tea_leaves")
