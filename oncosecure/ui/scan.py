"""The scan with a class's heatmap over it. A fragment: its controls redraw the picture and rerun nothing else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from oncosecure import DISCLAIMER, catalog, explain
from oncosecure.catalog import Modality
from oncosecure.ui import downloads, overlay, reading, style
from oncosecure.ui.state import Session


@st.fragment
def show(key: str) -> None:
    """Render the scan column of a modality."""
    session = Session(catalog.get(key))
    entry = session.entry
    st.header(f"The {entry.scan_word}", anchor=False)
    style.reserve(session.key("map"), session.shown.shape)
    picture = st.container(key=session.key("map"))
    label = _class(session)
    left, right = st.columns(2)
    with left:
        opacity = st.slider("Opacity of the heatmap", 0, 100, 60, 5, format="%d %%", key=session.key("opacity"))
    with right:
        method = _method(session)
    heat = session.heat(label, method)
    with picture:
        _picture(session, label, heat, opacity / 100, method)
    _downloads(session, label, opacity / 100, method)


def _class(session: Session) -> str:
    entry, first = session.entry, session.answer.predicted
    names = entry.names | {first: f"{entry.names[first]} (the model's first choice)"}
    return st.selectbox(
        "Show the evidence for",
        entry.labels,
        index=entry.labels.index(first),
        format_func=names.get,
        key=session.key("class"),
    )


def _method(session: Session) -> str:
    return st.selectbox(
        "Method",
        list(explain.METHODS),
        format_func=lambda method: explain.METHODS[method].title,
        key=session.key("method"),
        help=" ".join(f"{m.title}: {m.sentence}" for m in explain.METHODS.values()),
    )


def _picture(session: Session, label: str, heat: np.ndarray, opacity: float, method: str) -> None:
    sentence = reading.map_sentence(
        session.entry, label, session.strength(label, method), explain.METHODS[method].signed
    )
    blended = overlay.blend(session.shown, heat, opacity)
    alt = f"{session.entry.title} {session.entry.scan_word} with a heatmap for {session.entry.names[label]}. {sentence}"
    style.picture(blended, alt)
    st.html(overlay.legend())
    st.markdown(sentence)


def _downloads(session: Session, label: str, opacity: float, method: str) -> None:
    downloads.show(session, "Heatmap (PNG)", _figure(session, label, opacity, method), f"{label}-{method}")


def _figure(session: Session, label: str, opacity: float, method: str) -> Callable[[], bytes]:
    """Makes the file when it is asked for; that happens outside the session, whose state is out of reach then."""
    shown, heat, title = session.shown, session.heat(label, method), _title(session.entry, label, method)
    return lambda: overlay.figure(overlay.blend(shown, heat, opacity), title, DISCLAIMER)


def _title(entry: Modality, label: str, method: str) -> str:
    return f"{entry.title}: evidence for {entry.names[label]} ({explain.METHODS[method].title})"
