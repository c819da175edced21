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
    import plotly.graph_objects as go

    labels = list(entry.labels)
    shares = [answer.probabilities[label] for label in labels]
    chosen = [label == answer.predicted for label in labels]
    known = answer.in_distribution  # the accent would lend an answer weight that it has not
    colours = [ACCENT if first and known else NEUTRAL for first in chosen]
    rows = list(range(len(labels)))
    figure = go.Figure()
    figure.add_bar(x=[1] * len(rows), y=rows, orientation="h", width=0.34, marker_color=FAINT)
    figure.add_bar(x=[max(p, 0.004) for p in shares], y=rows, orientation="h", width=0.34, marker_color=colours)
    for row, label, share, first in zip(rows, labels, shares, chosen, strict=True):
        name, value = entry.names[label], percent(share).replace("<", "&lt;").replace(">", "&gt;")
        weight = ("<b>", "</b>") if first and known else ("", "")
        for x, text, anchor in ((0, name, "left"), (1, value, "right")):
            text = text.join(weight)
            figure.add_annotation(
                x=x, y=row, text=text, xanchor=anchor, yanchor="bottom", yshift=9, showarrow=False, font=ink(15)
            )
    figure.update_layout(barmode="overlay", height=_ROW * len(labels) + 12, showlegend=False, **bare())
    figure.update_xaxes(visible=False, range=[0, 1], fixedrange=True)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.62, -0.62], fixedrange=True)
    return figure


@lru_cache(maxsize=32)  # the same for every visitor and every run of a page
def _reliability(bins: tuple[Bin, ...], dark: bool) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line={"color": NEUTRAL, "dash": "dot", "width": 1.5})
    figure.add_scatter(
        x=[100 * b.stated for b in bins],
        y=[100 * b.observed for b in bins],
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        marker={"color": ACCENT, "size": [6 + 1.1 * b.count**0.4 for b in bins]},
    )
    figure.update_layout(height=300, showlegend=False, **bare(left=58, bottom=48, top=10, dark=dark))
    figure.update_xaxes(
        title="stated by the model, %",
        range=[0, 103],
        dtick=20,
        fixedrange=True,
        tickfont=ink(13, dark),
        title_font=ink(13, dark),
    )
    figure.update_yaxes(
        title="right, %", range=[0, 108], dtick=20, fixedrange=True, tickfont=ink(13, dark), title_font=ink(13, dark)
    )
    return figure


@lru_cache(maxsize=32)
def _history(losses: tuple[tuple[int, float, float], ...], dark: bool) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    x, *columns = zip(*losses, strict=True)
    looks = (("training", NEUTRAL, "dot"), ("validation", ACCENT, "solid"))
    for (name, colour, dash), y in zip(looks, columns, strict=True):
        figure.add_scatter(x=x, y=y, name=name, mode="lines", line={"color": colour, "dash": dash, "width": 2})
    figure.update_layout(
        height=260,
        legend={"orientation": "h", "x": 0, "y": 1.12, "font": ink(13, dark)},
        **bare(left=58, bottom=48, top=24, dark=dark),
    )
    figure.update_xaxes(title="epoch", fixedrange=True, tickfont=ink(13, dark), title_font=ink(13, dark))
    figure.update_yaxes(
        title="loss", rangemode="tozero", fixedrange=True, tickfont=ink(13, dark), title_font=ink(13, dark)
    )
    return figure


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
