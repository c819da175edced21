"""`.keras` files in half precision: float16 on disk, float32 in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras
import numpy as np


def save(model: keras.Model, path: Path) -> None:
    """Write `model` with float16 weights and no optimizer state.

    Raises:
        ValueError: if a weight does not fit into float16.
    """
    with np.errstate(over="ignore"):
        weights = [w.astype(np.float16) for w in model.get_weights()]
    if not all(np.isfinite(w).all() for w in weights):
        raise ValueError("a weight overflows float16")
    half = _with_dtype(model, "float16")
    half.set_weights(weights)
    half.save(path)


def load(path: Path) -> keras.Model:
    """Read a file that `save` wrote, computing in float32. Never executes code from the file."""
    half = keras.saving.load_model(path, compile=False, safe_mode=True)
    model = _with_dtype(half, "float32")
    model.set_weights([np.asarray(w, np.float32) for w in half.get_weights()])
    return model


def loads(data: bytes) -> keras.Model:
    """As `load`, from bytes. Keras reads only from paths, so the bytes pass through a temporary file."""
    with tempfile.NamedTemporaryFile(suffix=".keras") as file:
        file.write(data)
        file.flush()
        return load(Path(file.name))


def _with_dtype(model: keras.Model, dtype: str) -> keras.Model:
    def clone(layer: keras.Layer) -> keras.Layer:
        return type(layer).from_config({**layer.get_config(), "dtype": dtype})

    return keras.models.clone_model(model, clone_function=clone)
