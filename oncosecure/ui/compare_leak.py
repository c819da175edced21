"""The leak gap: the same recipe under a split that leaks, beside the leak-free one."""

from __future__ import annotations

import streamlit as st

from oncosecure.evaluation import cards, outcomes, paired
from oncosecure.evaluation.outcomes import Outcomes
from oncosecure.ui import model
from oncosecure.ui.compare_figures import NAMES
from oncosecure.ui.compare_parts import figure, missing, spread, table
from oncosecure.ui.compare_plot import Bar, Rows, percents
from oncosecure.ui.compare_view import Side, View
from oncosecure.ui.words import INTERVAL, count, with_interval

SHOWN = ("accuracy", "balanced_accuracy", "macro_auc")


def show(view: View) -> None:
    """Render the tab."""
    st.header("What a leaking split does to the figures", anchor=False)
    found = {side.key: leaking(view, side) for side in view.sides}
    measured = [side for side in view.sides if found[side.key]]
    anew = (
        " Here the same recipe was trained anew under such a split and tested on that split's own test pictures, which "
        "have look-alikes among its training pictures."
    )
    st.markdown(view.entry.dataset.leak + (anew if measured else ""))
    for column, side in zip(st.columns(2, gap="large"), measured, strict=False):
        with column:
            _gap(view, side, *found[side.key])
    if measured:
        _table(view, measured, found)
    for side in view.sides:
        if side not in measured:
            _unmeasured(view, side)


def leaking(view: View, side: Side) -> tuple[str, Outcomes] | None:
    """Which leaking split the model was measured under, and its outcomes there; None if under none."""
    for kind in cards.LEAKING:
        name = view.entry.file(f"predictions_{kind}.csv", side.key)
        if side.key in view.entry.models and (view.entry.folder / name).is_file():
            return kind, outcomes.read(view.entry, name)
    return None


def _gap(view: View, side: Side, kind: str, rows: Outcomes) -> None:
    st.subheader(side.name, anchor=False)
    clean, leaky = (paired.figures(o, view.entry.labels) for o in (_all(view, side), rows))
    bars = [(NAMES[name], (_bar(name, clean[name], "first"), _bar(name, leaky[name], "second"))) for name in SHOWN]
    low = min(bar.low for _, pair in bars for bar in pair)
    axis = percents("share, or 100 times the AUC", low=min(80, int(low * 10) * 10), high=100, step=5)
    chart = Rows(f"Leak gap of {side.name}", axis, bars, (("leak-free split", "first"), (f"{kind} split", "second")))
    reading = _reading(side, kind, leaky["accuracy"]["value"] - clean["accuracy"]["value"])
    figure(view, f"leak-{side.role}", chart, reading, f"{reading} {_look_alikes(view, side, kind)}")


def _table(view: View, sides: list[Side], found: dict) -> None:
    head, columns, records = ["Figure"], [], []
    for side in sides:
        kind, rows = found[side.key]
        parts = {"leak-free": _all(view, side), kind: rows}
        for name, o in parts.items():
            figures = paired.figures(o, view.entry.labels)
            head.append(f"{side.name}, {name}, {count(len(o))}")
            columns.append(figures)
            records += [{"model": side.key, "split": name, "figure": n, **spread("value", figures[n])} for n in NAMES]
    rows = [(title, *(with_interval(name, figures[name]) for figures in columns)) for name, title in NAMES.items()]
    note = f"With each split the number of its test {view.entry.scan_words}; in brackets the {INTERVAL} over groups."
    table(view, "leak", head, rows, records, note=note)


def _all(view: View, side: Side) -> Outcomes:
    return outcomes.of_model(view.entry, side.key)


def _bar(name: str, found: dict, role: str) -> Bar:
    return Bar(found["value"], found["low"], found["high"], role, with_interval(name, found).partition(" (")[0])


def _reading(side: Side, kind: str, gap: float) -> str:
    if abs(gap) < 0.0005:
        return f"Under the {kind} split {side.name} scores the same accuracy as under the leak-free one."
    way = "higher" if gap > 0 else "lower"
    note = "" if gap > 0 else " The two are tested on other pictures, so a leak need not show in the whole."
    return (
        f"Under the {kind} split its accuracy is **{100 * abs(gap):.1f} points {way}** than under the leak-free "
        f"one.{note}"
    )


def _look_alikes(view: View, side: Side, kind: str) -> str:
    part = side.card.get(kind, {})
    seen, unseen = part.get("with_look_alike"), part.get("without_look_alike")
    if not (seen and unseen):
        return ""
    return (
        f"Where a test {view.entry.scan_word} has a look-alike in training it is right in **{model.accuracy(seen)}** "
        f"of {count(seen['pictures'])}, elsewhere in **{model.accuracy(unseen)}** of {count(unseen['pictures'])}."
    )


def _unmeasured(view: View, side: Side) -> None:
    missing(
        f"{side.name} was not trained under a leaking split.",
        f"python -m oncosecure train {view.entry.key} --data DIR --model {side.key} --split random",
    )
