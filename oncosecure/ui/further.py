"""What else was measured of a model, beyond its test pictures: each part shows itself where the card holds it."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from oncosecure.catalog import Modality
from oncosecure.errors import WeightsError
from oncosecure.evaluation import thresholds
from oncosecure.evaluation.outcomes import Outcomes, of_model
from oncosecure.intake.enhance import ENHANCEMENTS
from oncosecure.models import store
from oncosecure.ui import reading, style
from oncosecure.ui.words import (
    FIXED,
    INTERVAL,
    auc,
    count,
    in_percent,
    listing,
    lower_first,
    percent,
    points,
    signed,
    upper_first,
    whole_percent,
    with_interval,
)

_FOLD_FIGURES = {
    "accuracy": "Accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_auc": "Macro AUC",
    "target_auc": "AUC of the {target}",
}
_PLUS_MINUS = f"{FIXED}±{FIXED}"
_MARKS = {
    "calipers": "Calipers",
    "writing": "Writing",
    "colour": "Colour overlay",
    "corner": "Marker in a corner",
}


def show(entry: Modality, card: dict) -> None:
    """Render external validation, marks, ways of balancing and preprocessing."""
    external(entry, card)
    marks(entry, card)
    balance(entry, card)
    preprocessing(entry, card)


# five folds


def folds(entry: Modality, card: dict) -> None:
    """Render a grouped five-fold cross-validation."""
    found = card.get("cross_validation")
    if not found or found["kind"] != "grouped five-fold":
        return
    st.header("Five splits instead of one", anchor=False)
    st.markdown(
        f"The model was trained anew five times, each time tested on another fifth of the {entry.scan_words}, with "
        f"near-duplicates on one side. Balanced accuracy is **{_spread(found, 'balanced_accuracy')}** over the folds "
        f"(mean ± standard deviation). {_luck(entry, card)}".strip()
    )
    head = ("Figure", "Mean ± spread", *(f"Fold {i}" for i in range(1, len(found["folds"]) + 1)))
    rows = [
        (title, _spread(found, name), *(_say(name, fold["figures"][name]) for fold in found["folds"]))
        for name, title in _fold_names(entry).items()
    ]
    style.table(head, rows, strong=1, wide=True)
    st.caption(f"{_recipe_text(found['recipe'])} {_unfinished(found)}".strip())


def _luck(entry: Modality, card: dict) -> str:
    """Where the one test split was much easier or harder than the folds, that it was."""
    found, one = card["cross_validation"], card["test"]["figures"]["balanced_accuracy"]["value"]
    mean, spread = (found[part]["balanced_accuracy"] for part in ("mean", "spread"))
    if abs(one - mean) <= spread:
        return ""
    way = "easier" if one > mean else "harder"
    return (
        f"The test split above, with {percent(one)}, was {way} than most: with so few groups one split is also luck, "
        f"and the folds are the better guess of how the model does on new {entry.scan_words}."
    )


def _unfinished(found: dict) -> str:
    """That shorter training ended while it still helped, where it did."""
    stages, _ = found["recipe"].get("stages", ((), ()))
    last = sum(epochs for _, epochs in stages)
    late, of = sum(epoch == last for epoch in found["best_epochs"]), len(found["best_epochs"])
    if not stages or late * 2 <= of:
        return ""
    return f"In {late} of {of} folds the last epoch was still the best, so longer training would give higher figures."


def _fold_names(entry: Modality) -> dict[str, str]:
    names = {name: title.format(target=lower_first(entry.target_name)) for name, title in _FOLD_FIGURES.items()}
    return names | {
        f"sensitivity_{label}": f"Sensitivity for {reading.in_sentence(entry, label)}" for label in entry.labels
    }


def _spread(found: dict, name: str) -> str:
    mean, spread = found["mean"][name], found["spread"][name]
    if name.endswith("auc"):
        return f"{auc(mean)}{_PLUS_MINUS}{spread:.3f}"
    return f"{in_percent(mean)}{_PLUS_MINUS}{100 * spread:.1f}{FIXED}%"


def _say(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    return auc(value) if name.endswith("auc") else percent(value)


def _recipe_text(recipe: dict) -> str:
    if not recipe:
        return "Every fold was trained by the recipe of the released model."
    parts = [
        f"{name.replace('_', ' ')} {_plain(fold)} instead of {_plain(own)}" for name, (fold, own) in recipe.items()
    ]
    return f"The folds were trained by the recipe of the released model but for: {'; '.join(parts)}."


def _plain(value) -> str:
    if isinstance(value, list):
        return ", ".join(f"{size} pixels for {epochs} epochs" for size, epochs in value)
    return "none" if value is None else str(value)


# the two-way reading


def binary(entry: Modality, card: dict) -> None:
    """Render how well the target probability tells findings from the rest, at the thresholds of the risk levels."""
    answers = of_model(entry, card["model"])
    if not answers.is_finding.any() or answers.is_finding.all():
        return
    low, high = card["risk"]["low"], card["risk"]["high"]
    area, at = _binary(answers, (low, 0.5, high))
    what = reading.finding(entry)
    st.header(f"{upper_first(what.removeprefix('a '))} or not", anchor=False)
    st.markdown(_binary_text(entry, answers, area))
    names = (f"{percent(low)}, where low risk ends", whole_percent(0.5), f"{percent(high)}, where high risk begins")
    rows = [
        (name, *(with_interval(part, found[part]) for part in ("sensitivity", "specificity")))
        for name, found in zip(names, at, strict=True)
    ]
    style.table((f"{entry.target_name} from", "Sensitivity", "Specificity"), rows)
    st.caption(
        f"Sensitivity: share of the {entry.scan_words} with {what} that are called so. Specificity: share of the "
        f"others that are not. Where low risk ends, the validation {entry.scan_words} had a sensitivity of at least "
        f"{percent(card['risk']['sensitivity'])}."
    )


def _binary_text(entry: Modality, answers: Outcomes, area: dict) -> str:
    names = [lower_first(entry.names[label]) for label in entry.target]
    several = f" It is the sum over {listing(names)}." if len(names) > 1 else ""
    ill = int(answers.is_finding.sum())
    return (
        f"On {count(ill)} test {entry.scan_words} with {reading.finding(entry)} and {count(len(answers) - ill)} "
        f"without, the {lower_first(entry.target_name)} tells them apart with an AUC of "
        f"**{with_interval('auc', area)}**.{several}"
    )


@lru_cache(maxsize=24)
def _binary(answers: Outcomes, at: tuple[float, ...]) -> tuple[dict, list[dict]]:
    return thresholds.area(answers), [thresholds.rates(answers, t) for t in at]


# another hospital


def external(entry: Modality, card: dict) -> None:
    """Render the figures on another hospital's pictures."""
    found = card.get("external")
    if not found:
        return
    pair, target = found["pairwise"], found["target"]
    counts = [f"{count(n)} of {reading.in_sentence(entry, label)}" for label, n in found["by_label"].items()]
    st.header(f"On another hospital's {entry.scan_words}: {found['name']}", anchor=False)
    st.markdown(
        f"The model never saw anything of {found['name']}: {count(found['pictures'])} {entry.scan_words}, "
        f"{listing(counts)}. Among all its classes its first choice is right in "
        f"**{with_interval('accuracy', found['accuracy'])}**."
    )
    finding = listing([reading.in_sentence(entry, label) for label in pair["finding"]], "or")
    rest = listing(
        [reading.in_sentence(entry, label) for label in pair["labels"] if label not in pair["finding"]], "or"
    )
    rows = [_external_row(f"{upper_first(finding)} against {rest}, from {whole_percent(0.5)} on", pair, pair["at"][0])]
    names = ("where low risk ends", "even", "where high risk begins")
    rows += [
        _external_row(f"{entry.target_name}, {name}, {percent(at['threshold'])}", target, at)
        for name, at in zip(names, target["at"], strict=True)
    ]
    style.table(("Reading and threshold", "AUC", "Sensitivity", "Specificity"), rows, wide=True)
    st.caption(
        f"First row: the probability of {finding} as a share of that and the probability of {rest}, since nothing else "
        f"occurs there. Below: the {lower_first(entry.target_name)} that this app shows, with the thresholds that it "
        "uses."
    )


