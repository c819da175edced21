"""The table's page: 30 numbers on the left, the answer on the right, and below what stands behind it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.errors import WeightsError
from oncosecure.models import store
from oncosecure.tabular import analysis, data, standing
from oncosecure.tabular.analysis import RowAnalysis
from oncosecure.tabular.features import FEATURES, GROUPS, MEASURES, STATISTICS, measure
from oncosecure.ui import charts, reading, style, table_charts, table_many, table_model, table_reading
from oncosecure.ui.measured import predictions
from oncosecure.ui.table_state import TableSession
from oncosecure.ui.words import count, percent, upper_first, whole_percent

TABS = ("Why", "Among the data", "How sure", "How good is this model", "Many rows")
TITLES = {"mean": "Mean", "error": "Standard error", "worst": "Worst"}


def show() -> None:
    """Render the page."""
    entry = catalog.get("breast_features")
    style.heading(entry.title, entry.reads)
    if not _ready(entry):
        return
    session = TableSession(entry)
    session.begin()
    left, right = st.columns([1, 1], gap="large")
    with left:
        _inputs(session)
    answer = analysis.analyze(session.values)
    with right:
        _answer(session, answer)
    _tabs(session, answer)


def _ready(entry: Modality) -> bool:
    """Whether there is a model; if not, the page says why."""
    if not entry.has_weights():
        st.warning(f"**No model yet.** {entry.title} has no trained model in this copy.", icon=":material/info:")
        st.markdown(
            f"The folder `weights/{entry.key}` does not hold it, and without it this page answers nothing rather than "
            "guess. Its data comes with scikit-learn; this makes the model and everything that the page shows:"
        )
        st.code(store.training_command(entry), language="bash")
        return False
    try:
        analysis.load()
    except WeightsError as error:
        st.error(str(error), icon=":material/error:")
        return False
    return True


def _inputs(session: TableSession) -> None:
    st.header("The measurements", anchor=False)
    st.markdown("Start from a real row of the data, then change a number and watch the answer move.")
    offered = standing.examples()
    with st.container(horizontal=True, gap="small", key=session.key("examples")):
        for number, example in enumerate(offered):
            st.button(
                _example_name(session.entry, example),
                key=session.key(f"example.{number}"),
                on_click=session.start,
                args=(number,),
                type="primary" if example == session.example else "secondary",
            )
    for tab, (statistic, names) in zip(st.tabs(list(TITLES.values())), GROUPS.items(), strict=True):
        with tab:
            st.caption(STATISTICS[statistic])
            with st.container(horizontal=True, gap="small"):
                for name in names:
                    _number(session, name)


def _example_name(entry: Modality, example: standing.Example) -> str:
    return f"{upper_first(example.kind)}, {data.load().ids[example.row]}"


def _number(session: TableSession, name: str) -> None:
    digits, step = _precision(name)
    st.number_input(
        upper_first(measure(name)),
        min_value=0.0,
        step=step,
        format=f"%.{digits}f",
        key=session.input_key(name),
        help=f"{upper_first(name)}. {MEASURES[measure(name)]}",
        width=140,
    )


def _precision(name: str) -> tuple[int, float]:
    """Digits after the point that the table has, and a round step of some fiftieth of its range."""
    column = data.load().values[:, FEATURES.index(name)]
    digits = max(len(f"{v:.6f}".rstrip("0").partition(".")[2]) for v in column[:100])
    rough = np.ptp(column) / 50
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(power * max(m for m in (1, 2, 5) if m * power <= rough))
    return digits, max(step, 10.0**-digits)


def _answer(session: TableSession, answer: RowAnalysis) -> None:
    entry = session.entry
    st.header("The answer", anchor=False)
    style.answer(table_reading.headline(answer, entry))
    changes = table_reading.moved(answer, analysis.analyze(session.example.values))
    if changes:
        st.markdown(changes)
    else:
        st.markdown(
            f"This is {data.load().ids[session.example.row]} of the data, which is really "
            f"**{session.example.label}**. It is among those the model learned from."
        )
    if answer.out_of_range:
        st.warning(table_reading.outside(answer.out_of_range), icon=":material/warning:")
    charts.bars(answer, entry, session.key("bars"))
    _facts(session, answer)
    with st.container(horizontal=True, gap="small"):
        _undo(session, bool(changes))
        _download(session, answer)


def _facts(session: TableSession, answer: RowAnalysis) -> None:
    entry, coverage = session.entry, analysis.load().card["conformal"]["coverage"]
    style.facts(
        (
            (entry.target_name, reading.risk(answer, entry), ""),
            ("The model is", reading.confidence(answer), ""),
            ("Comes into question", reading.answer_set(answer, entry), f"with {whole_percent(coverage)} coverage"),
            ("This row is", reading.familiarity(answer).lower(), ""),
        )
    )


def _undo(session: TableSession, changed: bool) -> None:
    st.button(
        "Undo changes",
        key=session.key("undo"),
        icon=":material/undo:",
        on_click=lambda: session.start(standing.examples().index(session.example)),
        disabled=not changed,
    )


def _download(session: TableSession, answer: RowAnalysis) -> None:
    st.download_button(
        "Result (JSON)",
        answer.to_json(),
        f"oncosecure-{session.entry.key}.json",
        "application/json",
        key=session.key("json"),
        icon=":material/download:",
        on_click="ignore",
    )


def _tabs(session: TableSession, answer: RowAnalysis) -> None:
    why, among, sure, good, many = st.tabs(TABS)
    with why:
        _why(session, answer)
    with among:
        _among(session, answer)
    with sure:
        _sure(session, answer)
    with good:
        table_model.show(session.entry, analysis.load().card)
    with many:
        table_many.show(session)


def _why(session: TableSession, answer: RowAnalysis) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.header("What moved this answer", anchor=False)
        st.markdown(table_reading.reasons(answer))
        table_charts.waterfall(answer, session.key("waterfall"))
        st.caption(
            "Exact Shapley values of the log-odds, against 100 rows of the data: bars add up to the answer. Orange → "
            "speaks for malignant, blue ← for benign. They say what the model used, not what causes a disease."
        )
    with right:
        st.header("The same for all rows of the data", anchor=False)
        released = analysis.load()
        st.markdown("One point a row of the data; the diamond is this one. Colour tells the value:")
        st.html(table_charts.ramp())
        table_charts.beeswarm(released.contributions, data.load().values, answer, session.key("beeswarm"))


def _among(session: TableSession, answer: RowAnalysis) -> None:
    st.header("Where each value lies among the data", anchor=False)
    st.markdown(
        f"The diamond is this row among all {count(len(data.load().ids))}: on the left smaller than all, on the right "
        "larger. The bars hold the middle half of the benign rows (blue, above) and of the malignant ones "
        "(orange, below)."
    )
    found = standing.of(answer.values)
    for column, (statistic, names) in zip(st.columns(3, gap="large"), GROUPS.items(), strict=True):
        with column:
            st.subheader(TITLES[statistic], anchor=False)
            table_charts.standing([s for s in found if s.feature in names], session.key(f"standing.{statistic}"))


def _sure(session: TableSession, answer: RowAnalysis) -> None:
    entry, card = session.entry, analysis.load().card
    left, right = st.columns(2, gap="large")
    with left:
        st.header("Which answers remain", anchor=False)
        st.markdown(_set_text(answer, entry, card["conformal"]))
        st.header("What such a probability was worth", anchor=False)
        st.markdown(_worth_text(entry, answer))
        st.header(entry.target_name, anchor=False)
        limits = table_reading.risk_limits(entry, card["risk"])
        st.markdown(f"**{upper_first(reading.risk(answer, entry))}.** {limits}")
    with right:
        st.header("Does the model know such rows", anchor=False)
        st.markdown(_distance_text(answer, card["out_of_distribution"]))
        st.header("The most similar rows of the data", anchor=False)
        rows = [(upper_first(case.id), entry.names[case.label], f"{case.similarity:.2f}") for case in answer.similar]
        style.table(("Row", "Really", "Similarity"), rows)
        st.caption("Similarity is 1 / (1 + distance), 1 for the same row.")


def _set_text(answer: RowAnalysis, entry: Modality, conformal: dict) -> str:
    return (
        f"**{reading.answer_set(answer, entry)}.** The set is made so that it holds the right answer for at least "
        f"{whole_percent(conformal['coverage'])} of rows like the data's. Tried on held-out halves of the data it did "
        f"for {percent(conformal['test_coverage'])}, with {conformal['test_mean_size']:.2f} labels on average."
    )


def _worth_text(entry: Modality, answer: RowAnalysis) -> str:
    band = predictions(entry).near(answer.confidence)
    span = f"between {whole_percent(band.low)} and {whole_percent(band.high)}"
    if not band.count:
        return f"No held-out row got a probability {span}, so there is nothing to compare with."
    return (
        f"On **{count(band.count)}** held-out rows the model's first choice had a probability {span}, like here. It "
        f"was right on **{count(band.right)}** of them ({percent(band.observed)}); on average it had stated "
        f"{percent(band.stated)}."
    )


def _distance_text(answer: RowAnalysis, limits: dict) -> str:
    verdict = "Yes" if answer.in_distribution else "No"
    return (
        f"**{verdict}.** Its five nearest rows lie at a distance of {answer.distance:.2f}; "
        f"{whole_percent(limits['kept'])} of the data's own rows have theirs within {limits['limit']:.2f}. The "
        "distance is taken over all 30 measurements as the model sees them, each scaled to the same spread."
    )
