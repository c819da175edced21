"""Charts of what was measured about a model or an answer, beside those in `charts`. Static as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from oncosecure.catalog import Modality
from oncosecure.evaluation.corruptions import CORRUPTIONS
from oncosecure.ui.charts import ACCENT, CONFIG, FAINT, NEUTRAL, bare, ink
from oncosecure.ui.words import in_percent, percent
from oncosecure.uncertainty.tta import Stability

if TYPE_CHECKING:
    import plotly.graph_objects as go

_ROW = 52  # pixels a class takes: its name above its dots


def views(stability: Stability, entry: Modality, key: str) -> None:
    """Draw the probability of every class in each view as a dot, and their mean as a line."""
    parts = [f"{entry.names[label]} {percent(p)} on average" for label, p in stability.mean.items()]
    st.plotly_chart(_views(stability, entry), key=key, config=CONFIG, alt=f"Eight views. {'; '.join(parts)}.")


def robustness(found: dict, key: str) -> None:
    """Draw accuracy against strength: each way of losing quality thin, the mean of all strong."""
    mean = _mean(found)
    alt = f"Accuracy {percent(mean[0])} on clean pictures; on average over all ways " + ", ".join(
        f"{percent(value)} at strength {i}" for i, value in enumerate(mean[1:], 1)
    )
    st.plotly_chart(_robustness(found), key=key, config=CONFIG, alt=f"{alt}.")


def robustness_table(found: dict) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows of the accuracies that `robustness` draws."""
    rows = [
        (CORRUPTIONS[name].title, *(_short(step) for step in steps)) for name, steps in found["corruptions"].items()
    ]
    return ("Share right", "1", "2", "3", "4", "5"), rows


def worst(found: dict) -> str:
    """Title of the way of losing quality that costs most at the strength which stands for poor pictures."""
    costs = {name: steps[found["strength"] - 1]["accuracy"] for name, steps in found["corruptions"].items()}
    return CORRUPTIONS[min(costs, key=costs.get)].title


def _short(step: dict) -> str:
    return in_percent(step["accuracy"])


def _mean(found: dict) -> list[float]:
    """Accuracy on clean pictures, then at every strength the mean over all ways."""
    by_strength = zip(*found["corruptions"].values(), strict=True)
    return [found["clean"]["accuracy"], *(sum(s["accuracy"] for s in steps) / len(steps) for steps in by_strength)]


def _views(stability: Stability, entry: Modality) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    rows = list(range(len(stability.labels)))
    figure.add_bar(x=[1] * len(rows), y=rows, orientation="h", width=0.34, marker_color=FAINT)
    for row, label, column in zip(rows, stability.labels, stability.probabilities.T, strict=True):
        mean = float(column.mean())
        figure.add_scatter(
            x=column, y=[row] * len(column), mode="markers", marker={"color": NEUTRAL, "size": 9, "opacity": 0.7}
        )
        figure.add_scatter(x=[mean, mean], y=[row - 0.22, row + 0.22], mode="lines", line={"color": ACCENT, "width": 4})
        value = percent(mean).replace("<", "&lt;").replace(">", "&gt;")
        for x, text, anchor in ((0, entry.names[label], "left"), (1, value, "right")):
            figure.add_annotation(
                x=x, y=row, text=text, xanchor=anchor, yanchor="bottom", yshift=9, showarrow=False, font=ink(15)
            )
    figure.update_layout(height=_ROW * len(rows) + 12, showlegend=False, **bare())
    figure.update_xaxes(visible=False, range=[-0.01, 1.01], fixedrange=True)
    figure.update_yaxes(visible=False, range=[len(rows) - 0.62, -0.62], fixedrange=True)
    return figure


def _robustness(found: dict) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    clean, strengths = found["clean"]["accuracy"], [0, 1, 2, 3, 4, 5]
    for steps in found["corruptions"].values():
        y = [100 * clean, *(100 * step["accuracy"] for step in steps)]
        figure.add_scatter(x=strengths, y=y, mode="lines", line={"color": NEUTRAL, "width": 1.2}, opacity=0.7)
    mean = [100 * value for value in _mean(found)]
    figure.add_scatter(x=strengths, y=mean, mode="lines+markers", line={"color": ACCENT, "width": 3})
    figure.update_layout(height=300, showlegend=False, **bare(left=58, bottom=48, top=10))
    axis = {"fixedrange": True, "tickfont": ink(13), "title_font": ink(13)}
    figure.update_xaxes(title="strength (0: as it is); strong line: mean of all", dtick=1, range=[-0.1, 5.2], **axis)
    figure.update_yaxes(title="right, %", range=[0, 104], dtick=20, **axis)
    return figure
