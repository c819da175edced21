"""The demo's cases: chosen from what a model really says, so that they stay true when the model is replaced.

With a folder of real pictures (`ONCOSECURE_DATA`) they are test pictures, found in `predictions.csv`; without one,
drawings are read and the fitting one is taken.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

import numpy as np

from oncosecure import catalog, samples
from oncosecure.analysis import Analysis, analyze
from oncosecure.catalog import Modality
from oncosecure.evaluation import outcomes
from oncosecure.ui import queue, sources
from oncosecure.ui.words import lower_first

_TRIED = 12  # pictures that are read to find a fitting one


@dataclass(frozen=True)
class Case:
    """A picture to show.

    Attributes:
        origin: where it comes from, in words.
        truth: the label that it really has or that a drawing imitates; None where it is of another kind.
        real: whether it is a real picture rather than a drawing.
        load: gives its bytes.
    """

    origin: str
    truth: str | None
    real: bool
    load: Callable[[], bytes]


def clear(entry: Modality) -> Case:
    """A finding that the model names rightly and with confidence; of the drawings, the one that comes closest."""
    known = _tested(entry)
    if known:
        fits = known.right & known.is_finding
        for case in _test_cases(entry, known, fits, -known.probabilities.max(1)):
            return case
    return drawing(entry)[0]


def drawing(entry: Modality) -> tuple[Case, Analysis]:
    """The drawing that the model reads best, with its answer."""

    def fit(pair: tuple[Case, Analysis]) -> tuple[bool, bool, bool, float]:
        case, found = pair
        return found.predicted == case.truth, found.in_distribution, case.truth in entry.target, found.confidence

    return max(_drawn(entry), key=fit)


def notices_drawings(entry: Modality) -> bool:
    """Whether the model finds some of the drawings unlike what it learned from."""
    return not all(found.in_distribution for _, found in _drawn(entry))


def wrong(entry: Modality) -> Case | None:
    """The mistake that the model is surest of, of drawings rather one that it knows; None where it makes none."""
    known = _tested(entry)
    if known:
        for case in _test_cases(entry, known, ~known.right, -known.probabilities.max(1)):
            return case
    mistaken = [pair for pair in _drawn(entry) if pair[0].truth not in (None, pair[1].predicted)]
    return max(mistaken, key=lambda p: (p[1].in_distribution, _top(p)))[0] if mistaken else None


def uncertain(entry: Modality) -> Case:
    """Of the pictures that are no strangers to the model, the one whose first choice is the least probable."""
    known = _tested(entry)
    pairs: Iterable[tuple[Case, Analysis]] = sorted(_drawn(entry), key=_top)
    if known:
        found = _test_cases(entry, known, np.ones(len(known), bool), known.probabilities.max(1))
        pairs = chain(((case, answer(case, entry)) for case in islice(found, _TRIED)), pairs)
    pairs = list(pairs)
    return next((case for case, a in pairs if a.in_distribution and len(a.prediction_set) > 1), pairs[0][0])


def stranger(entry: Modality) -> Case:
    """A picture of another kind, if possible one that the model notices to be foreign."""
    offered = list(_foreign(entry))
    return next((case for case in offered if not answer(case, entry).in_distribution), offered[0])


def answer(case: Case, entry: Modality) -> Analysis:
    """What the model says of a case, now."""
    return queue.answers.run(lambda: analyze(case.load(), entry))


def _tested(entry: Modality) -> outcomes.Outcomes | None:
    """The test pictures, where real pictures may be shown."""
    return outcomes.of_model(entry) if os.environ.get("ONCOSECURE_DATA") else None


def _test_cases(entry: Modality, known: outcomes.Outcomes, fits: np.ndarray, order: np.ndarray) -> Iterator[Case]:
    """The fitting test pictures whose files lie in the folder, in the given order."""
    for row in np.flatnonzero(fits)[np.argsort(order[fits], kind="stable")]:
        path = sources.case_picture(entry, str(known.ids[row]))
        if path:
            origin = f"A real {entry.scan_word} of the test set, {path.stem}; the model has not learned from it."
            yield Case(origin, entry.labels[known.targets[row]], True, path.read_bytes)


def _top(pair: tuple[Case, Analysis]) -> float:
    return pair[1].confidence


@lru_cache(maxsize=16)
def _drawn(entry: Modality) -> tuple[tuple[Case, Analysis], ...]:
    """The drawings of a modality with their answers."""
    cases = [_drawing(sample) for sample in samples.phantoms(entry.key)]
    return tuple((case, answer(case, entry)) for case in cases)


def _drawing(sample: samples.Sample, told: bool = True) -> Case:
    what = lower_first(sample.title.partition(": ")[2])
    return Case(f"Drawn by code, it shows no person: {what}.", sample.label if told else None, False, sample.load)


def _foreign(entry: Modality) -> Iterator[Case]:
    root = os.environ.get("ONCOSECURE_DATA")
    for kind, word in (("chest_xray", "chest X-ray"), ("natural", "everyday photograph")) if root else ():
        for path in _spread(sorted((Path(root) / "out_of_distribution" / kind / "images").glob("*"))):
            yield Case(f"A real {word}, {path.stem}.", None, True, path.read_bytes)
    others: Iterable[Modality] = (other for other in catalog.images() if other is not entry)
    yield from (_drawing(samples.phantoms(other.key)[0], told=False) for other in others)


def _spread(paths: list[Path]) -> list[Path]:
    """A few files, spread over the list: neighbours are often alike."""
    return paths[:: max(1, len(paths) // _TRIED)][:_TRIED]
