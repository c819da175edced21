"""How a model holds on poor pictures: accuracy and calibration under `corruptions` at five strengths.

Goes into the card as `robustness`:

    pictures, groups     test pictures measured, drawn evenly from the classes as they occur, and their groups
    clean                {accuracy, ece} on the same pictures as they are
    strength             the strength that stands for low quality: the middle one
    kept                 mean accuracy over all corruptions at that strength, as a share of the clean accuracy;
                         kept_low and kept_high bound its 95 % interval over groups
    corruptions          {name: [{strength, amount, accuracy, ece}, ...]}
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from oncosecure.evaluation import metrics, weighted
from oncosecure.evaluation.corruptions import CORRUPTIONS

STRENGTHS = (1, 2, 3, 4, 5)
#: The strength that stands for a low-quality picture.
LOW_QUALITY = 3
#: At most so many pictures are measured: there are 36 runs for each.
MOST = 200


def sample(labels: pd.Series, most: int = MOST, seed: int = 0) -> np.ndarray:
    """Row numbers, in order, of at most `most` pictures, the classes in the shares in which they occur."""
    if len(labels) <= most:
        return np.arange(len(labels))
    shares = labels.reset_index(drop=True).groupby(labels.to_numpy(), group_keys=False)
    return np.sort(shares.sample(frac=most / len(labels), random_state=seed).index.to_numpy())


def measure(
    answers: Callable[[Iterable[np.ndarray]], np.ndarray],
    pictures: list[np.ndarray],
    targets: np.ndarray,
    groups: np.ndarray,
    progress: Callable[[list], Iterable] = lambda items: items,
) -> dict:
    """Figures of the module's docstring.

    Args:
        answers: (H, W, 3) uint8 pictures -> (N, C) calibrated probabilities.
        pictures: N pictures at about the network's input size.
        targets: (N,) index of the right label.
        groups: (N,) group of every picture.
        progress: wraps the list of what is to be run.
    """
    clean = answers(pictures)
    found: dict[str, list[dict]] = {name: [] for name in CORRUPTIONS}
    low_quality = []
    for name, strength in progress([(name, strength) for name in CORRUPTIONS for strength in STRENGTHS]):
        corruption = CORRUPTIONS[name]
        p = answers(corruption.apply(pixels, strength, seed=i) for i, pixels in enumerate(pictures))
        found[name].append(
            {"strength": strength, "amount": corruption.amounts[strength - 1], **_figures(targets, p)},
        )
        if strength == LOW_QUALITY:
            low_quality.append(p.argmax(1) == targets)
    return {
        "pictures": len(pictures),
        "groups": len(np.unique(groups)),
        "clean": _figures(targets, clean),
        "strength": LOW_QUALITY,
        **_kept(clean.argmax(1) == targets, np.mean(low_quality, axis=0), groups),
        "corruptions": found,
    }


def _figures(targets: np.ndarray, p: np.ndarray) -> dict[str, float]:
    return {
        "accuracy": float((p.argmax(1) == targets).mean()),
        "ece": metrics.expected_calibration_error(targets, p),
    }


def _kept(clean: np.ndarray, poor: np.ndarray, groups: np.ndarray) -> dict[str, float]:
    """`poor` is each picture's share of corruptions under which the answer is right."""
    weights = weighted.draws(groups)
    drawn = poor @ weights / np.maximum(clean @ weights, 1e-9)
    share = metrics.interval(float(poor.mean() / max(clean.mean(), 1e-9)), drawn)
    return {"kept": share["value"], "kept_low": share["low"], "kept_high": share["high"]}
