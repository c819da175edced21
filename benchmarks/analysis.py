"""What an analysis costs over the bare network: `make bench` or `python -m benchmarks.analysis [PICTURE]`.

Prints the milliseconds of decoding plus one bare LiteRT run, of `analyze` with the maps of all classes
drawn at the scan's size, and of what a plain Keras program does for one class of the same picture
(`model.predict` and Grad-CAM by tf-keras-vis), and the ratios.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from oncosecure import analyze, catalog, samples
from oncosecure.intake import read
from oncosecure.models import engine, store
from oncosecure.models.preprocess import fit

#: What `analyze` may cost, as a multiple of decoding plus the bare run.
LIMIT = 1.3


def milliseconds(call: Callable[[], object], runs: int) -> float:
    """Median time of a call."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def interleaved(first: Callable, second: Callable, rounds: int = 60) -> tuple[float, float]:
    """Median times of two calls made in turn, so that a busy machine slows both alike."""
    pairs = [(milliseconds(first, 1), milliseconds(second, 1)) for _ in range(rounds)]
    return tuple(statistics.median(column) for column in zip(*pairs, strict=True))


def measure(data: bytes, key: str = "brain_mri", keras: bool = True) -> dict[str, float]:
    """Milliseconds of the three ways to read the bytes of one picture."""
    modality = catalog.get(key)
    bare = bare_network(modality)

    def everything() -> None:
        answer = analyze(data, modality)
        for label in answer.heatmaps:
            answer.heatmaps[label]

    def only_network() -> None:
        pixels = read(data, min_side=modality.min_side).pixels
        bare(fit(pixels, modality.input_size)[None].astype(np.float32))

    for _ in range(5):
        everything(), only_network()
    network, whole = interleaved(only_network, everything)
    result = {"bare": network, "analyze": whole, "ratio": whole / network}
    return result | (_keras(data, modality, whole) if keras else {})


def bare_network(modality: catalog.Modality) -> Callable[[np.ndarray], object]:
    """The exported graph under a LiteRT interpreter of its own, nothing around it."""
    from ai_edge_litert.interpreter import Interpreter

    graph = store.read(modality, f"{modality.models[0]}.tflite")
    interpreter = Interpreter(model_content=graph, num_threads=engine.threads())
    interpreter.allocate_tensors()
    runner = interpreter.get_signature_runner()
    return lambda batch: runner(image=batch)


def _keras(data: bytes, modality: catalog.Modality, whole: float) -> dict[str, float]:
    from oncosecure.explain import gradcam

    network = engine.keras_engine(modality)
    picture = fit(read(data, min_side=modality.min_side).pixels, modality.input_size)

    def plain() -> None:
        network.model.predict(picture[None].astype(np.float32), verbose=0)
        gradcam.coarse(network, picture, 0)

    plain()
    usual = milliseconds(plain, 5)
    return {"keras": usual, "times_faster": usual / whole}


def main() -> None:
    """Print the figures of a picture of yours, or of a drawn one."""
    data = Path(sys.argv[1]).read_bytes() if len(sys.argv) > 1 else samples.phantoms("brain_mri")[0].load()
    print(json.dumps({name: round(value, 2) for name, value in measure(data).items()}, indent=1))


if __name__ == "__main__":
    main()
