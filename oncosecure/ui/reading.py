"""An answer in plain words. Always about the model, never about a person: "the model sees", not "you have"."""

from __future__ import annotations

from collections.abc import Iterable

from oncosecure import catalog
from oncosecure.analysis import Analysis
from oncosecure.catalog import Modality
from oncosecure.ui.words import (
    FIXED,
    listing,
    lower_first,
    percent,
    upper_first,
    whole_percent,
    with_article,
    with_interval,
)

#: From here on a first choice counts as clear; below, the runner-up is named.
CLEAR = 0.8
#: Groups below which a bootstrap over them is not to be trusted.
FEW = 10


def headline(answer: Analysis, entry: Modality) -> str:
    """The answer in one sentence, toned down where the scan is unlike those that the model knows."""
    finding = with_article(entry.names[answer.predicted])
    share = percent(answer.confidence)
    if not answer.in_distribution:
        return f"The model leans towards {finding} ({share}), but it does not know this kind of picture."
    if len(answer.prediction_set) > 1:
        return f"The model cannot decide: its first choice is {finding}, with {share} probability."
    return f"The model sees {finding}, with {share} probability."


def details(answer: Analysis, entry: Modality) -> list[str]:
    """One or two sentences that follow the headline: what else comes into question, and what the finding is."""
    return [s for s in (_alternatives(answer, entry), _meaning(answer, entry)) if s]


def confidence(answer: Analysis) -> str:
    """How sure the model is, in two or three words: "very sure", "fairly sure", "unsure"."""
    if not answer.in_distribution:
        return "not to be relied on"
    if len(answer.prediction_set) > 1 or answer.confidence < CLEAR:
        return "unsure"
    return "very sure" if answer.confidence >= 0.95 else "fairly sure"


def risk(answer: Analysis, entry: Modality) -> str:
    """The level with its probability, e.g. "97.9 %, high"."""
    return f"{percent(answer.target_probability)}, {answer.risk}"


def risk_explained(answer: Analysis, entry: Modality, thresholds: dict) -> str:
    """What the level means and where it comes from.

    Args:
        thresholds: the card's `risk`: low, high, sensitivity, specificity.
    """
    low, high = thresholds["low"], thresholds["high"]
    scale = f"Low is below {percent(low)}, high from {percent(high)} on"
    if low < high:
        scale += ", medium between the two"
    return (
        f"{scale}. The limits were set on validation {entry.scan_words} so that at least "
        f"{whole_percent(thresholds['sensitivity'])} of those with {_target(entry)} are not called low, and at most "
        f"{whole_percent(round(1 - thresholds['specificity'], 6))} of the others are called high."
    )


def risk_on_test(entry: Modality, held: dict, groups: int) -> str:
    """What the limits kept on test.

    Args:
        held: the card's `risk.test`: not_low and not_high.
        groups: how many the test pictures come from.
    """
    parts = []
    if held["not_low"]["value"] is not None:
        share = with_interval("share", held["not_low"])
        parts.append(f"{share} of the {entry.scan_words} with {_target(entry)} were not called low")
    if held["not_high"]["value"] is not None:
        parts.append(f"{with_interval('share', held['not_high'])} of the others were not called high")
    return f"On test, {listing(parts)}. {why_wide(entry, held.values(), groups)}".rstrip() if parts else ""


def why_wide(entry: Modality, figures: Iterable[dict], count: int) -> str:
    """Why an interval spans half of what is possible or more, where that is for want of groups; or ""."""
    wide = [f for f in figures if f["value"] is not None and f["high"] - f["low"] >= 0.5]
    if count >= FEW or not wide:
        return ""
    return (
        f"The brackets are so wide because the test {entry.scan_words} come from only {count} {groups(entry)}: of "
        "others they say next to nothing."
    )


def answer_set(answer: Analysis, entry: Modality) -> str:
    """The conformal set in words."""
    names = [lower_first(entry.names[label]) for label in answer.prediction_set]
    return f"Only {names[0]}" if len(names) == 1 else upper_first(listing(names, "or"))


def familiarity(answer: Analysis) -> str:
    """Whether the scan is like the training scans: "Like the training scans" or "Unlike the training scans"."""
    return "Like those it learned from" if answer.in_distribution else "Unlike those it learned from"


