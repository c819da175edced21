"""Charts of what was measured about a model or an answer, beside those in `charts`. Static as well."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import streamlit as st

from oncosecure.catalog import Modality
from oncosecure.evaluation.corruptions import CORRUPTIONS
from oncosecure.ui.charts import (
    ACCENT,
    CONFIG,
    FAINT,
    NEUTRAL,
    axis,
    bare,
    build,
    is_dark,
    plain,
    row_layout,
    row_texts,
)
from oncosecure.ui.words import in_percent, percent
from oncosecure.uncertainty.tta import Stability

if TYPE_CHECKING:
    import plotly.graph_objects as go


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
    clean = found["clean"]["accuracy"]
    ways = tuple((clean, *(step["accuracy"] for step in steps)) for steps in found["corruptions"].values())
    figure = _robustness(tuple(mean), ways, is_dark())
    st.plotly_chart(figure, key=key, config=CONFIG, alt=f"{alt}.")


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
    rows = list(range(len(stability.labels)))
    traces = [{"type": "bar", "x": [1] * len(rows), "y": rows, "orientation": "h", "width": 0.34}]
    traces[0]["marker"], texts = {"color": FAINT}, []
    for row, label, column in zip(rows, stability.labels, stability.probabilities.T, strict=True):
        mean = float(column.mean())
        dots = {"color": NEUTRAL, "size": 9, "opacity": 0.7}
        traces += [
            {"type": "scatter", "x": column, "y": [row] * len(column), "mode": "markers", "marker": dots},
            {
                "type": "scatter",
                "x": [mean, mean],
                "y": [row - 0.22, row + 0.22],
                "mode": "lines",
                "line": {"color": ACCENT, "width": 4},
            },
        ]
        texts += row_texts(row, entry.names[label], plain(percent(mean)))
    return build(traces, row_layout(rows, ends=(-0.01, 1.01), annotations=texts))


@lru_cache(maxsize=32)  # the same for every visitor and every run of a page
def _robustness(mean: tuple[float, ...], ways: tuple[tuple[float, ...], ...], dark: bool) -> go.Figure:
    strengths = list(range(len(mean)))
    looks = {"type": "scatter", "mode": "lines", "x": strengths}
    thin = looks | {"line": {"color": NEUTRAL, "width": 1.2}, "opacity": 0.7}
    strong = looks | {"mode": "lines+markers", "line": {"color": ACCENT, "width": 3}}
    lines = [thin | {"y": [100 * value for value in way]} for way in ways]
    layout = {
        "height": 300,
        "showlegend": False,
        "xaxis": axis("strength (0: as it is); strong line: mean of all", dark, dtick=1, range=[-0.1, 5.2]),
        "yaxis": axis("right, %", dark, range=[0, 104], dtick=20),
    }
    return build(
        [*lines, strong | {"y": [100 * value for value in mean]}],
        layout | bare(left=58, bottom=48, top=10, dark=dark),
    )
