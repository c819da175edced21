"""The guided demo: its cases are what they claim, with and without a folder of real pictures."""

from __future__ import annotations

import pytest

from oncosecure import catalog
from oncosecure.evaluation import outcomes
from oncosecure.ui import tour, tour_cases
from tests.ui.test_pages import texts


@pytest.fixture
def offline(monkeypatch) -> None:
    monkeypatch.delenv("ONCOSECURE_DATA", raising=False)


@pytest.fixture
def real(monkeypatch, data) -> None:
    monkeypatch.setenv("ONCOSECURE_DATA", str(data))


def test_with_real_pictures_the_cases_come_from_the_released_predictions(brain, real):
    known = outcomes.of_model(brain)
    right, wrong, unsure = (choose(brain) for choose in (tour_cases.clear, tour_cases.wrong, tour_cases.uncertain))
    assert right.real and wrong.real and unsure.real
    assert tour_cases.answer(right, brain).predicted == right.truth
    mistaken = tour_cases.answer(wrong, brain)
    assert mistaken.predicted != wrong.truth
    surest = known.probabilities[~known.right].max()
    assert mistaken.confidence == pytest.approx(surest, abs=0.01)
    doubtful = tour_cases.answer(unsure, brain)
    assert len(doubtful.prediction_set) > 1 and doubtful.confidence < 0.9


def test_with_real_pictures_the_stranger_is_a_real_one(brain, real):
    case = tour_cases.stranger(brain)
    assert case.real and case.truth is None
    assert not tour_cases.answer(case, brain).in_distribution


def test_offline_the_cases_are_drawings_that_the_model_read(brain, offline):
    case, found = tour_cases.drawing(brain)
    assert tour_cases.clear(brain) is case and not case.real
    least = min(a.confidence for _, a in tour_cases._drawn(brain))
    unsure = tour_cases.answer(tour_cases.uncertain(brain), brain)
    assert unsure.confidence == pytest.approx(least) or len(unsure.prediction_set) > 1
    wrong = tour_cases.wrong(brain)
    if wrong is None:
        assert all(case.truth in (None, a.predicted) for case, a in tour_cases._drawn(brain))
    else:
        assert tour_cases.answer(wrong, brain).predicted != wrong.truth
    assert tour_cases.stranger(brain).truth is None


def test_a_model_without_mistakes_among_the_drawings_still_tells_of_one(open_page, brain, offline, monkeypatch):
    monkeypatch.setattr(tour_cases, "wrong", lambda entry: None)
    monkeypatch.setattr(tour, "STEPS", (tour.Step("Where it is wrong", tour._wrong),))
    app = open_page("tour")
    assert not app.exception
    assert "None of the drawn samples misleads it." in texts(app)
    assert "its surest mistake was" in texts(app)


@pytest.mark.parametrize("key", [entry.key for entry in catalog.images() if entry.has_weights()])
def test_the_demo_can_be_walked_from_end_to_end(open_page, offline, key):
    app = open_page("tour")
    app.selectbox[0].set_value(key).run()
    for number, step in enumerate(tour.STEPS, 1):
        assert not app.exception
        assert app.header[0].value == f"{number} of {len(tour.STEPS)}: {step.title}"
        assert 'class="speech"' in texts(app)
        forward = next(button for button in app.button if button.label in ("Next", "Start over"))
        forward.click().run()
    assert app.header[0].value.startswith("1 of")


def test_home_starts_the_demo_anew(open_page, brain):
    app = open_page("tour")
    app.button[1].click().run()
    assert app.session_state["tour.step"] == 1
    app.switch_page("pages/home.py").run()
    next(button for button in app.button if button.label == "Start the guided demo").click().run()
    assert not app.exception
    assert app.session_state["tour.step"] == 0


def test_without_any_model_the_demo_says_so(open_page, no_weights):
    app = open_page("tour")
    assert not app.exception
    assert "No model yet" in texts(app)
