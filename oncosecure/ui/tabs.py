"""What stands below an answer: why, how sure, how good the model is, and the file."""

from __future__ import annotations

import streamlit as st

from oncosecure.catalog import Modality
from oncosecure.ui import model, preprocessed, reading, style, why
from oncosecure.ui.measured import Bin, predictions
from oncosecure.ui.state import Session
from oncosecure.ui.words import count, lower_first, percent, whole_percent

NAMES = ("Why", "How sure", "How good is this model", "File and quality")


def show(session: Session, card: dict) -> None:
    """Render the tabs of an answer."""
    reasons, sure, good, facts = st.tabs(NAMES)
    with reasons:
        why.show(session)
    with sure:
        _sure(session, card)
    with good:
        model.show(session.entry, card)
    with facts:
        file(session)
        preprocessed.show(session.entry.key, card)


def _sure(session: Session, card: dict) -> None:
    entry, answer = session.entry, session.answer
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Which answers remain", anchor=False)
        st.markdown(_set_text(session, card["conformal"]))
        st.header(f"Does the model know this kind of {entry.scan_word}", anchor=False)
        st.markdown(_distance_text(session, card["out_of_distribution"]))
    with right:
        st.header("What such a probability was worth", anchor=False)
        st.markdown(_worth_text(entry, predictions(entry, answer.model).near(answer.confidence)))
        if not answer.in_distribution:
            st.markdown(f"This {entry.scan_word} is unlike those, so do not rely on it here.")
        st.header(entry.target_name, anchor=False)
        st.markdown(f"**{reading.risk(answer, entry)}.** {reading.risk_explained(answer, entry, card['risk'])}")


def _set_text(session: Session, conformal: dict) -> str:
    words = session.entry.scan_words
    return (
        f"**{reading.answer_set(session.answer, session.entry)}.** The set is made so that it holds the right answer "
        f"in at least {whole_percent(conformal['coverage'])} of {words} like the validation ones. On the test {words} "
        f"it did in {percent(conformal['test_coverage'])}, with {conformal['test_mean_size']:.2f} labels on average."
    )


def _distance_text(session: Session, limits: dict) -> str:
    answer, words = session.answer, session.entry.scan_words
    verdict = "Yes" if answer.in_distribution else "No"
    return (
        f"**{verdict}.** Its nearest training {words} lie at a distance of {answer.distance:.3f}; "
        f"{whole_percent(limits['kept'])} of the validation {words} lie within {limits['limit']:.3f}. "
        "The distance is taken between the model's inner descriptions."
    )


def _worth_text(entry: Modality, band: Bin) -> str:
    span = f"between {whole_percent(band.low)} and {whole_percent(band.high)}"
    if not band.count:
        return f"No test {entry.scan_word} got a probability {span}, so there is nothing to compare with."
    return (
        f"On **{count(band.count)}** test {entry.scan_words} the model's first choice had a probability {span}, like "
        f"here. It was right on **{count(band.right)}** of them ({percent(band.observed)}); on average it had stated "
        f"{percent(band.stated)}."
    )


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
