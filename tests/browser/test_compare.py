"""The compare page in a real browser: a link, the files that leave, and every tab on a phone."""

from __future__ import annotations

import csv
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest

from oncosecure.ui import compare
from tests.browser.test_app import IDLE, no_horizontal_scroll

pytestmark = pytest.mark.browser

LINK = "/compare?modality=breast_features&models=random_forest,k_nn&tab=threshold&threshold=0.2&prevalence=0.01"
NAMES = [name for _, name, _ in compare.TABS]


def test_a_link_reopens_a_comparison_whose_files_can_be_taken_along(watched, served, tmp_path: Path):
    page = watched.page
    page.goto(LINK)
    page.get_by_role("heading", name="Random forest at 0.200").wait_for()
    page.locator(IDLE).wait_for()
    assert page.get_by_role("tab", name="Threshold").get_attribute("aria-selected") == "true"
    page.get_by_alt_text("At 0.200 Random forest finds").wait_for()
    table, figure = taken(page, "Table (CSV)", tmp_path), taken(page, "Figure (SVG)", tmp_path)
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [row["model"] for row in rows] == ["random_forest", "k_nn"]
    assert {row["threshold"] for row in rows} == {"0.2"} and {row["prevalence"] for row in rows} == {"0.01"}
    assert xml.fromstring(figure.read_text()).tag.endswith("svg")
    page.get_by_role("button", name="One half: 0.500").click()
    page.get_by_role("heading", name="Random forest at 0.500").wait_for()
    page.wait_for_url("**threshold=0.5**")
    assert not [url for url in watched.requests if not url.startswith((served.url, "data:", "blob:"))]


def taken(page, name: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).first.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_no_tab_scrolls_sideways_on_a_phone(phone):
    page = phone.page
    page.goto("/compare?modality=breast_ultrasound")
    for name in NAMES:
        page.get_by_role("tab", name=name).click()
        page.locator(f'[role="tab"][aria-selected="true"]:has-text("{name}")').wait_for()
        page.locator(IDLE).wait_for()
        assert no_horizontal_scroll(page), name


def test_every_class_of_a_table_of_counts_is_seen_on_a_desktop(watched):
    page = watched.page
    page.goto("/compare?modality=skin_lesion")
    page.locator(".figures.counts").first.wait_for()
    page.locator(IDLE).wait_for()
    cut = "frames => frames.filter(frame => frame.scrollWidth > frame.clientWidth).length"
    assert page.locator(".scroll:has(.counts)").evaluate_all(cut) == 0
