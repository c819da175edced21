"""DICOM: the pixels and the acquisition facts of one frame, and nothing of the person."""

from __future__ import annotations

import numpy as np

from oncosecure.intake.dicom import tags
from oncosecure.intake.dicom.display import to_rgb
from oncosecure.intake.dicom.elements import Elements, parse
from oncosecure.intake.dicom.frames import decode_frame
from oncosecure.intake.dicom.layout import Layout, read_layout
from oncosecure.intake.dicom.terms import BODY_PARTS, MODALITIES
from oncosecure.intake.scan import Scan, picture_facts


def read(data: bytes, min_side: int) -> Scan:
    """Decode a DICOM file, of several frames the middle one.

    The facts are those of every picture, the number of frames and the photometric interpretation, and where the file
    gives them the modality and body part (known terms only), the pixel spacing (row x column) and slice thickness.

    Raises:
        ScanError: for a file without a picture, or one of a kind or size that is not accepted.
        Exception: whatever the codecs raise on damaged bytes; `reader.read` translates it.
    """
    elements = parse(data)
    shape = read_layout(elements, min_side)
    middle = shape.frames // 2
    stored, photometric = decode_frame(elements, shape, middle)
    pixels, notes = to_rgb(stored, photometric, elements, shape, middle)
    return Scan(pixels, "DICOM", _facts(pixels, elements, shape, middle), _notes(elements, shape) + notes)


def _facts(pixels: np.ndarray, elements: Elements, shape: Layout, middle: int) -> dict[str, str]:
    colour = {"MONOCHROME1": "grey", "MONOCHROME2": "grey", "PALETTE COLOR": "palette"}.get(shape.photometric, "colour")
    spacing = elements.decimals(tags.PIXEL_SPACING, middle) or elements.decimals(tags.IMAGER_SPACING)
    facts = picture_facts(pixels, shape.stored, colour) | {
        "number of frames": str(shape.frames),
        "photometric interpretation": shape.photometric,
        "modality": _known(elements.text(tags.MODALITY), MODALITIES),
        "body part": _known(elements.text(tags.BODY_PART), BODY_PARTS),
        "pixel spacing": _millimetres(spacing, 2),
        "slice thickness": _millimetres(elements.decimals(tags.SLICE_THICKNESS, middle), 1),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _known(term: str, terms: frozenset[str]) -> str:
    return term.upper() if term.upper() in terms else ""


def _millimetres(numbers: list[float], count: int) -> str:
    if len(numbers) != count or not all(0 < number < 1e4 for number in numbers):
        return ""
    return " x ".join(f"{number:.4g}" for number in numbers) + " mm"


def _notes(elements: Elements, shape: Layout) -> tuple[str, ...]:
    notes = []
    if shape.frames > 1:
        notes.append(f"middle of {shape.frames} frames")
    if elements.text(tags.BURNED_IN) == "YES":
        notes.append("the file says that text is burned into the picture, which may name a person")
    return tuple(notes)
