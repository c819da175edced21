"""Another model for the scan that is held."""

from __future__ import annotations

import pytest

from oncosecure import samples
from oncosecure.models import store
from oncosecure.ui import measured
from oncosecure.ui.words import breakable, percent
from tests.ui.test_pages import texts, upload

PICKER = "model.breast_ultrasound"


@pytest.fixture
def app(open_page, two_models):
    """The ultrasound page with two models, of which the second is a copy under another card."""
    return open_page(two_models.key)


@pytest.fixture
def picture() -> bytes:
    return samples.phantoms("breast_ultrasound")[0].load()


def test_another_model_reads_the_scan_that_is_held(app, picture):
    app = upload(app, "scan.png", picture)
    before = {name: app.session_state[f"breast_ultrasound.{name}"] for name in ("scan", "analysis", "origin")}
    assert before["analysis"].model == "efficientnet_lite0"
    app.selectbox(PICKER).set_value("resnet50").run()
    assert not app.exception and not app.error
    assert app.session_state["breast_ultrasound.analysis"].model == "resnet50"
    assert app.session_state["breast_ultrasound.scan"] is before["scan"]
    assert app.session_state["breast_ultrasound.origin"] == before["origin"]


def test_the_page_speaks_of_the_chosen_model(app, picture, two_models):
    app.selectbox(PICKER).set_value("resnet50").run()
    app = upload(app, "scan.png", picture)
    card = store.read_json(two_models, "resnet50.card.json")
    assert f"Low is below {breakable(percent(card['risk']['low']))}" in texts(app)
    counts = measured.predictions(two_models, "resnet50").confusion()
    assert f">{counts[0, 0]}</td>" in texts(app)
    assert counts[0, 0] != measured.predictions(two_models).confusion()[0, 0]
    assert "ResNet50, " in texts(app) and "from the answers of EfficientNet-Lite0" in texts(app)


def test_the_choice_outlives_the_scan_and_a_visit_elsewhere(app, picture):
    app.selectbox(PICKER).set_value("resnet50").run()
    app = upload(app, "scan.png", picture)
    next(button for button in app.button if button.label.startswith("Drop")).click().run()
    assert app.selectbox(PICKER).value == "resnet50"
    app.switch_page("pages/about.py").run()
    app.switch_page("pages/breast_ultrasound.py").run()
    assert app.selectbox(PICKER).value == "resnet50"


def test_without_another_model_there_is_nothing_to_pick(open_page, brain, monkeypatch):
    monkeypatch.setattr(type(brain), "released", lambda entry: entry.models[:1])
    assert not open_page(brain.key).selectbox


def test_a_changed_second_model_is_refused_in_words(app, two_models):
    (two_models.folder / "resnet50.card.json").write_text("{}")
    app.selectbox(PICKER).set_value("resnet50").run()
    assert not app.exception
    assert "is not the file that was released" in app.error[0].value
    app.selectbox(PICKER).set_value("efficientnet_lite0").run()
    assert not app.error and app.file_uploader
