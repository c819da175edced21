"""The table's answers in plain words. About the model and a row, never about a person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.tabular.analysis import RowAnalysis
from oncosecure.tabular.features import FEATURES
from oncosecure.ui.words import listing, lower_first, percent, whole_percent


def headline(answer: RowAnalysis, entry: Modality) -> str:
    """The answer in one sentence, toned down where the row is unlike those that the model knows."""
    finding, share = lower_first(entry.names[answer.predicted]), percent(answer.confidence)
    if not answer.in_distribution:
        return f"The model leans towards {finding} ({share}), but these numbers are unlike what it has learned from."
    if len(answer.prediction_set) > 1:
        return f"The model cannot decide: {finding} comes first, with {share} probability."
    return f"The model takes these numbers for {finding}, with {share} probability."


def reasons(answer: RowAnalysis) -> str:
    """The features that moved the answer most, each way."""
    parts = []
    sides = (("malignant", 1), ("benign", -1))
    for side, sign in sides if answer.predicted == "malignant" else reversed(sides):
        pushes = sign * answer.contributions
        strongest = [FEATURES[j] for j in np.argsort(-pushes)[:3] if pushes[j] > 0]
        if strongest:
            parts.append(f"towards {side} mostly {listing(strongest)}")
    return f"What moved it: {'; '.join(parts)}." if parts else ""


def moved(answer: RowAnalysis, start: RowAnalysis) -> str:
    """What was changed since the start, and what that did to the probability; "" if nothing was."""
    changed = np.flatnonzero(answer.values != start.values)
    if not len(changed):
        return ""
    parts = [f"{FEATURES[j]} from {start.values[j]:g} to {answer.values[j]:g}" for j in changed]
    return (
        f"You changed {brief(parts)}: malignancy probability {percent(start.target_probability)} → "
        f"**{percent(answer.target_probability)}**."
    )


def outside(names: Sequence[str]) -> str:
    """A warning on values that the table never reaches."""
    return f"**Outside the table's range:** {brief(names)}. The model has seen no such value."


def brief(names: Sequence[str], most: int = 4) -> str:
    """The first few names, and how many more there are."""
    if len(names) <= most:
        return listing(list(names))
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def risk_limits(entry: Modality, thresholds: dict) -> str:
    """What the risk levels mean and where they come from.

    Args:
        entry: the table's entry.
        thresholds: the card's `risk`.
    """
    low, high = thresholds["low"], thresholds["high"]
    middle = ", medium between the two" if low < high else ""
    return (
        f"Low is below {percent(low)}, high from {percent(high)} on{middle}. The limits were set on held-out rows so "
        f"that at least {whole_percent(thresholds['sensitivity'])} of the malignant ones are not called low, and at "
        f"most {whole_percent(round(1 - thresholds['specificity'], 6))} of the benign ones are called high."
    )
