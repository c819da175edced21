"""Whether a model finds as much in one group of people or lesions as in another.

`subgroups.json` (of a further model M: `M.subgroups.json`) holds what `report` returns: at the released threshold, for
every division and every group of it, sensitivity and specificity for a finding with 95 % intervals, the gap between
the groups, and how often so uneven a result comes about where the group does not matter.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.evaluation import divisions, outcomes, skin_tone, thresholds
from oncosecure.evaluation.divisions import Division
from oncosecure.evaluation.outcomes import Outcomes
from oncosecure.models import store

if TYPE_CHECKING:
    import pandas as pd

FILE = "subgroups.json"
#: Sensitivity that every group should reach.
GOAL = 0.90
#: Findings that a group needs before it is compared with others.
LEAST = 8


def run(modality: Modality, folder: Path, model: str | None = None) -> dict:
    """Measure a released model's groups and write them beside its card.

    Args:
        modality: an entry with released predictions.
        folder: holds manifest.csv with file, and columns that divide (see `divisions`).
        model: a released model; the default one if None.

    Returns:
        What was written, see `report`.

    Raises:
        ScanError: if the manifest lacks the test pictures or has nothing that divides them.
    """
    rows = outcomes.read(modality, modality.file("predictions.csv", model))
    card = store.read_json(modality, modality.file("card.json", model))
    found = divisions.of(modality, _manifest(folder, rows), folder)
    if not found:
        raise ScanError(
            "manifest.csv has nothing that divides the pictures; it would take one of the columns sex, age, "
            "localization, origin, confirmed_by, patient_id, lesions or mask."
        )
    result = {"modality": modality.key, "model": card["model"]} | report(rows, found, card["risk"])
    store.write_json(modality, modality.file(FILE, model), result)
    return result


def _manifest(folder: Path, rows: Outcomes) -> pd.DataFrame:
    """The manifest's rows of the test pictures, in their order."""
    import pandas as pd

    path = folder / "manifest.csv"
    if not path.is_file():
        raise ScanError(f"{folder} holds no manifest.csv; it needs one with the column file and columns that divide.")
    frame = pd.read_csv(path, dtype={"patient_id": str}).drop_duplicates("file").set_index("file", drop=False)
    missing = sorted(set(rows.ids) - set(frame.index))
    if missing:
        raise ScanError(f"manifest.csv lacks {len(missing)} of {len(rows)} test pictures, among them {missing[0]}.")
    return frame.loc[rows.ids].reset_index(drop=True)


def report(rows: Outcomes, found: list[Division], risk: dict) -> dict:
    """All divisions of a model's test pictures.

    Args:
        rows: outcomes on the test pictures.
        found: divisions of the same pictures in the same order.
        risk: the card's thresholds. `low` is the operating threshold: below it a picture is called low
            risk, and on validation it kept the `sensitivity` that it states.

    Returns:
        threshold, stated_sensitivity, goal, least; pictures, findings, groups and sensitivity of all;
        divisions: key, title, how, unknown (pictures without a group), groups, gap, lowest, highest, p, p_adjusted.
    """
    threshold = risk["low"]
    parts = [divide(rows, division, threshold) for division in found]
    for part, p in zip(parts, holm([part["p"] for part in parts]), strict=True):
        part["p_adjusted"] = p
    return {
        "threshold": threshold,
        "stated_sensitivity": risk["sensitivity"],
        "goal": GOAL,
        "least": LEAST,
        **_figures(rows, threshold),
        "divisions": parts,
    }


def divide(rows: Outcomes, division: Division, threshold: float) -> dict:
    """One division: figures of every group, the gap between those with enough findings, and its p."""
    names = _order(division)
    groups = [{"name": name, **_figures(rows.take(division.names == name), threshold)} for name in names]
    judged = [group for group in groups if group["findings"] >= LEAST]
    low, high = (_extreme(judged, pick) for pick in (min, max))
    return {
        "key": division.key,
        "title": division.title,
        "how": division.how,
        "unknown": int((division.names == "").sum()),
        "groups": groups,
        "lowest": low and low["name"],
        "highest": high and high["name"],
        "gap": high["sensitivity"]["value"] - low["sensitivity"]["value"] if len(judged) > 1 else float("nan"),
        "p": chance(rows, division, threshold, [group["name"] for group in judged]),
    }


