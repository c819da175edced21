"""No cell of a CSV file that leaves the app is a formula to a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncosecure.cells import safe, to_csv

DANGEROUS = [
    "=HYPERLINK(1)",
    "+1+1",
    "-cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\uff1d1+1",
    "%0A=1",
]


@pytest.mark.parametrize("cell", DANGEROUS)
def test_a_formula_becomes_text(cell):
    (row,) = csv.DictReader(io.StringIO(to_csv([{"path": cell, "error": "fine"}]), newline=""))
    assert row["path"].startswith("'") or row["path"].strip().startswith("'")
    assert row["error"] == "fine"


@pytest.mark.parametrize("separator", ";\t")
def test_nor_behind_the_separator_of_another_country(separator):
    assert f"{separator}'=1" in safe(f"a{separator}=1")


@pytest.mark.parametrize(
    "cell", ["", "0.123456", "-0.5", "+1", "1e-9", "glioma;meningioma", "scan 1.png", "a=b", "a-b"]
)
def test_what_is_harmless_stays_as_it_is(cell):
    assert safe(cell) == cell


@given(st.text())
def test_no_text_begins_like_a_formula_behind_any_separator(text):
    for part in safe(text).replace(";", "\t").split("\t"):
        begun = part.strip()
        try:
            float(begun)
        except ValueError:
            assert not begun.startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))


@given(st.text())
def test_every_row_stays_one_line(text):
    assert len(to_csv([{"a": text, "b": ""}]).splitlines()) == 2 or any(
        c in text for c in "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
    )
