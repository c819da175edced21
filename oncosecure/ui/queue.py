"""A line to a few workers: however many sessions ask at once, only so many answers are computed at a time.

Streamlit gives every session a thread of its own. Fifty that decode and run a network at the same time take the
memory of fifty and keep each other waiting; here they stand in line, first come, first served, and know their place.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextlib import contextmanager
from typing import TypeVar

from oncosecure.errors import ScanError

T = TypeVar("T")

#: Seconds after which who waits is told their place, and seconds between two looks at it.
PATIENCE, LOOK = 0.3, 0.5
#: Seconds that what stands below an answer waits at most for others.
COURTESY = 10.0


class Line:
    """A bounded number of workers and of those who wait for them.

    Args:
        name: what the threads are called.
        workers: how many pieces of work run at the same time.
        most: how many may be in the line, those at work included.
    """

    def __init__(self, name: str, workers: int, most: int) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._workers, self._most = workers, most
        self._lock, self._open, self._turns = threading.Condition(), [], threading.Semaphore(workers)

    def run(self, work: Callable[[], T], waiting: Callable[[int], None] = lambda place: None) -> T:
        """Do a piece of work when its turn comes, and return or raise what it does.

        Args:
            work: what to do; it must not touch `st`, whose session it does not run in.
            waiting: told the place in line twice a second once it takes longer: 1 is the next, 0 at work. What it
                raises ends the waiting, as Streamlit does where a session is rerun or closed.

        Raises:
            ScanError: at once, where the line is full.
        """
        job = self._enter(work)
        try:
            return self._wait(job, waiting)
        finally:
            job.cancel()  # whoever left the line is not worked for; no effect on work that has begun
            self._leave(job)

    @contextmanager
    def after(self) -> Iterator[None]:
        """For what a page shows below its answer: once nobody stands in line, and not more at once than workers.

        Of many who ask at once, none has the rest of a page drawn while others wait for their answers. Who has waited
        `COURTESY` seconds goes on all the same.
        """
        deadline = time.monotonic() + COURTESY
        turn = self._turns.acquire(timeout=COURTESY)
        try:
            with self._lock:
                self._lock.wait_for(lambda: not self._open, max(0, deadline - time.monotonic()))
            yield
        finally:
            if turn:
                self._turns.release()

    def place(self, job: Future) -> int:
        """How many are to begin before this one's end, itself included; 0 for one at work."""
        with self._lock:
            before = self._open.index(job)
        return max(0, before + 1 - self._workers)

    def _enter(self, work: Callable[[], T]) -> Future:
        with self._lock:
            if len(self._open) >= self._most:
                raise ScanError("Too many people are using this server just now. Please try again in a minute.")
            job = self._pool.submit(work)
            self._open.append(job)
        return job

    def _leave(self, job: Future) -> None:
        with self._lock:
            self._open.remove(job)
            self._lock.notify_all()

    def _wait(self, job: Future, waiting: Callable[[int], None]) -> T:
        patience = PATIENCE
        while True:
            try:
                return job.result(patience)
            except NotYet:
                if job.done():
                    return job.result()
            waiting(self.place(job))
            patience = LOOK


#: Answers: decoding and one run of a network each.
answers = Line("answers", workers=min(2, os.cpu_count() or 1), most=200)
#: Explanations that need gradients and take seconds: one at a time, so that answers go on beside them.
explanations = Line("explanations", workers=1, most=200)
