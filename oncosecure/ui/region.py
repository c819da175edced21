"""The answer to a region that was read tile by tile: its map, the overall reading, the most suspicious place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from oncosecure import DISCLAIMER, catalog
from oncosecure.analysis import Analysis
from oncosecure.catalog import Modality
from oncosecure.ui import downloads, model, overlay, reading, style, tabs, why
from oncosecure.ui.state import Session
from oncosecure.ui.words import count, lower_first, percent


@st.fragment
def scan(key: str) -> None:
    """Render the region with the map of its target probability over it."""
    session = Session(catalog.get(key))
    st.header("The region", anchor=False)
    style.reserve(session.key("map"), session.shown.shape)
    picture = st.container(key=session.key("map"))
    opacity = st.slider("Opacity of the map", 0, 100, 60, 5, format="%d %%", key=session.key("opacity")) / 100
    with picture:
        style.picture(_drawn(session, opacity), map_sentence(session.answer, session.entry))
        st.html(overlay.legend("0 %", "100 %"))
        st.markdown(map_sentence(session.answer, session.entry))
    _downloads(session, opacity)


def _drawn(session: Session, opacity: float) -> np.ndarray:
    """The region at display size, its map, and a frame around the most suspicious place."""
    blended = overlay.blend(session.shown, session.heat(session.entry.target[0]), opacity)
    scale = session.shown.shape[0] / session.scan.pixels.shape[0]
    return overlay.frame(blended, tuple(round(v * scale) for v in session.answer.region.place))


def _downloads(session: Session, opacity: float) -> None:
    entry = session.entry
    title = f"{entry.title}: {entry.target_name.lower()} over the region"
    downloads.show(session, "Map (PNG)", _figure(_drawn(session, opacity), title), "region")


def _figure(picture: np.ndarray, title: str) -> Callable[[], bytes]:
    return lambda: overlay.figure(picture, title, DISCLAIMER, ("0 %", "100 % probability"))


def answer(session: Session, card: dict) -> None:
    """Render the overall reading."""
    entry, found = session.entry, session.answer
    st.header("The reading", anchor=False)
    style.answer(headline(found, entry))
    if not found.in_distribution and session.drawn:
        st.info(reading.drawing(entry), icon=":material/brush:")
    elif caution := familiarity_caution(found, entry):
        st.warning(caution, icon=":material/warning:")
    st.markdown(place_sentence(found, entry))
    region = found.region
    style.facts(
        (
            ("Tiles called malignant", percent(region.called), f"{called(found)} of {count(region.tissue)} read"),
            (f"Mean {lower_first(entry.target_name)}", percent(region.mean), "over the tiles read"),
            ("Most suspicious place", f"{percent(region.highest)}, {found.risk}", "mean with its neighbours"),
            ("Like what it learned from", percent(region.familiar), "of the tiles read"),
            ("Tiles", tiles_fact(found), "bright glass is skipped"),
        )
    )
    for note in found.quality:
        st.warning(note.message, icon=":material/visibility_off:")
    st.caption(
        f"The model learned from single {entry.scan_words} of {region.grid.tile} pixels, with nuclei two or three "
        "pixels wide. How it does on a whole region was not measured; at another scale the map means nothing."
    )


def below(session: Session, card: dict) -> None:
    """Render the tabs below a region."""
    place, good, file = st.tabs(("Most suspicious place", "How good is this model", "File and quality"))
    with place:
        _place(session)
    with good:
        model.show(session.entry, card)
    with file:
        tabs.file(session)


def _place(session: Session) -> None:
    region = session.answer.region
    top, left, height, width = region.place
    st.header("The tile itself", anchor=False)
    crop = session.scan.pixels[top : top + height, left : left + width]
    with st.container(width=240):
        style.picture(overlay.for_display(crop), "The most suspicious tile, enlarged")
    st.caption(f"{width} x {height} pixels, from {left} to the right and {top} down.")
    why.similar(session)


def headline(answer: Analysis, entry: Modality) -> str:
    """The overall reading in one sentence."""
    name = lower_first(entry.names[entry.target[0]])
    share = answer.region.called
    if share == 0:
        return f"The model calls none of the tissue {name}."
    return f"The model calls {percent(share)} of the tissue {name}."


def called(answer: Analysis) -> str:
    """How many tissue tiles are called malignant."""
    return count(round(answer.region.called * answer.region.tissue))


def place_sentence(answer: Analysis, entry: Modality) -> str:
    """Where the highest probability is."""
    region = answer.region
    return (
        f"The most suspicious place is framed on the map: {lower_first(entry.target_name)} "
        f"**{percent(region.highest)}**, averaged over that tile and its neighbours."
    )


def tiles_fact(answer: Analysis) -> str:
    """The grid in words."""
    grid = answer.region.grid
    return f"{count(len(grid))} of {grid.tile} x {grid.tile} pixels, every {grid.step}"


def map_sentence(answer: Analysis, entry: Modality) -> str:
    """What the map shows."""
    grid = answer.region.grid
    return (
        f"{entry.target_name} of every tile of {grid.tile} x {grid.tile} pixels; where tiles overlap, their mean. "
        "Places of low probability and glass stay bare."
    )


def familiarity_caution(answer: Analysis, entry: Modality) -> str:
    """A warning where most of the tissue is unlike what the model knows, or ""."""
    if answer.in_distribution:
        return ""
    return (
        f"Only {percent(answer.region.familiar)} of the tiles look like the {entry.scan_words} that the model "
        "knows: take the reading with caution."
    )
