"""The table's charts: a waterfall, a beeswarm and where a row stands. Static, like all charts of the app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from oncosecure.tabular.analysis import RowAnalysis
from oncosecure.tabular.features import FEATURES
from oncosecure.tabular.standing import Standing
from oncosecure.ui.charts import ACCENT, CONFIG, FAINT, NEUTRAL, axis, bare, build, ink, plain, row_texts
from oncosecure.ui.words import FIXED, percent, signed

if TYPE_CHECKING:
    import plotly.graph_objects as go

#: The warning colour where it fills an area; readable on both themes, as `charts.ACCENT` is.
WARNING = "#c2700f"
SHOWN = 9  # features that the waterfall shows one by one
_STEP, _SWARM_STEP, _STAND_STEP = 40, 46, 40  # pixels a row takes
#: Probabilities that mark the axis of log-odds.
_TICKS = (1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1 - 1e-4, 1 - 1e-5, 1 - 1e-6)
_FINE = (0.02, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98)  # where few of those fit
_BARS = {"type": "bar", "orientation": "h"}
#: Viridis without its ends, which one of the two themes would swallow.
_SCALE = ("#3e5f9c", "#31688e", "#26828e", "#1f9e89", "#35b779", "#8fc93a")


def waterfall(answer: RowAnalysis, key: str) -> None:
    """Draw how the features carry the answer from the average row's to this row's."""
    st.plotly_chart(_waterfall(answer), key=key, config=CONFIG, alt=describe(answer))


def beeswarm(contributions: np.ndarray, values: np.ndarray, answer: RowAnalysis, key: str, top: int = 10) -> None:
    """Draw the contributions of all rows for the features that matter most, with this row marked.

    Args:
        contributions: (N, 30) Shapley values of the table's rows.
        values: (N, 30) the rows.
        answer: the row to mark.
        key: of the chart.
        top: how many features.
    """
    order = np.argsort(-np.abs(contributions).mean(0))[:top]
    names = ", ".join(FEATURES[j] for j in order)
    alt = f"Contributions of {len(values)} rows for the {top} features that matter most to the model: {names}."
    st.plotly_chart(_beeswarm(contributions, values, answer, order), key=key, config=CONFIG, alt=alt)


def standing(rows: Sequence[Standing], key: str) -> None:
    """Draw where a row's values stand among the table's, above the middle half of each class."""
    alt = "; ".join(f"{s.feature}: larger than in {percent(s.share)} of the rows" for s in rows)
    st.plotly_chart(_standing(rows), key=key, config=CONFIG, alt=f"{alt}.")


def ramp() -> str:
    """The beeswarm's colours as HTML, with their meaning in words."""
    steps = ", ".join(_SCALE)
    return (
        '<div class="legend"><span>small value</span>'
        f'<span class="ramp" style="background: linear-gradient(to right, {steps})"></span>'
        "<span>large value</span></div>"
    )


def steps(answer: RowAnalysis, shown: int = SHOWN) -> list[tuple[str, float]]:
    """The waterfall's steps: name and log-odds, the largest first; what is left over together at the end."""
    order = np.argsort(-np.abs(answer.contributions))
    found = [(f"{FEATURES[j]} = {answer.values[j]:g}", float(answer.contributions[j])) for j in order[:shown]]
    rest = float(answer.contributions[order[shown:]].sum())
    return [*found, (f"the other {len(order) - shown} measurements", rest)]


def describe(answer: RowAnalysis) -> str:
    """The waterfall in words."""
    parts = [f"{name} {_towards(change)} by {abs(change):.2f}" for name, change in steps(answer)]
    return (
        f"From {percent(_share(answer.base))} for the average row to {percent(answer.target_probability)} for this "
        f"one, in log-odds of malignancy: {'; '.join(parts)}."
    )


def _towards(change: float) -> str:
    return "towards malignant" if change > 0 else "towards benign"