def _external_row(name: str, part: dict, at: dict) -> tuple[str, ...]:
    rates = (with_interval(rate, at[rate]) for rate in ("sensitivity", "specificity"))
    return (name, with_interval("auc", part["auc"]), *rates)


# marks on ultrasound pictures


def marks(entry: Modality, card: dict) -> None:
    """Render whether the model looks at what a scanner drew over its pictures."""
    found = card.get("calipers")
    if not found:
        return
    st.header("Whether it looks at calipers and writing", anchor=False)
    st.markdown(_marks_text(entry, found))
    rows = [_mark_row(_MARKS[kind], row) for kind, row in found["kinds"].items() if row["pictures"]]
    style.table(
        ("Painted over", "Pictures", "First choice changes", "Shift", "Shift beside it", "Evidence (area)"),
        rows,
        wide=True,
    )
    st.caption(
        "Marks were found by code in validation and test pictures. Shift: how far the "
        f"{lower_first(entry.target_name)} moves, up or down, on average when the mark is painted over, and when the "
        "same shape is painted over right beside it. Evidence: share of the class activation map of the first choice "
        "that lies on the mark, and in brackets the mark's share of the picture."
    )


def _marks_text(entry: Modality, found: dict) -> str:
    shares = [
        f"{_part(row['calipers'], row['pictures'])} of {reading.in_sentence(entry, label)} pictures"
        for label, row in found["by_class"].items()
        if row["pictures"]
    ]
    text = f"Calipers stand on {listing(shares)}, so a model could learn from them instead of from tissue."
    row = found["kinds"]["calipers"]
    if not row["pictures"]:
        return text
    used = row["excess"]["low"] > 0
    verdict = "**So the model does use them.**" if used else "That is no sure sign that the model uses them."
    return (
        f"{text} With the calipers of {count(row['pictures'])} held-out pictures painted over, the first choice "
        f"changes on **{count(row['flipped'])}**, and the {lower_first(entry.target_name)} shifts by "
        f"**{100 * row['absolute_change']:.1f} points** on average; the same shape painted over right beside them "
        f"shifts it by {100 * row['control_absolute_change']:.1f}. The difference is {points(row['excess'])}. {verdict}"
    )


