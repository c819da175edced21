"""What every released model costs: `python -m benchmarks.models [MODALITY...]` writes it into the cards as `timing`.

For a network under LiteRT, one picture at a time: the median milliseconds of a run and the memory that loading and
running it takes, each in a process of its own so that no other model's memory counts. For the table's models, fitted to
all rows with the settings that the nested comparison chose most often: milliseconds a row, memory, and bytes as a file.
Run it on an idle machine; `cpu` says which one it was.
"""

from __future__ import annotations

import json
import os
import pickle
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.models import store

WARM, RUNS = 5, 40


def main(keys: list[str]) -> None:
    """Measure the released models of some modalities, of all if none is named, and print what was found."""
    for entry in map(catalog.get, keys or catalog.MODALITIES):
        if not entry.has_weights():
            continue
        for name, timing in (networks if entry.is_image else table_models)(entry).items():
            print(f"{entry.key} {name}: {json.dumps(timing)}", flush=True)


def networks(entry: Modality) -> dict[str, dict]:
    """Measure every released network of a modality and write `timing` into its card."""
    found = {model: in_a_process_of_its_own(entry, model) for model in entry.released()}
    for model, timing in found.items():
        store.update_json(entry, entry.file("card.json", model), timing=timing)
    return found


def table_models(entry: Modality) -> dict[str, dict]:
    """Measure every model of the table's comparison and write `timing` into the card, for each and for the released."""
    card = store.read_json(entry, "card.json")
    found = {model: in_a_process_of_its_own(entry, model) for model in card["comparison"]}
    for model, timing in found.items():
        card["comparison"][model]["timing"] = timing
    store.update_json(entry, "card.json", comparison=card["comparison"], timing=found[entry.models[0]])
    return found


def in_a_process_of_its_own(entry: Modality, model: str) -> dict:
    """What `measure` returns there."""
    command = [sys.executable, "-m", "benchmarks.models", "--one", entry.key, model]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(entry: Modality, model: str) -> dict:
    """Milliseconds of one run, megabytes that the model added to this process, and the processor."""
    prepare, one = (_network if entry.is_image else _table)(entry, model)
    before = resident()
    loaded, extra = prepare()
    for _ in range(WARM):
        one(loaded)
    memory = resident() - before
    return {"ms": milliseconds(lambda: one(loaded)), "memory_mb": round(memory, 1), "cpu": processor(), **extra}


def milliseconds(call: Callable[[], object], runs: int = RUNS) -> float:
    """Median time of a call."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        call()
        times.append((time.perf_counter() - started) * 1000)
    return round(statistics.median(times), 2)


def resident() -> float:
    """Memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def processor() -> str:
    """Name of the processor and the threads that a run takes."""
    from oncosecure.models import engine

    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return f"{name or platform.machine()}, {engine.threads()} threads"


def _network(entry: Modality, model: str):
    from oncosecure.models import engine

    size = entry.input_size
    pictures = np.random.default_rng(0).integers(0, 256, (1, size, size, 3), np.uint8)
    _first_graph()

    def prepare():
        return engine.LiteRTEngine(store.read(entry, f"{model}.tflite")), {}

    return prepare, lambda network: network.run(pictures)


def _first_graph() -> None:
    """Import what every network needs, so that it is not counted for the first."""
    from ai_edge_litert.interpreter import Interpreter  # noqa: F401


def _table(entry: Modality, model: str):
    from oncosecure.tabular import data

    rows = data.load().values[:1]
    fitted = fit(model, store.read_json(entry, "card.json")["comparison"][model]["chosen"][0])
    kept = pickle.dumps(fitted)

    def prepare():
        return pickle.loads(kept), {"file_bytes": len(kept)}

    return prepare, lambda loaded: loaded.predict_proba(rows)


def fit(model: str, chosen: dict):
    """A candidate of the comparison on all rows, with the settings of `chosen` (see `nested.settings`)."""
    from sklearn.model_selection import ParameterGrid

    from oncosecure.tabular import candidates, data, nested

    candidate, table = candidates.CANDIDATES[model], data.load()
    wanted = {name: value for name, value in chosen.items() if name != "folds"}
    parameters = next(p for p in ParameterGrid(candidate.grid) if nested.settings(p) == wanted)
    return candidate.build().set_params(**parameters).fit(table.values, table.targets)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(catalog.get(sys.argv[2]), sys.argv[3])))
    else:
        main(sys.argv[1:])
