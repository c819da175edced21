"""Two engines behind one call: `run(batch) -> Output`. Neither knows of files, pages or HTTP."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.models import store

#: Outputs of the exported graph, in the order in which `Output` names them.
SIGNATURE = ("logits", "probabilities", "maps", "embedding")


@dataclass(frozen=True)
class Output:
    """What a network says of a batch.

    Attributes:
        logits: (N, C) float32; of a mirrored engine the mean over each picture and its mirror image, while all but the
            probabilities stay those of the picture as it is.
        probabilities: (N, C) float32, the softmax of the logits; not calibrated.
        maps: (N, h, w, C) float32 class activation maps; mean over h and w plus the bias is the picture's own logit.
        embedding: (N, D) float32, the average of the last feature maps.
    """

    logits: np.ndarray
    probabilities: np.ndarray
    maps: np.ndarray
    embedding: np.ndarray


class Engine(Protocol):
    """Runs a network on pictures that `preprocess.fit` made."""

    def run(self, batch: np.ndarray) -> Output:
        """(N, S, S, 3) uint8 or float32 in [0, 255] -> Output."""
        ...


class LiteRTEngine:
    """The exported graph under LiteRT: predictions and maps of all classes in one pass, no TensorFlow.

    An interpreter is not thread-safe, so threads take turns. A second one would take as much memory again (its packed
    weights and activations, 21 MB for an EfficientNet-Lite0) and save little: one run already uses two cores.
    """

    def __init__(self, graph: bytes, mirrored: bool = False) -> None:
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(model_content=graph, num_threads=threads())
        interpreter.allocate_tensors()
        self._input = tuple(interpreter.get_input_details()[0]["shape"][1:])
        self._runner, self._turn, self._mirrored = interpreter.get_signature_runner(), threading.Lock(), mirrored

    def run(self, batch: np.ndarray, once: bool = False) -> Output:
        """See `Engine.run`. Pictures go through one at a time, which is as fast on a CPU.

        `once`: leave mirror images out, where only the embedding is asked for.

        Raises:
            ValueError: if the pictures do not have the network's input size.
        """
        if batch.shape[1:] != self._input:
            raise ValueError(f"pictures of {batch.shape[1:]}, the network takes {self._input}")
        parts = [self._run(picture) for picture in batch]
        output = Output(*(np.concatenate([p[name] for p in parts]) for name in SIGNATURE))
        if once or not self._mirrored:
            return output
        return averaged(output, np.concatenate([self._run(picture[:, ::-1])["logits"] for picture in batch]))

    def _run(self, picture: np.ndarray) -> dict[str, np.ndarray]:
        with self._turn:
            return self._runner(image=picture[None].astype(np.float32))


def threads() -> int:
    """Threads of one interpreter: two, where there are two cores and `OMP_NUM_THREADS` does not ask for one."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    return min(2, os.cpu_count() or 1, max(int(asked), 1) if asked.isdigit() else 2)


class KerasEngine:
    """The Keras model: slower, and open to methods that need gradients."""

    def __init__(self, model, mirrored: bool = False) -> None:
        import keras

        from oncosecure.models import efficientnet_lite

        self.model, self._mirrored = model, mirrored
        features = model.get_layer(efficientnet_lite.LAST_FEATURES).output
        self._heads = keras.Model(model.inputs, [model.output, features])
        self._kernel = model.get_layer(efficientnet_lite.HEAD).get_weights()[0]

    def run(self, batch: np.ndarray) -> Output:
        """See `Engine.run`."""
        import keras

        logits, features = (keras.ops.convert_to_numpy(part) for part in self._forward(batch))
        output = Output(logits, _softmax(logits), features @ self._kernel, features.mean((1, 2), dtype=np.float32))
        if not self._mirrored:
            return output
        return averaged(output, keras.ops.convert_to_numpy(self._forward(np.asarray(batch)[:, :, ::-1])[0]))

    def features(self, batch: np.ndarray) -> np.ndarray:
        """(N, h, w, D) float32, the last feature maps of (N, S, S, 3) pictures."""
        import keras

        return keras.ops.convert_to_numpy(self._forward(batch)[1])

    def _forward(self, batch: np.ndarray):
        return self._heads([np.asarray(batch, np.float32)], training=False)


def averaged(output: Output, mirrored: np.ndarray) -> Output:
    """An output whose logits are the mean with those of the mirror images, (N, C)."""
    logits = (output.logits + mirrored) / 2
    return replace(output, logits=logits, probabilities=_softmax(logits))


def _softmax(logits: np.ndarray) -> np.ndarray:
    exp = np.exp(logits - logits.max(1, keepdims=True))
    return exp / exp.sum(1, keepdims=True)


def is_mirrored(modality: Modality, model: str | None = None) -> bool:
    """Whether a released model was measured on the mean over a picture and its mirror image; its card says so."""
    return bool(store.read_json(modality, modality.file("card.json", model))["recipe"].get("mirrored"))


@store.once_a_model(8)
def litert(modality: Modality, model: str) -> LiteRTEngine:
    """The LiteRT engine of a released model (by default the first), loaded once.

    Raises:
        WeightsError: if there is none, or its file was changed.
    """
    graph = store.read(modality, f"{model}.tflite")
    return LiteRTEngine(graph, mirrored=is_mirrored(modality, model))


@store.once_a_model(4)
def keras_engine(modality: Modality, model: str) -> KerasEngine:
    """The Keras engine of a released model (by default the first), loaded once. Imports TensorFlow.

    Raises:
        WeightsError: if there is none, or its file was changed.
    """
    from oncosecure.models import keras_files

    network = keras_files.loads(store.read(modality, f"{model}.keras"))
    return KerasEngine(network, is_mirrored(modality, model))
