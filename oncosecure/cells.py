"""CSV files that are safe to open in a spreadsheet, whatever names and texts their cells come from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

#: Where a spreadsheet would begin to read a formula: at the start of a cell, or behind what another country's
#: spreadsheet takes for a separator. Full-width signs count too.
_FORMULA = re.compile(r"(^|[;\t])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20|%])")


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): an apostrophe goes before it.

    Numbers stay as they are, negative ones too. Line breaks become spaces.
    """
    if _is_number(cell):
        return cell
    plain = cell.replace("\r", " ").replace("\n", " ")
    return ("'" if cell.startswith(("\t", "\r")) else "") + _FORMULA.sub(r"\1'", plain)


def to_csv(rows: Iterable[dict[str, str]]) -> str:
    """Rows as CSV text with the first one's keys as columns; every cell is `safe`."""
    stream, writer = io.StringIO(), None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(stream, list(row), lineterminator="\n")
            writer.writeheader()
        writer.writerow({column: safe(cell) for column, cell in row.items()})
    return stream.getvalue()


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.isascii()
