"""Two thousand hostile files: each is a Scan or a ScanError, soon, in little memory, and nothing is said of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from oncosecure import ScanError, intake
from tests.conftest import ROOT
from tests.intake import corpus

PROCESSES = 2


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="a process's peak memory needs Linux")
def test_every_hostile_file_is_a_scan_or_a_refusal_in_time_and_memory():
    command = [sys.executable, "-m", "tests.intake.corpus"]
    parts = [
        subprocess.Popen(
            [*command, str(part), str(PROCESSES)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for part in range(PROCESSES)
    ]
    said = [part.communicate(timeout=600) for part in parts]
    assert [part.returncode for part in parts] == [0] * PROCESSES, said
    assert not any(errors for _, errors in said)
    lines = [json.loads(line) for out, _ in said for line in out.splitlines()]
    assert not [line for line in lines if "file" in line]
    assert sum(line["files"] for line in lines) >= 2000
    assert sum(line["scans"] for line in lines) >= 400  # were everything refused, nothing would have been tried


def test_the_corpus_is_the_same_at_every_call():
    names = [name for name, _ in corpus.damaged()]
    assert len(set(names)) == len(names)
    first, again = (next(data for name, data in corpus.damaged() if name == "webp flipped 3") for _ in range(2))
    assert first == again


@pytest.mark.parametrize("name", sorted(corpus.valid()))
def test_the_files_it_starts_from_are_accepted(name):
    assert intake.read(corpus.valid()[name]).pixels.shape[2] == 3


def _slow(data, name):
    number = 0
    while corpus.time.process_time() < _slow.until:
        number += 1
    raise ScanError("no")


def _large(data, name):
    np.ones(45_000_000)
    raise ScanError("no")


def _wrong(data, name):
    raise KeyError("library")


@pytest.mark.parametrize("reader", [_slow, _large, _wrong, lambda data, name: None])
def test_it_notices_a_reader_that_is_slow_large_or_wrong(reader, monkeypatch):
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("a process's peak memory needs Linux")
    monkeypatch.setattr(intake, "read", reader)
    monkeypatch.setattr(corpus, "SECONDS", 0.2)
    _slow.until = corpus.time.process_time() + 0.3
    assert not corpus.fine(corpus.verdict("x", b"x"))
