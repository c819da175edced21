"""Where a model's answers end: chosen on validation, measured on test, written into its card.

The same function serves a model that was just trained and one that was released before. What it adds to a
card (every `figure` is {value, low, high} with a 95 % interval from a bootstrap over groups):

    temperature          what logits are divided by
    calibration          pictures, bins [{low, high, pictures, stated, observed}] of the calibrated answers on test,
                         before and after temperature scaling (figures, expected calibration error on test),
                         validation (the same error, after, on validation), perfect {value, high}: what a perfectly
                         calibrated model would show on average, and stay below in 95 %, on as many pictures
    conformal            coverage, thresholds {label: probability}, test_coverage, test_mean_size, and by_label
                         {label: {pictures, validation, coverage (figure), mean_size}} on test
    risk                 low, high, sensitivity, specificity (as asked for on validation), and test {not_low: figure,
                         share of findings not called low; not_high: figure, share of the rest not called high}
    out_of_distribution  score, limit, kept (share of validation within the limit), test_kept
    similar              k, accuracy (figure, by a vote of the k nearest training cases), agreement,
                         agreement_when_right and agreement_when_wrong (mean share of the k nearest training cases
                         whose label is the model's answer; null where there is no such picture)

`calibrate` adds `strangers` (see `strangers.py`) and `robustness` (see `robustness.py`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.evaluation import metrics, weighted
from oncosecure.uncertainty import conformal, risk, temperature
from oncosecure.uncertainty.neighbours import Index

#: Stated coverage of prediction sets.
COVERAGE = 0.9
#: Share of validation pictures that count as in distribution.
KEPT = 0.95
#: Nearest training cases that vote.
NEAREST = 5


@dataclass(frozen=True)
class Part:
    """What a network says of one part of the split.

    Attributes:
        targets: (N,) index of the right label.
        groups: (N,) group of every picture.
        logits: (N, C).
        embedding: (N, D), with descriptions of the appearance as further columns where the modality asks for them.
        distances: (N,) where they are not the index's own, since it holds these very pictures.
    """

    targets: np.ndarray
    groups: np.ndarray
    logits: np.ndarray
    embedding: np.ndarray
    distances: np.ndarray | None = None


def measure(modality: Modality, index: Index, val: Part, test: Part, kept: float | None = None) -> dict:
    """All parts of the card that the module's docstring lists, but `strangers` and `robustness`.

    Args:
        val: pictures that the network was not fitted on, for everything that is chosen.
        test: pictures for everything that is measured.
        kept: the temperature, where it was chosen before on what `val` was made with; None to choose it.
    """
    t = kept or temperature.fit(val.logits, val.targets)
    on_val, on_test = (temperature.softmax(part.logits, t) for part in (val, test))
    return {
        "temperature": t,
        "calibration": calibration(val, test, t),
        "conformal": sets(modality, val, test, on_val, on_test),
        "risk": levels(modality, val, test, on_val, on_test),
        "out_of_distribution": distribution(index, val, test),
        "similar": similar(modality, index, test, on_test),
    }


def calibration(val: Part, test: Part, t: float) -> dict:
    """How far stated and observed shares agree, before and after temperature scaling."""
    before, after = temperature.softmax(test.logits), temperature.softmax(test.logits, t)
    weights = weighted.draws(test.groups)
    return {
        "pictures": len(test.targets),
        "before": _error(test.targets, before, weights),
        "after": _error(test.targets, after, weights),
        "validation": metrics.expected_calibration_error(val.targets, temperature.softmax(val.logits, t)),
        "perfect": metrics.calibration_error_by_chance(after),
        "bins": metrics.reliability(test.targets, after),
    }


def _error(targets: np.ndarray, p: np.ndarray, weights: np.ndarray) -> dict[str, float]:
    """The error is never negative, so samples lie above it on average; the interval is made to hold it."""
    value = metrics.expected_calibration_error(targets, p)
    figure = metrics.interval(value, weighted.calibration_error(targets, p, weights))
    return figure | {"low": min(figure["low"], value)}


def sets(modality: Modality, val: Part, test: Part, on_val: np.ndarray, on_test: np.ndarray) -> dict:
    """Thresholds of the prediction sets, and how the sets hold on test, for every label."""
    thresholds = conformal.fit_by_label(on_val, val.targets, COVERAGE)
    inside = conformal.members(on_test, thresholds, COVERAGE)
    covered, size = inside[np.arange(len(inside)), test.targets], inside.sum(1)
    by_label = {}
    for c, label in enumerate(modality.labels):
        if (its := test.targets == c).any():
            by_label[label] = {
                "pictures": int(its.sum()),
                "validation": int((val.targets == c).sum()),
                "coverage": metrics.share(covered[its], test.groups[its]),
                "mean_size": float(size[its].mean()),
            }
    return {
        "coverage": COVERAGE,
        "thresholds": dict(zip(modality.labels, thresholds.tolist(), strict=True)),
        "test_coverage": float(covered.mean()),
        "test_mean_size": float(size.mean()),
        "by_label": by_label,
    }


def levels(modality: Modality, val: Part, test: Part, on_val: np.ndarray, on_test: np.ndarray) -> dict:
    """Risk thresholds from validation, and what they keep on test."""
    columns = [modality.labels.index(label) for label in modality.target]
    found = risk.fit(on_val[:, columns].sum(1), np.isin(val.targets, columns))
    p, is_target = on_test[:, columns].sum(1), np.isin(test.targets, columns)
    held = {
        "not_low": metrics.share(p[is_target] >= found.low, test.groups[is_target]),
        "not_high": metrics.share(p[~is_target] < found.high, test.groups[~is_target]),
    }
    return asdict(found) | {"test": held}


def distribution(index: Index, val: Part, test: Part) -> dict:
    """The largest distance that counts as in distribution, and the share of test pictures within it."""
    distances = index.distance(val.embedding) if val.distances is None else val.distances
    limit = float(np.quantile(distances, KEPT))
    kept = float((index.distance(test.embedding) <= limit).mean())
    return {"score": index.score, "limit": limit, "kept": KEPT, "test_kept": kept}


def similar(modality: Modality, index: Index, test: Part, on_test: np.ndarray) -> dict:
    """How good the nearest training cases' vote is, and how often they side with the model."""
    names, predicted = np.asarray(modality.labels), on_test.argmax(1)
    near = index.labels_near(test.embedding, NEAREST)
    votes = (near[:, :, None] == names).sum(1)
    agree = (near == names[predicted][:, None]).mean(1)
    right = predicted == test.targets
    return {
        "k": NEAREST,
        "accuracy": metrics.share(votes.argmax(1) == test.targets, test.groups),
        "agreement": float(agree.mean()),
        "agreement_when_right": float(agree[right].mean()) if right.any() else None,
        "agreement_when_wrong": float(agree[~right].mean()) if not right.all() else None,
    }
