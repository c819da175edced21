"""The two files that a person can take along: the picture with its map, and the answer."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from oncosecure.ui.state import Session


def show(session: Session, title: str, picture: Callable[[], bytes], name: str) -> None:
    """Render the buttons.

    Args:
        title: what the picture is called.
        picture: makes its PNG file when it is asked for.
        name: what its file name ends with, after the modality's key.
    """
    entry = session.entry
    left, right = st.columns(2)
    png = (title, picture, f"oncosecure-{entry.key}-{name}.png", "image/png", "png")
    json = ("Result (JSON)", session.answer.to_json, f"oncosecure-{entry.key}.json", "application/json", "json")
    for column, (label, data, file, kind, key) in ((left, png), (right, json)):
        column.download_button(
            label,
            data,
            file,
            kind,
            key=session.key(key),
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )
