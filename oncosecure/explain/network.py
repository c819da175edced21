"""What a method may ask of a network: quick answers, and Keras where it needs gradients or features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.models import engine
from oncosecure.models.engine import KerasEngine, Output

Progress = Callable[[float], None]
"""Takes the share done, 0 to 1."""


def silent(_done: float) -> None:
    """Progress that nobody watches."""


class Network(Protocol):
    """A network on pictures that `preprocess.fit` made."""

    @property
    def keras(self) -> KerasEngine:
        """The Keras engine; imports TensorFlow."""
        ...

    def run(self, batch: np.ndarray) -> Output:
        """(N, S, S, 3) uint8 or float32 in [0, 255] -> Output, on the faster engine there is."""
        ...


@dataclass(frozen=True)
class Released:
    """A released network: LiteRT answers, Keras is loaded when it is first asked for."""

    modality: Modality
    model: str | None = None

    @property
    def keras(self) -> KerasEngine:
        """See `Network.keras`."""
        return engine.keras_engine(self.modality, self.model)

    def run(self, batch: np.ndarray) -> Output:
        """See `Network.run`."""
        return engine.litert(self.modality, self.model).run(batch)


@dataclass(frozen=True)
class Loaded:
    """A network that exists in memory only, such as one whose weights were randomised."""

    keras: KerasEngine

    def run(self, batch: np.ndarray) -> Output:
        """See `Network.run`."""
        return self.keras.run(batch)


def run_many(network: Network, pictures: np.ndarray, progress: Progress, chunk: int = 16) -> np.ndarray:
    """Logits of many pictures, (N, C), a chunk at a time."""
    logits = []
    for start in range(0, len(pictures), chunk):
        logits.append(network.run(pictures[start : start + chunk]).logits)
        progress(min(1.0, (start + chunk) / len(pictures)))
    return np.concatenate(logits)
