"""What stands below an answer: why, how sure, how good the model is, and the file."""

from __future__ import annotations

import streamlit as st

from oncosecure.ui import model, preprocessed, style, sure, why
from oncosecure.ui.state import Session
from oncosecure.ui.words import lower_first

NAMES = ("Why", "How sure", "How good is this model", "File and quality")


def show(session: Session, card: dict) -> None:
    """Render the tabs of an answer."""
    reasons, how_sure, good, facts = st.tabs(NAMES)
    with reasons:
        why.show(session)
    with how_sure:
        sure.show(session, card)
    with good:
        model.show(session.entry, card)
    with facts:
        file(session)
        preprocessed.show(session.entry.key, card)


def file(session: Session) -> None:
    """Render what the file is, how usable the picture, and how long each step took."""
    scan, answer = session.scan, session.answer
    left, right = st.columns(2, gap="large")
    with left:
        st.header("File", anchor=False)
        style.table(("Fact", "Value"), [("format", scan.format), *scan.facts.items()])
        for note in scan.notes:
            st.markdown(f"- {note[:1].upper()}{note[1:]}")
    with right:
        st.header("Quality", anchor=False)
        if answer.quality:
            st.markdown("\n".join(f"- {note.message}" for note in answer.quality))
        else:
            st.markdown("Nothing to note: size, sharpness, contrast and exposure look usable.")
        st.header("Time", anchor=False)
        style.table(("Step", "Milliseconds"), [(lower_first(step), f"{ms:.1f}") for step, ms in answer.timings.items()])
