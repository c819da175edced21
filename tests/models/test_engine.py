"""The two engines say the same, and LiteRT can be shared by threads."""

import threading

import numpy as np
import pytest

from oncosecure import analysis
from oncosecure.intake import read
from oncosecure.models import engine, store
from oncosecure.models.preprocess import fit


@pytest.fixture(scope="module")
def batch(slices) -> np.ndarray:
    return np.stack([fit(read(path.read_bytes()).pixels, 224) for path in slices])


@pytest.fixture(scope="module")
def outputs(brain, batch):
    return engine.litert(brain).run(batch), engine.keras_engine(brain).run(batch)


def test_probabilities_agree(outputs):
    lite, keras = outputs
    assert np.abs(lite.probabilities - keras.probabilities).max() < 1e-2
    assert np.array_equal(lite.logits.argmax(1), keras.logits.argmax(1))


def test_maps_agree(outputs):
    lite, keras = outputs
    for picture in range(len(lite.maps)):
        for label in range(lite.maps.shape[-1]):
            pair = lite.maps[picture, ..., label].ravel(), keras.maps[picture, ..., label].ravel()
            assert np.corrcoef(*pair)[0, 1] > 0.999


def test_eight_bit_weights_keep_what_the_network_says(brain, batch):
    lite, keras = engine.litert(brain, "resnet50").run(batch), engine.keras_engine(brain, "resnet50").run(batch)
    assert np.abs(lite.probabilities - keras.probabilities).max() < 0.05
    for one, other in ((lite.maps, keras.maps), (lite.embedding, keras.embedding)):
        pairs = zip(one.reshape(len(batch), -1), other.reshape(len(batch), -1), strict=True)
        assert all(np.corrcoef(*pair)[0, 1] > 0.99 for pair in pairs)


def test_mean_of_map_plus_bias_is_the_logit(brain, outputs):
    lite, _ = outputs
    bias = engine.keras_engine(brain).model.get_layer("logits").get_weights()[1]
    assert np.allclose(lite.maps.mean((1, 2)) + bias, lite.logits, atol=2e-2)


def test_embedding_is_the_average_of_the_features(outputs):
    lite, keras = outputs
    for a, b in zip(lite.embedding, keras.embedding, strict=True):
        assert np.corrcoef(a, b)[0, 1] > 0.999


def test_threads_get_their_own_answers(brain, batch):
    shared = engine.litert(brain)
    alone = shared.run(batch[:6]).logits
    found: dict[int, np.ndarray] = {}
    threads = [threading.Thread(target=lambda i=i: found.update({i: shared.run(batch[i : i + 1])})) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for i in range(6):
        assert np.allclose(found[i].logits[0], alone[i], atol=1e-5)


def test_the_default_model_is_loaded_once_whether_it_is_named_or_not(brain):
    first = brain.models[0]
    assert engine.litert(brain) is engine.litert(brain, None) is engine.litert(brain, first)
    assert analysis.load(brain) is analysis.load(brain, first)


def test_a_broken_picture_leaves_the_engine_usable(brain):
    shared = engine.litert(brain)
    for _ in range(3):
        with pytest.raises(ValueError):
            shared.run(np.zeros((1, 10, 10, 3), np.uint8))
    assert shared.run(np.zeros((1, 224, 224, 3), np.uint8)).logits.shape == (1, 4)


def test_a_mirrored_engine_gives_the_mean_of_both_sides(brain, slices):
    batch = np.stack([fit(read(path.read_bytes()).pixels, 224) for path in slices[:2]])
    graph = store.read(brain, "efficientnet_lite0.tflite")
    plain, both = engine.LiteRTEngine(graph), engine.LiteRTEngine(graph, mirrored=True)
    here, there, mean = plain.run(batch), plain.run(batch[:, :, ::-1]), both.run(batch)
    assert np.allclose(mean.logits, (here.logits + there.logits) / 2, atol=1e-5)
    assert not np.allclose(mean.logits, here.logits, atol=1e-3)
    assert np.allclose(mean.probabilities.sum(1), 1) and np.array_equal(mean.maps, here.maps)
    once = both.run(batch, once=True)
    assert np.array_equal(once.logits, here.logits) and np.array_equal(once.embedding, mean.embedding)
