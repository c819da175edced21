"""Export of a `.keras` file to the one graph that LiteRT runs. TensorFlow backend only.

Run as `python -m oncosecure.training.export IN.keras OUT.tflite`, because training itself runs on
the torch backend and Keras has one backend a process.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def to_tflite(source: Path, target: Path) -> None:
    """Export in a process of its own.

    Raises:
        subprocess.CalledProcessError: if the export fails.
    """
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    subprocess.run([sys.executable, "-m", __name__, str(source), str(target)], check=True, env=environment)


def convert(source: Path) -> bytes:
    """The graph with logits, probabilities, class activation maps and embedding.

    Weights are float16, or 8-bit integers where `Network.int8` says so of a network of the file's name.
    """
    import tensorflow as tf

    from oncosecure.models import keras_files
    from oncosecure.models.networks import NETWORKS

    model = keras_files.load(source)
    converter = tf.lite.TFLiteConverter.from_keras_model(with_all_outputs(model))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if not (model.name in NETWORKS and NETWORKS[model.name].int8):
        converter.target_spec.supported_types = [tf.float16]
    return converter.convert()


def with_all_outputs(model):
    """The Keras model with the outputs of `engine.SIGNATURE`; the dense layer becomes a 1 x 1 convolution.

    Averaging and a linear layer commute, so the logit is the mean of the class's map plus the bias.
    """
    import keras
    from keras import layers

    from oncosecure.models import efficientnet_lite
    from oncosecure.models.engine import SIGNATURE

    kernel, bias = model.get_layer(efficientnet_lite.HEAD).get_weights()
    features = model.get_layer(efficientnet_lite.LAST_FEATURES).output
    head = layers.Conv2D(len(bias), 1, use_bias=False, name="maps")
    maps = head(features)
    head.set_weights([kernel[None, None]])
    logits = layers.GlobalAveragePooling2D()(maps) + bias
    embedding = layers.GlobalAveragePooling2D(name="embedding")(features)
    outputs = (logits, layers.Softmax()(logits), maps, embedding)
    return keras.Model(model.inputs, dict(zip(SIGNATURE, outputs, strict=True)))


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(convert(Path(sys.argv[1])))
