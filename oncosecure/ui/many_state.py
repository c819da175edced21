"""What a session holds of many scans: files that wait, and rows of those that were read."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import streamlit as st

from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.intake.limits import MAX_BYTES
from oncosecure.ui import host, many_rows, queue
from oncosecure.ui.many_rows import Row

#: Most files of one go, and most bytes that may wait together.
MAX_FILES, MAX_TOTAL = 200, 20 * MAX_BYTES
_PREFIX = "many."


@dataclass
class Job:
    """Files of one go. A file's bytes are let go as soon as its row is made.

    Attributes:
        entry, model: who reads them.
        total: how many there were.
        waiting: name and bytes of those not read yet.
        rows: what became of the others, in order.
        seconds: spent on reading so far.
        stopped: whether the person stopped it.
        chosen: number of the row that is shown in full, or None.
    """

    entry: Modality
    total: int
    waiting: deque[tuple[str, bytes]]
    model: str | None = None
    rows: list[Row] = field(default_factory=list)
    seconds: float = 0.0
    stopped: bool = False
    chosen: int | None = None

    def step(self, waiting: Callable[[int], None] = lambda place: None) -> None:
        """Read the next file, as soon as it is this session's turn.

        Args:
            waiting: told the place in line where many ask at once; see `queue.Line.run`.
        """
        started, number, (name, data) = time.perf_counter(), len(self.rows) + 1, self.waiting[0]
        try:
            row = queue.answers.run(lambda: many_rows.read(number, name, data, self.entry, self.model), waiting)
        except ScanError as error:  # the line is full
            row = Row(number, name, str(error))
        self.waiting.popleft()  # only now: what `waiting` raises ends this run, and the file must still be read
        self.rows.append(row)
        self.seconds += time.perf_counter() - started

    def stop(self) -> None:
        """Let go of everything that waits."""
        self.stopped = bool(self.waiting)
        self.waiting.clear()

    @property
    def share(self) -> float:
        """How much is done, 0 to 1."""
        return len(self.rows) / self.total

    @property
    def left(self) -> float | None:
        """Seconds that the rest will take at the pace so far; None before there is a pace."""
        return self.seconds / len(self.rows) * len(self.waiting) if self.rows else None

    def row(self, number: int | None) -> Row | None:
        """The row of a number."""
        return self.rows[number - 1] if number and number <= len(self.rows) else None


class Many:
    """The slots of the page in the session state."""

    @property
    def job(self) -> Job | None:
        """The files at hand."""
        return st.session_state.get(_PREFIX + "job")

    def key(self, widget: str) -> str:
        """Key of a widget that is forgotten with the files."""
        return _PREFIX + widget

    @property
    def upload_key(self) -> str:
        """Key of the uploader. It changes with every go, so that the uploader never holds on to a file."""
        return self.key(f"upload.{st.session_state.get(_PREFIX + 'turn', 0)}")

    def take(self, entry: Modality, model: str | None) -> bool:
        """Take over the files that were uploaded, if any, and start a job with them."""
        uploads = st.session_state.get(self.upload_key)
        if not uploads:
            return False
        files = [(upload.name, upload.getvalue()) for upload in uploads]
        host.release(uploads)
        self.start(entry, model, files)
        return True

    def start(self, entry: Modality, model: str | None, files: Iterable[tuple[str, bytes]]) -> None:
        """Start a job with the given names and bytes, in place of what was there."""
        files = list(files)
        kept = within_limits(files)
        self.forget()
        st.session_state[_PREFIX + "job"] = Job(entry, len(kept), deque(kept), model)
        st.session_state[_PREFIX + "left_out"] = len(files) - len(kept)

    @property
    def left_out(self) -> int:
        """Files of the last go that were too many or too large together."""
        return st.session_state.get(_PREFIX + "left_out", 0)

    def forget(self) -> None:
        """Delete the files, the rows and everything that came of them."""
        turn = st.session_state.get(_PREFIX + "turn", 0)
        for name in [name for name in st.session_state if str(name).startswith(_PREFIX)]:
            del st.session_state[name]
        st.session_state[_PREFIX + "turn"] = turn + 1
        host.sweep()


def within_limits(files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The first files that are not too many and not too large together."""
    total, kept = 0, []
    for name, data in files[:MAX_FILES]:
        total += len(data)
        if total > MAX_TOTAL:
            break
        kept.append((name, data))
    return kept
