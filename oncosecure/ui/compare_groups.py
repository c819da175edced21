"""Whether a model finds as much in one group of people or lesions as in another."""

from __future__ import annotations

import streamlit as st

from oncosecure.evaluation.subgroups import FILE
from oncosecure.models import store
from oncosecure.ui.compare_parts import figure, missing, spread, table
from oncosecure.ui.compare_plot import Bar, Rows, percents
from oncosecure.ui.compare_view import Side, View
from oncosecure.ui.words import count, lower_first, p_value, percent, whole_percent, with_interval


def show(view: View) -> None:
    """Render the tab."""
    found = {side.key: _read(view, side) for side in view.sides}
    for side in view.sides:
        if found[side.key] is None:
            _unmeasured(view, side)
    measured = [side for side in view.sides if found[side.key]]
    if not measured:
        return
    st.header("Whether each group is served as well", anchor=False)
    for side in measured:
        _overview(side, found[side.key])
    keys = dict.fromkeys(part["key"] for side in measured for part in found[side.key]["divisions"])
    for key in keys:
        _division(view, measured, found, key)


def _read(view: View, side: Side) -> dict | None:
    name = view.entry.file(FILE, side.key)
    known = side.key in view.entry.models and (view.entry.folder / name).is_file()
    return store.read_json(view.entry, name) if known else None


def _unmeasured(view: View, side: Side) -> None:
    missing(
        f"{side.name} was not measured by subgroups.",
        f"python -m oncosecure subgroups {view.entry.key} --data DIR --model {side.key}",
    )


def _overview(side: Side, found: dict) -> None:
    judged = [(part, group) for part in found["divisions"] for group in part["groups"] if is_judged(group, found)]
    below = [f"{group['name']} ({lower_first(part['title'])})" for part, group in judged if is_below(group, found)]
    goal = whole_percent(found["goal"])
    st.markdown(
        f"**{side.name}** at its released threshold of {found['threshold']:.3f}, below which it calls a picture low "
        f"risk (set on validation to keep {whole_percent(found['stated_sensitivity'])} of the findings): sensitivity "
        f"{with_interval('share', found['sensitivity'])} on {count(found['findings'])} findings."
    )
    if below:
        st.error(
            f"Below {goal} sensitivity in {len(below)} of {len(judged)} groups: {', '.join(below)}.",
            icon=":material/flag:",
        )
    else:
        st.success(
            f"At least {goal} sensitivity in all {len(judged)} groups with {found['least']} findings or more.",
            icon=":material/check:",
        )


def is_judged(group: dict, found: dict) -> bool:
    """Whether a group has enough findings to say anything."""
    return group["findings"] >= found["least"]


def is_below(group: dict, found: dict) -> bool:
    """Whether a group deserves the red mark."""
    return group["sensitivity"]["value"] < found["goal"]


def _division(view: View, sides: list[Side], found: dict, key: str) -> None:
    parts = [(side, part) for side in sides for part in found[side.key]["divisions"] if part["key"] == key]
    title, how, unknown = (parts[0][1][name] for name in ("title", "how", "unknown"))
    st.header(title, anchor=False)
    st.caption(how + (f" {count(unknown)} test pictures belong to no group." if unknown else ""))
    left, right = st.columns(2, gap="large")
    with left:
        figure(view, f"groups-{key}", _chart(title, parts, found), _alt(title, parts))
    with right:
        for side, part in parts:
            st.markdown(f"**{side.name}.** {chance(part)}")
    _table(view, parts, found, key)


def _chart(title: str, parts: list[tuple[Side, dict]], found: dict) -> Rows:
    names = [group["name"] for group in parts[0][1]["groups"]]
    rows = [(name, [_bar(side, part, name) for side, part in parts]) for name in names]
    lows = [bar.low for _, bars in rows for bar in bars if bar.low == bar.low]
    floor = min(80, int(min(lows, default=0.8) * 10) * 10)
    goal = found[parts[0][0].key]["goal"]
    axis = percents("sensitivity for a finding", low=floor, step=20 if floor < 40 else 10)
    return Rows(title, axis, rows, [(side.name, side.role) for side, _ in parts], (goal, f"goal {whole_percent(goal)}"))


def _bar(side: Side, part: dict, name: str) -> Bar:
    group = next((g for g in part["groups"] if g["name"] == name), None)
    if group is None or not group["findings"]:
        return Bar(float("nan"), float("nan"), float("nan"), side.role, "no findings")
    figure = group["sensitivity"]
    return Bar(figure["value"], figure["low"], figure["high"], side.role, percent(figure["value"]))


def _alt(title: str, parts: list[tuple[Side, dict]]) -> str:
    said = [
        f"{side.name}, {group['name']}: {percent(group['sensitivity']['value'])}"
        for side, part in parts
        for group in part["groups"]
        if group["findings"]
    ]
    return f"Sensitivity by {lower_first(title)}. {'; '.join(said)}."


def chance(part: dict) -> str:
    """The gap between the groups, and whether it could be chance."""
    if part["gap"] is None or part["p"] is None:
        return "Too few findings in all groups but one, so there is nothing to compare."
    if part["gap"] == 0:
        return "No gap: every group has the same sensitivity."
    gap = (
        f"The widest gap is {100 * part['gap']:.1f} points, between {part['lowest']} and {part['highest']} "
        f"(p = {p_value(part['p'])}"
    )
    gap = gap.replace("= <", "<")
    gap += f", {p_value(part['p_adjusted'])} once all divisions are counted). "
    if part["p_adjusted"] < 0.05:
        return gap + "So uneven a result is hardly chance."
    if part["p"] < 0.05:
        return gap + "By itself that would be unlikely by chance; among all divisions looked at, it could be chance."
    return gap + "It could well be chance."


def _table(view: View, parts: list[tuple[Side, dict]], found: dict, key: str) -> None:
    head = ["Group", "Findings"]
    for side, _ in parts:
        head += [f"Sensitivity, {side.name}", "Mark"]
    rows = []
    for group in parts[0][1]["groups"]:
        cells = [group["name"], f"{count(group['findings'])} of {count(group['pictures'])}"]
        for side, part in parts:
            same = next(g for g in part["groups"] if g["name"] == group["name"])
            cells += [_sensitivity(same), mark(same, found[side.key])]
        rows.append(cells)
    table(view, f"groups-{key}", head, rows, [_record(side, key, g) for side, part in parts for g in part["groups"]])


def _record(side: Side, key: str, group: dict) -> dict:
    counted = {name: group[name] for name in ("pictures", "findings", "groups")}
    measures = spread("sensitivity", group["sensitivity"]) | spread("specificity", group["specificity"])
    return {"model": side.key, "division": key, "group": group["name"], **counted, **measures}


def _sensitivity(group: dict) -> str:
    return with_interval("share", group["sensitivity"]) if group["findings"] else "no findings"


def mark(group: dict, found: dict) -> str:
    """In words whether a group reaches the goal."""
    if not is_judged(group, found):
        return "too few to tell"
    goal = whole_percent(found["goal"])
    if is_below(group, found):
        return f"⚑ below {goal}"
    return f"at least {goal}" if group["sensitivity"]["low"] >= found["goal"] else f"at least {goal}, not certain"
