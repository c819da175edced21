"""The start page: what this is, what it reads, and the honest figure of every model."""

from __future__ import annotations

import streamlit as st

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.errors import WeightsError
from oncosecure.ui import measured, model, style


def show() -> None:
    """Render the start page."""
    style.heading(
        "OncoSecure AI",
        "See what a cancer-image model predicts, why, how sure it is and how well it has really been measured. "
        "Your picture never leaves memory.",
    )
    entries = list(catalog.MODALITIES.values())
    _start(next((m for m in entries if m.has_weights()), None))
    st.header("What it reads", anchor=False)
    for row in range(0, len(entries), 3):
        for column, entry in zip(st.columns(3), entries[row : row + 3], strict=False):
            with column:
                _tile(entry)
    st.header("How to read a figure", anchor=False)
    st.markdown(
        "*Leak-free* means that no picture of the test, and nothing nearly the same as it, was among the training "
        "pictures. The brackets hold the 95 % interval: what the figure could have been on other pictures of the same "
        "kind. Every figure is computed from files that lie beside the model."
    )


def _start(entry: Modality | None) -> None:
    with st.container(horizontal=True):
        if entry and st.button(f"Start with {entry.title}", type="primary", icon=entry.icon):
            st.switch_page(f"pages/{entry.key}.py")
        if st.button("What happens to a picture", icon=":material/shield_lock:"):
            st.switch_page("pages/about.py")


def _tile(entry: Modality) -> None:
    with st.container(border=True, height="stretch"):
        st.subheader(f"{entry.icon} {entry.title}", anchor=False)
        st.markdown(entry.reads)
        st.markdown(f"**{_figure(entry)}**")
        st.space("stretch")
        st.page_link(f"pages/{entry.key}.py", label=f"Open {entry.title}", icon=":material/arrow_forward:")


def _figure(entry: Modality) -> str:
    if not entry.has_weights():
        return "No model yet"
    try:
        return model.headline(entry, measured.card(entry))
    except WeightsError:
        return "Model not loaded: its files are not the released ones"
