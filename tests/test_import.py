"""Importing and predicting stay light."""

import subprocess
import sys
import time

HEAVY = ("tensorflow", "keras", "streamlit", "sklearn", "torch", "pandas", "scipy")


def _loaded_after(code: str) -> set[str]:
    probe = f"{code}\nimport sys\nprint(','.join(m for m in {HEAVY!r} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.strip().splitlines()[-1].split(",")) - {""} if done.stdout.strip() else set()


def test_import_loads_nothing_heavy():
    assert _loaded_after("import oncosecure") == set()


def test_import_is_quick():
    def seconds(code: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - started

    # What the interpreter itself takes is not ours; the best of three leaves out a busy machine's hiccups.
    assert min(seconds("import oncosecure") - seconds("pass") for _ in range(3)) < 0.5


def test_analysis_runs_without_tensorflow(brain):
    code = (
        "import numpy as np, oncosecure\n"
        "a = oncosecure.analyze(np.full((80, 90, 3), 60, np.uint8), 'brain_mri')\n"
        "assert a.heatmaps['glioma'].shape == (80, 90)"
    )
    assert _loaded_after(code) & {"tensorflow", "keras", "streamlit", "torch", "sklearn"} == set()


def test_help_loads_nothing_heavy():
    assert _loaded_after("from oncosecure.cli import parser\nparser().format_help()") <= {"pandas"}


def test_pages_load_nothing_heavy_beside_streamlit():
    code = (
        "import importlib, pkgutil, oncosecure.ui as ui\n"
        "for found in pkgutil.iter_modules(ui.__path__): importlib.import_module(f'oncosecure.ui.{found.name}')"
    )
    assert _loaded_after(code) == {"streamlit"}
