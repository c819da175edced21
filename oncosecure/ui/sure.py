"""How sure an answer is: what remains possible, whether the model knows such scans, and what held on test."""

from __future__ import annotations

import streamlit as st

from oncosecure import catalog
from oncosecure.analysis import look_again
from oncosecure.catalog import Modality
from oncosecure.ui import charts_measured, reading, style
from oncosecure.ui.measured import Bin, predictions
from oncosecure.ui.state import Session
from oncosecure.ui.words import (
    FIXED,
    auc,
    count,
    in_percent,
    listing,
    lower_first,
    percent,
    upper_first,
    whole_percent,
    with_interval,
)
from oncosecure.uncertainty.tta import Stability


def show(session: Session, card: dict) -> None:
    """Render what is known of an answer's certainty."""
    left, right = st.columns(2, gap="large")
    with left:
        _answers(session, card["conformal"], card["test"]["groups"])
        _kind(session, card)
        _neighbours(session, card["similar"])
    with right:
        _worth(session, card["calibration"])
        _level(session, card["risk"], card["test"]["groups"])
        _again(session.entry.key)
    if "robustness" in card:
        _poor_pictures(session.entry, card["robustness"])


def _answers(session: Session, sets: dict, groups: int) -> None:
    entry, word, words = session.entry, session.entry.scan_word, session.entry.scan_words
    st.header("Which answers remain", anchor=False)
    st.markdown(
        f"**{reading.answer_set(session.answer, entry)}.** The set is made so that it holds the right answer in at "
        f"least {whole_percent(sets['coverage'])} of {words} like the validation ones, whichever answer that is. On "
        f"the test {words} it did in {percent(sets['test_coverage'])}, with {sets['test_mean_size']:.2f} labels on "
        "average."
    )
    if not session.answer.in_distribution:
        st.markdown(f"That does not hold here: this {word} is unlike those.")
    with st.expander("How often the set held the right answer, for each"):
        style.table(
            ("Right answer", f"Test {words}", "In the set", "Labels on average"),
            [
                (
                    entry.names[label],
                    count(part["pictures"]),
                    with_interval("coverage", part["coverage"]),
                    f"{part['mean_size']:.2f}",
                )
                for label, part in sets["by_label"].items()
            ],
        )
        if reason := reading.why_wide(entry, [part["coverage"] for part in sets["by_label"].values()], groups):
            st.caption(reason)


def _kind(session: Session, card: dict) -> None:
    entry, answer, word, words = session.entry, session.answer, session.entry.scan_word, session.entry.scan_words
    limits = card["out_of_distribution"]
    verdict = "Yes" if answer.in_distribution else "No"
    st.header(f"Does the model know this kind of {word}", anchor=False)
    st.markdown(
        f"**{verdict}.** Its distance from what the training {words} have in common is {answer.distance:.3f}; "
        f"{whole_percent(limits['kept'])} of the validation {words} stay within {limits['limit']:.3f}, as do "
        f"{percent(limits['test_kept'])} of the test ones."
    )
    if "strangers" in card:
        with st.expander("How well it tells strangers"):
            _strangers(entry, card["strangers"])


def _strangers(entry: Modality, strangers: dict) -> None:
    style.table(
        ("Not what it learned", "Pictures", "Recognised as strange", "AUROC"),
        [
            (_kind_name(kind), count(part["pictures"]), percent(part["refused"]), auc(part["auroc"]))
            for kind, part in strangers.items()
        ],
    )
    st.caption(f"AUROC: how often a stranger lies farther than a test {entry.scan_word}, 1 being always.")


def _kind_name(kind: str) -> str:
    if kind in catalog.MODALITIES:
        return catalog.get(kind).title
    known = {"natural": "Photographs", "chest_xray": "Chest X-rays"}
    return known.get(kind, upper_first(kind.replace("_", " ")))


def _neighbours(session: Session, similar: dict) -> None:
    st.header("Whether similar cases agree", anchor=False)
    text = f"**{reading.agreement(session.answer, session.entry)}**"
    right, wrong = similar["agreement_when_right"], similar["agreement_when_wrong"]
    if right is not None:
        text += f" On test, {percent(right)} of them agreed where the model was right"
        text += f", {percent(wrong)} where it was wrong." if wrong is not None else "."
    st.markdown(
        f"{text} Going by their vote alone would be right in {with_interval('accuracy', similar['accuracy'])} of the "
        f"test {session.entry.scan_words}."
    )


