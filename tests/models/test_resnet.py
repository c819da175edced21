"""ResNet50: the published size, and the ending that exact maps need."""

import numpy as np

from oncosecure.models import networks, resnet


def test_parameter_count_is_the_published_one():
    model = resnet.build(1000, 64)
    assert sum(int(np.prod(w.shape)) for w in model.trainable_weights) == 25_557_032


def test_graph_is_flat_and_ends_in_pooling_and_one_dense_layer():
    model = resnet.build(4, 64, 0.2, 0.1)
    assert not [layer.name for layer in model.layers if hasattr(layer, "layers")]
    assert [layer.name for layer in model.layers[-4:]] == [
        networks.LAST_FEATURES,
        "avg_pool",
        "top_dropout",
        networks.HEAD,
    ]
    assert model.get_layer(networks.LAST_FEATURES).output.shape[1:3] == (2, 2)


def test_every_network_is_built_by_its_name():
    for network in networks.NETWORKS.values():
        assert network.build(3, 64, 0.0, 0.0).output_shape == (None, 3)
