"""How good the models' heatmaps are, and how their training went."""

from __future__ import annotations

import streamlit as st

from oncosecure import explain
from oncosecure.ui.compare_parts import figure, missing, spread, table
from oncosecure.ui.compare_plot import Axis, Bar, Plot, Rows, Series, fitted, percents
from oncosecure.ui.compare_view import Side, View
from oncosecure.ui.measured import explanations, trainings
from oncosecure.ui.words import INTERVAL, count, listing, lower_first, model_name, percent, upper_first, with_interval

#: Figures of a map: part of the file, figure, and what it is called.
FIGURES = (
    ("localisation", "energy", "Heat inside the lesion"),
    ("localisation", "pointing", "Brightest spot inside it"),
    ("localisation", "iou", "Overlap with it"),
    ("faithfulness", "insertion", "Back when only the hottest parts are shown"),
    ("faithfulness", "deletion", "Left without them (less is better)"),
)
#: Those that are drawn, one chart each.
DRAWN = (FIGURES[0], FIGURES[3])


def show(view: View) -> None:
    """Render the tab."""
    st.header("How good the heatmaps are", anchor=False)
    _maps(view)
    st.header("How training went", anchor=False)
    for column, side in zip(st.columns(2, gap="large"), view.sides, strict=False):
        with column:
            st.subheader(side.name, anchor=False)
            _training(view, side)


def _maps(view: View) -> None:
    found = {side: _read(view, side) for side in view.sides}
    measured = {side: methods for side, methods in found.items() if methods}
    for column, (part, name, title) in zip(st.columns(2, gap="large"), DRAWN, strict=True):
        if any(_value(m, part, name) for methods in measured.values() for m in methods.values()):
            with column:
                _chart(view, measured, part, name, title)
    if measured:
        _table(view, measured)
    for side in view.sides:
        if side not in measured:
            _unmeasured(view, side)


def _read(view: View, side: Side) -> dict:
    """Methods of explaining with their figures, {} where they were not measured."""
    return (explanations(view.entry, side.key) or {}).get("methods", {})


def _value(method: dict, part: str, name: str) -> dict | None:
    return ((method.get(part) or {}).get("figures") or {}).get(name)


def _chart(view: View, measured: dict[Side, dict], part: str, name: str, title: str) -> None:
    keys = dict.fromkeys(key for methods in measured.values() for key in methods)
    rows = [
        (_method(key), [_bar(side, _value(m.get(key, {}), part, name)) for side, m in measured.items()]) for key in keys
    ]
    chart = Rows(title, percents("share"), rows, [(side.name, side.role) for side in measured])
    best = [f"{side.name} does best with {said}" for side, m in measured.items() if (said := _best(m, part, name))]
    reading = f"{title}: {listing(best)}."
    st.subheader(title, anchor=False)
    figure(view, f"maps-{name}", chart, reading, reading)


def _best(methods: dict, part: str, name: str) -> str:
    known = {key: found for key, m in methods.items() if (found := _value(m, part, name))}
    if not known:
        return ""
    best = max(known, key=lambda key: known[key]["value"])
    return f"{lower_first(_method(best))}, {with_interval('share', known[best])}"


def _table(view: View, measured: dict[Side, dict]) -> None:
    shown = [f for f in FIGURES if any(_value(m, *f[:2]) for methods in measured.values() for m in methods.values())]
    rows, records = [], []
    for side, methods in measured.items():
        for key, method in methods.items():
            values = [_value(method, part, name) for part, name, _ in shown]
            said = [with_interval("share", value) if value else "not measured" for value in values]
            rows.append((f"{_method(key)} ({side.name})", *said))
            records += [
                {"model": side.key, "method": key, "figure": name, **spread("value", value)}
                for (_, name, _), value in zip(shown, values, strict=True)
                if value
            ]
    note = f"Means over test pictures, on the map of the right class; in brackets the {INTERVAL} over groups."
    table(view, "maps", ("Method", *(title for *_, title in shown)), rows, records, note=note)


def _unmeasured(view: View, side: Side) -> None:
    missing(
        f"The heatmaps of {side.name} were not measured.",
        f"python -m oncosecure measure-explanations {view.entry.key} --data DIR --model {side.key}",
    )


def _bar(side: Side, found: dict | None) -> Bar:
    if found is None:
        return Bar(float("nan"), float("nan"), float("nan"), side.role, "not measured")
    return Bar(found["value"], found["low"], found["high"], side.role, percent(found["value"]))


def _method(key: str) -> str:
    return explain.METHODS[key].title if key in explain.METHODS else upper_first(key.replace("_", " "))


def _training(view: View, side: Side) -> None:
    runs = trainings(side.card)
    if not runs:
        missing(f"The card of {side.name} holds no training history: it was not trained in epochs.")
    for number, (model, recipe, epochs) in enumerate(runs, 1):
        if len(runs) > 1:
            st.markdown(f"**{model_name(model)}**, part {number} of {len(runs)}, trained by itself")
        name = f"training-{side.role}" + (f"-{number}" if len(runs) > 1 else "")
        _losses(view, name, model_name(model), epochs, reading_of_training(epochs, recipe.get("teacher")))


def _losses(view: View, name: str, network: str, epochs: list[dict], reading: str) -> None:
    """Loss over the epochs, as a chart and as a table."""
    x = [e["epoch"] for e in epochs]
    losses = [[e.get(loss) for e in epochs] for loss in ("train_loss", "val_loss")]
    axis = Axis("epoch", min(x), max(max(x), min(x) + 1), tuple((n, str(n)) for n in x if _labelled(n, len(x))))
    series = [
        Series(title, x, values, role)
        for title, values, role in (("validation", losses[1], "first"), ("training", losses[0], "second"))
        if None not in values
    ]
    chart = Plot(f"Training of {network}", axis, fitted("loss", [v for s in series for v in s.y], zero=True), series)
    figure(view, name, chart, reading, reading)
    rows = [
        (str(e["epoch"]), f"{e['train_loss']:.3f}", f"{e['val_loss']:.3f}", _share(e, "val_balanced_accuracy"))
        for e in epochs
    ]
    with st.expander("Every epoch as a table"):
        head = ("Epoch", "Training loss", "Validation loss", "Balanced accuracy on validation")
        table(view, name, head, rows, epochs)


def _share(epoch: dict, name: str) -> str:
    return percent(epoch[name]) if epoch.get(name) is not None else ""


def _labelled(n: int, epochs: int) -> bool:
    return n % max(1, -(-epochs // 10)) == 0


def reading_of_training(epochs: list[dict], teacher: str | None = None) -> str:
    """When validation was best, whether training went on too long, and what else its loss counts."""
    best = min(epochs, key=lambda e: e["val_loss"])
    last = epochs[-1]
    text = f"Validation loss is lowest in epoch {best['epoch']} of {count(last['epoch'])}, at {best['val_loss']:.3f}."
    if last["val_loss"] > 1.1 * best["val_loss"]:
        text += f" After that it rises to {last['val_loss']:.3f}: the network overfits."
    else:
        text += " It does not rise again, so the network does not overfit."
    if teacher:
        text += (
            f" The training loss also counts how far the answers are from those of {model_name(teacher)}, its teacher."
        )
    return text