def _share(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def _waterfall(answer: RowAnalysis) -> go.Figure:
    moves = steps(answer)
    changes = np.array([change for _, change in moves])
    ends = answer.base + np.cumsum(changes)
    rows = np.arange(1, len(moves) + 1)
    bars = _BARS | {"x": changes, "y": rows, "base": ends - changes, "width": 0.36}
    bars["marker"] = {"color": [WARNING if change > 0 else ACCENT for change in changes]}
    line = {"type": "scatter", "mode": "lines", "line": {"color": NEUTRAL, "width": 0.5}}
    joints = [
        line | {"x": [level] * 2, "y": [low, high]}
        for level, low, high in zip(ends[:-1], rows[:-1], rows[1:], strict=True)
    ]
    points = ((0, answer.base, "average row"), (len(moves) + 1, answer.log_odds, "this row"))
    marks = [_mark([level], [row], ink(13)["color"]) for row, level, _ in points]
    texts = [
        _row_texts(row, f"<b>{name}</b>", f"<b>{plain(percent(_share(level)))}</b>") for row, level, name in points
    ]
    texts += [
        _row_texts(row, name, f"{signed(change, 2)} {'→' if change > 0 else '←'}")
        for row, (name, change) in enumerate(moves, 1)
    ]
    layout = _rows(len(moves) + 2, _STEP, 56, len(moves) + 1.5, texts)
    return build([bars, *joints, *marks], layout | {"xaxis": _log_odds(np.concatenate([[answer.base], ends]))})


def _mark(x: Sequence[float], y: Sequence[float], colour: str, **more) -> dict:
    """Diamonds."""
    look = {"symbol": "diamond", "size": 11, "color": colour, **more}
    return {"type": "scatter", "mode": "markers", "x": x, "y": y, "marker": look}


def _row_texts(row: int, name: str, value: str) -> list[dict]:
    """The annotations above a row: its name at the left, its value at the right."""
    looks = {"xref": "paper", "yshift": 7, "font": ink(13)}
    return [text | looks for text in row_texts(row, name, value)]


def _rows(count: int, step: int, more: int, last: float, texts: list[list[dict]], bottom: int = 52) -> dict:
    """The layout of so many rows, each `step` pixels high, down to `last` on the y axis."""
    return {
        "height": step * count + more,
        "showlegend": False,
        "annotations": [text for pair in texts for text in pair],
        "yaxis": {"visible": False, "range": [last, -0.75], "fixedrange": True},
        **bare(bottom=bottom),
    }


def _log_odds(levels: np.ndarray) -> dict:
    """An axis of log-odds that is labelled with probabilities; labels keep their distance."""
    margin = 0.08 * max(np.ptp(levels), 1)
    low, high = levels.min() - margin, levels.max() + margin
    inside = _marks(_TICKS, low, high)
    if len(inside) < 3:
        inside = _marks(_FINE, low, high)
    ticks = {"tickvals": [level for _, level in inside], "ticktext": [f"{100 * p:.6g}{FIXED}%" for p, _ in inside]}
    look = {"range": [low, high], "zeroline": False, "gridcolor": FAINT, "tickfont": ink(12)}
    return axis("probability of malignancy (spaced by log-odds)", **ticks, **look)


def _marks(shares: Sequence[float], low: float, high: float) -> list[tuple[float, float]]:
    """Probabilities with their log-odds, where these lie between `low` and `high`."""
    return [(p, level) for p in shares if low <= (level := float(np.log(p / (1 - p)))) <= high]


def _beeswarm(contributions: np.ndarray, values: np.ndarray, answer: RowAnalysis, order: np.ndarray) -> go.Figure:
    ranks = values.argsort(0).argsort(0) / (len(values) - 1)
    x = np.concatenate([contributions[:, j] for j in order])
    y = np.concatenate([row + _spread(contributions[:, j]) for row, j in enumerate(order)])
    colour = np.concatenate([ranks[:, j] for j in order])
    look = {"size": 4, "color": colour.round(3), "colorscale": list(_SCALE), "opacity": 0.8}
    swarm = {"type": "scatter", "mode": "markers", "x": x.round(4), "y": y.round(3), "marker": look}
    edge = {"width": 1.5, "color": ink(13)["color"]}
    mark = _mark(answer.contributions[order], np.arange(len(order)), WARNING, line=edge)
    texts = [_row_texts(row, FEATURES[j], "") for row, j in enumerate(order)]
    grid = {"gridcolor": FAINT, "zerolinecolor": NEUTRAL, "tickfont": ink(12)}
    layout = _rows(len(order), _SWARM_STEP, 60, len(order) - 0.45, texts)
    return build([swarm, mark], layout | {"xaxis": axis("← benign · change of the log-odds · malignant →", **grid)})


def _spread(x: np.ndarray, half: float = 0.26, bins: int = 60) -> np.ndarray:
    """(N,) offsets in [-half, half] that keep points of the same bin apart; crowded bins are the widest."""
    edges = np.linspace(x.min(), x.max() + 1e-9, bins + 1)
    number = np.digitize(x, edges)
    counts = np.bincount(number, minlength=bins + 2)
    offsets = np.zeros(len(x))
    for b in np.unique(number):
        inside = np.flatnonzero(number == b)
        offsets[inside] = np.linspace(-1, 1, len(inside)) * half * counts[b] / counts.max() if len(inside) > 1 else 0
    return offsets


def _standing(rows: Sequence[Standing]) -> go.Figure:
    y = np.arange(len(rows))
    traces = [_BARS | {"x": [100] * len(rows), "y": y, "width": 0.3, "marker": {"color": FAINT}}]
    for side, colour, shift in (("benign", ACCENT, -0.08), ("malignant", WARNING, 0.08)):
        ends = 100 * np.array([getattr(s, side) for s in rows])
        half = {"x": ends[:, 1] - ends[:, 0], "base": ends[:, 0], "y": y + shift, "width": 0.13}
        traces.append(_BARS | half | {"marker": {"color": colour}})
    traces.append(_mark([100 * s.share for s in rows], y, ink(13)["color"]))
    texts = [
        _row_texts(row, s.feature, f"<b>{s.value:g}</b>" + (" outside" if s.outside else ""))
        for row, s in enumerate(rows)
    ]
    look = {"range": [-2, 106], "dtick": 25, "showgrid": False, "zeroline": False, "tickfont": ink(12)}
    layout = _rows(len(rows), _STAND_STEP, 60, len(rows) - 0.6, texts, bottom=48)
    return build(traces, layout | {"barmode": "overlay", "xaxis": axis("rows with a smaller value, %", **look)})
