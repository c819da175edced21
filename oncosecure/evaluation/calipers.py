"""Whether a model looks at what was drawn over an ultrasound picture: calipers, writing, colour, the probe's marker.

A radiologist measures what worries them, so calipers alone may tell lesions from normal tissue. Every mark on a
picture that the model was not trained on is erased, and the answer compared with the one before; the
same shape erased right beside the mark, on the same tissue, says what erasing by itself does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from oncosecure.analysis import Analysis, analyze
from oncosecure.catalog import Modality
from oncosecure.evaluation import metrics, released, weighted
from oncosecure.intake import overlays
from oncosecure.models import store
from oncosecure.progress import bar

PARTS = ("val", "test")
BESIDE = 0.035


@dataclass(frozen=True)
class Erased:
    """What erasing one kind of mark did to the answer to one picture.

    Attributes:
        kind: of mark; a key of `overlays.KINDS`.
        flipped: whether the predicted label is another one.
        change: target probability after erasing minus before.
        control: the same for the shape moved off the marks by `BESIDE` of the picture's longer side.
        energy: share of the predicted label's class activation map that lies on the mark.
        area: share of the picture that the mark covers.
    """

    kind: str
    flipped: bool
    change: float
    control: float
    energy: float
    area: float


def measure(modality: Modality, folder: Path) -> dict:
    """What marks do to the released model's answers; kept under the card's key `calipers`.

    Args:
        modality: breast ultrasound; any image modality runs.
        folder: the data that the model was trained from.

    Returns:
        parts, pictures (of validation and test), by_class (how many pictures of the whole set carry
        calipers, by label), and kinds: for each kind of mark its pictures and the means of `Erased`.

    Raises:
        ScanError: if a picture of the released split is not in `folder`.
    """
    frame = released.rows(modality, folder, "train", *PARTS)
    found: list[Erased] = []
    carries: list[bool] = []
    shown = released.pictures(modality, folder, bar(list(frame["id"]), "looking for marks"))
    for pixels, part in zip(shown, frame["split"], strict=True):
        marks = overlays.find(pixels)
        carries.append(bool(marks["calipers"].any()))
        if part in PARTS:
            found += compare(modality, pixels, marks)
    result = {
        "parts": list(PARTS),
        "pictures": int(frame["split"].isin(PARTS).sum()),
        "by_class": _by_class(modality, frame["label"].to_numpy(), np.array(carries)),
        "kinds": summary(found),
    }
    store.update_json(modality, "card.json", calipers=result)
    return result


def compare(modality: Modality, pixels: np.ndarray, marks: dict[str, np.ndarray]) -> list[Erased]:
    """Erase each kind of mark that is on a picture, one at a time."""
    present = {kind: mask for kind, mask in marks.items() if mask.any()}
    if not present:
        return []
    before, anywhere = analyze(pixels, modality), np.any(list(present.values()), axis=0)
    return [_erased(modality, pixels, kind, mask, anywhere, before) for kind, mask in present.items()]


def _erased(
    modality: Modality, pixels: np.ndarray, kind: str, mask: np.ndarray, anywhere: np.ndarray, before: Analysis
) -> Erased:
    after = analyze(overlays.erase(pixels, mask), modality)
    control = analyze(overlays.erase(pixels, beside(mask) & ~anywhere), modality)
    heat = before.heatmaps[before.predicted]
    return Erased(
        kind=kind,
        flipped=after.predicted != before.predicted,
        change=after.target_probability - before.target_probability,
        control=control.target_probability - before.target_probability,
        energy=float(heat[mask].sum() / max(float(heat.sum()), 1e-9)),
        area=float(mask.mean()),
    )


def beside(mask: np.ndarray) -> np.ndarray:
    """A mask moved down and to the right; what leaves the picture is lost."""
    step = round(BESIDE * max(mask.shape))
    moved = np.zeros_like(mask)
    moved[step:, step:] = mask[:-step, :-step]
    return moved


def summary(found: list[Erased]) -> dict[str, dict]:
    """Means over pictures by kind of mark; `excess`: how much more erasing moves the answer than beside the mark."""
    return {kind: _means([e for e in found if e.kind == kind]) for kind in overlays.KINDS}


def _means(found: list[Erased]) -> dict:
    if not found:
        return {"pictures": 0}
    table = pd.DataFrame([vars(e) for e in found])
    excess = (table["change"].abs() - table["control"].abs()).to_numpy()
    samples = weighted.share(excess, weighted.draws(np.arange(len(table))))
    return {
        "pictures": len(table),
        "flipped": int(table["flipped"].sum()),
        "change": float(table["change"].mean()),
        "absolute_change": float(table["change"].abs().mean()),
        "control_absolute_change": float(table["control"].abs().mean()),
        "excess": metrics.interval(float(excess.mean()), samples),
        "energy": float(table["energy"].mean()),
        "area": float(table["area"].mean()),
    }


def _by_class(modality: Modality, labels: np.ndarray, carries: np.ndarray) -> dict[str, dict[str, int]]:
    return {
        label: {"pictures": int((labels == label).sum()), "calipers": int(carries[labels == label].sum())}
        for label in modality.labels
    }
