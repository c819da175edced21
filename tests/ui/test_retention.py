"""Nothing outlives its purpose: what weak references say once a scan is dropped, replaced or its page closed."""

from __future__ import annotations

import gc
import threading
import time
import weakref

import numpy as np
import pytest

from oncosecure import samples
from oncosecure.ui import host


@pytest.fixture
def brain_page(open_page):
    """The brain page with a sample read."""
    app = open_page("brain_mri")
    app.file_uploader[0].upload("CANARY.png", samples.phantoms("brain_mri")[1].load(), "image/png")
    return app.run()


def kept(app) -> list[weakref.ref]:
    """Weak references to the scan, its pixels, the answer, the picture as shown and a map."""
    state = app.session_state
    maps = state["brain_mri.maps"]
    things = [state["brain_mri.scan"], state["brain_mri.analysis"], state["brain_mri.shown"], next(iter(maps.values()))]
    return [weakref.ref(thing) for thing in (*things, state["brain_mri.scan"].pixels)]


def all_dead(references) -> bool:
    for _ in range(50):
        gc.collect()
        if not any(reference() is not None for reference in references):
            return True
        time.sleep(0.1)
    return False


def test_dropping_releases_the_scan_its_maps_and_the_answer(brain_page):
    references = kept(brain_page)
    assert all(reference() is not None for reference in references)
    next(button for button in brain_page.button if button.label == "Drop this slice").click().run()
    assert all_dead(references)


def test_replacing_releases_the_one_before_and_names_are_not_kept(brain_page):
    references = kept(brain_page)
    brain_page.file_uploader[0].upload("b.png", samples.phantoms("brain_mri")[2].load(), "image/png")
    brain_page.run()
    assert all_dead(references)
    held = repr(brain_page.session_state)
    assert "brain_mri.scan" in held and "CANARY" not in held


class Session:
    """A session as Streamlit's manager stores it."""

    def __init__(self) -> None:
        self.session, self.session_state = self, {"scan": np.zeros(3)}
        self.ended = False

    def shutdown(self) -> None:
        self.ended = True


def test_sessions_end_on_time_though_nobody_comes_or_goes(monkeypatch):
    from streamlit import runtime
    from streamlit.runtime.memory_session_storage import MemorySessionStorage

    class Info:
        def __init__(self, session):
            self.session = session

    storage, session = MemorySessionStorage(ttl_seconds=0.05), Session()
    storage._cache["one"] = Info(session)
    manager = type("Manager", (), {"_session_storage": storage, "_storage_lock": threading.Lock()})()
    monkeypatch.setattr(runtime, "exists", lambda: True)
    monkeypatch.setattr(runtime, "get_instance", lambda: type("Runtime", (), {"_session_mgr": manager})())
    time.sleep(0.1)
    assert host.end_closed_sessions() == 1
    assert session.ended and not session.session_state
    assert host.end_closed_sessions() == 0


def test_without_a_server_there_is_nothing_to_end():
    assert host.end_closed_sessions() == 0
