"""EfficientNet-Lite as one flat functional Keras graph.

EfficientNet-Lite (Tan and Le, 2019; Lite variant by Liu, 2020) is EfficientNet without
squeeze-and-excitation, with ReLU6 instead of swish, and with stem and head kept at their
original width. The graph here ends in global average pooling and one dense layer and nothing
else, so that the class activation map (Zhou et al., 2016) is exact: for every class,
mean(map) + bias = logit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import keras
from keras import layers


@dataclass(frozen=True)
class LiteSpec:
    """A variant.

    Attributes:
        width, depth: multipliers of filters and of blocks.
        resolution: native side of the input in pixels.
        dropout: rate before the dense layer.
        stages: how many of the seven stages are kept; after five the feature maps have a stride of 16 pixels, not 32.
        head: channels of the last feature maps.
        checkpoint: variant whose ImageNet weights fit; None if its own do.
    """

    width: float
    depth: float
    resolution: int
    dropout: float
    stages: int = 7
    head: int = 1280
    checkpoint: str | None = None


VARIANTS: dict[str, LiteSpec] = {
    "efficientnet_lite0": LiteSpec(1.0, 1.0, 224, 0.2),
    "efficientnet_lite1": LiteSpec(1.0, 1.1, 240, 0.2),
    "efficientnet_lite2": LiteSpec(1.1, 1.2, 260, 0.3),
    "efficientnet_lite0_s16": LiteSpec(1.0, 1.0, 224, 0.2, 5, 640, "efficientnet_lite0"),
}

# repeats, kernel, stride, expansion, filters of each stage (Tan and Le, 2019, table 1)
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_STEM = 32

#: Inputs of the ImageNet networks: (x / 255 - MEAN) / STD for x in [0, 255]; part of the graph.
MEAN, STD = 0.498, 0.502
#: Name of the activation whose maps the dense layer averages.
LAST_FEATURES = "top_activation"
#: Name of the dense layer that gives the logits.
HEAD = "logits"


def build(
    variant: str, n_classes: int, size: int | None = None, dropout: float | None = None, drop_path: float = 0.0
) -> keras.Model:
    """Build the network without weights.

    Args:
        variant: a key of `VARIANTS`.
        n_classes: number of logits.
        size: side of the square input in pixels; the variant's native resolution if None.
        dropout: rate before the dense layer; the variant's own if None.
        drop_path: largest stochastic-depth rate (Huang et al., 2016), reached linearly at the last block.

    Returns:
        A functional model, (B, size, size, 3) float32 RGB in [0, 255] -> (B, n_classes) logits.

    Raises:
        KeyError: if the variant is unknown.
    """
    spec = VARIANTS[variant]
    size = size or spec.resolution
    inputs = keras.Input((size, size, 3), name="image")
    x = layers.Rescaling(1 / (255 * STD), -MEAN / STD, name="rescale")(inputs)
    x = _conv_bn_act(x, _STEM, 3, 2, "stem")
    for block in _blocks(spec):
        x = _inverted_residual(x, drop_rate=drop_path * block.pop("position"), **block)
    x = _conv_bn_act(x, spec.head, 1, 1, "top")
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dropout(spec.dropout if dropout is None else dropout, name="top_dropout")(x)
    outputs = layers.Dense(n_classes, dtype="float32", name=HEAD)(x)
    return keras.Model(inputs, outputs, name=variant)


def _round_filters(filters: int, width: float) -> int:
    """Scale a filter count and round to a multiple of 8, never below 90 % of the scaled count."""
    scaled = filters * width
    rounded = max(8, int(scaled + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * scaled else rounded


def _blocks(spec: LiteSpec) -> list[dict]:
    """Arguments of every inverted residual; first and last stage keep their depth."""
    blocks: list[dict] = []
    for stage, (repeats, kernel, stride, expansion, filters) in enumerate(_STAGES[: spec.stages]):
        if 0 < stage < len(_STAGES) - 1:
            repeats = math.ceil(repeats * spec.depth)
        for i in range(repeats):
            blocks.append(
                {
                    "filters": _round_filters(filters, spec.width),
                    "kernel": kernel,
                    "stride": stride if i == 0 else 1,
                    "expansion": expansion,
                }
            )
    for i, block in enumerate(blocks):
        block["name"] = f"block{i}"
        block["position"] = i / len(blocks)
    return blocks


def _bn(x, name: str):
    return layers.BatchNormalization(momentum=0.99, epsilon=1e-3, name=f"{name}_bn")(x)


def _relu6(x, name: str):
    return layers.ReLU(max_value=6.0, name=f"{name}_activation")(x)


def _conv_bn_act(x, filters: int, kernel: int, stride: int, name: str):
    x = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return _relu6(_bn(x, name), name)


def _inverted_residual(x, filters, kernel, stride, expansion, name, drop_rate):
    channels = x.shape[-1]
    y = x
    if expansion != 1:
        y = _conv_bn_act(y, channels * expansion, 1, 1, f"{name}_expand")
    y = layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv")(y)
    y = _relu6(_bn(y, f"{name}_depthwise"), f"{name}_depthwise")
    y = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}_project_conv")(y)
    y = _bn(y, f"{name}_project")
    if stride != 1 or channels != filters:
        return y
    if drop_rate:
        y = layers.Dropout(drop_rate, noise_shape=(None, 1, 1, 1), name=f"{name}_drop")(y)
    return layers.Add(name=f"{name}_add")([x, y])
