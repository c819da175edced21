"""The table of many scans, its filters, and the row that was chosen in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from oncosecure.analysis import Analysis
from oncosecure.catalog import Modality
from oncosecure.ui import answer, measured, overlay, reading, style
from oncosecure.ui.many_rows import Row
from oncosecure.ui.many_state import Job
from oncosecure.ui.words import count, listing, lower_first, percent, several

if TYPE_CHECKING:
    import pandas as pd

#: What the remarks filter offers, and which rows it keeps.
REMARKS: dict[str, Callable[[Row], bool]] = {
    "undecided": lambda row: row.undecided,
    "unlike training": lambda row: row.unlike,
    "high risk": lambda row: row.answer is not None and row.answer.risk == "high",
    "quality note": lambda row: row.answer is not None and bool(row.answer.quality),
    "could not be read": lambda row: bool(row.error),
}
_COUNTED = ("undecided", "unlike training", "could not be read")
_NUMBERS = ("Probability", "Target")


def summary(job: Job) -> str:
    """What the files hold, in one sentence, and how long they took."""
    called = Counter(row.answer.predicted for row in job.rows if row.answer)
    found = [f"{count(n)} {lower_first(job.entry.names[label])}" for label, n in called.most_common()]
    remarks = [(sum(map(REMARKS[name], job.rows)), name) for name in _COUNTED]
    parts = [listing(part) for part in (found, [f"{count(n)} {name}" for n, name in remarks if n]) if part]
    return f"**{'; '.join(parts)}.** Read in {job.seconds:.1f} s."


def show(key: Callable[[str], str], job: Job) -> None:
    """Render filters, table and the chosen row.

    Args:
        key: makes the key of a widget.
        job: with at least one row.
    """
    kept = _filtered(key, job)
    if kept:
        _grid(key, job, kept)
    else:
        st.markdown("No row passes these filters.")
    _chooser(key, job)
    row = job.row(job.chosen)
    if row is not None:
        _full(key, job, row)


def _filtered(key: Callable[[str], str], job: Job) -> list[Row]:
    names, present = job.entry.names, {row.answer.predicted for row in job.rows if row.answer}
    offered = [label for label in job.entry.labels if label in present]
    left, middle, right = st.columns(3)
    labels = left.multiselect(
        "Prediction", offered, format_func=names.get, placeholder="All", key=key("filter.prediction")
    )
    remarks = middle.multiselect("Remarks", list(REMARKS), placeholder="All", key=key("filter.remarks"))
    text = right.text_input("File name contains", key=key("filter.name"))
    return filtered(job.rows, labels, remarks, text)


def filtered(rows: Sequence[Row], labels: Sequence[str], remarks: Sequence[str], text: str) -> list[Row]:
    """Rows with one of the predictions, one of the remarks and the text in their name; an empty filter keeps all."""
    return [
        row
        for row in rows
        if (not labels or (row.answer is not None and row.answer.predicted in labels))
        and (not remarks or any(REMARKS[name](row) for name in remarks))
        and text.lower() in row.name.lower()
    ]


def _grid(key: Callable[[str], str], job: Job, kept: list[Row]) -> None:
    numbers = tuple(row.number for row in kept)
    table = key(f"table.{hash(numbers)}")  # another filter is another table, whose selection is empty
    frame = frame_of(kept, job.entry)

    def choose() -> None:
        selection = st.session_state[table].selection
        places = selection.rows or [place for place, _ in selection.cells]
        job.chosen = numbers[places[0]] if places else job.chosen

    st.dataframe(
        frame.style.format({name: percent for name in _NUMBERS}, na_rep=""),
        key=table,
        on_select=choose,
        selection_mode=["single-row", "single-cell"],
        column_config=_columns(job.entry),
        hide_index=True,
        placeholder="",
        row_height=60,
        height=min(38 + 60 * len(kept), 640),
        alt=f"Answers to {several(len(kept), 'file')}. The list below names the same files.",
    )
    st.caption(
        f"{count(len(kept))} of {several(len(job.rows), 'row')}. A click on a column's head sorts, a click on a row "
        "shows its full answer below."
    )


def frame_of(rows: Sequence[Row], entry: Modality) -> pd.DataFrame:
    """The table's cells, a row a file. Names stand in it as text."""
    import pandas as pd

    return pd.DataFrame([_cells(row, entry) for row in rows])


