"""Augmentation: what a scan may look like without its label changing. By albumentations, a picture at a time.

`on_device` makes the same changes to whole batches on an accelerator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import albumentations as A
import cv2
import numpy as np


@dataclass(frozen=True)
class Changes:
    """What is changed in a picture, and how far. Ranges are around "no change".

    Attributes:
        any_orientation: whether the eight turned and mirrored views count alike; else left and right do.
        reflects: whether what lies beyond the border is the picture's mirror image; else it is black.
        scale, shift: largest change of size and place, as a share.
        rotate, shear: largest turn and slant, in degrees.
        brightness, contrast: largest change, as a share of the whole range.
        gamma: smallest and largest exponent, in per cent; None leaves it.
        hue, saturation, value: largest shift in OpenCV's 8-bit HSV; all 0 leaves colours.
        degraded: how often a picture loses quality by blur, noise, compression or lost resolution.
        holes: how often one to three parts of a picture are painted over, so that no single detail decides.
    """

    rotate: float
    shear: float = 6.0
    scale: float = 0.2
    shift: float = 0.08
    any_orientation: bool = False
    reflects: bool = False
    brightness: float = 0.2
    contrast: float = 0.2
    gamma: tuple[float, float] | None = None
    hue: float = 0.0
    saturation: float = 0.0
    value: float = 0.0
    degraded: float = 0.25
    holes: float = 0.0


#: How often each kind of change is made.
P_AFFINE, P_LIGHT, P_GAMMA, P_COLOUR = 0.9, 0.7, 0.4, 0.5
#: Ranges of what takes quality away: sigma in pixels, noise as a share of the range, JPEG's quality, share of the
#: pixels kept.
BLUR, NOISE, QUALITY, KEPT = (0.3, 1.5), (0.01, 0.06), (30, 90), (0.4, 0.8)
#: Sides of the parts painted over, as a share of the picture's, and how many there can be.
HOLE, MOST_HOLES = (0.08, 0.2), 3

_SURFACE = {"rotate": 45, "any_orientation": True, "reflects": True, "saturation": 20, "value": 10}

PIPELINES: dict[str, Changes] = {
    "radiology": Changes(rotate=20, scale=0.15, shift=0.07, contrast=0.25, gamma=(75, 130), degraded=0.35, holes=0.3),
    "ultrasound": Changes(rotate=12, brightness=0.25, contrast=0.25, gamma=(70, 140), degraded=0.3),
    "histology": Changes(hue=10, **_SURFACE),
    "skin": Changes(hue=6, holes=0.3, **_SURFACE),
}


def _transforms(of: Changes) -> Iterator[A.BasicTransform]:
    yield A.D4(p=1.0) if of.any_orientation else A.HorizontalFlip(p=0.5)
    yield A.Affine(
        scale=(1 - of.scale, 1 + of.scale),
        rotate=(-of.rotate, of.rotate),
        shear=(-of.shear, of.shear),
        translate_percent=(-of.shift, of.shift),
        border_mode=cv2.BORDER_REFLECT_101 if of.reflects else cv2.BORDER_CONSTANT,
        fill=0,
        p=P_AFFINE,
    )
    yield A.RandomBrightnessContrast(of.brightness, of.contrast, p=P_LIGHT)
    if of.gamma:
        yield A.RandomGamma(of.gamma, p=P_GAMMA)
    if of.hue:
        yield A.HueSaturationValue(of.hue, of.saturation, of.value, p=P_COLOUR)
    yield A.OneOf(
        [
            A.GaussianBlur(sigma_limit=BLUR, blur_limit=0),
            A.GaussNoise(std_range=NOISE),
            A.ImageCompression(quality_range=QUALITY),
            A.Downscale(scale_range=KEPT),
        ],
        p=of.degraded,
    )
    if of.holes:
        yield A.CoarseDropout(
            num_holes_range=(1, MOST_HOLES), hole_height_range=HOLE, hole_width_range=HOLE, p=of.holes
        )


def pipeline(name: str, seed: int) -> Callable[[np.ndarray], np.ndarray]:
    """A function (S, S, 3) uint8 -> (S, S, 3) uint8 that changes a picture at random.

    Raises:
        KeyError: if there is no pipeline of that name.
    """
    compose = A.Compose(list(_transforms(PIPELINES[name])), seed=seed)
    return lambda pixels: compose(image=pixels)["image"]
