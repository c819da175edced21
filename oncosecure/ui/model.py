"""How good a model is: its card, computed from its released files and never typed in."""

from __future__ import annotations

import numpy as np
import streamlit as st

from oncosecure.catalog import Modality
from oncosecure.ui import charts, further, measured, reading, style
from oncosecure.ui.measured import Predictions, predictions, trainings
from oncosecure.ui.words import (
    INTERVAL,
    auc,
    count,
    in_percent,
    listing,
    model_name,
    percent,
    upper_first,
    whole_percent,
    with_interval,
)


def show(entry: Modality, card: dict) -> None:
    """Render a model's figures, its mistakes, its calibration and its card."""
    test, rows = card["test"], predictions(entry, card["model"])
    groups = reading.groups(entry)
    apart = groups if groups == "patients" else "near-duplicates"
    st.header("On scans that it has never seen", anchor=False)
    st.markdown(
        f"Measured once on **{count(test['pictures'])} {entry.scan_words}** in {count(test['groups'])} {groups}; "
        f"{apart} stand on one side of the split only. In brackets the {INTERVAL}."
    )
    _figures(entry, card)
    if card.get("cross_validation", {}).get("kind") == "leave-one-patient-out":
        _one_patient_out(entry, card["cross_validation"])
    further.folds(entry, card)
    further.binary(entry, card)
    _why_they_differ(entry, card)
    left, right = style.halves(len(entry.labels))
    with left:
        _confusion(entry, rows)
    with right if len(entry.labels) <= style.BESIDE else right.columns(2, gap="large")[0]:
        _reliability(entry, card, rows)
    further.show(entry, card)
    with st.expander("This model's card: data, training, licence", icon=":material/description:"):
        _card(entry, card)


