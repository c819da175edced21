"""A CSV file with named columns -> rows. A file that does not fit is refused; a row that does not is marked."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oncosecure.errors import ScanError
from oncosecure.tabular.features import FEATURES, find

#: Most rows of one file.
MAX_ROWS = 100_000
#: Most columns of one file; those of the features and what people keep beside them.
MAX_COLUMNS = 1000
#: Largest file in bytes: `MAX_ROWS` rows with every digit that a number can have.
MAX_BYTES = 64 * 2**20
#: Columns that may stand beside the features; they are not read.
IGNORED = frozenset({"id", "name", "row", "index", "diagnosis", "target", "label", "class", "split"})

ACCEPTED = (
    'Please use a CSV file in UTF-8 whose first line names all 30 features, as scikit-learn does ("mean radius") '
    'or as UCI does ("radius_mean").'
)
_NAMED = 3  # things wrong with a row that are named; the rest are counted


@dataclass(frozen=True, eq=False)
class Sheet:
    """Rows of a file, in its order; row 1 is the first below the names.

    Attributes:
        values: (N, 30) float64 in the order of `features.FEATURES`; nan in rows that have an error.
        errors: N sentences, "" where the row can be used.
    """

    values: np.ndarray
    errors: tuple[str, ...]

    @property
    def usable(self) -> np.ndarray:
        """(N,) bool, rows without an error."""
        return np.array([not error for error in self.errors], bool)


def read(data: bytes) -> Sheet:
    """Read a CSV file. Commas, semicolons or tabs may separate; with the latter two, decimals may have a comma.

    Raises:
        ScanError: if the file is empty, too large, no UTF-8 text or no CSV, if columns are missing,
            unknown or twice there, or if there are no rows or too many.
    """
    text = _decode(data)
    separator = _separator(text)
    lines = _lines(text, separator)
    places = _places(next(lines, []))
    width = len(places)
    values, errors = array("d"), []
    for cells in lines:
        if len(errors) == MAX_ROWS:
            raise ScanError(f"The file has more than {MAX_ROWS:,} rows. Please split it into smaller files.")
        row, error = _row(cells, places, width, separator)
        values.extend(row)
        errors.append(error)
    if not errors:
        raise ScanError(f"The file has names of columns but no rows below them. {ACCEPTED}")
    return Sheet(np.array(values).reshape(-1, len(FEATURES)), tuple(errors))


def _decode(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise ScanError(f"The file is larger than {MAX_BYTES // 2**20} MB, which is the most that is accepted.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ScanError(f"The file is not text in UTF-8. {ACCEPTED}") from None
    if not text.strip():
        raise ScanError(f"The file is empty. {ACCEPTED}")
    if "\0" in text:
        raise ScanError(f"The file holds zero bytes, so it is no CSV text. {ACCEPTED}")
    return text


def _separator(text: str) -> str:
    """The separator that splits the first line into the most names that are known; a comma if none does."""
    first = text.lstrip().splitlines()[0]
    known = {
        separator: sum(find(cell.strip(' "')) is not None for cell in first.split(separator)) for separator in ",;\t"
    }
    return max(known, key=known.get)


def _lines(text: str, separator: str) -> Iterator[list[str]]:
    """Lines of cells; blank ones are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield cells
    except csv.Error as error:
        raise ScanError(f"Line {reader.line_num} of the file is no CSV: {error}. {ACCEPTED}") from None


def _places(header: Sequence[str]) -> list[int]:
    """Number of the feature in every column, -1 where it is not read."""
    if len(header) > MAX_COLUMNS:
        raise ScanError(f"The file has more than {MAX_COLUMNS:,} columns. {ACCEPTED}")
    names = [find(column) for column in header]
    missing = [feature for feature in FEATURES if feature not in names]
    unknown = [c for c, name in zip(header, names, strict=True) if name is None and not _ignored(c)]
    twice = [feature for feature in FEATURES if names.count(feature) > 1]
    complaints = (("Missing", missing), ("Unknown", [_shown(c) for c in unknown]), ("There twice", twice))
    if any(columns for _, columns in complaints):
        sentences = [f"{word}: {_listed(columns, len(FEATURES))}." for word, columns in complaints if columns]
        raise ScanError(f"The columns do not fit. {' '.join(sentences)} {ACCEPTED}")
    return [-1 if name is None else FEATURES.index(name) for name in names]


def _ignored(column: str) -> bool:
    """Whether a column may stand there unread; a nameless one is what a comma at the lines' ends leaves."""
    plain = column.strip().lower()
    return not plain or plain in IGNORED or plain.startswith("unnamed:")


def _row(cells: Sequence[str], places: Sequence[int], width: int, separator: str) -> tuple[list[float], str]:
    row = [float("nan")] * len(FEATURES)
    if len(cells) != width:
        return row, f"This row has {len(cells)} cells, the first line {width}."
    problems = []
    for cell, place in zip(cells, places, strict=True):
        if place >= 0:
            row[place], problem = _number(cell, separator)
            if problem:
                problems.append(f"{FEATURES[place]} {problem}")
    if not problems:
        return row, ""
    return [float("nan")] * len(FEATURES), f"{_listed(problems, _NAMED)}."


def _number(cell: str, separator: str) -> tuple[float, str]:
    """The number in a cell and what is wrong with it, or ""."""
    text = cell.strip()
    if not text:
        return float("nan"), "is empty"
    if separator != "," and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value or "_" in text or not text.isascii():
        return float("nan"), f"is {_shown(cell)}, which is no number"
    if value in (float("inf"), float("-inf")):
        return value, "is not finite"
    return value, "is negative" if value < 0 else ""


def _shown(text: str) -> str:
    """What a user wrote, short and printable."""
    plain = "".join(c if c.isprintable() else " " for c in text.strip())
    return f'"{plain[:37]}…"' if len(plain) > 40 else f'"{plain}"'


def _listed(names: Sequence[str], most: int) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
