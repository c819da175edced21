"""A CSV file of rows -> a table of answers, as `python -m oncosecure predict breast_features FILE.csv` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from oncosecure.errors import ScanError
from oncosecure.tabular import analysis, data, sheet


def columns() -> list[str]:
    """Columns of every row of answers."""
    answer = ["path", "predicted", "confidence", "target_probability"]
    return [*answer, *(f"p_{label}" for label in data.entry().labels), "prediction_set", "in_distribution", "error"]


def rows(path: Path) -> Iterator[dict[str, str]]:
    """Answers to the rows of a CSV file; `path` is "FILE.csv#1" for its first row.

    A row that cannot be used has its `error`; a file that cannot be read is one row with its own.

    Raises:
        WeightsError: if there are no weights here, or a file was changed.
    """
    analysis.load()
    try:
        found = sheet.read(_bytes(path))
    except ScanError as error:
        yield _failed(str(path), str(error))
        return
    yield from of_sheet(found, str(path))


def of_sheet(found: sheet.Sheet, name: str) -> Iterator[dict[str, str]]:
    """Answers to the rows of a sheet that was read from a file called `name`."""
    usable = found.usable
    answers = analysis.answers(found.values[usable]) if usable.any() else None
    place = np.cumsum(usable) - 1
    for i, error in enumerate(found.errors):
        path = f"{name}#{i + 1}"
        yield _failed(path, error) if error else {"path": path, **_cells(answers, place[i]), "error": ""}


def _cells(answers: analysis.Answers, i: int) -> dict[str, str]:
    p, labels = answers.probabilities[i], data.entry().labels
    return {
        "predicted": labels[int(p.argmax())],
        "confidence": f"{p.max():.6f}",
        "target_probability": f"{p[1]:.6f}",
        **{f"p_{label}": f"{value:.6f}" for label, value in zip(labels, p, strict=True)},
        "prediction_set": ";".join(answers.prediction_set(i)),
        "in_distribution": str(bool(answers.in_distribution[i])).lower(),
    }


def _failed(path: str, error: str) -> dict[str, str]:
    return dict.fromkeys(columns(), "") | {"path": path, "error": error}


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > sheet.MAX_BYTES:
            raise ScanError(
                f"The file is larger than {sheet.MAX_BYTES // 2**20} MB, which is the most that is accepted."
            )
        return path.read_bytes()
    except OSError:
        raise ScanError("The file cannot be opened; give the path of a CSV file.") from None
