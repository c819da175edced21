"""A modality's page: the frame, and what stands in it before, while and after a scan is read."""

from __future__ import annotations

import streamlit as st

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.errors import WeightsError
from oncosecure.intake.limits import MAX_BYTES
from oncosecure.models import store
from oncosecure.samples import Sample
from oncosecure.ui import answer, measured, model, picker, queue, region, scan, sources, style, tabs
from oncosecure.ui.state import Session
from oncosecure.ui.words import lower_first, upper_first

ACCEPTED = f"PNG, JPEG, TIFF, BMP, WebP or DICOM, up to {MAX_BYTES // 2**20} MB, one still picture."


def show(key: str) -> None:
    """Render the page of a modality."""
    entry = catalog.get(key)
    style.heading(entry.title, entry.reads)
    session = Session(entry)
    picker.show(session)
    card = _card(entry, session.model)
    if card is None:
        return
    status = st.empty()
    if session.incoming():
        style.status(status, _waiting(entry, 0), busy=True)
        session.read(lambda place: style.status(status, _waiting(entry, place), busy=True))
    style.status(status, _line(session))
    left, right = st.columns([1, 1], gap="large")
    if session.answer is None:
        _before(session, left, right)
        with st.expander(f"How good is this model: {model.headline(entry, card)}", icon=":material/query_stats:"):
            model.show(entry, card)
    else:
        _after(session, card, left, right)


def preload(entry: Modality) -> None:
    """Draw the samples beforehand, so that the first visitor need not wait for them."""
    sources.samples(entry)


def _card(entry: Modality, model: str) -> dict | None:
    """The model's card; None, with the reason on the page, where there is none to be trusted."""
    if not entry.has_weights():
        _without_model(entry)
        return None
    try:
        return measured.card(entry, model)
    except WeightsError as error:
        st.error(str(error), icon=":material/error:")
        return None


def _without_model(entry: Modality) -> None:
    st.warning(f"**No model yet.** {entry.title} has no trained model in this copy.", icon=":material/info:")
    st.header("What is missing", anchor=False)
    st.markdown(
        f"The folder `weights/{entry.key}` does not hold `{entry.models[0]}.tflite` and the card that says how well it "
        "was measured. Without both, this page answers nothing rather than guess."
    )
    _how_to_train(entry)
    st.header("What it would tell apart", anchor=False)
    _classes(entry)
    st.header("Meanwhile", anchor=False)
    for other in filter(Modality.has_weights, catalog.MODALITIES.values()):
        st.page_link(f"pages/{other.key}.py", label=f"Try {other.title}", icon=other.icon)
    st.page_link("pages/about.py", label="Read what this app does with a picture", icon=":material/shield_lock:")


def _how_to_train(entry: Modality) -> None:
    st.header("How to train it", anchor=False)
    st.markdown(
        f"Put [{entry.dataset.name}]({entry.dataset.url}) into a folder with a `manifest.csv` that has the columns "
        "`file` and `label`, then run"
    )
    st.code(store.training_command(entry), language="bash", wrap_lines=True)


def _classes(entry: Modality) -> None:
    st.markdown("\n".join(f"- **{entry.names[label]}**: {entry.explanations[label]}" for label in entry.labels))


def _waiting(entry: Modality, place: int) -> str:
    if place:
        return f"Busy: you are number {place} in line. Your {entry.scan_word} is read as soon as it is its turn."
    return f"Reading the {entry.scan_word}…"


def _line(session: Session) -> str:
    if session.dropped:
        return "The scan and everything that came of it are gone."
    if session.answer is None:
        return "Your picture stays in this server's memory until you drop it or leave; it is never written to disk."
    if session.origin:
        return f"Sample. {session.origin}."
    return f"Your {session.entry.scan_word}. The file itself was let go of once it was read."


def _before(session: Session, left, right) -> None:
    entry = session.entry
    with left:
        st.header(f"Your {entry.scan_word}", anchor=False)
        if session.error:
            st.error(session.error, icon=":material/error:")
        _uploader(session, f"Choose a {lower_first(entry.title)} {entry.scan_word}")
        st.subheader("What the model tells apart", anchor=False)
        _classes(entry)
    with right:
        st.header("Or try a sample", anchor=False)
        _gallery(session)


def _after(session: Session, card: dict, left, right) -> None:
    whole = session.answer.region is None
    with right:  # first, so that the answer does not wait for the pictures
        (answer.show if whole else region.answer)(session, card)
    with queue.answers.after():
        with left:
            (scan.show if whole else region.scan)(session.entry.key)
            _drop(session)
        with right, st.expander(f"Another {session.entry.scan_word}", icon=":material/add_photo_alternate:"):
            _another(session)
        (tabs.show if whole else region.below)(session, card)


def _drop(session: Session) -> None:
    word = session.entry.scan_word if session.answer.region is None else "region"
    st.button(
        f"Drop this {word}",
        key=session.key("drop"),
        icon=":material/delete:",
        help="Deletes the picture, its maps and the answer from memory.",
        on_click=session.drop,
        width="stretch",
    )


def _another(session: Session) -> None:
    entry = session.entry
    _uploader(session, f"Choose another {lower_first(entry.title)} {entry.scan_word}; it replaces this one")
    _gallery(session)


def _uploader(session: Session, label: str) -> None:
    st.file_uploader(label, key=session.upload_key)
    st.caption(ACCEPTED)


def _gallery(session: Session) -> None:
    offered = sources.samples(session.entry)
    for kind in ("real", "phantom"):
        group = [pair for pair in offered if pair[0].kind == kind]
        beside_real = kind == "phantom" and len(group) < len(offered)
        if group:
            with st.expander("Drawn samples", icon=":material/brush:") if beside_real else st.container():
                _group(session, kind, group)


def _group(session: Session, kind: str, group: list[tuple[Sample, bytes]]) -> None:
    st.caption(_origin(kind, all(sample.held_out for sample, _ in group)))
    with st.container(horizontal=True, key=session.key(f"gallery.{kind}"), gap="small"):
        for sample, thumbnail in group:
            _offer(session, sample, thumbnail)


def _origin(kind: str, held_out: bool) -> str:
    if kind == "phantom":
        return "Drawn by code: they show no person, and a model may well see that they are imitations."
    unseen = "none of them was used in training" if held_out else "the model may have learned from some of them"
    return f"Real, from the public data set; {unseen}."


def _offer(session: Session, sample: Sample, thumbnail: bytes) -> None:
    title = upper_first(sample.title.partition(": ")[2] or sample.title)
    with st.container(width=138, gap="xsmall"):
        st.image(thumbnail, width="stretch", alt="")
        key = session.key(f"sample.{sample.id}")
        st.button(title, key=key, on_click=session.pick, args=(sample.id,), width="stretch")
