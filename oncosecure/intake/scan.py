"""The decoded picture that the rest of the program works on."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from oncosecure.errors import ScanError
from oncosecure.intake.limits import MIN_SIDE, check_sides


@dataclass(frozen=True, eq=False)
class Scan:
    """One still picture with its acquisition facts, and nothing that tells whose it is.

    Attributes:
        pixels: (H, W, 3) uint8 RGB, C-contiguous and read-only.
        format: "PNG", "JPEG", "TIFF", "BMP", "WebP", "DICOM" or "array".
        facts: width, height, bit depth and colour; from DICOM also what `dicom.read` lists.
        notes: what intake had to decide, such as "16-bit picture scaled to 8 bit".
    """

    pixels: np.ndarray = field(repr=False)
    format: str
    facts: dict[str, str]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        pixels = np.ascontiguousarray(self.pixels, dtype=np.uint8)
        pixels.setflags(write=False)
        object.__setattr__(self, "pixels", pixels)


def picture_facts(pixels: np.ndarray, bit_depth: int, colour: str) -> dict[str, str]:
    """The facts that every picture has; `pixels` is (H, W, ...)."""
    height, width = pixels.shape[:2]
    return {"width": str(width), "height": str(height), "bit depth": str(bit_depth), "colour": colour}


def from_array(pixels: np.ndarray, *, min_side: int = MIN_SIDE) -> Scan:
    """A Scan of an array; the pixels are copied.

    Args:
        pixels: (H, W) grey or (H, W, 3) RGB, uint8.
        min_side: smallest accepted side in pixels.

    Raises:
        ScanError: for another shape or type, or a size outside the limits.
    """
    shape = np.shape(pixels)
    if getattr(pixels, "dtype", None) != np.uint8 or len(shape) not in (2, 3) or shape[2:] not in ((), (3,)):
        raise ScanError("The array is not a picture. Accepted are (H, W) or (H, W, 3) arrays of uint8.")
    check_sides(shape[1], shape[0], min_side)
    grey = len(shape) == 2
    rgb = np.repeat(pixels[:, :, None], 3, axis=2) if grey else np.array(pixels, order="C")
    return Scan(rgb, "array", picture_facts(rgb, 8, "grey" if grey else "colour"))
