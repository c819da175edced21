"""How long visitors wait when many come at once: `make load` or `python -m benchmarks.load [SESSIONS...]`.

Starts the app, lets 1, 20 and 50 sessions upload a picture of their own at the same moment over the web socket that
Streamlit's page uses, and prints for each number the seconds to the answer (median and 95th percentile over all
uploads of all sessions), how often there was none, and the server's memory.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from benchmarks.visitor import Visitor
from oncosecure import analyze, samples

#: Uploads of each session, and the 95th percentile in seconds that fifty sessions should stay below.
UPLOADS, AIM = 3, 5.0
PORT = 8599


@dataclass(frozen=True)
class Result:
    """What one number of sessions came to: seconds of every answer, and errors in words."""

    sessions: int
    seconds: tuple[float, ...]
    errors: tuple[str, ...]
    memory: float

    def __str__(self) -> str:
        middle, late = np.percentile(self.seconds, (50, 95)) if self.seconds else (np.nan, np.nan)
        kinds = f" ({'; '.join(sorted(set(self.errors)))})" if self.errors else ""
        return (
            f"{self.sessions:3d} sessions  p50 {middle:6.2f} s  p95 {late:6.2f} s  "
            f"errors {len(self.errors)}{kinds}  memory {self.memory:.0f} MB"
        )


def run(url: str, pid: int, sessions: int, page: str = "brain_mri") -> Result:
    """Let so many sessions ask at the same moment, `UPLOADS` times each."""
    together = threading.Barrier(sessions)
    with ThreadPoolExecutor(sessions) as pool:
        found = list(pool.map(lambda number: visit(url, page, number, together), range(sessions)))
    seconds = tuple(second for times, _ in found for second in times)
    return Result(sessions, seconds, tuple(error for _, errors in found for error in errors), memory(pid))


def visit(url: str, page: str, number: int, together: threading.Barrier) -> tuple[list[float], list[str]]:
    """One session: the seconds of its answers, and what went wrong."""
    seconds, errors = [], []
    try:
        visitor = Visitor(url, page)
    except Exception as error:  # whatever it is, it is what this counts
        together.abort()
        return [], [repr(error)]
    for turn in range(UPLOADS):
        try:
            data = picture(number * UPLOADS + turn)
            together.wait(120)
            started = time.perf_counter()
            visitor.upload(data)
            if not visitor.answer:
                raise RuntimeError("no answer on the page")
            seconds.append(visitor.answered - started)
        except Exception as error:
            errors.append(repr(error))
    visitor.close()
    return seconds, errors


def picture(number: int) -> bytes:
    """A drawn slice that differs from every other in its noise, as PNG. The model knows such slices: for strangers, all
    other models look at the picture as well."""
    pixels = _drawn()
    noise = np.random.default_rng(number).integers(-6, 7, pixels.shape[:2])[..., None]
    return cv2.imencode(".png", (pixels + noise).clip(0, 255).astype(np.uint8))[1].tobytes()


@lru_cache(maxsize=1)
def _drawn() -> np.ndarray:
    drawings = (sample.pixels() for sample in samples.phantoms("brain_mri"))
    return next(pixels for pixels in drawings if analyze(pixels, "brain_mri").in_distribution).astype(np.int16)


def memory(pid: int) -> float:
    """Resident megabytes of a process."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main(numbers: list[int]) -> None:
    """Start the app, print a line for each number of sessions, and stop it."""
    command = [sys.executable, "-m", "oncosecure.ui.serve", "--server.port", str(PORT), "--server.address", "127.0.0.1"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{PORT}"
    try:
        _warm(url)
        for sessions in numbers:
            print(run(url, server.pid, sessions), flush=True)
    finally:
        server.terminate()
        server.wait(20)
    print(f"aim at 50 sessions: p95 below {AIM:.0f} s without an error")


def _warm(url: str) -> None:
    """Wait for the server, and for one answer, which means that the models are loaded."""
    for _ in range(600):
        try:
            visitor = Visitor(url, "brain_mri")
        except OSError:
            time.sleep(0.2)
            continue
        visitor.upload(picture(10**6))
        visitor.close()
        return
    raise TimeoutError("the server did not come up")


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [1, 20, 50])
