"""The app without a browser: Streamlit's own test driver."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from oncosecure import samples
from tests.conftest import ROOT

PATIENCE = 60  # seconds; a loaded machine may need ten for the first analysis


@pytest.fixture
def open_page() -> Callable[[str], AppTest]:
    """Open a page by the name of its file in `pages/`."""

    def open_page(name: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=PATIENCE).run()
        return app if name == "home" else app.switch_page(f"pages/{name}.py").run()

    return open_page


@pytest.fixture(scope="session")
def phantom() -> bytes:
    """A drawn brain slice as a PNG file."""
    return samples.phantoms("brain_mri")[0].load()
