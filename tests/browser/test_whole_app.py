"""Every page, on a desktop and a phone, light and dark. A page that is added to `pages/` is looked at as well."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator

import pytest

from oncosecure import samples
from oncosecure.ui.tour import STEPS
from tests.browser import looks
from tests.browser.conftest import PATIENCE, Watched, watch
from tests.conftest import ROOT

pytestmark = pytest.mark.browser

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))
SCREENS = {"desktop": (1440, 1000), "phone": (390, 844)}
INPUT = '[data-testid="stFileUploaderDropzoneInput"]'


@pytest.fixture(scope="module", params=SCREENS)
def screen(request, browser, served) -> Iterator[Watched]:
    """One browser window that all pages are opened in."""
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    yield from watch(browser, served, *SCREENS[request.param])


@pytest.fixture(scope="module")
def desktop(browser, served) -> Iterator[Watched]:
    yield from watch(browser, served, *SCREENS["desktop"])


def visit(watched: Watched, name: str) -> float:
    """Open a page by its address and return the seconds until its title stands there."""
    watched.page.emulate_media(color_scheme="light")
    begun = time.monotonic()
    watched.page.goto("/" if name == "home" else f"/{name}")
    watched.page.get_by_role("heading", level=1).wait_for()
    taken = time.monotonic() - begun
    looks.settle(watched.page)
    return taken


def look(watched: Watched, what: str) -> None:
    """Check the page as it stands. What axe finds depends little on the width, so it sees a phone in light only."""
    page, phone = watched.page, watched.page.viewport_size["width"] == SCREENS["phone"][0]
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        wait_for_theme(page, theme)
        assert not looks.faults(page), f"{what}, {theme}"
        if theme == "light" or not phone:
            assert not looks.violations(page), f"{what}, {theme}"
    page.emulate_media(color_scheme="light")
    wait_for_theme(page, "light")
    assert not watched.complaints, what


def wait_for_theme(page, theme: str) -> None:
    page.wait_for_function(
        "dark => (getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor"
        ".match(/\\d+/g)[0] < 128) === dark",
        arg=theme == "dark",
    )
    looks.settle(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_everyone(screen, name):
    visit(screen, name)
    look(screen, name)
    assert not looks.unreachable(screen.page)


def test_an_answered_scan_is_for_everyone(screen):
    visit(screen, "brain_mri")
    page = screen.page
    page.get_by_role("button", name="Axial T1 slice without a lesion").click()
    page.locator(".answer").wait_for()
    for tab in page.get_by_role("tab").all_inner_texts():
        page.get_by_role("tab", name=tab).click()
        looks.settle(page)
        look(screen, f"brain_mri answered, {tab}")
    assert not looks.unreachable(page)


def test_many_scans_are_for_everyone(screen):
    visit(screen, "many")
    page = screen.page
    page.get_by_role("button", name=re.compile("^Read the .* samples")).click()
    page.get_by_role("button", name="All answers (CSV)").wait_for()
    looks.settle(page)
    choose(page, "Full answer to", 1)
    page.locator(".answer").wait_for()
    looks.settle(page)
    look(screen, "many, one row in full")
    page.get_by_role("button", name="Drop these files").click()
    page.locator(INPUT).wait_for(state="attached")


def choose(page, name: str, number: int) -> None:
    """Pick an option of a list; a page that redraws just then closes the list, so it is opened again."""
    from playwright.sync_api import TimeoutError as NeverThere

    option = page.get_by_role("option").nth(number)
    for _ in range(10):
        page.get_by_role("combobox", name=name).click()
        try:
            option.click(timeout=PATIENCE / 10)
            return
        except NeverThere:
            page.keyboard.press("Escape")
    raise AssertionError(f"the list {name!r} never stayed open")


def test_the_demo_is_for_everyone_and_goes_by_keyboard(screen):
    visit(screen, "home")
    page = screen.page
    page.get_by_role("button", name="Start the guided demo").click()
    for number, step in enumerate(STEPS, 1):
        page.get_by_role("heading", name=f"{number} of {len(STEPS)}: {step.title}").wait_for()
        looks.settle(page)
        if number > 1:
            look(screen, f"tour, {step.title}")
        page.keyboard.press("PageDown")
    page.get_by_role("button", name="Start over").wait_for()


def test_every_page_is_there_within_a_second_and_a_half(desktop):
    """On a machine with a core to spare; where all cores are taken the clock says little."""
    busy = os.getloadavg()[0] >= (os.cpu_count() or 1) - 0.5
    taken = {name: visit(desktop, name) for name in PAGES}
    print({name: round(seconds, 2) for name, seconds in taken.items()})
    assert max(taken.values()) < (20 if busy else 1.5)


def test_reading_many_can_be_stopped_while_it_runs(desktop):
    visit(desktop, "many")
    page = desktop.page
    slice_ = samples.phantoms("brain_mri")[0].load()
    files = [{"name": f"{i}.png", "mimeType": "image/png", "buffer": slice_} for i in range(200)]
    page.locator(INPUT).set_input_files(files)
    page.get_by_role("button", name="Stop").click()
    page.get_by_text(re.compile(r"^Stopped\. \d+ files were let go of unread\.")).wait_for()
    looks.settle(page)
    assert 0 < int(re.search(r"(\d+) files", page.get_by_role("heading", level=2).first.inner_text())[1]) < 200


def test_a_click_on_a_row_of_many_shows_its_full_answer(desktop, slices):
    visit(desktop, "many")
    page = desktop.page
    page.locator(INPUT).set_input_files(slices[:4])
    page.get_by_role("button", name="All answers (CSV)").wait_for()
    looks.settle(page)
    grid = page.locator('[data-testid="stDataFrame"] .dvn-scroller')
    grid.click(position={"x": 260, "y": 38 + 60 * 1.5})
    page.locator(".answer").wait_for(timeout=PATIENCE)
    chosen = page.get_by_role("combobox", name="Full answer to").input_value()
    assert chosen == f"2. {slices[1].name}"
