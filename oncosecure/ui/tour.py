"""The guided demo: a walk through one model in seven steps, each with a few sentences that a presenter can say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from oncosecure import catalog
from oncosecure.analysis import Analysis
from oncosecure.catalog import Modality
from oncosecure.evaluation import outcomes
from oncosecure.samples import phantoms
from oncosecure.ui import charts, measured, model, navigation, overlay, reading, style, tour_cases
from oncosecure.ui.tour_cases import Case
from oncosecure.ui.words import count, lower_first, percent, upper_first, whole_percent, with_article

_STEP, _PICKER = "tour.step", "tour.modality"


def show() -> None:
    """Render the step that the session is at."""
    style.heading("Guided demo", "One model in seven steps: what it says, where it looks, and where it fails.")
    readers = {entry.key: entry for entry in catalog.images() if entry.has_weights() and phantoms(entry.key)}
    if not readers:
        st.warning("**No model yet.** No image model lies in this copy, so there is nothing to walk through.")
        return
    number = min(st.session_state.get(_STEP, 0), len(STEPS) - 1)
    entry = readers[_controls(number, list(readers))]
    step = STEPS[number]
    st.header(f"{number + 1} of {len(STEPS)}: {step.title}", anchor=False)
    step.show(entry)


def restart() -> None:
    """Begin at the first step when the page is opened next."""
    st.session_state[_STEP] = 0


def _controls(number: int, readers: list[str]) -> str:
    """The buttons, above the step so that they stay where they are; returns the key of the modality."""
    last = number == len(STEPS) - 1
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _turn("Back", number - 1, ":material/arrow_back:", shortcut="PageUp", disabled=number == 0)
        if last:
            _turn("Start over", 0, ":material/replay:")
        else:
            _turn("Next", number + 1, ":material/arrow_forward:", shortcut="PageDown", type="primary")
        return st.selectbox(
            "Model for", readers, format_func=lambda key: catalog.get(key).title, key=_PICKER, width=220
        )


def _turn(label: str, to: int, icon: str, **options) -> None:
    """A button to a step. Its key follows the label, so that the focus stays on Next from step to step."""
    key = f"tour.{label.lower().replace(' ', '-')}"
    st.button(label, key=key, icon=icon, on_click=lambda: st.session_state.update({_STEP: to}), **options)


def _case(entry: Modality) -> None:
    case = tour_cases.clear(entry)
    found = tour_cases.answer(case, entry)
    _say(
        f"This {entry.scan_word} goes into the model. It answers in {found.timings['total']:.0f} milliseconds, on this "
        "computer, and the picture never leaves its memory.",
        "It does not only name its first choice. It says how probable each of the classes is.",
        *_drawn_words(case, entry),
    )
    left, right = st.columns(2, gap="large")
    with left:
        _picture(case, found, entry, None)
    with right:
        style.answer(reading.headline(found, entry))
        _truth(case, entry)
        charts.bars(found, entry, "tour.bars")


def _drawn_words(case: Case, entry: Modality) -> tuple[str, ...]:
    """Said once of all drawings, so that a warning on one of them is no surprise."""
    if case.real:
        return ()
    said = "Without a folder of real pictures this demo shows drawings, made by code; they show no person."
    if tour_cases.notices_drawings(entry):
        said += (
            f" A drawing is no {entry.scan_word}: on some of them the model says that it does not know such pictures."
        )
    return (said,)


def _map(entry: Modality) -> None:
    case = tour_cases.clear(entry)
    found = tour_cases.answer(case, entry)
    others = [label for label in entry.labels if label != found.predicted]
    second = max(others, key=found.probabilities.get)
    _say(
        "A probability alone does not say what it rests on. So each class comes with a map of where the model saw "
        "evidence for it.",
        "The map is no guess about the model but a part of it: averaged over the picture, it gives the class's score.",
        "It shows what the model used. It does not show where a disease is.",
    )
    left, right = st.columns(2, gap="large")
    for column, label in ((left, found.predicted), (right, second)):
        with column:
            st.subheader(f"{entry.names[label]}, {percent(found.probabilities[label])}", anchor=False)
            _picture(case, found, entry, label)


def _wrong(entry: Modality) -> None:
    known = outcomes.of_model(entry)
    mistakes = int((~known.right).sum())
    case = tour_cases.wrong(entry)
    _say(
        f"Every model is wrong at times. This one was wrong on {count(mistakes)} of {count(len(known))} test "
        f"{entry.scan_words}"
        + (", and this is the mistake that it was surest of." if case and case.real else ". Here is how that looks."),
        "The map looks no less convincing than that of a right answer. An explanation does not make an answer right.",
    )
    if case is None:
        st.markdown("None of the drawn samples misleads it. " + _surest_mistake(entry, known))
        return
    _reading(case, entry)
    if not case.real:
        st.caption(f"A drawing is not a test. {_surest_mistake(entry, known)}")


def _surest_mistake(entry: Modality, known: outcomes.Outcomes) -> str:
    """The most confident mistake on the test pictures, in words: the picture itself may not be shown here."""
    if known.right.all():
        return f"It made no mistake on its {count(len(known))} test {entry.scan_words}, which proves nothing of others."
    row = max((~known.right).nonzero()[0], key=lambda i: known.probabilities[i].max())
    called, really = (entry.labels[int(column[row])] for column in (known.predicted, known.targets))
    return (
        f"On the test {entry.scan_words}, its surest mistake was to call {reading.in_sentence(entry, really)} "
        f"{reading.in_sentence(entry, called)}, with {percent(known.probabilities[row].max())}."
    )


def _uncertain(entry: Modality) -> None:
    card = measured.card(entry)
    _say(
        "A model should say when it does not know. Instead of one answer it gives the set of those that remain.",
        f"The sets are made so that they hold the right answer for at least "
        f"{whole_percent(card['conformal']['coverage'])} of {entry.scan_words}. On the test it was "
        f"{percent(card['conformal']['test_coverage'])}. Where the model is unsure, the set grows.",
    )
    _reading(tour_cases.uncertain(entry), entry)


def _stranger(entry: Modality) -> None:
    case = tour_cases.stranger(entry)
    found = tour_cases.answer(case, entry)
    noticed = (
        "Here it notices: the picture lies too far from everything that it has learned from, so the answer comes with "
        "a warning."
        if not found.in_distribution
        else "Here it does not notice, which is the honest result: such a check catches many foreign pictures, not all."
    )
    _say(
        f"A model answers whatever it is given. This is no {lower_first(entry.title)} {entry.scan_word} at all, and it "
        f"must still choose one of its {len(entry.labels)} classes.",
        noticed,
    )
    _reading(case, entry)


def _good(entry: Modality) -> None:
    card = measured.card(entry)
    _say(
        f"How good is it really? {upper_first(model.headline(entry, card))}. {_kept_apart(entry)}",
        f"That is less common than it sounds. {entry.dataset.leak} A figure from such a split says little about the "
        "next person.",
    )
    model.show(entry, card)


def _kept_apart(entry: Modality) -> str:
    if reading.groups(entry) == "patients":
        return "So no patient that it is tested on was among those that it learned from."
    return f"Leak-free means that nothing nearly the same as a test {entry.scan_word} was among the training ones."


def _yours(entry: Modality) -> None:
    _say(
        "Now it is your turn: take a sample or a picture of your own. It stays in this server's memory, and one button "
        "drops it.",
        "Remember what you saw: right, wrong, unsure and lost look alike until somebody measures them.",
    )
    st.page_link(f"pages/{entry.key}.py", label=f"Read one {entry.scan_word} with {entry.title}", icon=entry.icon)
    for page, label in (
        (navigation.MANY, "Read many scans at once"),
        (navigation.COMPARE, "Compare two models"),
        (navigation.ABOUT, "What happens to a picture"),
    ):
        st.page_link(f"pages/{page[0]}.py", label=label, icon=page[2])


def _reading(case: Case, entry: Modality) -> None:
    """A case with its map on the left, and on the right what the model says and what is true."""
    found = tour_cases.answer(case, entry)
    left, right = st.columns(2, gap="large")
    with left:
        _picture(case, found, entry, found.predicted)
    with right:
        style.answer(reading.headline(found, entry))
        _truth(case, entry)
        charts.bars(found, entry, "tour.bars")
        style.facts(
            (
                ("The model is", reading.confidence(found), ""),
                ("Comes into question", reading.answer_set(found, entry), ""),
                ("This picture is", reading.familiarity(found).lower(), _noticed(case, found)),
            )
        )


def _noticed(case: Case, found: Analysis) -> str:
    return "" if case.real or found.in_distribution else "it is a drawing, and the model notices"


def _truth(case: Case, entry: Modality) -> None:
    if case.truth is None:
        st.markdown("Really it is none of these.")
    else:
        verb = "Really it is" if case.real else "The drawing imitates"
        st.markdown(f"{verb} **{with_article(entry.names[case.truth])}**.")


def _picture(case: Case, found: Analysis, entry: Modality, label: str | None) -> None:
    """The picture, with the map of a label over it or without any."""
    pixels = _pixels(case, entry)
    shown = overlay.for_display(pixels)
    alt = f"{case.origin} "
    if label:
        heat = found.heatmaps[label]
        shown = overlay.blend(shown, overlay.for_display(heat), 0.6)
        alt += f"With a heatmap for {entry.names[label]}."
    key = f"tour-picture-{label or 'bare'}"
    style.reserve(key, shown.shape)
    with st.container(key=key):
        style.picture(shown, alt)
    if label:
        st.html(overlay.legend())
        peaks = {name: float(heat.max()) for name, heat in found.heatmaps.items()}
        st.markdown(reading.map_sentence(entry, label, peaks[label] / max(*peaks.values(), 1e-9)))
    st.caption(case.origin)


def _pixels(case: Case, entry: Modality):
    from oncosecure.analysis import to_scan

    return to_scan(case.load(), entry).pixels


def _say(*sentences: str) -> None:
    """What a presenter can say while the step is on the screen."""
    style.speech(sentences)


@dataclass(frozen=True)
class Step:
    """One step of the demo."""

    title: str
    show: Callable[[Modality], None]


STEPS = (
    Step("One case", _case),
    Step("Where it looked", _map),
    Step("Where it is wrong", _wrong),
    Step("Where it cannot decide", _uncertain),
    Step("What it does not know", _stranger),
    Step("How good it really is", _good),
    Step("Your turn", _yours),
)
