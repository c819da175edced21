"""Tables and figures of the compare page: each is shown, read out in a line, and can be taken along as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import streamlit as st

from oncosecure.cells import safe
from oncosecure.ui import compare_plot, style
from oncosecure.ui.compare_plot import DARK, LIGHT, Plot, Rows
from oncosecure.ui.compare_view import View

_WIDE = 80  # letters to a line above which a table had better scroll on a phone than break its cells


def table(
    view: View,
    name: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    records: Sequence[Mapping],
    strong: int | None = None,
    note: str = "",
) -> None:
    """Show a table of text, with its numbers as a CSV file.

    Args:
        view: what is compared; its keys stand in the file's name.
        name: of the table, in the file's name.
        head, rows, strong: see `style.table`.
        records: what stands in the file, a mapping of column to value for each row.
        note: how to read it, in small print below.
    """
    style.table(head, rows, strong, wide=_letters(head, rows) > _WIDE)
    if note:
        st.caption(note)
    download(view, name, records)


def _letters(head: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """How many letters a table's line takes if none of its cells is broken."""
    return sum(max(map(len, column)) for column in zip(head, *rows, strict=True))


def download(view: View, name: str, records: Sequence[Mapping]) -> None:
    """A button that gives records as a CSV file."""
    st.download_button(
        "Table (CSV)",
        to_csv(records),
        file_name(view, name, "csv"),
        "text/csv",
        key=f"compare.csv.{name}",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def figure(view: View, name: str, chart: Plot | Rows, alt: str, reading: str = "") -> None:
    """Show a chart with one line on how to read it, and give it as an SVG file on a white ground."""
    dark = st.context.theme.type == "dark"
    st.image(compare_plot.draw(chart, DARK if dark else LIGHT), width="stretch", alt=alt)
    if reading:
        st.markdown(reading)
    st.download_button(
        "Figure (SVG)",
        compare_plot.draw(chart, LIGHT, on_ground=True),
        file_name(view, name, "svg"),
        "image/svg+xml",
        key=f"compare.svg.{name}",
        icon=":material/download:",
        on_click="ignore",
        type="tertiary",
    )


def missing(what: str, command: str = "") -> None:
    """Say that something was not measured, and what would measure it."""
    st.info(f"{what} {'This command does it:' if command else ''}".strip(), icon=":material/info:")
    if command:
        st.code(command, language="bash", wrap_lines=True)


def file_name(view: View, name: str, suffix: str) -> str:
    """ "oncosecure-brain_mri-figures-a-b.csv"."""
    return f"oncosecure-{'-'.join((view.entry.key, name, *(side.key for side in view.sides)))}.{suffix}"


def to_csv(records: Sequence[Mapping]) -> str:
    """Records as CSV text, safe to open in a spreadsheet; numbers stay numbers, and what is not known is empty."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(dict.fromkeys(key for record in records for key in record)), restval="")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in record.items()} for record in records)
    return stream.getvalue()


def _cell(value) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return safe(value) if isinstance(value, str) else str(value)


def spread(prefix: str, figure: Mapping[str, float]) -> dict[str, float]:
    """A figure with its interval as three columns of a record."""
    return {prefix: figure["value"], f"{prefix}_low": figure["low"], f"{prefix}_high": figure["high"]}
