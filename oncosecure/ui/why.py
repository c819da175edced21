"""Why the model answers as it does: maps of all classes, methods compared, and similar training cases."""

from __future__ import annotations

from itertools import combinations, product

import cv2
import numpy as np
import streamlit as st

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.explain import METHODS, quality
from oncosecure.ui import overlay, reading, sources, style
from oncosecure.ui.measured import explanations
from oncosecure.ui.state import Session
from oncosecure.ui.words import INTERVAL, count, listing, lower_first, percent, whole_percent, with_interval

#: Methods and classes that are compared at most.
MOST_METHODS, MOST_CLASSES = 4, 2
#: Shares of the hottest tenth that two maps have in common from which on they agree well, or in part.
WELL, PARTLY = 0.5, 0.25
#: Side in pixels at which maps are compared.
SIDE = 112


def show(session: Session) -> None:
    """Render the tab."""
    _maps(session)
    _compared(session.entry.key)
    similar(session)


def _maps(session: Session) -> None:
    entry = session.entry
    st.header("Where the model sees evidence for each class", anchor=False)
    st.markdown(
        "All maps share one scale: the strongest evidence for any class in this "
        f"{entry.scan_word} is the brightest spot. A map shows what the model used, not where a disease is."
    )
    with st.container(key=session.key("maps")):
        for row in range(0, len(entry.labels), 4):
            for column, label in zip(st.columns(4), entry.labels[row : row + 4], strict=False):
                with column:
                    _small_map(session, label)
    st.html(overlay.legend())
    _worth(entry, explanations(entry, session.answer.model))


def _small_map(session: Session, label: str) -> None:
    entry, heat = session.entry, session.heat(label)
    sentence = reading.map_sentence(entry, label, session.strength(label))
    style.picture(overlay.blend(session.shown, heat, 0.6), f"Heatmap for {entry.names[label]}")
    st.markdown(f"**{entry.names[label]}**, {percent(session.answer.probabilities[label])}")
    st.caption(sentence)


def _worth(entry: Modality, found: dict | None) -> None:
    """What the maps have been measured to be worth, and the figures of every method."""
    if found is None or "cam" not in found["methods"]:
        st.markdown("How good these maps are has not been measured for this model.")
        return
    st.markdown(worth(entry, found))
    with st.expander("How good the maps of each method are", icon=":material/query_stats:"):
        style.table(*_measured(found), wide=True)
        st.caption(_measured_note(found))


def worth(entry: Modality, found: dict) -> str:
    """One or two sentences on how good the default map is: against lesion masks, or else by deletion.

    Args:
        found: what `explanations.json` holds.
    """
    cam, blob = found["methods"]["cam"], found["baselines"]["gaussian"]
    if cam["localisation"] is None:
        return _erased(entry, cam["faithfulness"], blob["faithfulness"])
    part, figures = cam["localisation"], cam["localisation"]["figures"]
    against = blob["localisation"]["figures"]
    return (
        f"On the {count(part['pictures'])} {entry.scan_words} of the test set whose lesion was outlined, "
        f"**{with_interval('energy', figures['energy'])}** of the map's energy lies inside the lesion; a blob in the "
        f"middle of the picture gives {percent(against['energy']['value'])}, a map that is the same everywhere "
        f"{percent(found['baselines']['uniform']['localisation']['figures']['energy']['value'])}. The brightest spot "
        f"lies inside the lesion in {percent(figures['pointing']['value'])}. {_verdict(figures['energy_ratio'])}"
    )


def _verdict(ratio: dict) -> str:
    if ratio["low"] > 1:
        return "So it finds lesions better than a blind guess, and is far from an outline."
    if ratio["high"] < 1:
        return "So it finds lesions worse than a blind guess: do not read it as a place."
    return "So it cannot be told from a blind guess: do not read it as a place."


def _erased(entry: Modality, ours: dict, blob: dict) -> str:
    kept, blind = (part["figures"]["deletion"] for part in (ours, blob))
    return (
        f"No lesion is outlined in this data, so the map is tested by erasing. While {count(ours['pictures'])} test "
        f"{entry.scan_words} lose what is brightest in the map first, the probability of the right class is "
        f"**{with_interval('deletion', kept)}** on average; in the order of a blob in the middle it is "
        f"{percent(blind['value'])}. Lower means that the map names what the model used."
    )


def _measured(found: dict) -> tuple[list[str], list[list[str]]]:
    columns = {"energy": "Energy inside", "pointing": "Brightest spot inside", "iou": "Best overlap"}
    columns = columns if found["lesions"] else {}
    head = ["Method", *columns.values(), "Erased first", "Brought back first", "Weights shuffled"]
    names = {key: METHODS[key].title for key in found["methods"]} | {
        "gaussian": "Blob in the middle",
        "uniform": "Flat",
    }
    parts = found["methods"] | found["baselines"]
    return head, [[title, *_cells(parts[key], tuple(columns))] for key, title in names.items()]


def _cells(part: dict, columns: tuple[str, ...]) -> list[str]:
    cells = [_figure(part["localisation"], name) for name in columns]
    cells += [_figure(part["faithfulness"], name) for name in ("deletion", "insertion")]
    shuffled = part.get("randomisation")
    if shuffled is None:
        return [*cells, "no weights"]
    correlation = f"{shuffled['steps'][-1]['correlation']['value']:.2f}".replace("-", "\N{MINUS SIGN}")
    return [*cells, f"{correlation} on {shuffled['pictures']}"]


def _figure(part: dict, name: str) -> str:
    return f"{with_interval(name, part['figures'][name])} on {count(part['pictures'])}"


