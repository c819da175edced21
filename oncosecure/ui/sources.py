"""The samples that a page offers, with thumbnails; and pictures of training cases where their data lies here."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import cv2

from oncosecure.catalog import Modality
from oncosecure.samples import Sample, all_for
from oncosecure.ui import overlay

_THUMBNAIL = 240  # pixels


@lru_cache(maxsize=16)
def samples(entry: Modality) -> tuple[tuple[Sample, bytes], ...]:
    """The samples of a modality, each with its thumbnail as a JPEG file. Drawn once a process."""
    return tuple((sample, _thumbnail(sample)) for sample in all_for(entry.key))


def sample(entry: Modality, id: str) -> Sample:
    """The sample of an id that `samples` gave."""
    return next(s for s, _ in samples(entry) if s.id == id)


def case_picture(entry: Modality, id: str) -> Path | None:
    """File of a training case, where `ONCOSECURE_DATA` names a folder that holds it."""
    root = os.environ.get("ONCOSECURE_DATA")
    if not root:
        return None
    folder = (Path(root) / entry.key).resolve()
    path = (folder / id).resolve()
    return path if path.is_relative_to(folder) and path.is_file() else None


def case_pictures_here(entry: Modality) -> bool:
    """Whether `ONCOSECURE_DATA` names a folder that holds pictures of a modality."""
    root = os.environ.get("ONCOSECURE_DATA")
    return bool(root) and (Path(root) / entry.key).is_dir()


def _thumbnail(sample: Sample) -> bytes:
    pixels = sample.pixels()
    side = min(pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    square = pixels[top : top + side, left : left + side]
    return overlay.jpeg(cv2.resize(square, (_THUMBNAIL, _THUMBNAIL), interpolation=cv2.INTER_AREA))
