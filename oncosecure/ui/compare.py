"""The page that compares models: pickers, and a tab for every way to look at a model. Only the open tab is computed."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from oncosecure import catalog
from oncosecure.errors import WeightsError
from oncosecure.evaluation import outcomes
from oncosecure.ui import (
    compare_cases,
    compare_curves,
    compare_elsewhere,
    compare_figures,
    compare_groups,
    compare_inside,
    compare_leak,
    compare_threshold,
    compare_view,
    reading,
    style,
)
from oncosecure.ui.compare_parts import missing
from oncosecure.ui.compare_view import View
from oncosecure.ui.words import count

#: Key in the address, name of the tab, and what renders it.
TABS = (
    ("figures", "Figures", compare_figures.show),
    ("curves", "Curves", compare_curves.show),
    ("threshold", "Threshold", compare_threshold.show),
    ("cases", "Hardest cases", compare_cases.show),
    ("leak", "Leak gap", compare_leak.show),
    ("groups", "Subgroups", compare_groups.show),
    ("elsewhere", "Poor and foreign scans", compare_elsewhere.show),
    ("inside", "Maps and training", compare_inside.show),
)
#: What stands on tabs that speak of pictures, where the models read a table.
OF_A_TABLE = {
    "leak": "There is no such split here: every row of the table is another mass, all rows were held out in turn, and "
    "all preparation was fitted on the other rows alone.",
    "groups": "The table says nothing of the people behind its rows, so there are no groups to compare.",
    "elsewhere": "These models read numbers, so there is no poor picture to try; and no other hospital's table lies "
    "here, so every figure on this page speaks of this data set alone.",
    "inside": "These models read numbers, so there are no heatmaps to measure: what moves the released one is told by "
    "exact Shapley values on its own page. None of them keeps a history of its training.",
}
_KEYS, _NAMES = [key for key, *_ in TABS], [name for _, name, _ in TABS]


def show() -> None:
    """Render the page."""
    style.heading(
        "Compare models",
        "Two models on the same test pictures, which neither has seen. Everything here is computed from files that "
        "were released with the models.",
    )
    try:
        _compare()
    except WeightsError as error:
        st.error(str(error), icon=":material/error:")


def _compare() -> None:
    entries = [entry for entry in catalog.MODALITIES.values() if outcomes.models(entry)]
    if not entries:
        st.warning("**No model yet.** There is nothing to compare in this copy.", icon=":material/info:")
        return
    address = compare_view.start(entries, _KEYS)
    view = compare_view.pick(entries, address)
    _about(view)
    if address.tab:
        st.session_state["compare.tab"] = _NAMES[_KEYS.index(address.tab)]
    tabs = st.tabs(_NAMES, key="compare.tab", on_change="rerun")
    opened = next((i for i, tab in enumerate(tabs) if tab.open), 0)
    with tabs[opened]:
        _open(view, *TABS[opened])
    compare_view.remember(view, _KEYS[opened] if opened else None)


def _open(view: View, key: str, _: str, render: Callable[[View], None]) -> None:
    if view.entry.is_image or key not in OF_A_TABLE:
        render(view)
    else:
        missing(OF_A_TABLE[key])


def _about(view: View) -> None:
    entry, rows = view.entry, view.first.outcomes
    text = (
        f"{count(len(rows))} test {entry.scan_words} in {count(len(set(rows.groups)))} {reading.groups(entry)}, "
        f"{count(int(rows.is_finding.sum()))} of them with a finding."
    )
    if view.left_out:
        text += f" {count(view.left_out)} are left out, as only one of the two models was tested on them."
    if len(set(rows.groups)) < reading.FEW:
        text += f" So few {reading.groups(entry)} say little of others: take the intervals as too narrow."
    if view.second is None:
        text += f" Only one model of {entry.title} is released, so it stands alone."
    st.caption(text)
