"""Real samples, offered only where whoever runs this names a folder of data that they may show."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.samples.sample import Sample


def real(key: str, root: str | Path | None = None, per_label: int = 3) -> tuple[Sample, ...]:
    """A few real pictures of every label of a modality, always the same ones.

    Where `predictions.csv` lies beside the released weights, only its test pictures stand for a label that has any,
    so that what is shown was not trained on.

    Args:
        key: modality.
        root: folder with a folder per modality that holds `manifest.csv` with columns file and label; if absent,
            the environment variable ONCOSECURE_DATA.
        per_label: at most so many of a label.

    Returns:
        The samples, in the order of the labels; () where there is no such folder. Files outside the modality's
        folder, also by way of links, are left out.

    Raises:
        ScanError: if there is no modality of that key.
    """
    modality, root = catalog.get(key), root or os.environ.get("ONCOSECURE_DATA")
    if not root or not modality.is_image or not (Path(root) / key / "manifest.csv").is_file():
        return ()
    folder, tested = (Path(root) / key).resolve(), _tested(modality)
    files = _files(folder / "manifest.csv", modality)
    return tuple(
        _sample(modality, label, folder, file, file in tested)
        for label in modality.labels
        for file in islice(_usable(folder, _preferred(files[label], tested), per_label), per_label)
    )


def _files(manifest: Path, modality: Modality) -> dict[str, list[str]]:
    """Files of every label as the manifest names them, sorted."""
    files: dict[str, list[str]] = {label: [] for label in modality.labels}
    with manifest.open(newline="", encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            if row.get("file") and row.get("label") in files:
                files[row["label"]].append(row["file"])
    return {label: sorted(names) for label, names in files.items()}


def _tested(modality: Modality) -> frozenset[str]:
    """Files that the released predictions hold as test pictures."""
    table = modality.folder / "predictions.csv"
    if not table.is_file():
        return frozenset()
    with table.open(newline="", encoding="utf-8-sig") as lines:
        return frozenset(row["id"] for row in csv.DictReader(lines) if row.get("split") == "test")


def _preferred(files: list[str], tested: frozenset[str]) -> list[str]:
    return [file for file in files if file in tested] or files


def _usable(folder: Path, files: list[str], count: int) -> Iterator[str]:
    """Files that exist inside the folder, spread over the list first: neighbours are often of one patient."""
    stride = max(1, len(files) // max(1, count))
    spread = (file for start in range(stride) for file in files[start::stride])
    for file in spread:
        path = (folder / file).resolve()
        if path.is_relative_to(folder) and path.is_file():
            yield file


def _sample(modality: Modality, label: str, folder: Path, file: str, held_out: bool) -> Sample:
    slug = re.sub(r"[^a-z0-9]+", "-", str(Path(file).with_suffix("")).lower()).strip("-")
    name = modality.names[label]
    title = f"Real: {name[:1].lower()}{name[1:]}, {Path(file).stem}"
    return Sample(f"real-{slug}", title, label, "real", partial((folder / file).read_bytes), held_out)
