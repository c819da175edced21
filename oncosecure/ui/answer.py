"""The answer beside the scan: a sentence, the bars, and how far to trust them."""

from __future__ import annotations

import streamlit as st

from oncosecure.ui import charts, reading, style
from oncosecure.ui.state import Session
from oncosecure.ui.words import percent, whole_percent


def show(session: Session, card: dict) -> None:
    """Render the answer column."""
    entry, answer = session.entry, session.answer
    st.header("The answer", anchor=False)
    style.answer(reading.headline(answer, entry))
    if caution := reading.caution(answer, entry):
        st.warning(caution, icon=":material/warning:")
    for sentence in reading.details(answer, entry):
        st.markdown(sentence)
    charts.bars(answer, entry, session.key("bars"))
    _facts(session, card)
    for note in answer.quality:
        st.warning(note.message, icon=":material/visibility_off:")
    with st.expander("All probabilities as a table"):
        style.table(
            ("Class", "Probability"), [(entry.names[label], percent(p)) for label, p in answer.probabilities.items()]
        )


def _facts(session: Session, card: dict) -> None:
    entry, answer = session.entry, session.answer
    coverage = whole_percent(card["conformal"]["coverage"])
    style.facts(
        (
            (entry.target_name, reading.risk(answer, entry), ""),
            ("The model is", reading.confidence(answer), ""),
            ("Comes into question", reading.answer_set(answer, entry), f"with {coverage} coverage"),
            (f"This {entry.scan_word} is", reading.familiarity(answer).lower(), ""),
        )
    )