def _figures(entry: Modality, card: dict) -> None:
    names = {"accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "macro_auc": "Macro AUC"}
    names |= {f"sensitivity_{label}": f"Sensitivity for {reading.in_sentence(entry, label)}" for label in entry.labels}
    clean, kind = card["test"], leaking_split(card)
    leaking = card.get(kind)
    head = ["Figure", f"Leak-free split, {_size(clean, entry)}"]
    if leaking:
        head.append(f"{kind.capitalize()} split, which leaks, {_size(leaking, entry)}")
    parts = [part["figures"] for part in (clean, leaking) if part]
    rows = [
        (title, *(with_interval(name, part[name]) if name in part else "not measured" for part in parts))
        for name, title in names.items()
        if name in clean["figures"]
    ]
    style.table(head, rows, strong=1)


def _one_patient_out(entry: Modality, found: dict) -> None:
    """Figures of every patient as a fit on all the others sees them."""
    pooled, patients = found["pooled"], found["by_patient"]
    st.header("With each patient left out in turn", anchor=False)
    st.markdown(
        f"**Area under the curve {with_interval('target_auc', pooled['figures']['target_auc'])}**, balanced accuracy "
        f"{with_interval('balanced_accuracy', pooled['figures']['balanced_accuracy'])}: all "
        f"{count(pooled['pictures'])} {entry.scan_words} of {found['patients']} patients together, each read by a fit "
        f"on the other patients alone, with its constants chosen among those. {_how_little(entry, found)}"
    )
    with st.expander("Figures of every patient", icon=":material/group:"):
        head = ("Patient", *(f"{entry.names[label]}: right" for label in entry.labels), "Area under the curve")
        style.table(head, [_patient_row(entry, name, part) for name, part in patients.items()])


def _how_little(entry: Modality, found: dict) -> str:
    parts = found["by_patient"].values()
    both = sum(all(part["patches"].values()) for part in parts)
    others = sum(any(part["patches"][label] for label in entry.labels if label not in entry.target) for part in parts)
    return (
        f"{found['patients']} patients prove little, and patient and class are confounded: only {others} patients "
        f"have {entry.scan_words} without carcinoma, and {count(both)} have both kinds."
    )


def _patient_row(entry: Modality, name: str, part: dict) -> tuple[str, ...]:
    right = [
        f"{percent(part[f'sensitivity_{label}'])} of {count(part['patches'][label])}" if part["patches"][label] else "-"
        for label in entry.labels
    ]
    area = part.get("target_auc")
    return (name, *right, auc(area) if area is not None and area == area else "-")


def leaking_split(card: dict) -> str:
    """Which leaking split stands beside the honest one, or was looked into where none was trained under."""
    looked_into = "published" if (card.get("leak") or {}).get("test_size") else "random"
    return next((kind for kind in ("published", "random") if kind in card), looked_into)


def _size(part: dict, entry: Modality) -> str:
    return f"{count(part['pictures'])} {entry.scan_words}, {count(part['groups'])} {reading.groups(entry)}"


def _why_they_differ(entry: Modality, card: dict) -> None:
    leak, kind = card.get("leak"), leaking_split(card)
    if not leak and kind not in card:
        st.markdown(f"Why the split matters: {entry.dataset.leak} {_part_text(entry, card)}".strip())
        return
    st.header(f"What the {kind} split hides", anchor=False)
    st.markdown(_leak_text(entry, leak or {}))
    if kind in card:
        st.markdown(_difference_text(entry, card[kind], kind))
    else:
        st.markdown("The same recipe has not been measured on the published split, so there is no figure beside ours.")


def _leak_text(entry: Modality, leak: dict) -> str:
    if not leak.get("test_size"):
        return entry.dataset.leak
    return (
        f"{entry.dataset.leak} Of its {count(leak['test_size'])} test {entry.scan_words}, "
        f"{count(leak['test_exact'])} have a twin with the very same fingerprint among the training ones, "
        f"{count(leak['test_near'])} a near copy, and {count(leak['test_grouped'])} belong to a group of "
        "look-alikes that reaches into training. A model can remember such pictures instead of reading them."
    )


def _difference_text(entry: Modality, leaking: dict, kind: str) -> str:
    """What the leak does to the figure, and why the two columns are not the same test."""
    text = "Both columns come from the same recipe, trained anew on either split, and each is tested on other pictures."
    apart = _look_alikes(leaking, "the model")
    if apart:
        text = f"The {kind} column mixes two groups of test {entry.scan_words}. {apart} {text}"
    return f"{text} Only the left one holds no {entry.scan_word} whose look-alike the model has seen."


def _part_text(entry: Modality, card: dict) -> str:
    """What the leak does to one network of an ensemble, where the whole was not trained under a leaking split."""
    names = [part["model"] for part in card["recipe"].get("parts", ())]
    parts = (measured.card(entry, name) for name in names if name in entry.released())
    part = next((part for part in parts if leaking_split(part) in part), None)
    if not part:
        return ""
    kind = leaking_split(part)
    honest, over = _honest(part)
    return (
        f"One of its networks, {model_name(part['model'])}, was trained anew under a {kind} split, which leaks: there "
        f"it is right in **{accuracy(part[kind])}**, leak-free{over} in **{accuracy(honest)}**. "
        f"{_look_alikes(part[kind], 'it')}"
    ).strip()


def _look_alikes(leaking: dict, who: str) -> str:
    """How often `who` is right with and without a look-alike in training; empty unless there are some of both."""
    seen, unseen = leaking.get("with_look_alike"), leaking.get("without_look_alike")
    if not (seen and unseen):
        return ""
    return (
        f"On the {count(seen['pictures'])} with a look-alike in training {who} is right in **{accuracy(seen)}**, "
        f"on the {count(unseen['pictures'])} without one in **{accuracy(unseen)}**."
    )


def accuracy(part: dict) -> str:
    """Accuracy of a part of a card, with its interval."""
    return with_interval("accuracy", part["figures"]["accuracy"])


def _confusion(entry: Modality, rows: Predictions) -> None:
    st.header("Which classes it mixes up", anchor=False)
    names, counts = [entry.names[label] for label in entry.labels], rows.confusion()
    style.counts("Really", "Called", names, counts)
    st.markdown(weakest(entry, counts))
    st.caption(f"Rows: the right class of the test {entry.scan_words}. Columns: what the model called them.")


def weakest(entry: Modality, counts: np.ndarray) -> str:
    """The class that is missed most, and what it is taken for, from (C, C) counts with the right class down."""
    support, right = counts.sum(1), np.diag(counts)
    worst = int(np.where(support > 0, right / support.clip(min=1), 2).argmin())
    if right[worst] == support[worst]:
        return f"It got every test {entry.scan_word} right."
    missed = counts[worst].copy()
    missed[worst] = 0
    names = [reading.in_sentence(entry, label) for label in entry.labels]
    return (
        f"Its weakest class is {names[worst]}: **{count(right[worst])} of {count(support[worst])}** are called so, and "
        f"{count(missed.max())} are taken for {names[missed.argmax()]}."
    )


def _reliability(entry: Modality, card: dict, rows: Predictions) -> None:
    st.header("Whether its probabilities hold", anchor=False)
    charts.reliability(rows.reliability(), f"{entry.key}.reliability")
    ece = card["test"]["figures"].get("ece")
    st.caption(
        "On the dotted line the model is right as often as it says; above it is too modest, below too sure. "
        "Larger points stand for more pictures." + (f" Calibration error {with_interval('ece', ece)}." if ece else "")
    )


def _card(entry: Modality, card: dict) -> None:
    data = card["data"]
    facts = [
        ("Network", f"{model_name(card['model'])}, {card['parameters'] / 1e6:.1f} million parameters", _taught(card)),
        ("Input", f"{card['input_size']} x {card['input_size']} pixels", ""),
        ("File", f"{card['file_bytes'] / 1e6:.1f} MB", ""),
        ("Data", data["name"], data["citation"]),
        ("Licence of the data", data.get("licence") or "not verified by us", ""),
        ("Calibration", f"temperature {card['temperature']:.3f}, fitted on {_held_out(card)}", ""),
        ("Prediction sets", f"{whole_percent(card['conformal']['coverage'])} coverage, by split conformal", ""),
    ]
    style.facts(facts)
    st.markdown(f"[Where the data comes from]({data['url']})")
    if caveats := entry.dataset.caveats:
        st.subheader("What limits these figures", anchor=False)
        st.markdown("\n".join(f"- {caveat}" for caveat in caveats))
    _pictures(entry, data)
    _left_out(data)
    runs = trainings(card)
    for model, _, history in runs:
        st.subheader("Training" if len(runs) == 1 else f"Training of {model_name(model)}", anchor=False)
        charts.history(history, f"{entry.key}.history.{model}")


def _taught(card: dict) -> str:
    """From whom a network that started from random weights learned, beside the labels."""
    teacher = card.get("recipe", {}).get("teacher")
    return (
        f"From random weights; learned from the labels and from the answers of {model_name(teacher)}" if teacher else ""
    )


def _held_out(card: dict) -> str:
    """What the calibration was fitted on."""
    if card.get("recipe", {}).get("calibrated_by") == "leave-one-patient-out":
        return "train and validation patients, each left out in turn"
    return "validation"


def _pictures(entry: Modality, data: dict) -> None:
    st.subheader("Pictures by class and split", anchor=False)
    parts = [part for part in ("train", "val", "test") if part in data["groups"]]
    rows = [
        (entry.names[label], *(count(data["pictures"].get(f"{part}/{label}", 0)) for part in parts))
        for label in entry.labels
    ]
    rows.append((upper_first(reading.groups(entry)), *(count(data["groups"][part]) for part in parts)))
    titles = {"train": "Train", "val": "Validation", "test": "Test"}
    style.table(("Class", *(titles[part] for part in parts)), rows)


def _left_out(data: dict) -> None:
    """Say which pictures were kept out of all parts because they stand in the data under two labels."""
    if names := data.get("left_out"):
        shown = listing(names) if len(names) <= 4 else f"{', '.join(names[:4])} and {len(names) - 4} more"
        st.caption(f"Left out of all parts, since the data set holds the same picture under two labels: {shown}.")


def headline(entry: Modality, card: dict) -> str:
    """The honest figure in one line: "94.3 % accuracy (91.9 to 96.2), leak-free, 927 slices".

    Where the released recipe was cross-validated, the figure over all folds' test pictures, since those are more than
    the one test split; where each patient was left out in turn, the area under the curve over all of them.
    """
    found = card.get("cross_validation", {})
    if found.get("kind") == "leave-one-patient-out":
        area = with_interval("target_auc", found["pooled"]["figures"]["target_auc"])
        return f"area under the curve {area}, each of {found['patients']} patients left out in turn"
    part, over = _honest(card)
    figure = part["figures"]["accuracy"]
    return (
        f"{percent(figure['value'])} accuracy ({in_percent(figure['low'])} to {in_percent(figure['high'])}), "
        f"leak-free, {count(part['pictures'])} {entry.scan_words}{over}"
    )


def _honest(card: dict) -> tuple[dict, str]:
    """The figures over all folds' test pictures where the released recipe was cross-validated, else those of the one
    test split; and " over 5 splits" or nothing."""
    found = card.get("cross_validation", {})
    if found.get("kind") == "grouped five-fold" and not found["recipe"]:
        return found["pooled"], f" over {count(len(found['folds']))} splits"
    return card["test"], ""
