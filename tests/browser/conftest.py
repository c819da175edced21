"""A real server, started as a user would start it, and a real Chromium."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.conftest import ROOT

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PATIENCE = 90_000  # milliseconds for anything that a page must show, on a loaded machine


@dataclass(frozen=True)
class Served:
    """A running app: its address, its process, and the seconds until the first answer to a health check."""

    url: str
    started_in: float
    pid: int
    log: Path

    def memory(self) -> float:
        """The resident memory of the server now, in MB."""
        return self._status("VmRSS")

    def peak_memory(self) -> float:
        """The most resident memory that the server ever took, in MB."""
        return self._status("VmHWM")

    def _status(self, name: str) -> float:
        status = Path(f"/proc/{self.pid}/status")
        if not status.exists():
            pytest.skip("this system does not tell a process's memory in /proc")
        line = next(line for line in status.read_text().splitlines() if line.startswith(name))
        return int(line.split()[1]) / 1024


@dataclass
class Watched:
    """A page with what it asked for and complained about."""

    page: object
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def served(brain) -> Iterator[Served]:
    """The app on a free port."""
    yield from start()


def start(*options: str) -> Iterator[Served]:
    """Run the app with further options of Streamlit until the iterator is resumed."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "oncosecure.ui.serve", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", *options]
    environment = {k: v for k, v in os.environ.items() if k != "ONCOSECURE_DATA"}
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="oncosecure-log") as folder, (Path(folder) / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait_until_healthy(process, url)
            yield Served(url, time.monotonic() - begun, process.pid, Path(log.name))
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium, or a skip that says what is missing."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not Path(chromium_path()).exists():
        pytest.skip("no Chromium at /usr/bin/chromium")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield chromium
        chromium.close()


def chromium_path() -> str:
    """Where Chromium is, or would be."""
    return shutil.which("chromium") or CHROMIUM


@pytest.fixture
def watched(browser, served) -> Iterator[Watched]:
    """The home page on a desktop."""
    yield from watch(browser, served, 1440, 1300)


@pytest.fixture
def phone(browser, served) -> Iterator[Watched]:
    """The home page on a phone."""
    yield from watch(browser, served, 390, 844)


def watch(browser, served: Served, width: int, height: int) -> Iterator[Watched]:
    """A window of that size with the home page, until the iterator is resumed."""
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=served.url)
    context.set_default_timeout(PATIENCE)
    watched = Watched(context.new_page())
    watched.page.on("request", lambda request: watched.requests.append(request.url))
    watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    watched.page.on("console", lambda m: watched.complaints.append(m.text) if _is_complaint(m) else None)
    watched.page.goto("/")
    yield watched
    context.close()


def _is_complaint(message) -> bool:
    """An error; but not that Streamlit looks for its own root under a page's address before it finds it above."""
    looked = re.search(r"/\w+/_stcore/(health|host-config)$", message.location["url"])
    return message.type == "error" and not looked


def _wait_until_healthy(process: subprocess.Popen, url: str) -> None:
    for _ in range(1200):
        assert process.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    pytest.fail("the server did not answer for a minute")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
