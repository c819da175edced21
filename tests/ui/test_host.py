"""What Streamlit would do by default and must not do here."""

from __future__ import annotations

import asyncio
import platform
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser

from oncosecure.intake.limits import MAX_BYTES
from oncosecure.ui import host, serve
from tests.conftest import ROOT

LARGE = b"x" * (3 * 2**20)


@pytest.fixture
def defaults(monkeypatch):
    """Starlette as it comes."""
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 2**20)


def on_disk(data: bytes) -> bool:
    """Whether Starlette's form parser, which takes Streamlit's uploads, puts a file of these bytes on disk."""
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    body = head + data + b"\r\n--b--\r\n"

    async def stream():
        yield body

    async def parse():
        form = await MultiPartParser(Headers({"content-type": "multipart/form-data; boundary=b"}), stream()).parse()
        return form["f"].file._rolled

    with ThreadPoolExecutor() as elsewhere:  # this thread may be running an event loop already
        return elsewhere.submit(asyncio.run, parse()).result()


def test_by_default_a_large_upload_would_go_to_disk(defaults):
    assert on_disk(LARGE)


def test_here_uploads_up_to_the_limit_stay_in_memory(defaults):
    host.keep_uploads_in_memory()
    assert not on_disk(LARGE)
    assert not on_disk(b"x" * MAX_BYTES)


def test_starting_the_app_either_way_puts_it_in_force(defaults, open_page):
    open_page("about")
    assert MultiPartParser.spool_max_size > MAX_BYTES


def test_the_server_asks_nobody_for_its_address(monkeypatch):
    from streamlit import net_util

    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda *a, **k: pytest.fail("went outside"))
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    host.stay_offline()
    assert net_util.get_external_ip() is None


def test_the_upload_limit_is_that_of_intake():
    import tomllib

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["server"]["maxUploadSize"] * 2**20 == MAX_BYTES
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["runner"]["postScriptGC"] is False
    assert "url" not in str(config["theme"]).lower()


def test_the_launcher_imports_nothing_heavy_before_the_server_is_up():
    code = (
        "import sys, oncosecure.ui.serve; "
        "print([m for m in ('tensorflow', 'keras', 'streamlit', 'cv2', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HEAPS = """
import ctypes, sys, threading
from oncosecure.ui import serve

if sys.argv[1] == "shared":
    serve.share_heaps()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
together = threading.Barrier(8)

def take():
    together.wait()
    libc.malloc(10_000)
    together.wait()

threads = [threading.Thread(target=take) for _ in range(8)]
[thread.start() for thread in threads], [thread.join() for thread in threads]
libc.malloc_info(0, ctypes.c_void_p.in_dll(libc, "stdout"))
libc.fflush(None)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps are limited with glibc alone")
def test_threads_share_heaps():
    def heaps(how: str) -> int:
        done = subprocess.run([sys.executable, "-c", HEAPS, how], capture_output=True, text=True, check=True, cwd=ROOT)
        return done.stdout.count("<heap nr=")

    assert heaps("shared") <= serve.HEAPS < heaps("apart")
