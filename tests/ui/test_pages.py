"""Every page, driven without a browser."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from oncosecure import DISCLAIMER, catalog, samples
from oncosecure.analysis import Analysis, analyze
from oncosecure.intake import Scan
from oncosecure.ui import measured, model, sources, state
from oncosecure.ui.words import breakable, upper_first
from tests.conftest import ROOT

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py"))


def texts(app) -> str:
    """Everything that a page says, with plain spaces."""
    return breakable(typeset(app))


def typeset(app) -> str:
    """Everything that a page says, as it says it."""
    kinds = (app.title, app.header, app.subheader, app.markdown, app.caption, app.warning, app.error, app.code)
    return "\n".join([e.value for kind in kinds for e in kind] + [e.proto.body for e in app.get("html")])


def held(app) -> list[str]:
    """Names in the session state that hold anything of a scan."""
    kinds = (Scan, Analysis, np.ndarray, bytes, dict)
    return [name for name in app.session_state if isinstance(app.session_state[name], kinds)]


def upload(app, name: str, data: bytes, mime: str = "application/octet-stream"):
    app.file_uploader[0].upload(name, data, mime)
    return app.run()


@pytest.fixture
def ready(open_page, brain):
    """The brain page."""
    return open_page("brain_mri")


def test_there_is_a_page_for_every_modality():
    assert {*catalog.MODALITIES, "home", "about", "many", "tour"} <= set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_renders_and_carries_the_disclaimer(open_page, name):
    app = open_page(name)
    assert not app.exception
    assert len(app.title) == 1
    assert DISCLAIMER in texts(app)


def test_home_shows_the_figure_of_the_card_and_says_where_there_is_none(open_page):
    said = texts(open_page("home"))
    for entry in catalog.MODALITIES.values():
        assert entry.title in said
        headline = upper_first(model.headline(entry, measured.card(entry))) if entry.has_weights() else "No model yet"
        assert breakable(headline) in said


@pytest.mark.parametrize("key", catalog.MODALITIES)
def test_a_modality_without_weights_says_so(open_page, tmp_path, monkeypatch, key):
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    app = open_page(key)
    assert not app.exception
    assert not app.get("file_uploader")
    assert "No model yet" in texts(app)
    assert f"weights/{key}" in texts(app)


def test_changed_weights_are_refused_in_words(open_page, tmp_path, monkeypatch):
    (tmp_path / "brain_mri").mkdir()
    for name in ("card.json", "efficientnet_lite0.tflite"):
        (tmp_path / "brain_mri" / name).write_text("{}")
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    app = open_page("brain_mri")
    assert not app.exception
    assert "is not the file that was released" in app.error[0].value


def test_an_upload_is_answered(ready, phantom):
    app = upload(ready, "slice.png", phantom, "image/png")
    assert not app.exception
    assert not app.error
    assert "The model " in texts(app)
    assert [tab.label for tab in app.tabs] == ["Why", "How sure", "How good is this model", "File and quality"]
    answer = app.session_state["brain_mri.analysis"]
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert all(name in texts(app) for name in catalog.get("brain_mri").names.values())


def test_no_line_may_break_between_a_number_and_its_percent_sign(ready, phantom):
    app = upload(ready, "slice.png", phantom, "image/png")
    for said in (typeset(app), typeset(app.switch_page("pages/compare.py").run())):
        assert len(re.findall(r"\d\N{NO-BREAK SPACE}%", said)) > 5
        assert not re.findall(r".{20}\d %", said)


def test_a_drawing_that_the_model_does_not_know_is_no_cause_for_alarm(ready, monkeypatch):
    answer = analyze(samples.phantoms("brain_mri")[0].load(), "brain_mri")
    monkeypatch.setattr(state, "analyze", lambda *_: replace(answer, in_distribution=False))
    ready.button[0].click().run()
    assert not ready.exception
    assert "A drawing is not a scan, and the model notices" in ready.info[0].value
    assert not ready.warning


def test_an_unknown_upload_is(ready, phantom, monkeypatch):
    answer = analyze(phantom, "brain_mri")
    monkeypatch.setattr(state, "analyze", lambda *_: replace(answer, in_distribution=False))
    app = upload(ready, "slice.png", phantom, "image/png")
    assert "This does not look like a brain MRI slice" in app.warning[0].value
    assert not app.info


def test_beside_real_samples_the_drawn_ones_are_folded_away(open_page, brain, data, monkeypatch):
    def folded() -> list[str]:
        return [part.label for part in open_page("brain_mri").expander if part.label == "Drawn samples"]

    monkeypatch.delenv("ONCOSECURE_DATA", raising=False)
    sources.samples.cache_clear()
    assert not folded()
    monkeypatch.setenv("ONCOSECURE_DATA", str(data))
    sources.samples.cache_clear()
    assert folded()
    sources.samples.cache_clear()


def test_the_file_and_its_name_are_let_go_once_read(ready, phantom):
    app = upload(ready, "Jane Doe 1961.png", phantom, "image/png")
    assert "Jane" not in texts(app)
    assert not any(app.session_state[name] is not None for name in app.session_state if ".upload." in name)


def test_a_file_without_a_known_ending_is_read_by_its_content(ready, phantom):
    app = upload(ready, "IM000001", phantom)
    assert not app.error
    assert "brain_mri.analysis" in app.session_state


def test_a_sample_is_answered(ready):
    ready.button[0].click().run()
    assert not ready.exception
    assert "brain_mri.analysis" in ready.session_state


def test_a_text_file_named_png_is_an_error_in_words(ready):
    app = upload(ready, "slice.png", b"not a picture\n" * 20, "image/png")
    assert not app.exception
    assert "plain text" in app.error[0].value
    assert not held(app)
    assert app.file_uploader


def test_after_an_error_the_page_works(ready, phantom):
    app = upload(ready, "slice.png", b"not a picture\n" * 20, "image/png")
    app = upload(app, "slice.png", phantom, "image/png")
    assert not app.error
    assert "brain_mri.analysis" in app.session_state


def test_a_new_file_replaces_the_old_one(ready, phantom):
    app = upload(ready, "slice.png", phantom, "image/png")
    first = app.session_state["brain_mri.analysis"]
    app = upload(app, "slice.png", phantom, "image/png")
    assert app.session_state["brain_mri.analysis"] is not first
    assert len([name for name in held(app) if name.endswith("analysis")]) == 1


def test_a_bad_file_does_not_leave_the_old_answer_standing(ready, phantom):
    app = upload(upload(ready, "slice.png", phantom, "image/png"), "slice.png", b"no picture", "image/png")
    assert app.error
    assert not held(app)


def test_controls_redraw_without_a_new_analysis(ready, phantom):
    app = upload(ready, "slice.png", phantom, "image/png")
    answer = app.session_state["brain_mri.analysis"]
    app.slider[0].set_value(20).run()
    app.selectbox("brain_mri.class").set_value("pituitary").run()
    assert not app.exception
    assert app.session_state["brain_mri.analysis"] is answer
    assert "pituitary" in texts(app)


def test_dropping_clears_everything(ready, phantom):
    app = upload(ready, "slice.png", phantom, "image/png")
    assert held(app)
    next(b for b in app.button if b.label.startswith("Drop")).click().run()
    assert not app.exception
    assert not held(app)
    assert "are gone" in texts(app)
    assert app.file_uploader and not app.tabs


def test_an_answer_survives_a_visit_to_another_page(ready, phantom):
    app = upload(ready, "slice.png", phantom, "image/png")
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/brain_mri.py").run()
    assert not app.exception
    assert "The model " in texts(app)


def test_both_splits_stand_side_by_side_where_both_were_measured(ready, phantom, brain, monkeypatch):
    card = measured.card(brain)
    figures = {name: {"value": 0.991, "low": 0.985, "high": 0.996} for name in card["test"]["figures"]}
    card["published"] = {"pictures": 1139, "groups": 800, "figures": figures}
    monkeypatch.setattr(measured, "card", lambda entry, model: card)
    said = texts(upload(ready, "slice.png", phantom, "image/png"))
    assert "Leak-free split" in said and "Published split, which leaks, 1,139 slices" in said
    assert "99.1 % (98.5 to 99.6)" in said
    assert "trained anew on either split" in said


def test_nothing_of_a_picture_is_cached_for_all_sessions():
    source = "".join(path.read_text() for path in (ROOT / "oncosecure" / "ui").glob("*.py"))
    assert "cache_data" not in source and "cache_resource" not in source
