"""A chart as a description, and the description as SVG: the same on the page and in the file that is taken along.

Colour is never the only carrier: the second series is dashed and its marks are diamonds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

#: Width of every chart in its own units; text is 13 of them high.
WIDTH = 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 12, 46
_LEGEND, _TEXT, _ROW = 22, 13, 46


@dataclass(frozen=True)
class Colours:
    """What a theme draws with."""

    ink: str
    ground: str
    first: str = "#2b8fb3"
    second: str = "#c2700f"
    neutral: str = "#8593a0"

    def of(self, role: str) -> str:
        """Colour of "first", "second", "neutral" or "ink"."""
        return getattr(self, role)


LIGHT, DARK = Colours("#16212b", "#ffffff"), Colours("#e8eef3", "#11171d")


@dataclass(frozen=True)
class Axis:
    """A straight axis: its title, its ends, and where it has numbers."""

    title: str
    low: float = 0.0
    high: float = 1.0
    ticks: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True)
class Series:
    """A line through points; `role` is "first", "second" or "neutral".

    A series without a name is left out of the legend. `sizes` are radii of marks, none without; `band` is
    a lower and an upper line of an interval.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    role: str = "first"
    sizes: Sequence[float] = ()
    thin: bool = False
    band: tuple[Sequence[float], Sequence[float]] | None = None


@dataclass(frozen=True)
class Plot:
    """Lines over two axes. `rules` are vertical lines with a word each."""

    title: str
    x: Axis
    y: Axis
    series: Sequence[Series]
    rules: Sequence[tuple[float, str]] = ()
    height: int = 300


@dataclass(frozen=True)
class Bar:
    """A figure with its interval in a row of a chart."""

    value: float
    low: float
    high: float
    role: str = "first"
    text: str = ""


@dataclass(frozen=True)
class Rows:
    """A row for every name, with a mark and an interval for every series. `goal` is a vertical line with a word."""

    title: str
    x: Axis
    rows: Sequence[tuple[str, Sequence[Bar]]]
    legend: Sequence[tuple[str, str]] = field(default=())
    goal: tuple[float, str] | None = None


def draw(chart: Plot | Rows, colours: Colours, on_ground: bool = False) -> str:
    """The chart as SVG text; with the theme's ground behind it if it is to stand alone."""
    body, height = (_plot if isinstance(chart, Plot) else _rows)(chart, colours)
    ground = f'<rect width="{WIDTH}" height="{height}" fill="{colours.ground}"/>' if on_ground else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'font-family="system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif" '
        f'font-size="{_TEXT}" fill="{colours.ink}"><title>{escape(chart.title)}</title>{ground}{body}</svg>'
    )


