"""What fifty analyses leave behind in the server."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Served, start
from tests.browser.test_app import IDLE, INPUT, PICTURE, to_brain

pytestmark = pytest.mark.browser


@pytest.fixture
def fresh(brain) -> Served:
    """A server that nobody has used."""
    yield from start()


def test_peak_memory_after_fifty_analyses(browser, fresh, slices):
    context = browser.new_context(base_url=fresh.url)
    page = context.new_page()
    page.goto("/")
    to_brain(page)
    for i in range(50):
        page.locator(INPUT).set_input_files(slices[i % len(slices)])
        page.locator(PICTURE).wait_for()
        page.locator(IDLE).wait_for()
        page.get_by_role("button", name="Drop this slice").click()
        page.get_by_role("heading", name="Your slice").wait_for()
        page.locator(IDLE).wait_for()
    context.close()
    print(f"peak memory {fresh.peak_memory():.0f} MB")
    assert fresh.peak_memory() < 400
