"""The network of fixed maps: what it measures, and that its maps are exact."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from oncosecure.models import efficientnet_lite, keras_files, texture  # noqa: E402


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(3)
    return texture.build(2)


def _maps(model, name, pictures):
    part = keras.Model(model.inputs, model.get_layer(name).output)
    return keras.ops.convert_to_numpy(part([np.asarray(pictures, np.float32)]))


@pytest.fixture(scope="module")
def pictures():
    return np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3)).astype(np.float32)


def test_levels_of_each_channel_sum_to_one(model, pictures):
    levels = _maps(model, "levels_hat", pictures[:, :, :, :] * 0.6 + 40)
    assert levels.min() > -1e-4
    np.testing.assert_allclose(levels.reshape(*levels.shape[:3], 6, texture.LEVELS).sum(-1), 1, atol=1e-4)


def test_a_dark_spot_is_found_by_closings_larger_than_it(model):
    picture = np.full((1, 96, 96, 3), 200, np.float32)
    picture[:, 40:48, 40:48] = 60  # four pixels at half the size
    small, large = (_maps(model, f"dark{side}", picture)[0, 20:24, 20:24, 0] for side in (3, 5))
    np.testing.assert_allclose(small, 0, atol=1e-3)
    np.testing.assert_allclose(large, 140 / 255, atol=1e-3)
    assert np.abs(_maps(model, "bright5", picture)).max() < 1e-3


def test_an_even_picture_has_no_bands_up_to_its_border(model):
    even = np.full((1, 96, 96, 3), 170, np.float32)
    for i in range(len(texture.BOXES)):
        assert np.abs(_maps(model, f"band{i}", even)).max() < 1e-3


def test_standardised_maps_average_to_standardised_features_and_logits_follow(model, pictures):
    raw = keras.Model(model.inputs, model.get_layer("avg_pool").output)([pictures])
    raw = keras.ops.convert_to_numpy(raw)
    mean, variance = raw.mean(0), raw.var(0) + 0.1
    final = texture.standardised(model, mean, variance)
    features = _maps(final, efficientnet_lite.LAST_FEATURES, pictures)
    np.testing.assert_allclose(features.mean((1, 2)), (raw - mean) / np.sqrt(variance), atol=2e-3)
    kernel, bias = final.get_layer(efficientnet_lite.HEAD).get_weights()
    logits = keras.ops.convert_to_numpy(final([pictures]))
    np.testing.assert_allclose((features @ kernel).mean((1, 2)) + bias, logits, atol=2e-3)


def test_families_are_the_blocks_and_the_rest(model):
    blocks, maps = texture.families(model)
    assert blocks == slice(0, 416)
    assert maps == slice(416, int(model.get_layer("avg_pool").output.shape[-1]))


def test_the_file_gives_back_the_same_network(model, pictures, tmp_path):
    keras_files.save(model, tmp_path / "m.keras")
    loaded = keras_files.load(tmp_path / "m.keras")
    first, second = (keras.ops.convert_to_numpy(m([pictures])) for m in (model, loaded))
    np.testing.assert_allclose(first, second, atol=0.05 * np.abs(first).max() + 1e-3)


@pytest.fixture(scope="module")
def released():
    from oncosecure import catalog, samples
    from oncosecure.models import engine
    from oncosecure.models.preprocess import fit

    entry = catalog.get("breast_histology")
    if not entry.has_weights("texture_lite0"):
        pytest.skip("texture_lite0 has no weights yet")
    shown = [s.pixels() for s in samples.phantoms(entry.key) if s.id != "drawn-region"]
    batch = np.stack([fit(pixels, entry.input_size) for pixels in shown])
    keras_engine = engine.keras_engine(entry, "texture_lite0")
    return keras_engine, keras_engine.run(batch), engine.litert(entry, "texture_lite0").run(batch)


def test_both_engines_say_the_same(released):
    _, slow, fast = released
    np.testing.assert_allclose(fast.logits, slow.logits, atol=0.05)
    for a, b in zip(fast.embedding, slow.embedding, strict=True):
        assert np.corrcoef(a, b)[0, 1] > 0.999


def test_the_released_maps_are_exact(released):
    keras_engine, _, fast = released
    bias = keras_engine.model.get_layer(efficientnet_lite.HEAD).get_weights()[1]
    np.testing.assert_allclose(fast.maps.mean((1, 2)) + bias, fast.logits, atol=2e-2)
