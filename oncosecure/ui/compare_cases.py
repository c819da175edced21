"""The cases that say most about two models, by id, and as pictures where the data lies here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from oncosecure.evaluation import hardest
from oncosecure.ui import sources
from oncosecure.ui.compare_parts import table
from oncosecure.ui.compare_view import View
from oncosecure.ui.words import count, percent, verbatim

MOST = 12  # rows of each list
_SHOWN = 6  # pictures above each list


def show(view: View) -> None:
    """Render the tab."""
    if not sources.case_pictures_here(view.entry) and view.entry.is_image:
        st.caption(
            "Cases are named by their file in the data set. With ONCOSECURE_DATA set to a folder that holds it, their "
            "pictures stand here as well."
        )
    for side in view.sides:
        rows = hardest.confidently_wrong(side.outcomes, MOST)
        wrong = int((~side.outcomes.right).sum())
        _list(
            view,
            f"wrong-{side.role}",
            f"{side.name}: wrong and most sure of it",
            rows,
            f"{count(wrong)} {'is' if wrong == 1 else 'are'} wrong in all.",
        )
    if view.second:
        first, second = view.sides
        for one, other in ((first, second), (second, first)):
            rows = hardest.only_right(one.outcomes, other.outcomes)
            _list(
                view,
                f"only-{one.role}",
                f"Only {one.name} is right",
                rows[:MOST],
                f"{count(len(rows))} in all; first those where {other.name} was surest.",
            )
        rows = hardest.hardest([first.outcomes, second.outcomes], MOST)
        _list(view, "hardest", "Hardest for both", rows, "Lowest probability of the right class.")
    else:
        rows = hardest.barely_right(view.first.outcomes, MOST)
        _list(view, "barely", f"{view.first.name}: right, but least sure of it", rows, "")


def _list(view: View, name: str, title: str, rows: np.ndarray, remark: str) -> None:
    st.header(title, anchor=False)
    if not len(rows):
        st.markdown("There is none.")
        return
    if remark:
        st.caption(remark)
    _pictures(view, rows)
    head = ("Case", "Really", *(f"{side.name} says" for side in view.sides))
    table(view, name, head, [_cells(view, row) for row in rows], [_record(view, row) for row in rows])


def _pictures(view: View, rows: Sequence[int]) -> None:
    o = view.first.outcomes
    paths = [(row, sources.case_picture(view.entry, o.ids[row])) for row in rows[:_SHOWN]]
    if not any(path for _, path in paths):
        return
    with st.container(horizontal=True, gap="small"):
        for row, path in paths:
            if path:
                with st.container(width=150, gap="xsmall"):
                    really = view.entry.names[view.entry.labels[o.targets[row]]]
                    st.image(path.read_bytes(), width="stretch", alt=f"Test case, {really}")
                    st.caption(f"{really}: {verbatim(o.ids[row].rpartition('/')[2])}")


def _cells(view: View, row: int) -> tuple[str, ...]:
    entry, o = view.entry, view.first.outcomes
    said = (
        f"{entry.names[entry.labels[side.outcomes.predicted[row]]]}, "
        f"{percent(side.outcomes.probabilities[row].max())}{'' if side.outcomes.right[row] else ' (wrong)'}"
        for side in view.sides
    )
    return (o.ids[row], entry.names[entry.labels[o.targets[row]]], *said)


def _record(view: View, row: int) -> dict:
    labels, o = view.entry.labels, view.first.outcomes
    record = {"id": str(o.ids[row]), "label": labels[o.targets[row]]}
    for side in view.sides:
        record[f"{side.key}_says"] = labels[side.outcomes.predicted[row]]
        record |= {
            f"{side.key}_p_{label}": float(p) for label, p in zip(labels, side.outcomes.probabilities[row], strict=True)
        }
    return record
