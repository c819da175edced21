"""The figures of two models side by side, what they cost, and which classes they mix up."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from oncosecure.evaluation import paired
from oncosecure.evaluation.paired import McNemar, Row
from oncosecure.ui import style
from oncosecure.ui.compare_parts import download, missing, spread, table
from oncosecure.ui.compare_view import Side, View
from oncosecure.ui.measured import Predictions
from oncosecure.ui.words import INTERVAL, count, lower_first, p_value, points, signed, whole_percent, with_interval

NAMES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_auc": "Macro AUC",
    "target_sensitivity": "Sensitivity for a finding",
    "target_specificity": "Specificity for a finding",
    "macro_f1": "Macro F1",
    "ece": "Calibration error",
    "brier": "Brier score",
}
#: Figures that are no shares; a difference of theirs is not in percentage points.
PLAIN = ("macro_auc", "ece", "brier")


def show(view: View) -> None:
    """Render the tab."""
    st.header("Figures", anchor=False)
    if view.second is None:
        _alone(view)
    else:
        _paired(view)
    st.header("What they cost" if view.second else "What it costs", anchor=False)
    _costs(view)
    st.header(f"Which classes {'they mix' if view.second else 'it mixes'} up", anchor=False)
    for place, side in zip(style.halves(len(view.entry.labels)), view.sides, strict=False):
        with place:
            _confusion(view, side)


def _alone(view: View) -> None:
    found = paired.figures(view.first.outcomes, view.entry.labels)
    rows = [(NAMES[name], with_interval(name, figure)) for name, figure in found.items()]
    records = [{"figure": name, **spread(view.first.key, figure)} for name, figure in found.items()]
    table(view, "figures", ("Figure", view.first.name), rows, records, strong=1, note=_legend(view))


def _paired(view: View) -> None:
    first, second = view.sides
    found = paired.compare(first.outcomes, second.outcomes, view.entry.labels)
    head = ("Figure", first.name, second.name, "Difference", "p", "Better")
    rows = [_cells(row, first, second) for row in found]
    records = [
        {
            "figure": row.figure,
            **spread(first.key, row.first),
            **spread(second.key, row.second),
            **spread("difference", row.difference),
            "p": row.p,
        }
        for row in found
    ]
    st.markdown(verdict(view, found, paired.mcnemar(first.outcomes, second.outcomes)))
    note = (
        f"{_legend(view)} The difference is {second.name} minus {first.name}, on the same bootstrap samples for both, "
        "shares in percentage points; p says how often chance alone would bring so large a one. Of "
        f"{len(found)} figures tested, one in twenty comes out below 0.05 by chance."
    )
    table(view, "figures", head, rows, records, note=note)


def _legend(view: View) -> str:
    return (
        f"In brackets the {INTERVAL}, from 1,000 bootstrap samples of whole groups. Sensitivity and specificity for "
        f"{_finding(view)} stand at a probability of {whole_percent(0.5)}; the tab Threshold moves it. Calibration "
        "error and Brier score are better when smaller."
    )


def _finding(view: View) -> str:
    names = [lower_first(view.entry.names[label]) for label in view.entry.target]
    return "a finding (" + ", ".join(names) + ")"


def _cells(row: Row, first: Side, second: Side) -> tuple[str, ...]:
    plain = row.figure in PLAIN
    difference = _plain_difference(row.difference) if plain else points(row.difference)
    values = (with_interval(row.figure, figure) for figure in (row.first, row.second))
    return (NAMES[row.figure], *values, difference, p_value(row.p), better(row, first.name, second.name))


def _plain_difference(figure: dict) -> str:
    value, low, high = (signed(figure[end], 3) for end in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def better(row: Row, first: str, second: str) -> str:
    """Which model is better by a figure, where the interval of the difference leaves out 0."""
    low, high = row.difference["low"], row.difference["high"]
    if not (low > 0 or high < 0):
        return "not told apart"
    return second if (low > 0) != (row.figure in paired.ERRORS) else first


def verdict(view: View, found: Sequence[Row], test: McNemar) -> str:
    """Which model is right more often, and whether that may be chance."""
    first, second, words = view.first.name, view.second.name, view.entry.scan_words
    text = (
        f"{first} is right on **{count(test.only_first)}** {words} that {second} gets wrong, and {second} on "
        f"**{count(test.only_second)}** that {first} gets wrong. "
    )
    if test.p >= 0.05:
        text += f"So even a split can well be chance (McNemar's exact test, p = {_p(test.p)}), "
    else:
        ahead = first if test.only_first > test.only_second else second
        text += f"So uneven a split is hardly chance (McNemar's exact test, p {_p(test.p, '= ')}): {ahead} is ahead, "
    clear = [row for row in found if better(row, first, second) != "not told apart"]
    tell = "tells" if len(clear) == 1 else "tell"
    return text + f"and {_number(len(clear))} of the {len(found)} figures below {tell} the two apart."


def _p(p: float, sign: str = "") -> str:
    text = p_value(p)
    return text if text.startswith("<") else f"{sign}{text}"


def _number(n: int) -> str:
    return "none" if n == 0 else str(n)


def _costs(view: View) -> None:
    rows, records = [], []
    for side in view.sides:
        cost = costs(view, side)
        records.append({"model": side.key, **cost})
        rows.append((side.name, *_cost_cells(cost)))
    timed = [record["cpu"] for record in records if record["cpu"]]
    machines = " / ".join(dict.fromkeys(timed))
    note = f"Time and memory of one {view.entry.scan_word} at a time, measured on: {machines}." if timed else ""
    table(
        view,
        "costs",
        ("Model", "Parameters", "File", f"Time a {view.entry.scan_word}", "Memory"),
        rows,
        records,
        note=note,
    )
    if len(timed) < len(records):
        which = " for every model here" if view.second else ""
        missing(f"Time and memory were not measured{which}.", "python -m benchmarks.models")


def costs(view: View, side: Side) -> dict:
    """Parameters, bytes, milliseconds, megabytes and processor of a model, None where not known."""
    card = side.card or view.first.card.get("comparison", {}).get(side.key, {})
    timing = card.get("timing") or {}
    return {
        "parameters": card.get("parameters"),
        "file_bytes": card.get("file_bytes", timing.get("file_bytes")),
        "ms": timing.get("ms"),
        "memory_mb": timing.get("memory_mb"),
        "cpu": timing.get("cpu"),
    }


def _cost_cells(cost: dict) -> tuple[str, ...]:
    parameters, size, ms, memory = (cost[name] for name in ("parameters", "file_bytes", "ms", "memory_mb"))
    return (
        f"{parameters / 1e6:.1f} million" if parameters else "not counted",
        (f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB") if size else "not released",
        f"{ms:.2g} ms" if ms and ms < 1 else f"{ms:.1f} ms" if ms else "not measured",
        "not measured" if memory is None else f"{memory:.0f} MB" if memory >= 1 else "under 1 MB",
    )


def _confusion(view: View, side: Side) -> None:
    st.subheader(side.name, anchor=False)
    counts = Predictions(side.outcomes.targets, side.outcomes.probabilities).confusion()
    names = [view.entry.names[label] for label in view.entry.labels]
    style.counts("Really", "Called", names, counts)
    records = [
        {"really": label, **dict(zip(view.entry.labels, row.tolist(), strict=True))}
        for label, row in zip(view.entry.labels, counts, strict=True)
    ]
    download(view, f"confusion-{side.role}", records)
