"""What the charts say, and that those which all visitors share are built once."""

import pytest

from oncosecure import analysis, samples
from oncosecure.models import store
from oncosecure.ui import charts, charts_measured
from oncosecure.ui.measured import predictions


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def dark(request, monkeypatch):
    for module in (charts, charts_measured):
        monkeypatch.setattr(module, "is_dark", lambda: request.param)
    return request.param


@pytest.fixture(scope="module")
def found(brain):
    """The answer to a drawing that the model knows."""
    return analysis.analyze(samples.phantoms("brain_mri")[1].load(), brain)


def test_every_class_has_its_bar_with_name_and_probability_and_the_first_choice_stands_out(found, brain, dark):
    figure = charts._bars(found, brain)
    assert figure.data[1].x == tuple(max(p, 0.004) for p in found.probabilities.values())
    texts = [note.text for note in figure.layout.annotations]
    first = brain.labels.index(found.predicted)
    assert texts[2 * first] == f"<b>{brain.names[found.predicted]}</b>"
    assert sum("<b>" in text for text in texts) == 2 and len(texts) == 2 * len(brain.labels)
    assert figure.data[1].marker.color.count(charts.ACCENT) == 1
    assert {note.font.color for note in figure.layout.annotations} == {charts.ink(15, dark)["color"]}


def test_signs_in_a_percentage_are_no_markup():
    assert charts.plain("> 99.9 %") == "&gt; 99.9 %"


def test_the_views_stand_on_their_class(found, brain, dark):
    stability = analysis.look_again(samples.phantoms("brain_mri")[1].load(), brain)
    figure = charts_measured._views(stability, brain)
    for row in range(len(brain.labels)):
        dots = figure.data[1 + 2 * row]
        assert set(dots.y) == {row} and tuple(dots.x) == tuple(stability.probabilities[:, row])


def test_what_is_the_same_for_all_is_built_once(brain, dark, monkeypatch):
    drawn = []
    monkeypatch.setattr(charts.st, "plotly_chart", lambda figure, **how: drawn.append(figure))
    card = store.read_json(brain, "card.json")
    for _ in range(2):
        charts.reliability(predictions(brain).reliability(), "a")
        charts.history(card["history"], "b")
        charts_measured.robustness(card["robustness"], "c")
    assert all(first is second for first, second in zip(drawn[:3], drawn[3:], strict=True))
    robustness, clean = drawn[2], card["robustness"]["clean"]["accuracy"]
    assert len(robustness.data) == len(card["robustness"]["corruptions"]) + 1
    assert {line.y[0] for line in robustness.data} == {100 * clean}
