"""Progress on standard error; bars only where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from tqdm import tqdm


def bar(items: Iterable, title: str) -> Iterable:
    """The items, with a bar on standard error if that is a terminal."""
    return tqdm(items, desc=title, file=sys.stderr, disable=not sys.stderr.isatty())


def aside(stream: TextIO):
    """A context in which rows are written to a stream; on a terminal the bar steps aside for them."""
    return tqdm.external_write_mode(file=stream)


def say(line: str) -> None:
    """Write a line of progress to standard error at once."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def share(title: str) -> Iterator[Callable[[float], None]]:
    """A function that takes the share done, 0 to 1, and shows it as a bar."""
    form = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}"
    with tqdm(total=1.0, desc=title, bar_format=form, disable=not sys.stderr.isatty()) as shown:
        yield lambda done: shown.update(done - shown.n)
