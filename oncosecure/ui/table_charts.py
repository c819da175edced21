"""The table's charts: a waterfall, a beeswarm and where a row stands. Static, like all charts of the app."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from oncosecure.tabular.analysis import RowAnalysis
from oncosecure.tabular.features import FEATURES
from oncosecure.tabular.standing import Standing
from oncosecure.ui.charts import ACCENT, CONFIG, FAINT, NEUTRAL, bare, ink
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
    import plotly.graph_objects as go

    moves = steps(answer)
    changes = np.array([change for _, change in moves])
    ends = answer.base + np.cumsum(changes)
    starts = ends - changes
    rows = np.arange(1, len(moves) + 1)
    figure = go.Figure()
    colours = [WARNING if change > 0 else ACCENT for change in changes]
    figure.add_bar(x=changes, y=rows, base=starts, orientation="h", width=0.36, marker_color=colours)
    for level, low, high in zip(ends[:-1], rows[:-1], rows[1:], strict=True):
        figure.add_scatter(x=[level] * 2, y=[low, high], mode="lines", line={"color": NEUTRAL, "width": 0.5})
    _ends(figure, answer, len(moves) + 1)
    for row, (name, change) in enumerate(moves, 1):
        _row_text(figure, row, name, f"{signed(change, 2)} {'→' if change > 0 else '←'}")
    _axis(figure, np.concatenate([[answer.base], ends]))
    figure.update_layout(height=_STEP * (len(moves) + 2) + 56, showlegend=False, **bare(bottom=52))
    figure.update_yaxes(visible=False, range=[len(moves) + 1.5, -0.75], fixedrange=True)
    return figure


def _ends(figure: go.Figure, answer: RowAnalysis, last: int) -> None:
    """Mark where the waterfall starts and where it arrives."""
    points = ((0, answer.base, "average row"), (last, answer.log_odds, "this row"))
    for row, level, name in points:
        figure.add_scatter(
            x=[level], y=[row], mode="markers", marker={"symbol": "diamond", "size": 11, "color": ink(13)["color"]}
        )
        _row_text(figure, row, f"<b>{name}</b>", f"<b>{_said(_share(level))}</b>")


def _row_text(figure: go.Figure, row: int, name: str, value: str) -> None:
    for x, text, anchor in ((0, name, "left"), (1, value, "right")):
        figure.add_annotation(
            xref="paper",
            x=x,
            y=row,
            text=text,
            xanchor=anchor,
            yanchor="bottom",
            yshift=7,
            showarrow=False,
            font=ink(13),
        )


def _axis(figure: go.Figure, levels: np.ndarray) -> None:
    """An axis of log-odds that is labelled with probabilities; labels keep their distance."""
    margin = 0.08 * max(np.ptp(levels), 1)
    low, high = levels.min() - margin, levels.max() + margin
    inside = _marks(_TICKS, low, high)
    if len(inside) < 3:
        inside = _marks(_FINE, low, high)
    texts = [f"{100 * p:.6g}{FIXED}%" for p, _ in inside]
    figure.update_xaxes(
        title="probability of malignancy (spaced by log-odds)",
        range=[low, high],
        tickvals=[level for _, level in inside],
        ticktext=texts,
        fixedrange=True,
        zeroline=False,
        gridcolor=FAINT,
        tickfont=ink(12),
        title_font=ink(13),
    )


def _marks(shares: Sequence[float], low: float, high: float) -> list[tuple[float, float]]:
    """Probabilities with their log-odds, where these lie between `low` and `high`."""
    return [(p, level) for p in shares if low <= (level := float(np.log(p / (1 - p)))) <= high]


def _beeswarm(contributions: np.ndarray, values: np.ndarray, answer: RowAnalysis, order: np.ndarray) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    ranks = values.argsort(0).argsort(0) / (len(values) - 1)
    x = np.concatenate([contributions[:, j] for j in order])
    y = np.concatenate([row + _spread(contributions[:, j]) for row, j in enumerate(order)])
    colour = np.concatenate([ranks[:, j] for j in order])
    marker = {"size": 4, "color": colour.round(3), "colorscale": list(_SCALE), "opacity": 0.8}
    figure.add_scatter(x=x.round(4), y=y.round(3), mode="markers", marker=marker)
    mark = {"symbol": "diamond", "size": 11, "color": WARNING, "line": {"width": 1.5, "color": ink(13)["color"]}}
    figure.add_scatter(x=answer.contributions[order], y=np.arange(len(order)), mode="markers", marker=mark)
    for row, j in enumerate(order):
        _row_text(figure, row, FEATURES[j], "")
    figure.update_layout(height=_SWARM_STEP * len(order) + 60, showlegend=False, **bare(bottom=52))
    figure.update_yaxes(visible=False, range=[len(order) - 0.45, -0.75], fixedrange=True)
    figure.update_xaxes(
        title="← benign · change of the log-odds · malignant →",
        fixedrange=True,
        gridcolor=FAINT,
        zerolinecolor=NEUTRAL,
        tickfont=ink(12),
        title_font=ink(13),
    )
    return figure


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
    import plotly.graph_objects as go

    figure, y = go.Figure(), np.arange(len(rows))
    figure.add_bar(x=[100] * len(rows), y=y, orientation="h", width=0.3, marker_color=FAINT)
    for side, colour, shift in (("benign", ACCENT, -0.08), ("malignant", WARNING, 0.08)):
        ends = 100 * np.array([getattr(s, side) for s in rows])
        figure.add_bar(
            x=ends[:, 1] - ends[:, 0], base=ends[:, 0], y=y + shift, orientation="h", width=0.13, marker_color=colour
        )
    marker = {"symbol": "diamond", "size": 11, "color": ink(13)["color"]}
    figure.add_scatter(x=[100 * s.share for s in rows], y=y, mode="markers", marker=marker)
    for row, s in enumerate(rows):
        _row_text(figure, row, s.feature, f"<b>{s.value:g}</b>" + (" outside" if s.outside else ""))
    figure.update_layout(height=_STAND_STEP * len(rows) + 60, barmode="overlay", showlegend=False, **bare(bottom=48))
    figure.update_yaxes(visible=False, range=[len(rows) - 0.6, -0.75], fixedrange=True)
    figure.update_xaxes(
        title="rows with a smaller value, %", range=[-2, 106], dtick=25, fixedrange=True, showgrid=False, zeroline=False
    )
    figure.update_xaxes(tickfont=ink(12), title_font=ink(13))
    return figure


def _said(share: float) -> str:
    return percent(share).replace("<", "&lt;").replace(">", "&gt;")
