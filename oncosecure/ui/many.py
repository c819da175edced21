"""Many scans at once: files in, a table out, and the full answer to each row."""

from __future__ import annotations

import streamlit as st

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.intake.limits import MAX_BYTES
from oncosecure.ui import many_files, many_table, sources, style
from oncosecure.ui.many_state import MAX_FILES, MAX_TOTAL, Job, Many
from oncosecure.ui.words import count, listing, lower_first, model_name, several

_PICKER, _MODEL = "manyscans.modality", "manyscans.model"  # not among the slots that are forgotten with the files


def show() -> None:
    """Render the page."""
    style.heading("Many scans", f"Reads up to {MAX_FILES} files in one go and puts the answers into a table.")
    many = Many()
    body = st.empty()
    if many.job is None and not _taken(many):
        with body.container():
            _before(many)
    if many.job is not None and many.job.waiting:
        with body.container():
            _work(many.job)
        st.rerun()
    if many.job is not None:
        with body.container():
            _after(many, many.job)


def _taken(many: Many) -> bool:
    entry = _readers().get(st.session_state.get(_PICKER))
    return entry is not None and many.take(entry, _model(entry))


def _model(entry: Modality) -> str | None:
    """The model that was picked; None for the modality's default one."""
    picked = st.session_state.get(_MODEL)
    return picked if picked in entry.released() else None


def _readers() -> dict[str, Modality]:
    """Image modalities that have a model here, by key."""
    return {entry.key: entry for entry in catalog.images() if entry.has_weights()}


def _before(many: Many) -> None:
    readers = _readers()
    if not readers:
        st.warning("**No model yet.** No image model lies in this copy, so there is nothing that could read files.")
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Your files", anchor=False)
        entry = readers[st.selectbox("What the files show", readers, format_func=_title, key=_PICKER)]
        if len(entry.released()) > 1:
            st.selectbox("Model", entry.released(), format_func=model_name, key=_MODEL)
        st.file_uploader(f"Choose {lower_first(entry.title)} files", key=many.upload_key, accept_multiple_files=True)
        st.caption(
            f"PNG, JPEG, TIFF, BMP, WebP and DICOM, mixed; up to {MAX_FILES} files of {MAX_BYTES // 2**20} MB, "
            f"{MAX_TOTAL // 2**20} MB together. A file that cannot be read becomes a row that says why."
        )
        _samples(many, entry)
    with right:
        _what_happens(entry)


def _title(key: str) -> str:
    return catalog.get(key).title


def _samples(many: Many, entry: Modality) -> None:
    offered = [sample for sample, _ in sources.samples(entry)]
    if not offered:
        return
    kinds = {"real": "real", "phantom": "drawn"}
    parts = [(sum(s.kind == kind for s in offered), word) for kind, word in kinds.items()]
    described = listing([f"{n} {word}" for n, word in parts if n])
    st.button(
        f"Read the {described} samples",
        key=many.key("samples"),
        icon=":material/play_arrow:",
        on_click=lambda: many.start(entry, _model(entry), [(sample.title, sample.load()) for sample in offered]),
    )


def _what_happens(entry: Modality) -> None:
    st.header("What comes out", anchor=False)
    st.markdown(
        "- A table to sort and to filter: thumbnail, prediction, probability, which labels come into question, "
        f"whether the {entry.scan_word} is like those the model knows, and notes on its quality.\n"
        "- The full answer to a row, with its heatmap, as soon as you choose it.\n"
        "- All answers as CSV, and all heatmaps in a ZIP file."
    )
    st.header("What happens to the files", anchor=False)
    st.markdown(
        "They stay in this server's memory and are never written to disk. Each is let go of as soon as it is read; "
        "what stays until you drop it or leave is a small copy of its picture, its name for the table, and the answer."
    )
    st.markdown("Rows of cell measurements have a place of their own:")
    st.page_link("pages/breast_features.py", label="Many rows of the table", icon=":material/table_chart:")


def _work(job: Job) -> None:
    """Read what waits. A click on Stop ends this run at the next step; its callback then empties the queue."""
    st.header(f"Reading {several(job.total, 'file')}", anchor=False)
    bar = st.progress(job.share, text=_line(job))
    st.button("Stop", key="many.stop", icon=":material/stop_circle:", on_click=job.stop)
    while job.waiting:
        job.step(lambda place: bar.progress(job.share, text=_in_line(job, place)))
        bar.progress(job.share, text=_line(job))


def _in_line(job: Job, place: int) -> str:
    return f"{_line(job)}. Busy: number {place} in line" if place else _line(job)


def _line(job: Job) -> str:
    done = f"{count(len(job.rows))} of {count(job.total)} done"
    return f"{done}, about {_duration(job.left)} left" if job.left else done


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min"


def _after(many: Many, job: Job) -> None:
    reader = f", read by {model_name(job.model)}" if job.model else ""
    st.header(f"{several(len(job.rows), 'file')}, {lower_first(job.entry.title)}{reader}", anchor=False)
    if job.stopped:
        st.info(f"Stopped. {_unread(job.total - len(job.rows))} let go of unread.", icon=":material/info:")
    if many.left_out:
        st.warning(_too_many(many.left_out), icon=":material/warning:")
    if not job.rows:
        st.markdown("No file was read.")
        _buttons(many, job)
        return
    st.markdown(many_table.summary(job))
    _buttons(many, job)
    many_table.show(many.key, job)


def _unread(files: int) -> str:
    return f"{several(files, 'file')} {'was' if files == 1 else 'were'}"


def _too_many(left_out: int) -> str:
    return (
        f"{_unread(left_out)} left out and let go of unread: one go takes {MAX_FILES} files and "
        f"{MAX_TOTAL // 2**20} MB together."
    )


def _buttons(many: Many, job: Job) -> None:
    with st.container(horizontal=True, gap="small"):
        if job.rows:
            _downloads(many, job)
        st.button("Drop these files", key=many.key("drop"), icon=":material/delete:", on_click=many.forget)


def _downloads(many: Many, job: Job) -> None:
    rows, entry = tuple(job.rows), job.entry  # made outside the session, whose state is out of reach then
    st.download_button(
        "All answers (CSV)",
        lambda: many_files.table(rows, entry),
        f"oncosecure-{entry.key}.csv",
        "text/csv",
        key=many.key("csv"),
        icon=":material/download:",
        on_click="ignore",
    )
    st.download_button(
        "All heatmaps (ZIP)",
        lambda: many_files.heatmaps(rows, entry),
        f"oncosecure-{entry.key}-heatmaps.zip",
        "application/zip",
        key=many.key("zip"),
        icon=":material/download:",
        on_click="ignore",
        disabled=not any(row.answer for row in rows),
    )
