"""What a session holds of the table: 30 numbers, the row they started from, and answers to an uploaded file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from oncosecure.cells import to_csv
from oncosecure.errors import ScanError
from oncosecure.tabular import predict, sheet, standing
from oncosecure.tabular.analysis import Answers, answers
from oncosecure.tabular.features import FEATURES
from oncosecure.ui.state import Session


@dataclass(frozen=True, eq=False)
class Many:
    """An uploaded file: its rows, and the answers to those that can be used (None if none can)."""

    sheet: sheet.Sheet
    answers: Answers | None

    def to_csv(self) -> str:
        """The answers as a CSV file that is safe to open in a spreadsheet."""
        return to_csv(self.rows())

    def rows(self):
        """The command line's answers, with the row's number for the path, and with what is out of range."""
        place = np.cumsum(self.sheet.usable) - 1
        for i, row in enumerate(predict.of_sheet(self.sheet, "")):
            flags = "" if row["error"] else ";".join(self.answers.out_of_range(int(place[i])))
            rest = {name: cell for name, cell in row.items() if name not in ("path", "error")}
            yield {"row": str(i + 1), **rest, "out_of_range": flags, "error": row["error"]}


class TableSession(Session):
    """The table's slots in the session state."""

    @property
    def values(self) -> np.ndarray:
        """(30,) the numbers as they stand in the inputs."""
        return np.array([st.session_state[self.input_key(name)] for name in FEATURES], float)

    @property
    def example(self) -> standing.Example:
        """The row that the numbers started from."""
        return standing.examples()[self._get("example") or 0]

    @property
    def many(self) -> Many | None:
        """Answers to the last file."""
        return self._get("many")

    def input_key(self, feature: str) -> str:
        """Key of a feature's input."""
        return self.key(f"value.{feature}")

    def begin(self) -> None:
        """Fill the inputs where the page is new to the session."""
        if any(self.input_key(name) not in st.session_state for name in FEATURES):
            self.start(self._get("example") or 0)

    def start(self, number: int) -> None:
        """Fill the inputs with an example's row."""
        self._set("example", number)
        for name, value in zip(FEATURES, self.example.values, strict=True):
            st.session_state[self.input_key(name)] = float(value)

    def read_file(self) -> None:
        """Answer the rows of the file that waits, and let go of the file; keep the sentence where it cannot be read."""
        uploaded = st.session_state[self.upload_key].getvalue()
        self.forget_file()
        try:
            found = sheet.read(uploaded)
            usable = found.usable
            self._set("many", Many(found, answers(found.values[usable]) if usable.any() else None))
        except ScanError as error:
            self._set("error", str(error))

    def forget_file(self) -> None:
        """Forget a file and what came of it; a new turn gives the uploader a new key, so it holds nothing."""
        self._release_upload()
        for name in ("many", "error"):
            st.session_state.pop(self.key(name), None)
        self._set("turn", (self._get("turn") or 0) + 1)