def _part(some: int, all: int) -> str:
    return percent(some / all) if some else "none"


def _mark_row(name: str, row: dict) -> tuple[str, ...]:
    return (
        name,
        count(row["pictures"]),
        count(row["flipped"]),
        f"{100 * row['absolute_change']:.1f} points",
        f"{100 * row['control_absolute_change']:.1f} points",
        f"{percent(row['energy'])} ({percent(row['area'])})",
    )


# ways of balancing


def balance(entry: Modality, card: dict) -> None:
    """Render the comparison of ways to balance classes, where one was made."""
    found = _imbalance(entry)
    if not found:
        return
    titles = {row["method"]: row["title"] for row in found["rows"]}
    st.header("How rare classes were helped", anchor=False)
    recipe = found["recipe"]
    st.markdown(
        f"Each way was given the same short training ({_plain(recipe['stages'])}, early layers kept) and compared on "
        f"{count(found['pictures'])} validation {entry.scan_words}. {_verdict(found, titles)}"
    )
    rows = [_balance_row(row) for row in found["rows"]]
    style.table(
        ("Way", "Balanced accuracy", "Accuracy", "Macro AUC", "Behind the best, points"), rows, strong=1, wide=True
    )


def _imbalance(entry: Modality) -> dict | None:
    try:
        return store.read_json(entry, "imbalance.json")
    except WeightsError:
        return None


def _verdict(found: dict, titles: dict[str, str]) -> str:
    best, kept = found["best"], found["released"]
    if kept is None or kept == best:
        kept_too = ", and the released model uses it" if kept else ""
        return f"**{titles[best]}** came first by balanced accuracy{kept_too}."
    gap = next(row["difference_to_best"] for row in found["rows"] if row["method"] == kept)
    clear = "a clear difference" if gap["high"] < 0 else "no clear difference"
    return (
        f"**{titles[best]}** came first by balanced accuracy. The released model was trained with "
        f"{lower_first(titles[kept])}, chosen beforehand, which lies {points(gap)} points from it: {clear}."
    )


def _balance_row(row: dict) -> tuple[str, ...]:
    gap = row["difference_to_best"]
    figures = (with_interval(name, row["figures"][name]) for name in ("balanced_accuracy", "accuracy", "macro_auc"))
    return (row["title"], *figures, points(gap) if gap["low"] or gap["high"] else "–")


# preprocessing


def preprocessing(entry: Modality, card: dict) -> None:
    """Render what preprocessing was measured to do."""
    found = card.get("preprocessing")
    if not found:
        return
    st.header("Whether preprocessing helps", anchor=False)
    helpful = [ENHANCEMENTS[key].title for key, row in found["methods"].items() if row["helps"]]
    verdict = (
        f"{listing(helpful)} helped" if helpful else "None helped for certain, so the model reads pictures as they are"
    )
    st.markdown(
        f"Each method was applied to {count(found['pictures'])} validation {entry.scan_words} before the model read "
        f"them. **{verdict}.**"
    )
    rows = [("None", *(with_interval(name, found["none"][name]) for name in _PREPROCESSED), "–")]
    rows += [_method_row(key, row) for key, row in found["methods"].items()]
    style.table(("Method", *_PREPROCESSED.values(), "First choice changes"), rows, wide=True)
    st.caption(
        "The network was trained on pictures without preprocessing; one trained with it might do otherwise. "
        "First row: the figures as they are. Below: what each method adds, in points, with the "
        f"{INTERVAL} of the paired difference over {count(found['groups'])} groups of pictures of one lesion."
    )


_PREPROCESSED = {"balanced_accuracy": "Balanced accuracy", "accuracy": "Accuracy", "target_auc": "Malignant AUC"}


def _method_row(key: str, row: dict) -> tuple[str, ...]:
    differences = (_difference(name, row["differences"][name]) for name in _PREPROCESSED)
    return (ENHANCEMENTS[key].title, *differences, count(row["changed"]))


def _difference(name: str, figure: dict) -> str:
    if not name.endswith("auc"):
        return points(figure)
    value, low, high = (signed(figure[end], 3) for end in ("value", "low", "high"))
    return f"{value} ({low} to {high})"
