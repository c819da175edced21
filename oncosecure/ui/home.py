"""The start page: what this is, the ways in, what it reads, and the honest figure of every model."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

import numpy as np
import streamlit as st

from oncosecure import DISCLAIMER, catalog
from oncosecure.analysis import to_scan
from oncosecure.catalog import Modality
from oncosecure.errors import WeightsError
from oncosecure.samples import phantoms
from oncosecure.ui import host, measured, model, navigation, overlay, reading, style, tour, tour_cases
from oncosecure.ui.words import INTERVAL, lower_first, upper_first

#: Ways into the app beside the scans' own pages, and what each is good for.
WAYS = (
    (navigation.TOUR, "Seven steps through one model, with words to say."),
    (navigation.MANY, "Up to 200 files in one go: a table and all heatmaps."),
    (navigation.COMPARE, "Two models side by side: figures, curves, subgroups, leaks."),
    (navigation.ABOUT, "What happens to a picture, and what the models are for."),
)


def show() -> None:
    """Render the start page."""
    host.run_as_app()
    entries = list(catalog.MODALITIES.values())
    first = _first()
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        _welcome(first)
    if first:
        with right:
            _example(first)
    st.header("What it reads", anchor=False)
    for row in range(0, len(entries), 3):
        for column, entry in zip(st.columns(3), entries[row : row + 3], strict=False):
            with column:
                _tile(entry)
    st.header("More ways in", anchor=False)
    _ways()
    st.header("How to read a figure", anchor=False)
    st.markdown(
        "*Leak-free* means that no picture of the test, and nothing nearly the same as it, was among the training "
        f"pictures. The brackets hold the {INTERVAL}: what the figure could have been on other pictures of the same "
        "kind. Every figure is computed from files that lie beside the model."
    )


def preload() -> None:
    """Read the drawings beforehand, so that the first visitor need not wait for them."""
    first = _first()
    if first:
        with suppress(WeightsError):
            _read_drawing(first)


def _first() -> Modality | None:
    """The modality to begin with: one that has a model and drawings."""
    return next((m for m in catalog.MODALITIES.values() if m.has_weights() and phantoms(m.key)), None)


def _welcome(first: Modality | None) -> None:
    st.title("OncoSecure AI", anchor=False)
    style.lead(
        "See what a cancer-image model predicts, why, how sure it is and how well it has really been measured. "
        "Your picture never leaves memory."
    )
    with st.container(horizontal=True, gap="small"):
        if first and st.button(
            "Start the guided demo", type="primary", icon=":material/slideshow:", on_click=tour.restart
        ):
            st.switch_page("pages/tour.py")
        if first and st.button(f"Start with {first.title}", icon=first.icon):
            st.switch_page(f"pages/{first.key}.py")
        if st.button("What happens to a picture", icon=":material/shield_lock:"):
            st.switch_page("pages/about.py")
    st.caption(DISCLAIMER)


def _example(entry: Modality) -> None:
    """A drawing with the model's map over it: what the app does, at a glance."""
    try:
        picture, sentence = _read_drawing(entry)
    except WeightsError:
        return  # Its tile says so.
    style.reserve("home-example", picture.shape)
    with st.container(key="home-example"):
        style.picture(picture, f"A drawn {entry.title} {entry.scan_word} with a heatmap. {sentence}")
    st.caption(f"{sentence} The {entry.scan_word} is drawn by code; bright spots speak for that answer.")


@lru_cache(maxsize=4)
def _read_drawing(entry: Modality) -> tuple[np.ndarray, str]:
    """The drawing that the model reads best, blended with its map, and what it says of it. Once a process."""
    case, found = tour_cases.drawing(entry)
    pixels = to_scan(case.load(), entry).pixels
    heat = overlay.for_display(found.heatmaps[found.predicted])
    return overlay.blend(overlay.for_display(pixels), heat, 0.6), reading.headline(found, entry)


def _ways() -> None:
    for column, ((page, title, icon), line) in zip(st.columns(len(WAYS)), WAYS, strict=True):
        with column.container(border=True, height="stretch"):
            st.subheader(f"{icon} {title}", anchor=False)
            st.markdown(line)
            st.space("stretch")
            label = f"Open {lower_first(title)}"
            st.page_link(f"pages/{page}.py", label=label, icon=":material/arrow_forward:")


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
        return upper_first(model.headline(entry, measured.card(entry)))
    except WeightsError:
        return "Model not loaded: its files are not the released ones"
