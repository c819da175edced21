"""Every answer carries the headers, and foreign host names are not answered."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from oncosecure.ui import headers, host


async def _app(scope, receive, send):
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"X-Frame-Options", b"ALLOW"), (b"a", b"b")]}
    )
    await send({"type": "http.response.body", "body": b"fine"})


def answer(name: str, path: str = "/") -> tuple[int, list[tuple[bytes, bytes]]]:
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"host", name.encode())]}
    with ThreadPoolExecutor() as elsewhere:  # this thread may be running an event loop already
        elsewhere.submit(asyncio.run, headers.Guard(_app)(scope, None, send)).result()
    return sent[0]["status"], sent[0]["headers"]


@pytest.fixture
def allowed(monkeypatch):
    """Only localhost and one domain are allowed."""
    from streamlit import config

    own = config.get_option
    names = ["localhost", "onco.example.org"]
    monkeypatch.setattr(config, "get_option", lambda key: names if key == "server.allowedHosts" else own(key))


def test_headers_replace_those_of_the_app_and_leave_the_rest():
    status, found = answer("localhost:8501")
    assert status == 200
    assert [value for name, value in found if name.lower() == b"x-frame-options"] == [b"DENY"]
    assert (b"a", b"b") in found


@pytest.mark.parametrize(("name", "status"), [("localhost:1", 200), ("onco.example.org", 200), ("evil.example", 400)])
def test_only_allowed_hosts_are_answered(name, status, allowed):
    assert answer(name)[0] == status
    assert any(header == b"content-security-policy" for header, _ in answer(name)[1])


@pytest.mark.parametrize("name", ["a b", "x; script-src *", "x\r\nset-cookie: a=b", "", "käse"])
def test_a_host_cannot_write_into_the_policy(name):
    policy = dict(answer(name.encode("latin-1").decode("latin-1"))[1])[b"content-security-policy"]
    assert b"ws:" not in policy and b"\n" not in policy


def test_pictures_are_not_to_be_kept_by_the_browser():
    assert (b"cache-control", b"no-store") in answer("localhost", "/media/x.png")[1]
    assert (b"cache-control", b"no-store") in answer("localhost", "/base/media/x.png")[1]
    assert not any(name == b"cache-control" for name, _ in answer("localhost", "/static/x.js")[1])


def test_the_guard_stands_before_streamlits_own_middleware_once():
    from streamlit.web.server.starlette import starlette_app

    host.prepare()
    host.prepare()
    found = [layer.cls for layer in starlette_app.create_streamlit_middleware()]
    assert found[0] is headers.Guard
    assert found.count(headers.Guard) == 1
