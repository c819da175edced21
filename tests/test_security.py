"""SECURITY.md names tests that exist, for every sentence of the page on privacy; `make serve` asks for what it says."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "SECURITY.md").read_text()


def test_every_test_that_it_names_exists():
    defined = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        defined |= set(re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE))
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    assert len(named) > 20
    assert not named - defined


def test_every_file_that_it_names_exists():
    named = re.findall(r"`((?:tests|deploy|oncosecure)/[\w./]+)`", TEXT)
    assert len(named) > 10
    assert not [name for name in named if not (ROOT / name).is_file()]


def test_it_states_the_time_that_the_page_states():
    import tomllib

    from oncosecure.ui import serve

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert f"at the latest {config['server']['disconnectedSessionTTL'] + serve.SWEEP} seconds after" in TEXT


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_serve_is_strict():
    command = ["make", "-n", "serve", "HOSTS=onco.example.org other.example.org"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for option in (
        "--server.address 127.0.0.1",
        "--server.headless true",
        "--server.enableXsrfProtection true",
        "--server.enableCORS true",
        "--client.showErrorDetails none",
        "--client.toolbarMode minimal",
        "--browser.gatherUsageStats false",
        "--server.allowedHosts onco.example.org",
        "--server.allowedHosts other.example.org",
    ):
        assert option in said
