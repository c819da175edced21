"""Colour, texture and the first ImageNet blocks, averaged over the picture, in one flat functional Keras graph.

Which patch is malignant shows in small things: how dense and how dark the nuclei are. A deep network that is
fine-tuned on a dozen patients learns their stains instead. So nothing here is learned from the patches but the last
layer. Fixed maps are computed, averaged over the picture, and weighed by one dense layer:

- the outputs of the stem and the first eight blocks of ImageNet's EfficientNet-Lite0;
- how often each level of red, green, blue and their differences occurs, and each pair of red and blue;
- band-pass energies at six scales (differences of box filters);
- granulometry (Serra, 1982): what openings and closings of growing size take away, which is dark and bright blobs by
  their size; and the range within small windows.

Averaging commutes with the dense layer, so the class activation map is as exact as EfficientNet-Lite's: for every
class, mean(map) + bias = logit.
"""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from oncosecure.models import efficientnet_lite
from oncosecure.models.efficientnet_lite import HEAD, LAST_FEATURES

#: Networks of this family.
NAMES = ("texture_lite0",)
#: The last block of EfficientNet-Lite0 that is used, and side of the common grid of maps for a 96-pixel input.
LAST_BLOCK, GRID = 7, 6
#: Levels of the marginal and of the joint histograms.
LEVELS, JOINT = 12, 10
#: Sides of box filters that are applied one after the other; of openings and closings; of the windows of ranges.
BOXES, BLOBS, WINDOWS = (3, 3, 5, 7, 9, 11), (3, 5, 7, 11), (3, 7)


def build(n_classes: int, size: int = 96, name: str = NAMES[0]) -> keras.Model:
    """Build the graph with fixed filters set, ImageNet weights missing and an untrained dense layer.

    Args:
        n_classes: number of logits.
        size: side of the input in pixels, a multiple of 16.

    Returns:
        A functional model, (B, size, size, 3) float32 RGB in [0, 255] -> (B, n_classes) logits.
    """
    base = efficientnet_lite.build("efficientnet_lite0", n_classes, size)
    image = base.inputs[0]
    colours = _colours(image)
    maps = [*_blocks(base), _histograms(colours), _joint(colours), *_bands(colours), *_blobs(colours)]
    features = layers.Concatenate(name="features")([_to_grid(m, i) for i, m in enumerate(maps)])
    width = features.shape[-1]
    features = layers.Normalization(mean=[0.0] * width, variance=[1.0] * width, name=LAST_FEATURES)(features)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(features)
    return keras.Model(image, layers.Dense(n_classes, dtype="float32", name=HEAD)(x), name=name)


def standardised(model: keras.Model, mean: np.ndarray, variance: np.ndarray) -> keras.Model:
    """The same graph and weights with feature maps brought to this mean and variance, (D,) each."""

    def clone(layer: keras.Layer) -> keras.Layer:
        config = layer.get_config()
        if layer.name == LAST_FEATURES:
            config |= {"mean": mean.tolist(), "variance": variance.tolist()}
        return type(layer).from_config(config)

    copy = keras.models.clone_model(model, clone_function=clone)
    copy.set_weights(model.get_weights())
    return copy


def families(model: keras.Model) -> tuple[slice, slice]:
    """Columns of the averaged features: ImageNet's blocks, and the fixed colour and texture maps."""
    blocks = sum(int(t.shape[-1]) for t in _blocks(model))
    return slice(0, blocks), slice(blocks, int(model.get_layer(LAST_FEATURES).output.shape[-1]))


def _blocks(base: keras.Model) -> list:
    outputs = [base.get_layer("stem_activation").output]
    names = {layer.name for layer in base.layers}
    for i in range(LAST_BLOCK + 1):
        added = f"block{i}_add"
        outputs.append(base.get_layer(added if added in names else f"block{i}_project_bn").output)
    return outputs


def _colours(image):
    """Red, green, blue and their three differences, about 0 to 1, at half the size."""
    x = layers.AveragePooling2D(2, name="half")(image)
    x = layers.Rescaling(1 / 255, name="unit")(x)
    mix = np.array([[1, 0, 0, 1, 0, 1], [0, 1, 0, -1, -1, 0], [0, 0, 1, 0, 1, -1]], np.float32)
    return _fixed(x, mix, [0, 0, 0, 0.5, 0.5, 0.5], "colours")


