"""The picture before and after preprocessing, and what the model says then. Off until someone asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from oncosecure import catalog
from oncosecure.analysis import analyze
from oncosecure.intake import enhance
from oncosecure.ui import overlay, reading, style
from oncosecure.ui.state import Session
from oncosecure.ui.words import count, listing, lower_first, percent, points

if TYPE_CHECKING:
    import numpy as np

    from oncosecure.analysis import Analysis
    from oncosecure.catalog import Modality
    from oncosecure.intake.enhance import Enhancement

OFF = "Off"


@st.fragment
def show(key: str, card: dict) -> None:
    """Render the choice of a modality's methods, and for the chosen one both pictures and both answers."""
    session = Session(catalog.get(key))
    entry = session.entry
    if not entry.enhancements:
        return
    st.header("With preprocessing", anchor=False)
    st.markdown(
        f"The answer above is for the {entry.scan_word} as it is. See what preprocessing makes of it, and what the "
        "model says then."
    )
    titles = {OFF: OFF} | {name: enhance.get(name).title for name in entry.enhancements}
    chosen = st.segmented_control(
        "Preprocessing",
        list(titles),
        default=_default(entry, card),
        format_func=titles.get,
        key=session.key("enhancement"),
        label_visibility="collapsed",
    )
    if chosen in (None, OFF):
        return
    method = enhance.get(chosen)
    pixels, after = _after(session, method)
    _pictures(session, method, pixels)
    st.markdown(_sentence(entry, session.answer, after))
    _table(entry, session.answer, after)
    st.caption(_measured(entry, method, card))


def _default(entry: Modality, card: dict) -> str:
    """Off, unless a method was measured to help this model."""
    found = card.get("preprocessing", {}).get("methods", {})
    return next((name for name in entry.enhancements if found.get(name, {}).get("helps")), OFF)


def _after(session: Session, method: Enhancement) -> tuple[np.ndarray, Analysis]:
    """The changed picture and the model's answer to it; computed once a picture."""
    known = st.session_state.setdefault(session.key("enhanced"), {})
    if method.key not in known:
        pixels = method.apply(enhance.limited(session.scan.pixels))
        known[method.key] = pixels, analyze(pixels, session.entry, session.answer.model)
    return known[method.key]


def _pictures(session: Session, method: Enhancement, pixels: np.ndarray) -> None:
    word = session.entry.scan_word
    with st.container(key=session.key("before.maps")):  # side by side on a phone too
        left, right = st.columns(2)
    with left:
        style.picture(session.shown, f"The {word} as it is")
        st.caption("As it is")
    with right:
        style.picture(overlay.for_display(pixels), f"The {word} after {lower_first(method.title)}")
        st.caption(f"{method.title}. {method.sentence}")


def _sentence(entry: Modality, before: Analysis, after: Analysis) -> str:
    first, then = (reading.in_sentence(entry, answer.predicted) for answer in (before, after))
    target = lower_first(entry.target_name)
    moved = f"the {target} goes from {percent(before.target_probability)} to {percent(after.target_probability)}"
    if before.predicted == after.predicted:
        return f"**The first choice stays {first}**, and {moved}."
    return f"**The first choice turns from {first} into {then}**, and {moved}."


def _table(entry: Modality, before: Analysis, after: Analysis) -> None:
    rows = [
        (entry.names[label], percent(before.probabilities[label]), percent(after.probabilities[label]))
        for label in entry.labels
    ]
    rows.append((entry.target_name, percent(before.target_probability), percent(after.target_probability)))
    style.table(("Class", "As it is", "After"), rows)


def _measured(entry: Modality, method: Enhancement, card: dict) -> str:
    """What the method was measured to do to this model."""
    found = card.get("preprocessing", {}).get("methods", {}).get(method.key)
    if not found:
        return f"Not measured for this model. After {method.source}."
    pictures = card["preprocessing"]["pictures"]
    helped = (
        "It helps this model, so it is shown by default"
        if found["helps"]
        else "It was not shown to help this model, so it is off by default"
    )
    gains = [
        f"{name} by {points(found['differences'][key])} points"
        for key, name in (("balanced_accuracy", "balanced accuracy"), ("accuracy", "accuracy"))
    ]
    said = f"On {count(pictures)} validation {entry.scan_words} it changed {listing(gains)}."
    return f"{said} {helped}. After {method.source}."
