"""One picture that a newcomer can try."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np

from oncosecure.errors import ScanError


@dataclass(frozen=True)
class Sample:
    """A picture to try, drawn or read only when it is asked for.

    Attributes:
        id: slug, unique within a modality.
        title: what to call it; says whether it is drawn or real.
        label: the class that a real picture has or a drawing imitates; None where it imitates none.
        kind: "phantom" (drawn by code) or "real".
        held_out: whether the released predictions list it as a test picture, so that no model was trained on it.
    """

    id: str
    title: str
    label: str | None
    kind: Literal["phantom", "real"]
    _source: Callable[[], bytes] = field(repr=False, compare=False)
    held_out: bool = False

    def load(self) -> bytes:
        """The picture as a file: JPEG for a phantom, for a real one the bytes that lie on disk."""
        return self._source()

    def pixels(self) -> np.ndarray:
        """The picture (H, W, 3) uint8 RGB.

        Raises:
            ScanError: if the file of a real sample is not a picture.
        """
        image = cv2.imdecode(np.frombuffer(self.load(), np.uint8), cv2.IMREAD_COLOR)
        if image is None:
            raise ScanError(f"The sample {self.title!r} is not a picture that can be read; PNG and JPEG can.")
        return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