def bars(answer: Analysis, entry: Modality) -> str:
    """All probabilities in one sentence, for who does not see the bars."""
    parts = [f"{entry.names[label]} {percent(p)}" for label, p in answer.probabilities.items()]
    return f"Probability of every class. {'; '.join(parts)}."


def map_sentence(entry: Modality, label: str, share: float, signed: bool = True) -> str:
    """What a class's map shows in this scan.

    Args:
        share: the map's maximum as a share of the strongest evidence for any class, 0 to 1.
        signed: whether bright means "for the class", rather than "for or against it".
    """
    name = in_sentence(entry, label)
    if not signed:
        return f"Where it is bright, a small change of the {entry.scan_word} moves the score of {name}, up or down."
    if share < 0.005:
        return f"Nothing in this {entry.scan_word} speaks for {name}."
    if share >= 1:
        return f"Bright spots speak for {name}. No other class has stronger evidence in this {entry.scan_word}."
    return (
        f"Bright spots speak for {name}. They are {_about(share)} as strong as the strongest evidence for any class "
        f"in this {entry.scan_word}."
    )


def caution(answer: Analysis, entry: Modality) -> str:
    """What the scan does not look like, where it is unlike those that the model knows, or ""."""
    if answer.in_distribution:
        return ""
    other = f" It looks like {scan_of(catalog.get(answer.looks_like))}." if answer.looks_like else ""
    return f"This does not look like {scan_of(entry)}.{other} What the model makes of it means little."


def drawing(entry: Modality) -> str:
    """What stands in the place of a caution where the scan is a drawing that the model finds unlike its own."""
    return (
        f"**A drawing is not a scan, and the model notices.** This one is unlike the {entry.scan_words} that it "
        "learned from, so its answer counts for little. A foreign or spoilt picture is caught in the same way."
    )


def scan_of(entry: Modality) -> str:
    """One scan of a modality: "a brain MRI slice"."""
    return f"a {lower_first(entry.title)} {entry.scan_word}"


def agreement(answer: Analysis, entry: Modality) -> str:
    """How many of the similar training cases share the predicted label."""
    same, of = sum(case.label == answer.predicted for case in answer.similar), len(answer.similar)
    name = in_sentence(entry, answer.predicted)
    if same == of:
        return f"All {of} of the nearest training cases are labelled {name} too."
    if not same:
        return f"None of the {of} nearest training cases is labelled {name}."
    return f"{same} of the {of} nearest training cases {'is' if same == 1 else 'are'} labelled {name}."


def _alternatives(answer: Analysis, entry: Modality) -> str:
    if not answer.in_distribution:
        return ""
    names = [lower_first(entry.names[label]) for label in answer.prediction_set]
    if len(names) > 2:
        return f"It cannot tell {listing(names)} apart here."
    if len(names) == 2:
        return f"It cannot tell {listing(names, 'from')} here."
    if answer.confidence >= CLEAR:
        return ""
    second = sorted(answer.probabilities, key=answer.probabilities.get)[-2]
    share = percent(answer.probabilities[second])
    return f"It is not sure: {lower_first(entry.names[second])} comes second, with {share}."


def _meaning(answer: Analysis, entry: Modality) -> str:
    if not answer.in_distribution:
        return ""
    return f"{entry.names[answer.predicted]}: {lower_first(entry.explanations[answer.predicted])}"


def _target(entry: Modality) -> str:
    return "a tumour" if entry.target_name.startswith("Tumour") else "a malignant finding"


def groups(entry: Modality) -> str:
    """What the pictures of a test set are counted in beside themselves: "patients", or "groups" of look-alikes."""
    return "patients" if entry.group_column == "patient_id" else "groups"


def finding(entry: Modality) -> str:
    """What counts as a finding, inside a sentence: "a tumour" or "a malignant finding"."""
    return _target(entry)


def in_sentence(entry: Modality, label: str) -> str:
    """A label inside a sentence; "no tumour" and its like need quotes to be read as a name."""
    name = lower_first(entry.names[label])
    return f'"{name}"' if name.startswith(("no ", "normal ")) else name


def _about(share: float) -> str:
    return f"less than {whole_percent(0.05)}" if share < 0.05 else f"about {min(95, 5 * round(20 * share))}{FIXED}%"
