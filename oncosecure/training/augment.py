"""Augmentation: what a scan may look like without its label changing. By albumentations."""

from __future__ import annotations

from collections.abc import Callable

import albumentations as A
import cv2
import numpy as np

_BLACK = {"border_mode": cv2.BORDER_CONSTANT, "fill": 0}
_MIRROR = {"border_mode": cv2.BORDER_REFLECT_101}


def _degradations(p: float) -> A.BasicTransform:
    """One way in which a picture loses quality on its way to us."""
    return A.OneOf(
        [
            A.GaussianBlur(sigma_limit=(0.3, 1.5), blur_limit=0),
            A.GaussNoise(std_range=(0.01, 0.06)),
            A.ImageCompression(quality_range=(30, 90)),
            A.Downscale(scale_range=(0.4, 0.8)),
        ],
        p=p,
    )


def _holes(p: float) -> A.BasicTransform:
    """A few parts of a picture painted over, so that no single detail decides."""
    return A.CoarseDropout(num_holes_range=(1, 3), hole_height_range=(0.08, 0.2), hole_width_range=(0.08, 0.2), p=p)


def _radiology() -> list:
    return [
        A.HorizontalFlip(p=0.5),
        A.Affine(scale=(0.85, 1.15), rotate=(-20, 20), shear=(-6, 6), translate_percent=(-0.07, 0.07), p=0.9, **_BLACK),
        A.RandomBrightnessContrast(0.2, 0.25, p=0.7),
        A.RandomGamma((75, 130), p=0.4),
        _degradations(0.35),
        _holes(0.3),
    ]


def _ultrasound() -> list:
    return [
        A.HorizontalFlip(p=0.5),
        A.Affine(scale=(0.8, 1.2), rotate=(-12, 12), shear=(-6, 6), translate_percent=(-0.08, 0.08), p=0.9, **_BLACK),
        A.RandomBrightnessContrast(0.25, 0.25, p=0.7),
        A.RandomGamma((70, 140), p=0.4),
        _degradations(0.3),
    ]


def _any_orientation(border: dict, hue: int) -> list:
    return [
        A.D4(p=1.0),
        A.Affine(scale=(0.8, 1.2), rotate=(-45, 45), shear=(-6, 6), translate_percent=(-0.08, 0.08), p=0.9, **border),
        A.RandomBrightnessContrast(0.2, 0.2, p=0.7),
        A.HueSaturationValue(hue, 20, 10, p=0.5),
        _degradations(0.25),
    ]


PIPELINES: dict[str, Callable[[], list]] = {
    "radiology": _radiology,
    "ultrasound": _ultrasound,
    "histology": lambda: _any_orientation(_MIRROR, 10),
    "skin": lambda: [*_any_orientation(_MIRROR, 6), _holes(0.3)],
}


def pipeline(name: str, seed: int) -> Callable[[np.ndarray], np.ndarray]:
    """A function (S, S, 3) uint8 -> (S, S, 3) uint8 that changes a picture at random.

    Raises:
        KeyError: if there is no pipeline of that name.
    """
    compose = A.Compose(PIPELINES[name](), seed=seed)
    return lambda pixels: compose(image=pixels)["image"]
