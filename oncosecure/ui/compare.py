"""The page that compares models: pickers, and a tab for every way to look at a model. Only the open tab is computed."""

from __future__ import annotations

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
    style,
)
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
        TABS[opened][2](view)
    compare_view.remember(view, _KEYS[opened] if opened else None)


def _about(view: View) -> None:
    entry, rows = view.entry, view.first.outcomes
    text = (
        f"{count(len(rows))} test {entry.scan_word}s in {count(len(set(rows.groups)))} groups, "
        f"{count(int(rows.is_finding.sum()))} of them with a finding."
    )
    if view.left_out:
        text += f" {count(view.left_out)} are left out, as only one of the two models was tested on them."
    if view.second is None:
        text += f" Only one model of {entry.title} is released, so it stands alone."
    st.caption(text)