def _measured_note(found: dict) -> str:
    inside = (
        "Energy inside: share of the map that lies inside the lesion. Best overlap: intersection over union at the "
        "best threshold. "
        if found["lesions"]
        else ""
    )
    return (
        f"For the right class of test pictures; in brackets the {INTERVAL}, then on how many pictures. {inside}"
        "Erased first, brought back first: mean probability of the right class while the picture loses or regains its "
        "pixels in the map's order; lower and higher is better. Weights shuffled: rank correlation with the map of the "
        "network whose filters were all put in random order; near 0 is better."
    )


@st.fragment
def _compared(key: str) -> None:
    session = Session(catalog.get(key))
    st.header("Methods compared", anchor=False)
    st.markdown(
        "Methods that question the model in different ways should point to the same places. Where they do not, trust "
        "none of them far."
    )
    methods, labels = _choice(session)
    if len(methods) < 2 or not labels:
        st.caption("Choose two or more methods and a class.")
        return
    missing = [method for method in methods if not session.has_heat(labels[0], method)]
    if missing and not _asked(session, missing):
        return
    _compute(session, missing)
    _tiles(session, methods, labels)
    st.markdown("  \n".join(agreement(session.entry, label, _small(session, methods, label)) for label in labels))


def _choice(session: Session) -> tuple[list[str], list[str]]:
    entry, p = session.entry, session.answer.probabilities
    left, right = st.columns(2)
    methods = left.multiselect(
        "Methods",
        list(METHODS),
        ["cam", "occlusion"],
        format_func=lambda method: METHODS[method].title,
        max_selections=MOST_METHODS,
        key=session.key("compare.methods"),
        help=" ".join(f"{m.title}: {m.sentence}" for m in METHODS.values()),
    )
    labels = right.multiselect(
        "Classes",
        entry.labels,
        sorted(p, key=p.get)[: -MOST_CLASSES - 1 : -1],
        format_func=entry.names.get,
        max_selections=MOST_CLASSES,
        key=session.key("compare.classes"),
    )
    return methods, labels


def _asked(session: Session, missing: list[str]) -> bool:
    """Whether the person asked for these methods; if not, the button to do so."""
    asked = session.key("compare.asked")
    if st.session_state.pop(asked, None) == missing:
        return True
    slow = any(METHODS[method].needs_keras for method in missing)
    st.button(
        f"Compute {listing([lower_first(METHODS[method].title) for method in missing])}",
        key=session.key("compare.go"),
        icon=":material/play_arrow:",
        help="The first time it takes some twenty seconds." if slow else "It takes a few seconds.",
        on_click=st.session_state.update,
        args=({asked: missing},),
    )
    return False


def _compute(session: Session, missing: list[str]) -> None:
    slot = st.empty()
    for method in missing:
        session.compute(method, slot)
    slot.empty()


def _tiles(session: Session, methods: list[str], labels: list[str]) -> None:
    pairs, wide = list(product(labels, methods)), 3 if len(methods) == 3 else 4
    with st.container(key=session.key("compare.maps")):
        for row in range(0, len(pairs), wide):
            for column, (label, method) in zip(st.columns(wide), pairs[row : row + wide], strict=False):
                with column:
                    _tile(session, label, method)
    st.html(overlay.legend())


def _tile(session: Session, label: str, method: str) -> None:
    name, title = session.entry.names[label], METHODS[method].title
    style.picture(overlay.blend(session.shown, session.heat(label, method), 0.6), f"{title} for {name}")
    st.markdown(f"**{title}**  \n{name}")


def _small(session: Session, methods: list[str], label: str) -> list[np.ndarray]:
    heats = (session.heat(label, method) for method in methods)
    return [cv2.resize(heat, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for heat in heats]


def agreement(entry: Modality, label: str, heats: list[np.ndarray]) -> str:
    """In one sentence, how far maps of one class agree: the hottest tenth that two have in common, and their ranks.

    Args:
        heats: two or more (h, w) maps of one size.
    """
    name = reading.in_sentence(entry, label)
    if not all(heat.any() for heat in heats):
        return f"For {name} at least one of the maps is empty, so there is nothing to compare."
    pairs = list(combinations(heats, 2))
    common = float(np.mean([quality.hottest_overlap(a, b) for a, b in pairs]))
    ranks = float(np.mean([quality.rank_correlation(a, b) for a, b in pairs]))
    whom = "the two methods" if len(heats) == 2 else f"the {len(heats)} methods"
    say = "agree well" if common >= WELL else "agree in part" if common >= PARTLY else "point to different places"
    mean = "" if len(pairs) == 1 else " on average"
    return (
        f"For {name} {whom} **{say}**: {percent(common)} of the hottest tenth of one map{mean} is also among the "
        f"hottest tenth of the other, where chance would give {whole_percent(0.1)}, and their ranks correlate with "
        f"{ranks:.2f}."
    )


def similar(session: Session) -> None:
    """Render the training cases nearest to the picture, with their pictures where the data lies here."""
    entry, cases = session.entry, session.answer.similar
    st.header("Training cases that look most alike to the model", anchor=False)
    pictures = [sources.case_picture(entry, case.id) for case in cases]
    if any(pictures):
        with st.container(horizontal=True, gap="medium"):
            for case, picture in zip(cases, pictures, strict=True):
                with st.container(width=160, gap="small"):
                    if picture:
                        st.image(picture.read_bytes(), width="stretch", alt=f"Training case, {entry.names[case.label]}")
                    st.caption(f"**{entry.names[case.label]}**, similarity {case.similarity:.2f}")
    rows = [(entry.names[case.label], f"{case.similarity:.2f}", case.id) for case in cases]
    style.table(("Label", "Similarity", "Case"), rows)
    st.caption("Similarity is the cosine between the model's inner descriptions, 1 for the same picture.")
