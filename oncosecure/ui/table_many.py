"""Many rows at once: a CSV file in, a CSV file out."""

from __future__ import annotations

import csv
import io
from itertools import islice

import streamlit as st

from oncosecure.tabular import sheet, standing
from oncosecure.tabular.features import FEATURES
from oncosecure.ui import style
from oncosecure.ui.table_reading import brief
from oncosecure.ui.table_state import Many, TableSession
from oncosecure.ui.words import count, lower_first, percent, several, verbatim

_SHOWN = 20  # rows of the preview


def show(session: TableSession) -> None:
    """Render the uploader, or the answers to the last file."""
    if st.session_state.get(session.upload_key) is not None:
        session.read_file()
    st.header("Many rows at once", anchor=False)
    if session.error:
        st.error(verbatim(session.error), icon=":material/error:")
    if session.many is None:
        _uploader(session)
    else:
        _results(session, session.many)


def _uploader(session: TableSession) -> None:
    st.markdown(
        "A CSV file whose first line names the 30 measurements, as scikit-learn does (`mean radius`) or as UCI does "
        "(`radius_mean`), in any order. It is answered in this server's memory and never written to disk."
    )
    st.file_uploader("Choose a CSV file", type="csv", key=session.upload_key)
    st.caption(f"CSV in UTF-8, up to {sheet.MAX_ROWS:,} rows and 20 MB.")
    st.download_button(
        "An example to start from (CSV)",
        example(),
        "oncosecure-example.csv",
        "text/csv",
        key=session.key("template"),
        icon=":material/download:",
        on_click="ignore",
    )


def _results(session: TableSession, many: Many) -> None:
    entry, usable = session.entry, many.sheet.usable
    st.markdown(f"**{several(len(usable), 'row')}.** {_summary(session, many)}")
    rows = [_cells(entry.names, row) for row in islice(many.rows(), _SHOWN)]
    style.table(("Row", "Answer", "Malignancy probability", "Remarks"), rows)
    if len(usable) > _SHOWN:
        st.caption(f"The first {_SHOWN} rows; the file below holds all of them.")
    with st.container(horizontal=True, gap="small"):
        st.download_button(
            "All answers (CSV)",
            many.to_csv,
            f"oncosecure-{entry.key}.csv",
            "text/csv",
            key=session.key("answers"),
            icon=":material/download:",
            on_click="ignore",
        )
        st.button("Drop this file", key=session.key("drop"), icon=":material/delete:", on_click=session.forget_file)


def _summary(session: TableSession, many: Many) -> str:
    names, answers = session.entry.names, many.answers
    broken = int((~many.sheet.usable).sum())
    parts = []
    if answers is not None:
        called = answers.probabilities.argmax(1)
        parts += [
            f"{count(int((called == i).sum()))} taken for {lower_first(name)}" for i, name in enumerate(names.values())
        ]
        parts.append(f"{count(int((answers.inside.sum(1) > 1).sum()))} undecided")
        parts.append(f"{count(int((~answers.in_distribution).sum()))} unlike the data")
        parts.append(f"{count(int(answers.outside.any(1).sum()))} with a value out of range")
    return f"{', '.join([*parts, f'{count(broken)} could not be used'])}."


def _cells(names: dict[str, str], row: dict[str, str]) -> tuple[str, str, str, str]:
    if row["error"]:
        return row["row"], "none", "", row["error"]
    remarks = []
    if ";" in row["prediction_set"]:
        remarks.append("undecided")
    if row["in_distribution"] == "false":
        remarks.append("unlike the data")
    if row["out_of_range"]:
        remarks.append(f"out of range: {brief(row['out_of_range'].split(';'), 3)}")
    return row["row"], names[row["predicted"]], percent(float(row["target_probability"])), "; ".join(remarks)


def example() -> str:
    """The page's example rows as a CSV file."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(FEATURES)
    writer.writerows([f"{value:g}" for value in row.values] for row in standing.examples())
    return stream.getvalue()
