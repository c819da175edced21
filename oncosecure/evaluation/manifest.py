"""A folder's `manifest.csv`, which says what its pictures show: where it lies, and what it must hold."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from oncosecure.catalog import Modality
from oncosecure.errors import ScanError


def find(folder: Path) -> Path:
    """The path of a folder's manifest.

    Raises:
        ScanError: if there is none.
    """
    path = folder / "manifest.csv"
    if not path.is_file():
        raise ScanError("The folder holds no manifest.csv; it needs one with the columns file and label.")
    return path


def check(modality: Modality, columns: Iterable[str], labels: Iterable) -> None:
    """Refuse a manifest that cannot be used; `labels` are looked at only where both columns are there.

    Raises:
        ScanError: if it lacks `file` or `label`, or has labels that the modality does not know.
    """
    if missing := {"file", "label"} - set(columns):
        raise ScanError(f"manifest.csv lacks the column {', '.join(sorted(missing))}; it needs file and label.")
    if unknown := set(labels) - set(modality.labels):
        raise ScanError(
            f"manifest.csv has labels that {modality.key} does not know: {', '.join(sorted(map(str, unknown)))}; "
            f"it knows {', '.join(modality.labels)}."
        )
