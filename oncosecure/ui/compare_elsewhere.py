"""How models hold on poor pictures, and on those of another hospital."""

from __future__ import annotations

import streamlit as st

from oncosecure.evaluation import outcomes, thresholds
from oncosecure.evaluation.corruptions import CORRUPTIONS
from oncosecure.ui.compare_parts import figure, missing, table
from oncosecure.ui.compare_plot import Axis, Plot, Series, percents
from oncosecure.ui.compare_view import Side, View
from oncosecure.ui.reading import in_sentence
from oncosecure.ui.words import auc, count, listing, lower_first, percent, with_interval

STRENGTHS = (0, 1, 2, 3, 4, 5)


def show(view: View) -> None:
    """Render the tab."""
    _robustness(view)
    _external(view)


def _robustness(view: View) -> None:
    st.header("On poor pictures", anchor=False)
    measured = [side for side in view.sides if side.card.get("robustness")]
    for side in view.sides:
        if side not in measured:
            _unmeasured(view, side)
    if not measured:
        return
    st.markdown(" ".join(_kept(view, side) for side in measured))
    names = dict.fromkeys(name for side in measured for name in side.card["robustness"]["corruptions"])
    for first, second in _pairs(list(names)):
        for column, name in zip(st.columns(2, gap="large"), (first, second), strict=True):
            if name:
                with column:
                    corruption(view, measured, name)
    _robust_table(view, measured)


def _unmeasured(view: View, side: Side) -> None:
    missing(
        f"{side.name} was not measured on poor pictures.",
        f"python -m oncosecure calibrate {view.entry.key} --data DIR --model {side.key}",
    )


def _pairs(names: list[str]) -> list[tuple[str, str | None]]:
    padded = [*names, *([None] * (len(names) % 2))]
    return list(zip(padded[::2], padded[1::2], strict=True))


def _kept(view: View, side: Side) -> str:
    found = side.card["robustness"]
    kept = percent(min(found["kept"], 1.0))
    return (
        f"**{side.name}** keeps **{kept}** of its accuracy on {view.entry.scan_words} of low quality "
        f"(strength {found['strength']} of 5, mean over all ways to spoil one; {count(found['pictures'])} pictures)."
    )


def curve(side: Side, name: str) -> list[float]:
    """Accuracy on pictures as they are, and at every strength."""
    found = side.card["robustness"]
    return [found["clean"]["accuracy"], *(step["accuracy"] for step in found["corruptions"].get(name, []))]


def corruption(view: View, sides: list[Side], name: str) -> None:
    """Render the accuracy under one way of spoiling a picture."""
    title = CORRUPTIONS[name].title
    st.subheader(title, anchor=False)
    series = [
        Series(side.name, STRENGTHS[: len(c)], c, side.role, [3] * len(c)) for side in sides if (c := curve(side, name))
    ]
    said = [f"{side.name} {percent(c[-1])} instead of {percent(c[0])}" for side in sides if (c := curve(side, name))]
    x = Axis("strength", 0, 5, tuple((n, str(n)) for n in STRENGTHS))
    chart = Plot(title, x, percents("accuracy"), series, height=260)
    reading = f"At the worst: {listing(said)}."
    figure(view, f"robustness-{name}", chart, f"Accuracy under {lower_first(title)}. {reading}", reading)


def _robust_table(view: View, sides: list[Side]) -> None:
    rows, records = [], []
    for side in sides:
        found = side.card["robustness"]
        for name, steps in found["corruptions"].items():
            title = CORRUPTIONS[name].title
            rows.append((f"{title} ({side.name})", *(percent(step["accuracy"]) for step in steps)))
            records += [{"model": side.key, "corruption": name, **step} for step in steps]
    with st.expander("All accuracies as a table"):
        table(view, "robustness", ("Spoiled by", *(f"Strength {n}" for n in STRENGTHS[1:])), rows, records)


def _external(view: View) -> None:
    st.header("On pictures of another hospital", anchor=False)
    measured = [side for side in view.sides if side.card.get("external")]
    if not measured:
        missing(
            f"No model of {view.entry.title} was measured on another hospital's {view.entry.scan_words} here. Until "
            "one is, every figure on this page speaks of this data set alone.",
            f"python -m oncosecure external {view.entry.key} --data DIR",
        )
        return
    for side in measured:
        _one_external(view, side)


def _one_external(view: View, side: Side) -> None:
    found = side.card["external"]
    left, right = st.columns(2, gap="large")
    with left:
        _external_roc(view, side, found)
    with right:
        st.subheader(f"{side.name} on {found['name']}", anchor=False)
        st.markdown(_external_text(view, found))
        rows = [_at(reading) for reading in found["target"]["at"]]
        records = [
            {"threshold": r["threshold"], **{f"{n}_{end}": v for n in _RATES for end, v in r[n].items()}}
            for r in found["target"]["at"]
        ]
        table(view, f"external-{side.role}", ("Threshold", "Sensitivity", "Specificity"), rows, records)


_RATES = ("sensitivity", "specificity")


def _at(reading: dict) -> tuple[str, ...]:
    return (percent(reading["threshold"]), *(with_interval("share", reading[name]) for name in _RATES))


def _external_text(view: View, found: dict) -> str:
    names = [f"{count(n)} of {in_sentence(view.entry, label)}" for label, n in found["by_label"].items()]
    return (
        f"{count(found['pictures'])} pictures: {listing(names)}. Told apart from each other with an AUC of "
        f"**{with_interval('auc', found['pairwise']['auc'])}**; the {lower_first(view.entry.target_name)} that people "
        f"see has **{with_interval('auc', found['target']['auc'])}**. The first choice is right in "
        f"**{with_interval('accuracy', found['accuracy'])}**."
    )


def _external_roc(view: View, side: Side, found: dict) -> None:
    here, there = side.outcomes, outcomes.read(view.entry, found["file"])
    series = [Series("", (0, 1), (0, 1), "neutral")]
    for name, rows, role in (("own test", here, "first"), (found["name"], there, "second")):
        series.append(Series(name, *thresholds.roc(rows.finding_probability, rows.is_finding), role=role))
    chart = Plot(
        f"{side.name} on {found['name']}",
        percents("false alarms among the others"),
        percents("sensitivity"),
        series,
        height=360,
    )
    area = auc(found["target"]["auc"]["value"])
    reading = (
        f"The dashed line is {found['name']}, AUC {area}; the gap to the other is what a change of hospital costs."
    )
    figure(view, f"external-{side.role}", chart, reading, reading)
