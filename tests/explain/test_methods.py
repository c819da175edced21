"""Methods on networks so small that the right map is known."""

from types import SimpleNamespace

import numpy as np
import pytest

from oncosecure.explain import cam, gradcam, gradcam_plus_plus, occlusion, saliency, scorecam, smoothgrad
from oncosecure.explain.network import Loaded, run_many, silent
from oncosecure.models.engine import KerasEngine, Output

SIZE = 28


class Corner:
    """Its first class is the brightness of the upper left quarter, its second the opposite."""

    def run(self, batch: np.ndarray) -> Output:
        light = batch[:, : SIZE // 2, : SIZE // 2].mean((1, 2, 3)) / 25
        logits = np.stack([light, -light], axis=1)
        return Output(logits, logits, np.zeros((len(batch), 7, 7, 2)), np.zeros((len(batch), 1)))

    @property
    def keras(self):
        """Two feature maps: the upper left quarter, and the lower right one."""
        features = np.zeros((1, 4, 4, 3), np.float32)
        features[0, :2, :2, 0] = features[0, 2:, 2:, 1] = 1
        return SimpleNamespace(features=lambda batch: features)


@pytest.fixture
def light() -> np.ndarray:
    """A picture, bright in its upper left and its lower right quarter."""
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    picture[: SIZE // 2, : SIZE // 2] = picture[SIZE // 2 :, SIZE // 2 :] = 200
    return picture


@pytest.fixture(scope="module")
def bright() -> Loaded:
    """A Keras network of one convolution: class 0 grows with red, class 1 with green."""
    keras = pytest.importorskip("keras")
    inputs = keras.Input((SIZE, SIZE, 3), name="image")
    x = keras.layers.AveragePooling2D(4)(keras.layers.Rescaling(1 / 255)(inputs))
    x = keras.layers.ReLU(name="top_activation")(keras.layers.Conv2D(2, 1, use_bias=False, name="conv")(x))
    outputs = keras.layers.Dense(2, name="logits")(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(inputs, outputs)
    model.get_layer("conv").set_weights([np.array([[1, 0], [0, 1], [0, 0]], np.float32)[None, None]])
    model.get_layer("logits").set_weights([np.eye(2, dtype=np.float32) * 5, np.zeros(2, np.float32)])
    return Loaded(KerasEngine(model))


@pytest.fixture
def coloured() -> np.ndarray:
    """Red in its upper left quarter, green in its lower right one."""
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    picture[: SIZE // 2, : SIZE // 2, 0] = picture[SIZE // 2 :, SIZE // 2 :, 1] = 200
    return picture


def share(found: np.ndarray, rows: slice, columns: slice) -> float:
    """Share of a map's positive part that lies in a part of it."""
    found = np.maximum(found, 0)
    return found[rows, columns].sum() / found.sum()


def test_occlusion_finds_what_the_network_reads(light):
    found = occlusion.maps(Corner(), light, [0, 1], silent)
    assert found.shape == (occlusion.GRID, occlusion.GRID, 2)
    assert share(found[..., 0], slice(0, 8), slice(0, 8)) == pytest.approx(1)
    assert np.allclose(found[..., 1], -found[..., 0])


def test_occlusion_covers_one_place_after_the_other(light):
    copies = occlusion.covered(light)
    changed = (copies != light).any((0, 3))
    assert len(copies) == occlusion.GRID**2
    assert changed.all()
    assert (copies[0] != light).any(-1)[:3, :3].all() and not (copies[0] != light)[5:, 5:].any()


def test_scorecam_weighs_features_by_what_they_let_through(light):
    found = scorecam.maps(Corner(), light, [0, 1], silent)
    assert share(found[..., 0], slice(0, 2), slice(0, 2)) > 0.95
    assert np.maximum(found[..., 1], 0).max() < 0.05 * found[..., 0].max()


def test_scorecam_masks_span_the_range():
    features = np.random.default_rng(0).normal(size=(4, 4, 3)).astype(np.float32)
    masks = scorecam.masks(features, 16)
    assert masks.shape == (3, 16, 16, 1)
    assert (masks.max((1, 2, 3)) > 0.9).all() and (masks.min((1, 2, 3)) < 0.1).all()


def test_features_that_do_not_vary_are_not_tried(light, monkeypatch):
    monkeypatch.setattr(scorecam, "CHANNELS", 2)  # of three, one of which is flat
    assert scorecam.maps(Corner(), light, [0], silent).any()


@pytest.mark.parametrize("method", [cam, gradcam, gradcam_plus_plus, scorecam])
def test_methods_on_features_tell_the_classes_apart(bright, coloured, method):
    found = method.maps(bright, coloured, [0, 1], silent)
    assert found.shape == (7, 7, 2)
    assert share(found[..., 0], slice(0, 4), slice(0, 4)) > 0.95
    assert share(found[..., 1], slice(3, 7), slice(3, 7)) > 0.95


@pytest.mark.parametrize("method", [saliency, smoothgrad])
def test_gradients_have_the_pictures_size(bright, coloured, method):
    found = method.maps(bright, coloured, [1], silent)
    assert found.shape == (SIZE, SIZE, 1)
    assert found.min() >= 0 and found.max() > 0


def test_saliency_is_zero_where_the_rectifier_is_closed(bright, coloured):
    found = saliency.maps(bright, coloured, [0, 1], silent)
    assert found[: SIZE // 2, : SIZE // 2, 0].min() > 0
    assert not found[16:, 16:, 0].any()


def test_many_pictures_go_in_chunks_and_tell_how_far_they_are():
    told = []
    batch = np.random.default_rng(0).integers(0, 255, (10, SIZE, SIZE, 3)).astype(np.uint8)
    logits = run_many(Corner(), batch, told.append, chunk=4)
    assert np.allclose(logits, Corner().run(batch).logits)
    assert told == [0.4, 0.8, 1.0]
