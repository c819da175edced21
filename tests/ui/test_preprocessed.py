"""Preprocessing on the page: off until it is asked for, and gone with the scan."""

import pytest
from streamlit.testing.v1 import AppTest

from oncosecure import catalog
from oncosecure.ui import preprocessed


@pytest.fixture
def offered(brain, monkeypatch):
    """The brain page's model stands in for skin's: what is tested is the page, not the answer."""
    from dataclasses import replace

    entry = replace(brain, enhancements=("hair", "colour", "contrast"))
    monkeypatch.setitem(catalog.MODALITIES, "brain_mri", entry)
    return entry


def _page(card):
    import streamlit as st

    from oncosecure import catalog, samples
    from oncosecure.ui import preprocessed
    from oncosecure.ui.state import Session

    session = Session(catalog.get("brain_mri"))
    if "picked once" not in st.session_state:
        st.session_state["picked once"] = True
        session.pick(samples.phantoms("brain_mri")[0].id)
    if session.incoming():
        session.read()
    if session.answer is not None:
        preprocessed.show("brain_mri", card)
    st.button("Drop", on_click=session.drop)


def _open(card) -> AppTest:
    app = AppTest.from_function(_page, args=(card,), default_timeout=120).run()
    assert not app.exception, app.exception
    return app


def test_it_is_off_until_asked_for_and_gone_when_the_scan_is_dropped(offered):
    app = _open({})
    assert "brain_mri.enhanced" not in app.session_state
    app.button_group[0].set_value("contrast").run()
    assert not app.exception
    said = " ".join(e.value for e in app.markdown)
    assert "first choice" in said and "goes from" in said
    assert list(app.session_state["brain_mri.enhanced"]) == ["contrast"]
    app.button[0].click().run()
    assert "brain_mri.enhanced" not in app.session_state


def test_a_method_that_helps_is_shown_at_once(offered):
    gain = {"value": 0.02, "low": 0.01, "high": 0.03}
    row = {"differences": {"balanced_accuracy": gain, "accuracy": gain}, "changed": 9, "helps": True}
    card = {"preprocessing": {"pictures": 1002, "methods": {"colour": row}}}
    app = _open(card)
    assert list(app.session_state["brain_mri.enhanced"]) == ["colour"]
    assert any("It helps this model" in e.value for e in app.caption)


def test_a_modality_without_methods_offers_none(brain):
    assert not brain.enhancements
    assert not _open({}).button_group
    assert preprocessed.OFF == "Off"
