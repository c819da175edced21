"""The answers to many scans as files to take along: a table, and an archive of heatmaps."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence

from oncosecure import DISCLAIMER
from oncosecure.catalog import Modality
from oncosecure.cells import to_csv
from oncosecure.cli import answer_row, columns
from oncosecure.ui import overlay
from oncosecure.ui.many_rows import Row


def table(rows: Iterable[Row], entry: Modality) -> str:
    """The columns of `oncosecure predict`, then the quality notes and the heatmap's name in the archive.

    A file's name stands in the column path, made safe to open in a spreadsheet.
    """
    return to_csv(_cells(row, entry) for row in rows)


def heatmaps(rows: Sequence[Row], entry: Modality) -> bytes:
    """A ZIP file with a heatmap of each row's prediction and `answers.csv`.

    Names inside it are numbers and labels: the files' own names could point anywhere on whose disk it is unpacked.
    """
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        for row in filter(lambda row: row.answer, rows):
            file.writestr(heatmap_name(row), _heatmap(row, entry))
        file.writestr("answers.csv", table(rows, entry))
    return archive.getvalue()


def heatmap_name(row: Row) -> str:
    """Name of a row's heatmap inside the archive; "" where there is none."""
    return f"{row.number:03d}-{row.answer.predicted}.png" if row.answer else ""


def _cells(row: Row, entry: Modality) -> dict[str, str]:
    cells = dict.fromkeys(columns(entry), "") | {"path": row.name, "error": row.error}
    notes = ""
    if row.answer:
        cells |= answer_row(row.answer)
        notes = ";".join(note.code for note in row.answer.quality)
    return cells | {"quality": notes, "heatmap": heatmap_name(row)}


def _heatmap(row: Row, entry: Modality) -> bytes:
    label = row.answer.predicted
    picture = overlay.blend(row.picture, row.answer.heatmaps[label], 0.6)
    return overlay.figure(picture, f"{entry.title}, no. {row.number}: evidence for {entry.names[label]}", DISCLAIMER)
