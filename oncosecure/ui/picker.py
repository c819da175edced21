"""The choice of a model on a modality's page, where more than one is released."""

from __future__ import annotations

import streamlit as st

from oncosecure.ui.state import Session
from oncosecure.ui.words import model_name


def show(session: Session) -> None:
    """Render the picker. Another choice has the scan that is held read anew, by that model."""
    released = session.entry.released()
    if len(released) < 2:
        return
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        st.selectbox(
            "Model",
            released,
            format_func=lambda model: _said(session, model),
            key=session.model_key,
            persist_state="session",
            width=360,
        )
        st.page_link(
            "pages/compare.py",
            label="Compare them",
            icon=":material/compare_arrows:",
            query_params={"modality": session.entry.key},
        )


def _said(session: Session, model: str) -> str:
    return f"{model_name(model)} (default)" if model == session.entry.models[0] else model_name(model)