def chance(
    rows: Outcomes, division: Division, threshold: float, names: list[str], draws: int = 4999, seed: int = 0
) -> float:
    """How often sensitivities as uneven come about where groups are dealt out at random: a permutation test.

    Whole groups of near-duplicates, patients or lesions are dealt out. Unevenness is the variance of the
    sensitivities, weighted by their findings. nan with fewer than two groups to compare.
    """
    inside = rows.is_finding & np.isin(division.names, names)
    if len(names) < 2 or not inside.any():
        return float("nan")
    found = (rows.finding_probability >= threshold)[inside]
    _, first, unit = np.unique(rows.groups[inside], return_index=True, return_inverse=True)
    total, hits = np.bincount(unit).astype(float), np.bincount(unit, found)
    place = np.array([names.index(name) for name in division.names[inside][first]])
    dealt = np.random.default_rng(seed).permuted(np.tile(place, (draws, 1)), axis=1)
    uneven = _unevenness(np.vstack([place, dealt]), total, hits, len(names))
    return float((uneven >= uneven[0] - 1e-12).mean())


def _unevenness(places: np.ndarray, total: np.ndarray, hits: np.ndarray, n: int) -> np.ndarray:
    """(D,) weighted variance of the groups' sensitivities for every row of (D, units) places."""
    overall, spread = hits.sum() / total.sum(), np.zeros(len(places))
    for group in range(n):
        inside = places == group
        findings, found = inside @ total, inside @ hits
        share = np.divide(found, findings, out=np.full(len(places), overall), where=findings > 0)
        spread += findings * (share - overall) ** 2
    return spread / total.sum()


def holm(values: list[float]) -> list[float]:
    """p values corrected for having looked at all of them (Holm, 1979); nan stays and does not count."""
    known = sorted((p, i) for i, p in enumerate(values) if not np.isnan(p))
    corrected, worst = list(values), 0.0
    for rank, (p, i) in enumerate(known):
        worst = max(worst, min(1.0, p * (len(known) - rank)))
        corrected[i] = worst
    return corrected


def _figures(rows: Outcomes, threshold: float) -> dict:
    return {
        "pictures": len(rows),
        "findings": int(rows.is_finding.sum()),
        "groups": len(set(rows.groups)),
        **thresholds.rates(rows, threshold),
    }


def _order(division: Division) -> list[str]:
    """Names in their natural order where there is one, else the largest group first."""
    known = [name for name in division.names if name]
    natural = [*(name for _, name in divisions.AGES), *divisions.SIZES, *(name for _, name in skin_tone.BANDS)]
    if set(known) <= set(natural):
        return [name for name in natural if name in known]
    return sorted(set(known), key=lambda name: (-known.count(name), name))


def _extreme(groups: list[dict], pick) -> dict | None:
    return pick(groups, key=lambda group: group["sensitivity"]["value"]) if groups else None


def summary(result: dict) -> str:
    """The divisions as lines of text."""
    lines = [f"sensitivity for a finding at the threshold {result['threshold']:.3f}"]
    for part in result["divisions"]:
        lines.append(f"{part['title']}: gap {part['gap']:.3f}, p {part['p']:.3f} ({part['p_adjusted']:.3f} corrected)")
        for group in part["groups"]:
            figure = group["sensitivity"]
            mark = "" if group["findings"] < LEAST or figure["value"] >= GOAL else f"  below {GOAL:.2f}"
            lines.append(
                f"  {group['name']:<24} {figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f}), "
                f"{group['findings']} findings{mark}"
            )
    return "\n".join(lines)