def _worth(session: Session, calibration: dict) -> None:
    entry, answer = session.entry, session.answer
    st.header("What such a probability was worth", anchor=False)
    st.markdown(_worth_text(entry, predictions(entry, answer.model).near(answer.confidence)))
    if not answer.in_distribution:
        st.markdown(f"This {entry.scan_word} is unlike those, so do not rely on it here.")
    st.caption(_calibration_text(entry, calibration))


def _worth_text(entry: Modality, band: Bin) -> str:
    span = f"between {whole_percent(band.low)} and {whole_percent(band.high)}"
    if not band.count:
        return f"No test {entry.scan_word} got a probability {span}, so there is nothing to compare with."
    return (
        f"On **{count(band.count)}** test {entry.scan_words} the model's first choice had a probability {span}, like "
        f"here. It was right on **{count(band.right)}** of them ({percent(band.observed)}); on average it had stated "
        f"{percent(band.stated)}."
    )


def _calibration_text(entry: Modality, calibration: dict) -> str:
    return (
        f"Over all test {entry.scan_words}, stated and observed differ by {with_interval('ece', calibration['after'])} "
        f"(expected calibration error); before the probabilities were scaled on validation it was "
        f"{auc(calibration['before']['value'])}. A model without any such error would show about "
        f"{auc(calibration['perfect']['value'])} on {count(calibration['pictures'])} {entry.scan_words} by chance."
    )


def _level(session: Session, risk: dict, groups: int) -> None:
    entry, answer = session.entry, session.answer
    st.header(entry.target_name, anchor=False)
    if not answer.in_distribution:
        st.markdown(f"No level is given: this {entry.scan_word} is unlike those that the limits were set on.")
        return
    st.markdown(f"**{reading.risk(answer, entry)}.** {reading.risk_explained(answer, entry, risk)}")
    st.markdown(reading.risk_on_test(entry, risk["test"], groups))


@st.fragment
def _again(key: str) -> None:
    """Test-time augmentation when it is asked for; a fragment, so that nothing else waits."""
    session = Session(catalog.get(key))
    if session.answer is None:
        return
    entry, slot = session.entry, session.key("stability")
    st.header("Whether the answer depends on how it lies", anchor=False)
    if slot not in st.session_state:
        ways = "turned and mirrored" if entry.any_way_up else "turned a little, enlarged and mirrored"
        st.markdown(f"The model can look at the {entry.scan_word} in eight ways, {ways}.")
        if st.button("Look in eight ways", key=session.key("again"), icon=":material/360:"):
            with st.spinner(f"Looking at the {entry.scan_word} in eight ways…"):
                st.session_state[slot] = look_again(session.scan, entry, session.answer.model)
            st.rerun(scope="fragment")
        return
    stability = st.session_state[slot]
    st.markdown(_stability_text(entry, stability))
    charts_measured.views(stability, entry, session.key("views"))
    st.caption("A dot is one of the eight ways, the line their mean.")


def _stability_text(entry: Modality, stability: Stability) -> str:
    names = [reading.in_sentence(entry, label) for label in dict.fromkeys(stability.predicted)]
    first = max(stability.mean, key=stability.mean.get)
    points = 100 * stability.spread[first]
    spread = f"{points:.1f} percentage points" if points >= 0.1 else "less than 0.1 percentage points"
    figures = (
        f"On average {reading.in_sentence(entry, first)} gets {percent(stability.mean[first])}, give or take {spread}."
    )
    if stability.stable:
        return f"**The answer stays: {names[0]} in all eight.** {figures}"
    return f"**The answer changes: it is {listing(names, 'or')}, depending on how the scan lies.** {figures}"


def _poor_pictures(entry: Modality, robustness: dict) -> None:
    st.header("What a poor picture costs", anchor=False)
    kept, low, high = (in_percent(min(robustness[end], 1.0)) for end in ("kept", "kept_low", "kept_high"))
    st.markdown(
        f"On {count(robustness['pictures'])} test {entry.scan_words} made worse in {len(robustness['corruptions'])} "
        f"ways, the model keeps **{kept}{FIXED}%** ({low} to {high}) of its accuracy at the middle "
        f"strength. It suffers most from {lower_first(charts_measured.worst(robustness))}."
    )
    left, right = st.columns(2, gap="large")
    with left:
        charts_measured.robustness(robustness, f"{entry.key}.robustness")
    with right:
        style.table(*charts_measured.robustness_table(robustness))
        st.caption("Share of right answers at strengths 1 to 5. Strength 3 is what is called a poor picture above.")
