"""`python -m oncosecure.ui.serve [STREAMLIT OPTIONS]`: the app, with uploads kept in memory and a model preloaded."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from oncosecure.ui import host

#: Seconds between two looks for closed pages, and for pictures and files that no session shows any more.
SWEEP = 5
#: Seconds after which a thread lets others go on. The one that sends asks for its turn several times a message, and
#: among fifty that draw pages, Python's own 5 ms make it send answers only once all pages are drawn.
SWITCH = 0.0005
#: Heaps that all threads share. By itself the C library gives every new thread one of its own, up to eight a core, and
#: each keeps what its thread once needed, so that a busy machine, where more threads run at once, needs more memory.
HEAPS = 2
_M_ARENA_MAX = -8  # of mallopt (glibc)
APP = Path(__file__).resolve().parents[2] / "streamlit_app.py"


def main(arguments: Sequence[str] = ()) -> None:
    """Run the app until it is stopped.

    Args:
        arguments: options of `streamlit run`, such as `--server.port 8501`.
    """
    from streamlit.web import cli

    share_heaps()
    host.prepare()
    host.expect_navigation()
    sys.setswitchinterval(SWITCH)
    threading.Thread(target=_once_up, name="housekeeping", daemon=True).start()
    cli.main(["run", str(APP), *arguments], prog_name="oncosecure.ui.serve")


def preload() -> None:
    """Load the first page's model and the app's own parts, so that a first visitor does not wait for them.

    Every other model waits for the first scan that asks for it: an image model then takes a fifth of a second, and
    memory only from then on. The table's needs scikit-learn, which takes more memory than all the others.
    """
    from oncosecure import catalog
    from oncosecure.ui import home, page

    for entry in filter(catalog.Modality.has_weights, catalog.images()):
        page.preload(entry)
    home.preload()
    gc.collect()
    gc.freeze()  # What lives for ever need not be looked at again.


def _once_up() -> None:
    from streamlit.runtime import Runtime, RuntimeState

    # Importing holds the interpreter's lock, so the server comes first: health checks must not wait.
    while not Runtime.exists() or Runtime.instance().state == RuntimeState.INITIAL:
        time.sleep(0.05)
    print(f"OncoSecure AI is served at {_address()}", flush=True)
    if has_screen():
        webbrowser.open(_address())
    time.sleep(0.2)
    preload()
    while True:  # What a closed page has left behind goes within seconds, also where no other visitor comes.
        time.sleep(SWEEP)
        host.end_closed_sessions()
        gc.collect()
        host.sweep()
        _give_back_memory()


def share_heaps() -> None:
    """Let threads that start from now on share `HEAPS` heaps, where the C library would give each its own (glibc)."""
    limit = _of_glibc("mallopt")
    if limit:
        limit(_M_ARENA_MAX, HEAPS)


def _give_back_memory() -> None:
    """Hand freed memory back to the system, where the C library keeps it otherwise (glibc)."""
    trim = _of_glibc("malloc_trim")
    if trim:
        trim(0)


def _of_glibc(name: str) -> Callable[..., int] | None:
    """A function of the C library, None where it has none of that name or the system is another."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None


def has_screen() -> bool:
    """Whether somebody sits at this machine: a terminal started the app, and windows can be shown."""
    windows = sys.platform in ("darwin", "win32") or any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY"))
    return sys.stdout.isatty() and windows


def _address() -> str:
    from streamlit.web.server import server_util

    return server_util.get_url("localhost")


if __name__ == "__main__":
    main(sys.argv[1:])
