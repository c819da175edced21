"""Ways to divide test pictures into groups of people or lesions, from what a manifest and masks say of them.

A manifest may have any of the columns sex, age, localization, origin, confirmed_by, patient_id, lesions and mask;
those that it lacks give no division.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from oncosecure.catalog import Modality
from oncosecure.evaluation import released, skin_tone
from oncosecure.progress import bar

if TYPE_CHECKING:
    import pandas as pd

#: Upper ends of the age bands, in years.
AGES = ((30, "under 30"), (50, "30 to 49"), (70, "50 to 69"), (float("inf"), "70 and over"))
SIZES = ("small", "medium", "large")


@dataclass(frozen=True, eq=False)
class Division:
    """A way to divide pictures.

    Attributes:
        key: short name.
        title: what it is called on pages.
        how: in a sentence or two, where the groups come from and what limits them.
        names: (N,) str, each picture's group; "" where it is not known.
    """

    key: str
    title: str
    how: str
    names: np.ndarray


def of(modality: Modality, rows: pd.DataFrame, folder: Path) -> list[Division]:
    """All divisions that a manifest allows.

    Args:
        modality: the entry.
        rows: of the manifest, with file, label and what divides, in the order of the divisions' names.
        folder: that of the manifest.
    """
    found = [Division(key, title, how, make(rows[c])) for key, c, title, how, make in _COLUMNS if c in rows]
    if "mask" in rows:
        found.append(_by_size(modality, rows, folder))
    if "mask" in rows and modality.key == "brain_mri":
        found.append(_matched(rows))
    if "mask" in rows and modality.key == "skin_lesion":
        found.append(_by_tone(modality, rows, folder))
    return [division for division in found if len(set(division.names) - {""}) > 1]


def _plain(column: pd.Series) -> np.ndarray:
    """Names as they stand; an underscore reads as a space."""
    text = column.fillna("").astype(str).str.strip().str.replace("_", " ")
    return text.where(~text.str.lower().isin(("", "unknown", "nan")), "").to_numpy(str)


def _ages(column: pd.Series) -> np.ndarray:
    def band(age: float) -> str:
        return "" if np.isnan(age) else next(name for end, name in AGES if age < end)

    return np.array([band(age) for age in _numbers(column)], str)


def _numbers(column: pd.Series) -> pd.Series:
    """Numbers, nan where a cell holds none."""
    import pandas as pd

    return pd.to_numeric(column, errors="coerce")


def _several(column: pd.Series) -> np.ndarray:
    """One lesion or several; pictures without one have no group."""
    number = _numbers(column).fillna(0)
    return np.select([number > 1, number == 1], ["several lesions", "one lesion"], "")


def _patient(column: pd.Series) -> np.ndarray:
    return np.array([f"patient {name}" if name else "" for name in _plain(column)], str)


_AS_STATED = "As the data set states it."
#: Key, column, title, where it comes from, and how the column becomes names.
_COLUMNS: tuple[tuple[str, str, str, str, Callable[[pd.Series], np.ndarray]], ...] = (
    ("sex", "sex", "Sex", _AS_STATED, _plain),
    ("age", "age", "Age", "Bands of the age that the data set states.", _ages),
    ("site", "localization", "Body site", _AS_STATED, _plain),
    ("origin", "origin", "Where the picture was taken", _AS_STATED, _plain),
    ("confirmation", "confirmed_by", "How the diagnosis was confirmed", _AS_STATED, _plain),
    ("patient", "patient_id", "Patient", "The patient that the patch was cut from.", _patient),
    ("lesions", "lesions", "Number of lesions", "Lesions that the data set's masks outline.", _several),
)


def _matched(rows: pd.DataFrame) -> Division:
    known = rows["mask"].fillna("").astype(str) != ""
    return Division(
        "collection",
        "Collection",
        "The set was put together from several; slices with an outlined tumour are those that were found again in the "
        "Figshare collection. The rest may hold some of it too.",
        np.where(known, "found in Figshare", "not found there"),
    )


def _by_size(modality: Modality, rows: pd.DataFrame, folder: Path) -> Division:
    share = lesion_shares(folder, rows["mask"])
    findings = share[(share > 0) & rows["label"].isin(modality.target).to_numpy()]
    low, high = np.quantile(findings, [1 / 3, 2 / 3]) if len(findings) else (0.0, 0.0)
    names = np.select([share <= 0, share < low, share < high], ["", *SIZES[:2]], SIZES[2])
    return Division(
        "size",
        "Size of the lesion",
        f"Thirds of the findings by the share of the picture that their mask covers: small below {100 * low:.1f} %, "
        f"large from {100 * high:.1f} % on. It is the size in the picture, not in the body: the scale is not known.",
        names,
    )


def lesion_shares(folder: Path, masks: Iterable) -> np.ndarray:
    """(N,) share of each picture that its mask covers; 0 where there is no mask."""
    return np.array([_covered(folder / mask) if isinstance(mask, str) and mask else 0.0 for mask in masks])


def _covered(path: Path) -> float:
    return float(released.mask(path).mean())


def _by_tone(modality: Modality, rows: pd.DataFrame, folder: Path) -> Division:
    pictures = released.pictures(modality, folder, bar(list(rows["file"]), "skin tone"))
    angles = [
        skin_tone.angle(pixels, released.mask(folder / mask)) if isinstance(mask, str) and mask else float("nan")
        for pixels, mask in zip(pictures, rows["mask"], strict=True)
    ]
    return Division(
        "tone", "Skin tone, estimated", skin_tone.LIMITS, np.array([skin_tone.band(a) for a in angles], str)
    )
