import xml.etree.ElementTree as xml

import numpy as np
import pytest

from oncosecure.ui import compare_plot
from oncosecure.ui.compare_plot import DARK, LIGHT, Bar, Plot, Rows, Series, percents

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart, colours=LIGHT, **options) -> xml.Element:
    return xml.fromstring(compare_plot.draw(chart, colours, **options))


@pytest.fixture
def plot() -> Plot:
    lines = [
        Series("A & <b>", (0, 0.5, 1), (0, 0.5, 1), "first", sizes=(3, 3, 3)),
        Series("B", (0, 1), (1, 0), "second", sizes=(3, 3), band=((0.9, 0), (1, 0.1))),
        Series("", (0, 1), (0, 0), "neutral"),
    ]
    return Plot("Title", percents("x"), percents("y"), lines, rules=((0.3, "0.300"),))


def test_names_are_escaped_and_a_series_without_one_is_not_in_the_legend(plot):
    texts = [e.text for e in drawn(plot).iter(f"{SVG}text")]
    assert "A & <b>" in texts and "B" in texts and "0.300" in texts
    assert None not in texts and "" not in texts
    assert drawn(plot).find(f"{SVG}title").text == "Title"


def test_colour_is_not_the_only_carrier(plot):
    lines = [line for line in drawn(plot).iter(f"{SVG}polyline")]
    assert lines[0].get("stroke-dasharray") is None
    assert lines[1].get("stroke-dasharray")
    marks = [e.tag for e in drawn(plot).iter() if e.tag in (f"{SVG}circle", f"{SVG}polygon")]
    assert f"{SVG}circle" in marks and f"{SVG}polygon" in marks


def test_a_point_stands_where_its_values_say(plot):
    first, last = drawn(plot).find(f"{SVG}polyline").get("points").split()
    (x0, y0), (x1, y1) = ([float(v) for v in point.split(",")] for point in (first, last))
    assert x0 < x1 and y0 > y1  # the middle one lies on the line and is left out
    ticks = {e.text: float(e.get("x")) for e in drawn(plot).iter(f"{SVG}text") if e.get("text-anchor") == "middle"}
    assert (ticks["0"], ticks["100"]) == (x0, x1)


def test_values_outside_the_axes_stay_in_the_chart(plot):
    chart = Plot("t", percents("x"), percents("y"), [Series("a", (-1, 2), (5, -5))])
    points = drawn(chart).find(f"{SVG}polyline").get("points")
    assert all(0 <= float(v) <= compare_plot.WIDTH for point in points.split() for v in point.split(","))


def test_a_file_has_a_ground_and_the_page_has_none(plot):
    assert drawn(plot).find(f"{SVG}rect") is None
    assert drawn(plot, on_ground=True).find(f"{SVG}rect").get("fill") == LIGHT.ground
    assert drawn(plot, DARK).get("fill") == DARK.ink


def test_rows_show_value_interval_and_goal():
    bars = [("small", [Bar(0.8, 0.7, 0.9, "first", "80.0 %"), Bar(float("nan"), 0, 0, "second", "no findings")])]
    chart = Rows("t", percents("sensitivity"), bars, [("A", "first")], goal=(0.9, "goal 90 %"))
    texts = [e.text for e in drawn(chart).iter(f"{SVG}text")]
    assert "80.0 % · no findings" in texts and "goal 90 %" in texts and "small" in texts


@pytest.mark.parametrize("values", [[0.1, 1.3], [5, 5], [-0.02, 0.71], [0.0012, 0.0049], [120, 9000], []])
def test_a_fitted_axis_holds_its_values_with_a_handful_of_ticks(values):
    axis = compare_plot.fitted("loss", values)
    assert all(axis.low <= v <= axis.high for v in values)
    assert 2 <= len(axis.ticks) <= 8
    numbers = [float(text) for _, text in axis.ticks]
    np.testing.assert_allclose(numbers, [value for value, _ in axis.ticks], atol=1e-9)
