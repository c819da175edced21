"""Several EfficientNet-Lites as one flat graph whose logits are the mean of theirs.

The mean over networks that were trained apart errs less than each of them (Lakshminarayanan et al., Simple and
Scalable Predictive Uncertainty Estimation using Deep Ensembles, 2017). Since averaging and a dense layer commute, the
last feature maps of all parts side by side, averaged and passed through one dense layer, say the very same: the joint
network explains itself by class activation maps like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers

from oncosecure.models import efficientnet_lite
from oncosecure.models.efficientnet_lite import HEAD, LAST_FEATURES


def build(parts: Sequence[str], n_classes: int, size: int) -> keras.Model:
    """Build the network without weights; a part's layers are called after it, as `efficientnet_lite0_stem_conv`.

    Args:
        parts: keys of `efficientnet_lite.VARIANTS` with one stride, all different.
        n_classes: number of logits.
        size: side of the square input in pixels.

    Returns:
        A functional model, (B, size, size, 3) float32 RGB in [0, 255] -> (B, n_classes) logits.
    """
    inputs = keras.Input((size, size, 3), name="image")
    features = [_features(part, inputs) for part in parts]
    x = layers.Concatenate(name=LAST_FEATURES)(features)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    outputs = layers.Dense(n_classes, dtype="float32", name=HEAD)(x)
    return keras.Model(inputs, outputs, name="_".join(parts))


def _features(part: str, inputs):
    network = efficientnet_lite.build(part, 1, inputs.shape[1])
    body = keras.Model(network.input, network.get_layer(LAST_FEATURES).output)

    def named(layer: keras.Layer) -> keras.Layer:
        return type(layer).from_config({**layer.get_config(), "name": f"{part}_{layer.name}"})

    return keras.models.clone_model(body, input_tensors=inputs, clone_function=named).output


def compose(model: keras.Model, parts: Sequence[keras.Model]) -> None:
    """Give a model of `build` the weights of trained networks, in the order and under the names of its parts."""
    for part in parts:
        for layer in part.layers:
            if layer.weights and layer.name != HEAD:
                model.get_layer(f"{part.name}_{layer.name}").set_weights(layer.get_weights())
    kernels, biases = zip(*(part.get_layer(HEAD).get_weights() for part in parts), strict=True)
    model.get_layer(HEAD).set_weights([np.concatenate(kernels) / len(parts), np.mean(biases, axis=0)])