def _cells(row: Row, entry: Modality) -> dict:
    found = row.answer
    if found is None:
        cells = dict.fromkeys(_NUMBERS, float("nan")) | dict.fromkeys(("Set", "Known", "Quality"), "")
        cells |= {"Prediction": "none, could not be read", "Problem": row.error}
    else:
        cells = {
            "Prediction": entry.names[found.predicted],
            "Probability": found.confidence,
            "Target": found.target_probability,
            "Set": reading.answer_set(found, entry),
            "Known": "yes" if found.in_distribution else "no",
            "Quality": ", ".join(note.code for note in found.quality) or "nothing to note",
            "Problem": "",
        }
    first = {"No.": row.number, "Picture": row.thumbnail, "Prediction": "", "Probability": 0.0, "File": row.name}
    return first | cells  # the first row sets the columns' order, so every row names them alike


def _columns(entry: Modality) -> dict:
    kinds = st.column_config
    return {
        "No.": kinds.NumberColumn(width=50),
        "Picture": kinds.ImageColumn(width=70),
        "File": kinds.TextColumn(width=170),
        "Prediction": kinds.TextColumn(width=150),
        "Probability": kinds.NumberColumn(width=90, help="Of the prediction, calibrated."),
        "Target": kinds.NumberColumn(entry.target_name, width=140),
        "Set": kinds.TextColumn("Comes into question", width=190),
        "Known": kinds.TextColumn("Like training", width=130),
        "Quality": kinds.TextColumn(width=130),
        "Problem": kinds.TextColumn(width=320),
    }


def _chooser(key: Callable[[str], str], job: Job) -> None:
    """The same choice as a list, for keyboards and screen readers."""
    names = {row.number: f"{row.number}. {row.name}" for row in job.rows}
    choice = key("chosen")
    st.session_state[choice] = job.chosen

    def choose() -> None:
        job.chosen = st.session_state[choice]

    st.selectbox(
        "Full answer to",
        list(names),
        index=None,
        format_func=names.get,
        placeholder="Choose a file, here or in the table",
        key=choice,
        on_change=choose,
    )


@dataclass(frozen=True)
class _Chosen:
    """What `ui.answer` needs to know of a scan."""

    entry: Modality
    answer: Analysis
    key: Callable[[str], str]
    drawn: bool = False


def _full(key: Callable[[str], str], job: Job, row: Row) -> None:
    if row.answer is None:
        st.error(row.error, icon=":material/error:")
        return
    left, right = st.columns(2, gap="large")
    with left:
        _picture(key, job.entry, row)
    with right:
        answer.show(_Chosen(job.entry, row.answer, key), measured.card(job.entry, job.model))
    _all_maps(key, job.entry, row)


def _picture(key: Callable[[str], str], entry: Modality, row: Row) -> None:
    st.header(f"The {entry.scan_word}", anchor=False)
    shown = overlay.for_display(row.picture)
    style.reserve(key("map"), shown.shape)
    place = st.container(key=key("map"))
    left, right = st.columns(2)
    label = left.selectbox(
        "Show the evidence for",
        entry.labels,
        index=entry.labels.index(row.answer.predicted),
        format_func=entry.names.get,
        key=key(f"class.{row.number}"),
    )
    opacity = right.slider("Opacity of the heatmap", 0, 100, 60, 5, format="%d %%", key=key("opacity"))
    heat = row.answer.heatmaps[label]
    sentence = reading.map_sentence(entry, label, _strength(row, label))
    with place:
        blended = overlay.blend(shown, overlay.for_display(heat), opacity / 100)
        alt = f"{entry.title} {entry.scan_word} with a heatmap for {entry.names[label]}. {sentence}"
        style.picture(blended, alt)
        st.html(overlay.legend())
        st.markdown(sentence)
    st.caption("Drawn over a small copy; the file itself was let go of once it was read.")


def _strength(row: Row, label: str) -> float:
    """The strongest evidence for a class as a share of that for any class, 0 to 1."""
    peaks = {name: float(heat.max()) for name, heat in row.answer.heatmaps.items()}
    return peaks[label] / max(*peaks.values(), 1e-9)


def _all_maps(key: Callable[[str], str], entry: Modality, row: Row) -> None:
    st.header("Where the model sees evidence for each class", anchor=False)
    picture = row.picture
    with st.container(key=key("all-maps")):
        for start in range(0, len(entry.labels), 4):
            for column, label in zip(st.columns(4), entry.labels[start : start + 4], strict=False):
                blended = overlay.blend(picture, row.answer.heatmaps[label], 0.6)
                with column:
                    style.picture(blended, f"Heatmap for {entry.names[label]}")
                    st.markdown(f"**{entry.names[label]}**, {percent(row.answer.probabilities[label])}")
    st.header("Training cases that look most alike to the model", anchor=False)
    cases = [(entry.names[case.label], f"{case.similarity:.2f}", case.id) for case in row.answer.similar]
    style.table(("Label", "Similarity", "Case"), cases)
