"""The app's charts. All are static: nothing to hover, nothing that catches a finger which scrolls."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from oncosecure.analysis import Analysis
from oncosecure.catalog import Modality
from oncosecure.ui import reading
from oncosecure.ui.compare_plot import DARK, LIGHT
from oncosecure.ui.words import percent

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from oncosecure.ui.measured import Bin

#: Readable on both themes: contrast with either background is above 3.
ACCENT, NEUTRAL, FAINT = LIGHT.first, LIGHT.neutral, "rgba(133, 147, 160, 0.22)"
CONFIG = {"displayModeBar": False, "staticPlot": True, "responsive": True}
_ROW = 52  # pixels a class takes: its name above its bar


def bars(answer: Analysis, entry: Modality, key: str) -> None:
    """Draw the probabilities of all classes, in the catalog's order; the first choice is coloured and marked."""
    st.plotly_chart(_bars(answer, entry), key=key, config=CONFIG, alt=reading.bars(answer, entry))


def reliability(bins: list[Bin], key: str) -> None:
    """Draw stated against observed, with the diagonal on which both agree."""
    words = "; ".join(f"stated {percent(b.stated)}, right {percent(b.observed)} of {b.count}" for b in bins)
    st.plotly_chart(_reliability(tuple(bins), is_dark()), key=key, config=CONFIG, alt=f"Reliability diagram. {words}.")


def history(epochs: list[dict], key: str) -> None:
    """Draw training and validation loss over the epochs."""
    last = epochs[-1]
    alt = (
        f"Loss over {len(epochs)} epochs; at the end {last['train_loss']:.3f} on training and "
        f"{last['val_loss']:.3f} on validation."
    )
    losses = tuple((e["epoch"], e["train_loss"], e["val_loss"]) for e in epochs)
    st.plotly_chart(_history(losses, is_dark()), key=key, config=CONFIG, alt=alt)


def _bars(answer: Analysis, entry: Modality) -> go.Figure:
    labels = list(entry.labels)
    shares = [answer.probabilities[label] for label in labels]
    chosen = [label == answer.predicted for label in labels]
    known = answer.in_distribution  # the accent would lend an answer weight that it has not
    colours = [ACCENT if first and known else NEUTRAL for first in chosen]
    rows = list(range(len(labels)))
    looks = {"type": "bar", "y": rows, "orientation": "h", "width": 0.34}
    grounds = looks | {"x": [1] * len(rows), "marker": {"color": FAINT}}
    filled = looks | {"x": [max(p, 0.004) for p in shares], "marker": {"color": colours}}
    texts = []
    for row, label, share, first in zip(rows, labels, shares, chosen, strict=True):
        weight = ("<b>", "</b>") if first and known else ("", "")
        texts += row_texts(row, entry.names[label].join(weight), plain(percent(share)).join(weight))
    return build([grounds, filled], row_layout(rows, barmode="overlay", annotations=texts))


@lru_cache(maxsize=32)  # the same for every visitor and every run of a page
def _reliability(bins: tuple[Bin, ...], dark: bool) -> go.Figure:
    line = {"type": "scatter", "mode": "lines", "x": [0, 100], "y": [0, 100]}
    line["line"] = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
    points = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": [100 * b.stated for b in bins],
        "y": [100 * b.observed for b in bins],
        "line": {"color": ACCENT, "width": 2},
        "marker": {"color": ACCENT, "size": [6 + 1.1 * b.count**0.4 for b in bins]},
    }
    layout = {
        "height": 300,
        "showlegend": False,
        "xaxis": axis("stated by the model, %", dark, range=[0, 103], dtick=20),
        "yaxis": axis("right, %", dark, range=[0, 108], dtick=20),
    }
    return build([line, points], layout | bare(left=58, bottom=48, top=10, dark=dark))


@lru_cache(maxsize=32)
def _history(losses: tuple[tuple[int, float, float], ...], dark: bool) -> go.Figure:
    x, *columns = zip(*losses, strict=True)
    looks = (("training", NEUTRAL, "dot"), ("validation", ACCENT, "solid"))
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": x,
            "y": y,
            "line": {"color": colour, "dash": dash, "width": 2},
        }
        for (name, colour, dash), y in zip(looks, columns, strict=True)
    ]
    layout = {
        "height": 260,
        "legend": {"orientation": "h", "x": 0, "y": 1.12, "font": ink(13, dark)},
        "xaxis": axis("epoch", dark),
        "yaxis": axis("loss", dark, rangemode="tozero"),
    }
    return build(lines, layout | bare(left=58, bottom=48, top=24, dark=dark))


def build(traces: list[dict], layout: dict) -> go.Figure:
    """A figure at one stroke: added piece by piece, with each piece checked anew, it takes twenty times as long."""
    import plotly.graph_objects as go

    return go.Figure({"data": traces, "layout": layout})


def row_texts(row: float, name: str, value: str) -> list[dict]:
    """The annotations above a row of bars or dots: its name at the left, its value at the right."""
    looks = {"y": row, "yanchor": "bottom", "yshift": 9, "showarrow": False, "font": ink(15)}
    return [looks | {"x": x, "text": text, "xanchor": at} for x, text, at in ((0, name, "left"), (1, value, "right"))]


def row_layout(rows: list[int], ends: tuple[float, float] = (0, 1), **more) -> dict:
    """The layout of rows, the first on top, without axes."""
    hidden = {"visible": False, "fixedrange": True}
    return {
        "height": _ROW * len(rows) + 12,
        "showlegend": False,
        "xaxis": hidden | {"range": ends},
        "yaxis": hidden | {"range": [len(rows) - 0.62, -0.62]},
        **bare(),
        **more,
    }


def axis(title: str, dark: bool | None = None, **more) -> dict:
    """An axis with a title, in the theme's ink."""
    font = ink(13, dark)
    return {"title": {"text": title, "font": font}, "tickfont": font, "fixedrange": True} | more


def plain(text: str) -> str:
    """Text that plotly does not take for markup."""
    return text.replace("<", "&lt;").replace(">", "&gt;")


def is_dark() -> bool:
    """Whether this visitor sees the dark theme; charts that are kept are kept once for either."""
    return st.context.theme.type == "dark"


def ink(size: int, dark: bool | None = None) -> dict:
    """Text as dark or light as the theme's own; Streamlit's chart theme would print it too faint."""
    dark = is_dark() if dark is None else dark
    return {"size": size, "color": (DARK if dark else LIGHT).ink}


def bare(left: int = 0, bottom: int = 0, top: int = 0, dark: bool | None = None) -> dict:
    clear = "rgba(0, 0, 0, 0)"
    margin = {"l": left, "r": 0, "t": top, "b": bottom}
    return {"margin": margin, "font": ink(13, dark), "paper_bgcolor": clear, "plot_bgcolor": clear}
