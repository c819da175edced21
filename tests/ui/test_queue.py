"""Whoever asks gets an answer or their place in line, and never are more at work than there are workers."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from oncosecure import ScanError
from oncosecure.ui import queue
from oncosecure.ui.queue import Line


@pytest.fixture
def impatient(monkeypatch):
    """Places are told after a hundredth of a second."""
    monkeypatch.setattr(queue, "PATIENCE", 0.01)
    monkeypatch.setattr(queue, "LOOK", 0.01)


@pytest.fixture
def gate():
    """Work that lasts until the test lets it end, and how much of it ran at once."""

    class Gate:
        def __init__(self):
            self.open, self.started, self._lock = threading.Event(), threading.Semaphore(0), threading.Lock()
            self.running = self.most = 0

        def work(self):
            with self._lock:
                self.running += 1
                self.most = max(self.most, self.running)
            self.started.release()
            self.open.wait(30)
            with self._lock:
                self.running -= 1
            return "done"

    made = Gate()
    yield made
    made.open.set()


def until(condition) -> None:
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    pytest.fail("it did not come about within half a minute")


def test_the_answer_is_that_of_the_work():
    assert Line("t", 1, 5).run(lambda: 42) == 42


def test_an_error_of_the_work_arrives_as_it_is():
    def refuse():
        raise ScanError("Please use another one.")

    line = Line("t", 1, 1)
    for _ in range(3):  # a place that an error kept would be missed here
        with pytest.raises(ScanError, match="another one"):
            line.run(refuse)


def test_a_timeout_inside_the_work_is_not_taken_for_waiting():
    def late():
        raise TimeoutError("inside")

    with pytest.raises(TimeoutError, match="inside"):
        Line("t", 1, 1).run(late)


def test_fifty_at_once_are_answered_by_two_at_a_time(gate):
    line = Line("t", 2, 60)
    with ThreadPoolExecutor(50) as sessions:
        asked = [sessions.submit(line.run, gate.work) for _ in range(50)]
        gate.started.acquire()
        gate.started.acquire()
        gate.open.set()
        assert [job.result(30) for job in asked] == ["done"] * 50
    assert gate.most == 2


def test_who_waits_knows_the_place_and_moves_up(gate, impatient):
    line, told = Line("t", 1, 10), {1: [], 2: []}
    with ThreadPoolExecutor(3) as sessions:
        first = sessions.submit(line.run, gate.work)
        gate.started.acquire()
        second = sessions.submit(line.run, lambda: "second", told[1].append)
        until(lambda: told[1])
        third = sessions.submit(line.run, lambda: "third", told[2].append)
        until(lambda: told[2])
        gate.open.set()
        assert (first.result(30), second.result(30), third.result(30)) == ("done", "second", "third")
    assert set(told[1]) <= {1, 0}
    assert told[1][0] == 1
    assert told[2][0] == 2


def test_a_full_line_says_so_and_opens_again(gate):
    line = Line("t", 1, 2)
    with ThreadPoolExecutor(2) as sessions:
        asked = [sessions.submit(line.run, gate.work) for _ in range(2)]
        until(lambda: len(line._open) == 2)
        with pytest.raises(ScanError, match="try again"):
            line.run(lambda: None)
        gate.open.set()
        assert [job.result(30) for job in asked] == ["done"] * 2
    assert line.run(lambda: "free again") == "free again"


def test_who_leaves_the_line_is_not_worked_for(gate, impatient):
    class Left(BaseException):
        """As Streamlit raises it where a session is rerun or closed."""

    def leave(place):
        raise Left

    line, worked = Line("t", 1, 10), []
    with ThreadPoolExecutor(1) as sessions:
        first = sessions.submit(line.run, gate.work)
        gate.started.acquire()
        with pytest.raises(Left):
            line.run(lambda: worked.append(1), leave)
        gate.open.set()
        assert first.result(30) == "done"
    assert line.run(lambda: "next") == "next"
    assert not worked


def test_what_was_worked_on_is_let_go_of():
    import weakref

    class Picture:
        """Something large."""

    line, picture = Line("t", 1, 5), Picture()
    kept = weakref.ref(picture)
    line.run(lambda picture=picture: None)
    del picture
    until(lambda: kept() is None)


def test_the_way_through_an_empty_line_is_short():
    line = Line("t", 2, 5)
    line.run(lambda: None)

    def once() -> float:
        started = time.perf_counter()
        line.run(lambda: None)
        return time.perf_counter() - started

    assert min(once() for _ in range(200)) < 0.002


def test_the_rest_of_a_page_comes_after_the_answers_of_others(gate):
    line, drawn = Line("t", 1, 10), threading.Event()

    def draw():
        with line.after():
            drawn.set()

    with ThreadPoolExecutor(2) as sessions:
        asked = sessions.submit(line.run, gate.work)
        gate.started.acquire()
        rest = sessions.submit(draw)
        assert not drawn.wait(0.2)
        gate.open.set()
        assert (asked.result(30), rest.result(30)) == ("done", None)
    assert drawn.is_set()


def test_it_does_not_wait_for_ever(gate, monkeypatch):
    monkeypatch.setattr(queue, "COURTESY", 0.1)
    line = Line("t", 1, 10)
    with ThreadPoolExecutor(1) as sessions:
        asked = sessions.submit(line.run, gate.work)
        gate.started.acquire()
        with line.after(), line.after():  # the second has no turn either
            assert not asked.done()
        gate.open.set()
        asked.result(30)


def test_no_more_pages_are_drawn_at_once_than_there_are_workers(gate):
    line = Line("t", 2, 10)

    def draw():
        with line.after():
            return gate.work()

    with ThreadPoolExecutor(6) as sessions:
        pages = [sessions.submit(draw) for _ in range(6)]
        gate.started.acquire()
        gate.started.acquire()
        assert not gate.started.acquire(timeout=0.2)
        gate.open.set()
        assert [page.result(30) for page in pages] == ["done"] * 6
    assert gate.most == 2


def test_a_page_that_ends_early_gives_its_turn_back():
    line = Line("t", 1, 10)
    for _ in range(3):
        with pytest.raises(KeyError), line.after():
            raise KeyError
    started = time.monotonic()
    with line.after():
        assert time.monotonic() - started < queue.COURTESY / 2
