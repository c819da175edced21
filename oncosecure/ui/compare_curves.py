"""ROC, precision and recall, and reliability of two models."""

from __future__ import annotations

import numpy as np
import streamlit as st

from oncosecure.evaluation import thresholds, weighted
from oncosecure.ui.compare_parts import figure
from oncosecure.ui.compare_plot import Plot, Series, percents
from oncosecure.ui.compare_view import Side, View
from oncosecure.ui.measured import Bin, Predictions
from oncosecure.ui.words import auc, percent, upper_first


def show(view: View) -> None:
    """Render the tab."""
    wanted = _class(view)
    left, right = st.columns(2, gap="large")
    with left:
        st.header("ROC curve", anchor=False)
        roc(view, wanted)
    with right:
        st.header("Precision and recall", anchor=False)
        precision_recall(view, wanted)
    left, _ = st.columns(2, gap="large")
    with left:
        st.header(f"Whether {'their' if view.second else 'its'} probabilities hold", anchor=False)
        reliability(view)


def _class(view: View) -> str | None:
    """The class that is told from all others; None for all findings together."""
    entry = view.entry
    options = [None, *(label for label in entry.labels if entry.target != (label,))]
    return st.selectbox(
        "Told from all others",
        options,
        format_func=lambda label: "All findings together" if label is None else entry.names[label],
        key=f"compare.class.{entry.key}",
        width=360,
    )


def _scores(view: View, side: Side, label: str | None) -> tuple[np.ndarray, np.ndarray]:
    """(N,) probability, and (N,) whether it is really so."""
    if label is None:
        return side.outcomes.finding_probability, side.outcomes.is_finding
    number = view.entry.labels.index(label)
    return side.outcomes.probabilities[:, number], side.outcomes.targets == number


def roc(view: View, label: str | None) -> None:
    """Render the ROC curves."""
    series, said = [Series("", (0, 1), (0, 1), "neutral")], []
    for side in view.sides:
        p, positive = _scores(view, side, label)
        area = float(weighted.auc(p, positive, weighted.unit(len(p)))[0])
        series.append(Series(side.name, *thresholds.roc(p, positive), role=side.role))
        said.append(f"{side.name} {auc(area)}")
    chart = Plot("ROC curve", percents("false alarms among the others"), percents("sensitivity"), series, height=360)
    reading = f"Area under the curve: {', '.join(said)}. The dotted line is guessing."
    figure(view, "roc", chart, f"ROC curve. {reading}", reading)


def precision_recall(view: View, label: str | None) -> None:
    """Render the precision-recall curves."""
    series, said, share = [], [], 0.0
    for side in view.sides:
        p, positive = _scores(view, side, label)
        share = float(positive.mean())
        series.append(Series(side.name, *thresholds.precision_recall(p, positive), role=side.role))
        said.append(f"{side.name} {auc(thresholds.average_precision(p, positive))}")
    series.insert(0, Series("", (0, 1), (share, share), "neutral"))
    chart = Plot("Precision and recall", percents("recall"), percents("precision"), series, height=360)
    reading = (
        f"Average precision: {', '.join(said)}. The dotted line is the share among the test {view.entry.scan_words}, "
        f"{percent(share)}: what calling everything gives."
    )
    figure(view, "precision-recall", chart, reading, reading)


def reliability(view: View) -> None:
    """Render the reliability diagram."""
    series, said = [Series("", (0, 1), (0, 1), "neutral")], []
    for side in view.sides:
        o = side.outcomes
        bins = Predictions(o.targets, o.probabilities).reliability()
        series.append(_binned(side, bins))
        error = float(weighted.calibration_error(o.targets, o.probabilities, weighted.unit(len(o)))[0])
        said.append(f"{side.name} {auc(error)}")
    chart = Plot("Reliability diagram", percents("stated by the model"), percents("right"), series, height=360)
    reading = (
        f"Calibration error: {', '.join(said)}. On the dotted line a model is right as often as it says; above it is "
        "too modest, below too sure. Larger marks stand for more pictures."
    )
    figure(view, "reliability", chart, f"Reliability diagram. {upper_first(reading)}", reading)


def _binned(side: Side, bins: list[Bin]) -> Series:
    sizes = [2.2 + 0.45 * b.count**0.42 for b in bins]
    return Series(side.name, [b.stated for b in bins], [b.observed for b in bins], side.role, sizes)
