"""The answer beside the scan: a sentence, the bars, and how far to trust them."""

from __future__ import annotations

import streamlit as st

from oncosecure import catalog
from oncosecure.ui import charts, reading, style
from oncosecure.ui.state import Session
from oncosecure.ui.words import percent, whole_percent


def show(session: Session, card: dict) -> None:
    """Render the answer column."""
    entry, answer = session.entry, session.answer
    st.header("The answer", anchor=False)
    if answer.in_distribution:
        style.answer(reading.headline(answer, entry))
    else:
        _stranger(session)
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


def _stranger(session: Session) -> None:
    """What stands in the place of an answer where the model does not know the kind of picture."""
    entry, answer = session.entry, session.answer
    if session.drawn:
        st.info(reading.drawing(entry), icon=":material/brush:")
    else:
        st.warning(reading.caution(answer, entry), icon=":material/warning:")
        if answer.looks_like:
            other = catalog.get(answer.looks_like)
            st.page_link(f"pages/{other.key}.py", label=f"Open {other.title} and load it there", icon=other.icon)
    style.answer(reading.headline(answer, entry), toned=True)


def _facts(session: Session, card: dict) -> None:
    entry, answer = session.entry, session.answer
    sure = ("The model is", reading.confidence(answer), "")
    kind = (f"This {entry.scan_word} is", reading.familiarity(answer).lower(), "")
    if not answer.in_distribution:  # neither the levels nor the sets hold for a stranger
        style.facts((sure, kind))
        return
    coverage = whole_percent(card["conformal"]["coverage"])
    level = (entry.target_name, reading.risk(answer, entry), "")
    remaining = ("Comes into question", reading.answer_set(answer, entry), f"with {coverage} coverage")
    style.facts((level, sure, remaining, kind))