def _fixed(x, kernel: np.ndarray, bias, name: str):
    """A 1 x 1 convolution with given weights: kernel (in, out), bias (out,)."""
    layer = layers.Conv2D(kernel.shape[1], 1, trainable=False, name=name)
    y = layer(x)
    layer.set_weights([kernel[None, None].astype(np.float32), np.asarray(bias, np.float32)])
    return y


def _hats(x, channels: list[int], levels: int, low: float, high: float, name: str):
    """How near each channel is to each level, 0 to 1, by linear interpolation between levels."""
    step = (high - low) / (levels - 1)
    knots = low + step * np.arange(-1, levels + 1)
    rise, hat = np.zeros((x.shape[-1], len(channels) * len(knots))), np.zeros((len(channels) * len(knots), 0))
    for i, channel in enumerate(channels):
        first = i * len(knots)
        rise[channel, first : first + len(knots)] = 1
        for level in range(levels):
            column = np.zeros((len(hat), 1))
            column[first + level : first + level + 3, 0] = np.array([1, -2, 1]) / step
            hat = np.hstack([hat, column])
    y = _fixed(x, rise, np.tile(-knots, len(channels)), f"{name}_rise")
    y = layers.ReLU(name=f"{name}_hinge")(y)
    return _fixed(y, hat, np.zeros(hat.shape[1]), f"{name}_hat")


def _histograms(colours):
    return _hats(colours, list(range(6)), LEVELS, 0.0, 1.0, "levels")


def _joint(colours):
    """Each pair of a level of red and a level of blue."""
    hats = _hats(colours, [0, 2], JOINT, 0.1, 1.0, "pairs")
    red, blue = np.zeros((2, 2 * JOINT, JOINT * JOINT))
    for pair in range(JOINT * JOINT):
        red[pair // JOINT, pair] = blue[JOINT + pair % JOINT, pair] = 1
    sides = [_fixed(hats, k, np.zeros(JOINT * JOINT), f"pairs_{n}") for k, n in ((red, "red"), (blue, "blue"))]
    return layers.Multiply(name="pairs")(sides)


def _bands(colours) -> list:
    maps, previous = [], colours
    for i, side in enumerate(BOXES):
        # Average pooling with "same" padding leaves out what lies beyond the border, so there is no dark rim.
        smooth = layers.AveragePooling2D(side, 1, "same", name=f"box{i}")(previous)
        band = layers.Subtract(name=f"band{i}")([previous, smooth])
        maps += [*_signs(band, f"band{i}"), layers.Multiply(name=f"band{i}_energy")([band, band])]
        previous = smooth
    return maps


def _signs(x, name: str) -> list:
    """The positive and the negative part, both not negative."""
    return [layers.ReLU(name=f"{name}_above")(x), layers.ReLU(name=f"{name}_below")(_negative(x, f"{name}_negative"))]


def _negative(x, name: str):
    return layers.Rescaling(-1.0, name=name)(x)


def _blobs(colours) -> list:
    inverse, maps = _negative(colours, "inverse"), []
    for side in BLOBS:
        for x, kind in ((colours, "dark"), (inverse, "bright")):
            maps.append(layers.Subtract(name=f"{kind}{side}")([_closing(x, side, f"{kind}{side}"), x]))
    for side in WINDOWS:
        sides = enumerate((colours, inverse))
        parts = [layers.MaxPooling2D(side, 1, "same", name=f"range{side}_{i}")(x) for i, x in sides]
        maps.append(layers.Add(name=f"range{side}")(parts))
    return maps


def _closing(x, side: int, name: str):
    """Morphological closing by a square: fills what is dark and smaller than it."""
    wide = layers.MaxPooling2D(side, 1, "same", name=f"{name}_dilated")(x)
    wide = _negative(wide, f"{name}_turned")
    closed = layers.MaxPooling2D(side, 1, "same", name=f"{name}_eroded")(wide)
    return _negative(closed, f"{name}_closed")


def _to_grid(x, i: int):
    """Average to the common grid."""
    factor = x.shape[1] // GRID
    return layers.AveragePooling2D(factor, name=f"grid{i}")(x) if factor > 1 else x
