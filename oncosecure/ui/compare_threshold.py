"""Move the threshold from which a picture is called a finding, and see what it does."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import streamlit as st

from oncosecure.evaluation import decision, thresholds
from oncosecure.ui import style
from oncosecure.ui.compare_parts import figure, spread, table
from oncosecure.ui.compare_plot import Axis, Plot, Series, fitted, percents
from oncosecure.ui.compare_view import Side, View, hold, released_threshold
from oncosecure.ui.words import INTERVAL, listing, percent, with_interval

#: Thresholds of the decision curve.
STEPS = np.linspace(0.005, 0.95, 190)


def show(view: View) -> None:
    """Render the tab."""
    st.header("From which probability on to call a finding", anchor=False)
    _controls(view)
    _effects(view)
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Over all thresholds", anchor=False)
        sweep(view)
    with right:
        st.header("What acting on it is worth", anchor=False)
        benefit(view)


def _controls(view: View) -> None:
    left, right = st.columns([3, 1], gap="large", vertical_alignment="bottom")
    st.session_state["compare.threshold"] = view.threshold
    st.session_state["compare.prevalence"] = 100 * view.prevalence
    with left:
        st.slider(
            f"Threshold on the {view.entry.target_name.lower()}",
            0.001,
            0.999,
            step=0.001,
            format="%.3f",
            key="compare.threshold",
            on_change=_set,
            args=("threshold", 1),
        )
    with right:
        st.number_input(
            "Prevalence of findings, %",
            0.1,
            99.9,
            step=1.0,
            format="%.1f",
            key="compare.prevalence",
            on_change=_set,
            args=("prevalence", 100),
            help="The share of those examined who have a finding. In screening it is far below that of a test set.",
        )
    _presets(view)


def _presets(view: View) -> None:
    with st.container(horizontal=True, gap="small"):
        offered = {
            f"Released limit of {side.name}: {released_threshold(side):.3f}": released_threshold(side)
            for side in view.sides
            if side.card
        }
        for place, (name, value) in enumerate((offered | {"One half: 0.500": 0.5}).items()):
            st.button(name, key=f"compare.preset.{place}", on_click=hold, args=("threshold", value))


def _set(name: str, scale: float) -> None:
    hold(name, st.session_state[f"compare.{name}"] / scale)


def _effects(view: View) -> None:
    found = [_effect(view, side) for side in view.sides]
    head = ("Model", "Sensitivity", "Specificity", "Right, if called a finding", "Right, if not called one")
    note = (
        f"In brackets the {INTERVAL} over groups. The last two are the positive and the negative predictive value, "
        f"at a prevalence of {percent(view.prevalence)} and if sensitivity and specificity stay the same there."
    )
    table(view, "threshold", head, [cells for cells, _ in found], [record for _, record in found], note=note)
    for column, side in zip(st.columns(2, gap="large"), view.sides, strict=False):
        with column:
            _counts(view, side)


def _effect(view: View, side: Side) -> tuple[tuple[str, ...], dict]:
    rates, here = thresholds.rates(side.outcomes, view.threshold), counts(view, side)
    values = thresholds.predictive_values(here.sensitivity, here.specificity, view.prevalence)
    said = (percent(value) if value == value else "none is called so" for value in values)
    cells = (side.name, *(with_interval("share", rate) for rate in rates.values()), *said)
    record = {"model": side.key, "threshold": view.threshold, "prevalence": view.prevalence}
    for name, rate in rates.items():
        record |= spread(name, rate)
    return cells, record | {"ppv": values[0], "npv": values[1], **asdict(here)}


def counts(view: View, side: Side) -> thresholds.Counts:
    """A model's test pictures by what they are and what they are called at the view's threshold."""
    return thresholds.counts(side.outcomes.finding_probability, side.outcomes.is_finding, view.threshold)


def _counts(view: View, side: Side) -> None:
    here = counts(view, side)
    st.subheader(f"{side.name} at {view.threshold:.3f}", anchor=False)
    values = np.array([[here.found, here.missed], [here.alarms, here.cleared]])
    style.counts("Really", "Called", ("A finding", "None"), values)


def sweep(view: View) -> None:
    """Render sensitivity and specificity over all thresholds."""
    series, said = [], []
    for side in view.sides:
        p, positive = side.outcomes.finding_probability, side.outcomes.is_finding
        levels = np.linspace(0, 1, 201)
        found = [thresholds.counts(p, positive, t) for t in levels]
        series.append(Series(side.name, levels, [f.sensitivity for f in found], side.role))
        series.append(Series("", levels, [f.specificity for f in found], side.role, thin=True))
        here = counts(view, side)
        said.append(f"{side.name} finds {percent(here.sensitivity)} and clears {percent(here.specificity)}")
    x = Axis("threshold", 0, 1, tuple((v / 5, f"{v / 5:.1f}") for v in range(6)))
    rule = (view.threshold, f"{view.threshold:.3f}")
    chart = Plot("Sensitivity and specificity", x, percents("share"), series, (rule,), height=380)
    reading = f"At {view.threshold:.3f} {listing(said)}. Bold lines are the sensitivity, thin ones the specificity."
    figure(view, "sweep", chart, reading, reading)


def benefit(view: View) -> None:
    """Render the decision curve."""
    prevalence = view.prevalence
    series = [Series("act on everything", STEPS, decision.treat_all(STEPS, prevalence), "neutral")]
    said = []
    for side in view.sides:
        p, positive = side.outcomes.finding_probability, side.outcomes.is_finding
        worth = decision.net_benefit(p, positive, STEPS, prevalence)
        series.append(Series(side.name, STEPS, worth, side.role))
        said.append(f"{side.name} {_span(decision.useful(worth, STEPS, prevalence))}")
    top = max(prevalence, 0.01)
    x = Axis("threshold", 0, 1, tuple((v / 5, f"{v / 5:.1f}") for v in range(6)))
    y = fitted("net benefit", [-0.15 * top, 1.02 * top], digits=4)
    chart = Plot("Decision curve", x, y, series, ((view.threshold, f"{view.threshold:.3f}"),), height=380)
    reading = (
        f"Worth more than acting on everything and than never acting: {'; '.join(said)}. Net benefit counts findings "
        "found, less false alarms weighed by the odds of the threshold, as a share of all."
    )
    figure(view, "decision", chart, f"Decision curve. {reading}", reading)


def _span(useful: np.ndarray) -> str:
    """Where a model is useful, in words."""
    if not useful.any():
        return "nowhere"
    ends = STEPS[np.flatnonzero(useful)[[0, -1]]]
    gaps = "" if useful[np.flatnonzero(useful)[0] : np.flatnonzero(useful)[-1] + 1].all() else ", with gaps"
    return f"from {ends[0]:.2f} to {ends[1]:.2f}{gaps}"
