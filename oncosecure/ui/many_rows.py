"""One row of many scans: what is kept of a file once its picture is gone.

A row holds a small copy of the picture, the answer and the coarse maps, some 30 KB in all, so two hundred rows
take no more memory than one large picture.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np

from oncosecure.analysis import Analysis, analyze, to_scan
from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.explain.cam import Heatmaps
from oncosecure.ui import overlay

#: Longest side in pixels of the copy that is kept, and of the one in the table; JPEG quality of both.
PREVIEW, THUMBNAIL, QUALITY = 420, 72, 88


@dataclass(frozen=True, eq=False)
class Row:
    """What became of one file.

    Attributes:
        number: its place among the files, from 1.
        name: what the file was called. Whoever made the file chose it, so it is only ever shown as text.
        error: why it could not be read, or "".
        answer: what the model says, its maps at the size of `picture`; None where there is an error.
    """

    number: int
    name: str
    error: str = ""
    answer: Analysis | None = None
    _jpeg: bytes = field(default=b"", repr=False)

    @property
    def picture(self) -> np.ndarray:
        """The small copy, (h, w, 3) uint8 RGB."""
        return cv2.cvtColor(cv2.imdecode(np.frombuffer(self._jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)

    @cached_property
    def thumbnail(self) -> str:
        """A tiny copy as an address that holds the picture itself; "" where there is none."""
        if not self._jpeg:
            return ""
        tiny = overlay.jpeg(_shrunk(self.picture, THUMBNAIL), QUALITY)
        return "data:image/jpeg;base64," + base64.b64encode(tiny).decode()

    @property
    def undecided(self) -> bool:
        """Whether more than one label comes into question."""
        return self.answer is not None and len(self.answer.prediction_set) > 1

    @property
    def unlike(self) -> bool:
        """Whether the scan is unlike those that the model knows."""
        return self.answer is not None and not self.answer.in_distribution


def read(number: int, name: str, data: bytes, entry: Modality, model: str | None = None) -> Row:
    """Read and analyse one file; a file that cannot be read is a row with its reason."""
    try:
        scan = to_scan(data, entry)
        answer = analyze(scan, entry, model)
    except ScanError as error:
        return Row(number, name, str(error))
    small = _shrunk(scan.pixels, PREVIEW)
    return Row(number, name, "", _with_maps_at(answer, small.shape[:2]), overlay.jpeg(small, QUALITY))


def _with_maps_at(answer: Analysis, shape: tuple[int, int]) -> Analysis:
    maps = answer.heatmaps
    return replace(answer, heatmaps=maps.at(shape) if isinstance(maps, Heatmaps) else maps)


def _shrunk(pixels: np.ndarray, longest: int) -> np.ndarray:
    scale = longest / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    height, width = (max(1, round(side * scale)) for side in pixels.shape[:2])
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
