"""What stands below an answer: why, how sure, how good the model is, and the file."""

from __future__ import annotations

import streamlit as st

from oncosecure.catalog import Modality
from oncosecure.ui import model, overlay, preprocessed, reading, sources, style
from oncosecure.ui.measured import Bin, predictions
from oncosecure.ui.state import Session
from oncosecure.ui.words import count, lower_first, percent, whole_percent

NAMES = ("Why", "How sure", "How good is this model", "File and quality")


def show(session: Session, card: dict) -> None:
    """Render the tabs of an answer."""
    why, sure, good, file = st.tabs(NAMES)
    with why:
        _why(session)
    with sure:
        _sure(session, card)
    with good:
        model.show(session.entry, card)
    with file:
        _file(session)
        preprocessed.show(session.entry.key, card)


def _why(session: Session) -> None:
    entry = session.entry
    st.header("Where the model sees evidence for each class", anchor=False)
    st.markdown(
        "All maps share one scale: the strongest evidence for any class in this "
        f"{entry.scan_word} is the brightest spot. A map shows what the model used, not where a disease is."
    )
    with st.container(key=session.key("maps")):
        for row in range(0, len(entry.labels), 4):
            for column, label in zip(st.columns(4), entry.labels[row : row + 4], strict=False):
                with column:
                    _small_map(session, label)
    st.html(overlay.legend())
    _similar(session)


def _small_map(session: Session, label: str) -> None:
    entry, heat = session.entry, session.heat(label)
    sentence = reading.map_sentence(entry, label, session.strength(label))
    st.image(overlay.blend(session.shown, heat, 0.6), width="stretch", alt=f"Heatmap for {entry.names[label]}")
    st.markdown(f"**{entry.names[label]}**, {percent(session.answer.probabilities[label])}")
    st.caption(sentence)


def _similar(session: Session) -> None:
    entry, cases = session.entry, session.answer.similar
    st.header("Training cases that look most alike to the model", anchor=False)
    pictures = [sources.case_picture(entry, case.id) for case in cases]
    if any(pictures):
        with st.container(horizontal=True, gap="medium"):
            for case, picture in zip(cases, pictures, strict=True):
                with st.container(width=160, gap="small"):
                    if picture:
                        st.image(picture.read_bytes(), width="stretch", alt=f"Training case, {entry.names[case.label]}")
                    st.caption(f"**{entry.names[case.label]}**, similarity {case.similarity:.2f}")
    rows = [(entry.names[case.label], f"{case.similarity:.2f}", case.id) for case in cases]
    style.table(("Label", "Similarity", "Case"), rows)
    st.caption("Similarity is the cosine between the model's inner descriptions, 1 for the same picture.")


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
        st.markdown(_worth_text(entry, predictions(entry).near(answer.confidence)))
        if not answer.in_distribution:
            st.markdown(f"This {entry.scan_word} is unlike those, so do not rely on it here.")
        st.header(entry.target_name, anchor=False)
        st.markdown(f"**{reading.risk(answer, entry)}.** {reading.risk_explained(answer, entry, card['risk'])}")


def _set_text(session: Session, conformal: dict) -> str:
    word = session.entry.scan_word
    return (
        f"**{reading.answer_set(session.answer, session.entry)}.** The set is made so that it holds the right answer "
        f"in at least {whole_percent(conformal['coverage'])} of {word}s like the validation ones. On the test {word}s "
        f"it did in {percent(conformal['test_coverage'])}, with {conformal['test_mean_size']:.2f} labels on average."
    )


def _distance_text(session: Session, limits: dict) -> str:
    answer, word = session.answer, session.entry.scan_word
    verdict = "Yes" if answer.in_distribution else "No"
    return (
        f"**{verdict}.** Its nearest training {word}s lie at a distance of {answer.distance:.3f}; "
        f"{whole_percent(limits['kept'])} of the validation {word}s lie within {limits['limit']:.3f}. "
        "The distance is taken between the model's inner descriptions."
    )


def _worth_text(entry: Modality, band: Bin) -> str:
    span = f"between {whole_percent(band.low)} and {whole_percent(band.high)}"
    if not band.count:
        return f"No test {entry.scan_word} got a probability {span}, so there is nothing to compare with."
    return (
        f"On **{count(band.count)}** test {entry.scan_word}s the model's first choice had a probability {span}, like "
        f"here. It was right on **{count(band.right)}** of them ({percent(band.observed)}); on average it had stated "
        f"{percent(band.stated)}."
    )


def _file(session: Session) -> None:
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
