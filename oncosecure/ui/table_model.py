"""How good the table's model is, and how the others did under the same cross-validation."""

from __future__ import annotations

import streamlit as st

from oncosecure.catalog import Modality
from oncosecure.ui import charts, style
from oncosecure.ui.measured import predictions
from oncosecure.ui.words import (
    INTERVAL,
    auc,
    count,
    listing,
    lower_first,
    percent,
    signed,
    whole_percent,
    with_interval,
)

_FIGURES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "target_auc": "AUC",
    "target_sensitivity": "Sensitivity, malignant",
    "target_specificity": "Specificity, benign not called malignant",
}


def show(entry: Modality, card: dict) -> None:
    """Render the model's figures, the comparison, its mistakes, its calibration and its card."""
    st.header("On rows that were held out", anchor=False)
    st.markdown(_how(card))
    figures = card["test"]["figures"]
    rows = [(title, with_interval(name, figures[name])) for name, title in _FIGURES.items()]
    style.table(("Figure", f"{count(card['test']['pictures'])} rows, {INTERVAL}"), rows, strong=1)
    st.header("Compared with other models", anchor=False)
    _comparison(card)
    left, right = st.columns(2, gap="large")
    with left:
        _confusion(entry)
    with right:
        _reliability(entry, card)
    with st.expander("This model's card: data, settings, licence", icon=":material/description:"):
        _card(card)


def _how(card: dict) -> str:
    plan = card["comparison_plan"]
    return (
        f"The data was split into {plan['outer']} parts, {plan['repeats']} times anew, and each part was held out in "
        "turn: all preparation was fitted and all settings were chosen on the other parts alone. A row's probabilities "
        "are averaged over the repeats."
    )


def _comparison(card: dict) -> None:
    rows = [(part["title"], *_measured(part), _margin(part)) for part in card["comparison"].values()]
    style.table(("Model", "Accuracy", "AUC", "Log loss", "Log loss above the released one's"), rows, wide=True)
    st.caption(
        "Means over the repeats; after ± how much single folds vary. A smaller log loss is better. In brackets the "
        f"{INTERVAL} of the difference on the same rows."
    )
    st.markdown(verdict(card["comparison"]))


def _measured(part: dict) -> tuple[str, str, str]:
    accuracy, area, loss = part["accuracy"], part["target_auc"], part["log_loss"]
    return (
        f"{percent(accuracy['mean'])} ± {100 * accuracy['sd']:.1f}",
        f"{auc(area['mean'])} ± {area['sd']:.3f}",
        f"{loss['mean']:.3f} ± {loss['sd']:.3f}",
    )


def _margin(part: dict) -> str:
    if "released_is_better_by" not in part:
        return "released"
    gain = part["released_is_better_by"]["log_loss"]
    value, low, high = (signed(gain[end], 3) for end in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def verdict(comparison: dict) -> str:
    """In one or two sentences whether the released model earns its place: by log loss, and how sure that is."""
    others = {
        part["title"]: part["released_is_better_by"] for part in comparison.values() if "released_is_better_by" in part
    }
    beaten = [title for title, gain in others.items() if gain["log_loss"]["low"] > 0]
    better = [title for title, gain in others.items() if gain["log_loss"]["high"] < 0]
    tied = [title for title in others if title not in beaten and title not in better]
    parts = [
        f"{word} {listing([lower_first(title) for title in titles])}"
        for word, titles in (("clearly better than", beaten), ("not told apart from", tied), ("worse than", better))
        if titles
    ]
    return f"By log loss the released support vector machine is {'; '.join(parts)}."


def _confusion(entry: Modality) -> None:
    st.header("Which classes it mixes up", anchor=False)
    names = [entry.names[label] for label in entry.labels]
    style.counts("Really", "Called", names, predictions(entry).confusion())
    st.caption("Rows: the right class of the held-out rows. Columns: what the model called them.")


def _reliability(entry: Modality, card: dict) -> None:
    st.header("Whether its probabilities hold", anchor=False)
    charts.reliability(predictions(entry).reliability(), f"{entry.key}.reliability")
    st.caption(
        "On the dotted line the model is right as often as it says; above it is too modest, below too sure. Larger "
        f"points stand for more rows. Calibration error {with_interval('ece', card['test']['figures']['ece'])}."
    )


def _card(card: dict) -> None:
    dataset, chosen = card["data"], card["settings"]
    shape = "cube roots of the values" if chosen["shape"] == "cube root" else "values as they are"
    style.facts(
        (
            ("Model", f"SVM with an RBF kernel, {card['support_vectors']} support vectors", ""),
            ("Inputs", f"{shape}, standardised", ""),
            ("Settings", f"C {chosen['C']:g}, gamma {chosen['gamma']:g}", "chosen by cross-validation"),
            ("Calibration", "a sigmoid on the margin (Platt)", ""),
            ("File", f"{card['file_bytes'] / 1e3:.0f} kB, skops: no pickle", ""),
            ("Data", dataset["name"], dataset["citation"]),
            ("Licence of the data", dataset.get("licence") or "not verified by us", ""),
            ("Prediction sets", f"{whole_percent(card['conformal']['coverage'])} coverage, by split conformal", ""),
        )
    )
    st.markdown(f"[Where the data comes from]({dataset['url']})")
