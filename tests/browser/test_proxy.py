"""The documented reverse proxy in front of the app: it passes everything on, adds its header, and writes nothing."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.conftest import ARGUMENTS, PATIENCE, chromium_path, free_port, start
from tests.browser.test_app import IDLE, answered
from tests.browser.test_privacy import FileWatch, bitmap, holds_pattern
from tests.conftest import ROOT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which("caddy"), reason="no Caddy on this machine"),
]
NAME = "onco.example.org"
LISTENS = "reverse_proxy 127.0.0.1:8501 {"
#: A certificate of its own instead of one that is fetched, and a port that needs no rights.
LOCAL = """{{
	admin off
	local_certs
	skip_install_trust
	auto_https disable_redirects
	https_port {port}
	storage file_system {folder}
}}
"""


@dataclass(frozen=True)
class Proxy:
    """A running Caddy: its port and process, and the folder of its certificate."""

    port: int
    pid: int
    folder: Path


@pytest.fixture(scope="module")
def proxy(brain, tmp_path_factory) -> Iterator[Proxy]:
    """The app under its public name, behind deploy/Caddyfile."""
    port, folder = free_port(), tmp_path_factory.mktemp("caddy")
    hosts = ("--server.allowedHosts", NAME, "--server.allowedHosts", "127.0.0.1")
    server = start(*hosts, "--server.corsAllowedOrigins", f"https://{NAME}:{port}")
    try:
        app = next(server)
        text = (ROOT / "deploy" / "Caddyfile").read_text()
        assert text.count(LISTENS) == 1
        config = folder / "Caddyfile"
        text = text.replace(LISTENS, f"reverse_proxy {app.url} {{")
        config.write_text(LOCAL.format(port=port, folder=folder) + text)
        command = ["caddy", "run", "--config", config, "--adapter", "caddyfile"]
        caddy = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port)
            yield Proxy(port, caddy.pid, folder)
        finally:
            caddy.terminate()
            caddy.wait(20)
    finally:
        server.close()


@pytest.fixture
def page(browser, proxy) -> Iterator[object]:
    """A browser that takes the public name for this machine."""
    rule = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    chromium = browser.browser_type.launch(executable_path=chromium_path(), args=[*ARGUMENTS, rule])
    context = chromium.new_context(base_url=f"https://{NAME}:{proxy.port}", ignore_https_errors=True)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    chromium.close()


def test_a_picture_is_answered_through_the_proxy_and_never_lies_on_its_disk(page, proxy, tmp_path):
    headers = page.goto("/").headers
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert headers["x-frame-options"] == "DENY" and "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers
    with FileWatch(proxy.pid) as watch:
        assert answered(page, bitmap(tmp_path / "picture.bmp"))
        page.locator(IDLE).wait_for()
    assert watch.seen and not watch.found
    assert not [path for path in proxy.folder.rglob("*") if path.is_file() and holds_pattern(str(path))]


def _tls(port: int) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 60), server_hostname=NAME)


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            _tls(port).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the proxy did not come up")