class _Frame:
    """Places of values in the chart."""

    def __init__(self, x: Axis, y: Axis | None, top: float, bottom: float, left: float) -> None:
        self.x_axis, self.y_axis, self.top, self.bottom, self.left = x, y, top, bottom, left
        self.right = WIDTH - _RIGHT

    def x(self, value: float) -> float:
        share = (value - self.x_axis.low) / (self.x_axis.high - self.x_axis.low)
        return round(self.left + min(max(share, 0), 1) * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        share = (value - self.y_axis.low) / (self.y_axis.high - self.y_axis.low)
        return round(self.bottom - min(max(share, 0), 1) * (self.bottom - self.top), 1)


def _plot(chart: Plot, colours: Colours) -> tuple[str, int]:
    named = [(s.name, s.role) for s in chart.series if s.name]
    legend, top = _legend(named, colours, _TOP)
    frame = _Frame(chart.x, chart.y, top + (16 if chart.rules else 6), chart.height - _BOTTOM, _LEFT)
    parts = [legend, _grid(frame, colours), *(_rule(frame, rule, colours) for rule in chart.rules)]
    parts += [_series(frame, s, colours) for s in chart.series]
    return "".join(parts), chart.height


def _grid(frame: _Frame, colours: Colours) -> str:
    parts = []
    for value, text in frame.y_axis.ticks:
        y = frame.y(value)
        parts.append(_line(frame.left, y, frame.right, y, colours.neutral, 'stroke-opacity="0.25"'))
        parts.append(_text(frame.left - 7, y + 4.5, text, "end"))
    middle = (frame.top + frame.bottom) / 2
    parts.append(_text(13, middle, frame.y_axis.title, "middle", f'transform="rotate(-90 13 {middle:.1f})"'))
    return "".join(parts) + _x_axis(frame, colours)


def _x_axis(frame: _Frame, colours: Colours) -> str:
    parts = [_line(frame.left, frame.bottom, frame.right, frame.bottom, colours.neutral)]
    for value, text in frame.x_axis.ticks:
        x = frame.x(value)
        parts.append(_line(x, frame.bottom, x, frame.bottom + 4, colours.neutral))
        parts.append(_text(x, frame.bottom + 17, text, "middle"))
    parts.append(_text((frame.left + frame.right) / 2, frame.bottom + 37, frame.x_axis.title, "middle"))
    return "".join(parts)


def _series(frame: _Frame, series: Series, colours: Colours) -> str:
    colour = colours.of(series.role)
    points = [(frame.x(x), frame.y(y)) for x, y in zip(series.x, series.y, strict=True)]
    parts = []
    if series.band:
        lower, upper = series.band
        edge = [(frame.x(x), frame.y(y)) for x, y in zip(series.x, upper, strict=True)]
        edge += [(frame.x(x), frame.y(y)) for x, y in reversed(list(zip(series.x, lower, strict=True)))]
        parts.append(f'<polygon points="{_points(edge)}" fill="{colour}" fill-opacity="0.15"/>')
    width = 1 if series.thin else 1.5 if series.role == "neutral" else 2
    style = f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"{_dash(series.role)}'
    parts.append(f'<polyline points="{_points(_thinned(points))}" {style}/>')
    parts += [_mark(x, y, r, series.role, colour) for (x, y), r in zip(points, series.sizes, strict=False)]
    return "".join(parts)


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Points without those that lie on the straight line between their neighbours."""
    kept = points[:1]
    for here, after in zip(points[1:], points[2:], strict=False):
        (x0, y0), (x1, y1), (x2, y2) = kept[-1], here, after
        if abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)) > 1e-6:
            kept.append(here)
    return kept + points[1:][-1:]


def _rule(frame: _Frame, rule: tuple[float, str], colours: Colours) -> str:
    x, text = frame.x(rule[0]), rule[1]
    anchor = "start" if x < 110 else "end" if x > WIDTH - 110 else "middle"
    line = _line(x, frame.top, x, frame.bottom, colours.ink, 'stroke-dasharray="2 3"')
    return line + _text(x, frame.top - 5, text, anchor)


def _rows(chart: Rows, colours: Colours) -> tuple[str, int]:
    legend, top = _legend(chart.legend, colours, _TOP)
    top += 18 if chart.goal else 0
    height = round(top + _ROW * len(chart.rows) + _BOTTOM + 6)
    frame = _Frame(chart.x, None, top, height - _BOTTOM, 8)
    parts = [legend, _x_axis(frame, colours)]
    if chart.goal:
        parts.append(_rule(frame, chart.goal, colours))
    for number, (name, bars) in enumerate(chart.rows):
        parts.append(_row(frame, top + _ROW * number, name, bars, colours))
    return "".join(parts), height


def _row(frame: _Frame, y: float, name: str, bars: Sequence[Bar], colours: Colours) -> str:
    said = " · ".join(bar.text for bar in bars if bar.text)
    halo = f'font-weight="600" paint-order="stroke" stroke="{colours.ground}" stroke-width="5"'  # the goal's line
    parts = [_text(frame.left, y + 15, name), _text(frame.right, y + 15, said, "end", halo)]
    for place, bar in enumerate(bars):
        if bar.value != bar.value:
            continue
        level = y + 27 + 10 * place - 3 * (len(bars) > 1)
        colour = colours.of(bar.role)
        if bar.low == bar.low:
            parts.append(_line(frame.x(bar.low), level, frame.x(bar.high), level, colour, 'stroke-width="3"'))
        parts.append(_mark(frame.x(bar.value), level, 5, bar.role, colour))
    return "".join(parts)


def _legend(names: Sequence[tuple[str, str]], colours: Colours, y: float) -> tuple[str, float]:
    """Samples with their names, in as many lines as they need, and where they end."""
    parts, x = [], 8.0
    for name, role in names:
        width = 34 + 7.2 * len(name) + 16
        if x > 8 and x + width > WIDTH:
            x, y = 8.0, y + _LEGEND
        style = f'stroke-width="2"{_dash(role)}'
        parts.append(_line(x, y + 3, x + 26, y + 3, colours.of(role), style))
        parts.append(_mark(x + 13, y + 3, 4, role, colours.of(role)) if role != "neutral" else "")
        parts.append(_text(x + 33, y + 7.5, name))
        x += width
    return "".join(parts), y + (_LEGEND if names else 0)


def _mark(x: float, y: float, r: float, role: str, colour: str) -> str:
    if role == "second":
        r = r * 1.25
        corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
        return f'<polygon points="{_points(corners)}" fill="{colour}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{colour}"/>'


def _dash(role: str) -> str:
    pattern = {"second": "7 4", "neutral": "2 4"}.get(role)
    return f' stroke-dasharray="{pattern}"' if pattern else ""


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, style: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" {style}/>'


def _text(x: float, y: float, text: str, anchor: str = "start", style: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {style}>{escape(text)}</text>' if text else ""


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def percents(title: str, low: int = 0, high: int = 100, step: int = 20) -> Axis:
    """An axis of shares that is labelled in percent."""
    ticks = tuple((value / 100, f"{value}") for value in range(low, high + 1, step))
    return Axis(f"{title}, %", low / 100, high / 100, ticks)


def fitted(title: str, values: Sequence[float], zero: bool = False, digits: int = 2) -> Axis:
    """An axis that holds all values, with round numbers."""
    known = [v for v in values if v == v] or [0.0]
    low, high = (min(0.0, *known) if zero else min(known)), max(known)
    span = max(high - low, 10.0**-digits)
    power = 10.0 ** _floor_log10(span / 4)
    step = next(m * power for m in (1, 2, 5, 10) if m * power * 5 >= span)
    start, end = int(low // step), int(-(-high // step))
    end = max(end, start + 1)
    ticks = tuple((n * step, f"{n * step:.{max(0, -_floor_log10(step))}f}") for n in range(start, end + 1))
    return Axis(title, start * step, end * step, ticks)


def _floor_log10(value: float) -> int:
    from math import floor, log10

    return floor(log10(value) + 1e-9)
