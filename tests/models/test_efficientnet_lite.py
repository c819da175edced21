"""The network: shape, flatness, and the equalities that its maps rest on."""

import numpy as np
import pytest

from oncosecure.models import efficientnet_lite
from oncosecure.models.engine import KerasEngine

PARAMETERS = {"efficientnet_lite0": 4_652_008, "efficientnet_lite1": 5_416_680, "efficientnet_lite2": 6_092_072}


@pytest.mark.parametrize("variant", PARAMETERS)
def test_parameter_count_is_the_published_one(variant):
    model = efficientnet_lite.build(variant, 1000, 64)
    assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == PARAMETERS[variant]


def test_graph_is_flat_and_ends_in_pooling_and_one_dense_layer():
    model = efficientnet_lite.build("efficientnet_lite0", 4, 64)
    assert not [layer.name for layer in model.layers if hasattr(layer, "layers")]
    assert [layer.name for layer in model.layers[-4:]] == ["top_activation", "avg_pool", "top_dropout", "logits"]


def test_mean_of_map_plus_bias_is_the_logit():
    model = efficientnet_lite.build("efficientnet_lite0", 4, 96)
    bias = np.array([0.3, -0.2, 0.1, 0.5], np.float32)
    kernel, _ = model.get_layer("logits").get_weights()
    model.get_layer("logits").set_weights([kernel, bias])
    batch = np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3), np.uint8)
    output = KerasEngine(model).run(batch)
    assert np.allclose(output.maps.mean((1, 2)) + bias, output.logits, atol=1e-5)
    assert np.allclose(output.probabilities.sum(1), 1)


def test_unknown_variant():
    with pytest.raises(KeyError):
        efficientnet_lite.build("efficientnet_lite9", 4)


def test_cut_after_five_stages_the_maps_are_twice_as_fine():
    whole, cut = (efficientnet_lite.build(f"efficientnet_lite0{end}", 4, 64) for end in ("", "_s16"))
    shapes = [m.get_layer(efficientnet_lite.LAST_FEATURES).output.shape[1:] for m in (whole, cut)]
    assert shapes == [(2, 2, 1280), (4, 4, 640)]
    kept = {layer.name for layer in cut.layers if layer.name.startswith("block")}
    assert kept == {name for name in (layer.name for layer in whole.layers) if name in kept} and "block10_add" in kept
