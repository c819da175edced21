"""ResNet50 (He et al., Deep Residual Learning for Image Recognition, 2016) as one flat functional Keras graph.

The stride of a stage stands in its 3 x 3 convolution, as is usual today ("v1.5"), and the last batch normalisation of
every residual branch starts at zero (Goyal et al., 2017), which helps a network that is trained from scratch.
"""

from __future__ import annotations

import keras
from keras import layers

from oncosecure.models.efficientnet_lite import HEAD, LAST_FEATURES, MEAN, STD

# blocks, bottleneck width and stride of each stage (He et al., 2016, table 1)
_STAGES = ((3, 64, 1), (4, 128, 2), (6, 256, 2), (3, 512, 2))
_EXPANSION = 4


def build(n_classes: int, size: int = 224, dropout: float = 0.0, drop_path: float = 0.0) -> keras.Model:
    """Build the network without weights.

    Args:
        n_classes: number of logits.
        size: side of the square input in pixels.
        dropout: rate before the dense layer.
        drop_path: largest stochastic-depth rate (Huang et al., 2016), reached linearly at the last block.

    Returns:
        A functional model, (B, size, size, 3) float32 RGB in [0, 255] -> (B, n_classes) logits.
    """
    inputs = keras.Input((size, size, 3), name="image")
    x = layers.Rescaling(1 / (255 * STD), -MEAN / STD, name="rescale")(inputs)
    x = _conv_bn(x, 64, 7, 2, "stem")
    x = layers.ReLU(name="stem_activation")(x)
    x = layers.MaxPooling2D(3, 2, padding="same", name="stem_pool")(x)
    blocks = [(width, stride if i == 0 else 1) for repeats, width, stride in _STAGES for i in range(repeats)]
    for i, (width, stride) in enumerate(blocks):
        last = i == len(blocks) - 1
        name = LAST_FEATURES if last else f"block{i}_activation"
        x = layers.ReLU(name=name)(_bottleneck(x, width, stride, f"block{i}", drop_path * i / len(blocks)))
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dropout(dropout, name="top_dropout")(x)
    outputs = layers.Dense(n_classes, dtype="float32", name=HEAD)(x)
    return keras.Model(inputs, outputs, name="resnet50")


def _conv_bn(x, filters: int, kernel: int, stride: int, name: str, gamma: str = "ones"):
    x = layers.Conv2D(
        filters, kernel, stride, "same", use_bias=False, kernel_initializer="he_normal", name=f"{name}_conv"
    )(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5, gamma_initializer=gamma, name=f"{name}_bn")(x)


def _bottleneck(x, width: int, stride: int, name: str, drop_rate: float):
    y = x
    for part, kernel, step in (("reduce", 1, 1), ("spatial", 3, stride)):
        y = layers.ReLU(name=f"{name}_{part}_activation")(_conv_bn(y, width, kernel, step, f"{name}_{part}"))
    y = _conv_bn(y, width * _EXPANSION, 1, 1, f"{name}_expand", "zeros")
    if drop_rate:
        y = layers.Dropout(drop_rate, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(y)
    if stride != 1 or x.shape[-1] != width * _EXPANSION:
        x = _conv_bn(x, width * _EXPANSION, 1, stride, f"{name}_shortcut")
    return layers.Add(name=f"{name}_add")([x, y])
