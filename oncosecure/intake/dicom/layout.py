"""How the pixels of a DICOM file are laid out, checked before any of them is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from oncosecure.errors import ScanError
from oncosecure.intake.dicom import tags
from oncosecure.intake.dicom.elements import Elements
from oncosecure.intake.dicom.terms import PHOTOMETRIC
from oncosecure.intake.limits import check_memory, check_sides, refusal

MAX_FRAMES = 10_000

#: Bytes that each codec holds for a sample beside the decoded values, rounded up from what was measured.
_CODEC_BYTES = {"native": 2, "rle": 4, "jpeg": 4, "jpeg2000": 4}
_UID = "1.2.840.10008.1.2"
#: Codec by transfer syntax, PS3.5 section 10.
CODECS = (
    dict.fromkeys((_UID, f"{_UID}.1", f"{_UID}.1.99", f"{_UID}.2"), "native")
    | dict.fromkeys((f"{_UID}.4.{n}" for n in (50, 51, 57, 70, 80, 81)), "jpeg")
    | dict.fromkeys((f"{_UID}.4.{n}" for n in (90, 91, 201, 202, 203)), "jpeg2000")
    | {f"{_UID}.5": "rle"}
)


@dataclass(frozen=True)
class Layout:
    """The image pixel module (PS3.3 C.7.6.3).

    Attributes:
        codec: "native", "rle", "jpeg" (of every kind) or "jpeg2000".
        keyword: "PixelData", "FloatPixelData" or "DoubleFloatPixelData".
        rows, columns, frames, samples: the size, samples a pixel being 1 or 3.
        photometric: one of `terms.PHOTOMETRIC`.
        allocated, stored: bits a sample, in memory and in use.
        signed: whether the values are two's complement.
        planar: whether the colours follow each other as planes.
    """

    codec: str
    keyword: str
    rows: int
    columns: int
    frames: int
    samples: int
    photometric: str
    allocated: int
    stored: int
    signed: bool
    planar: bool


def read_layout(elements: Elements, min_side: int) -> Layout:
    """Read and check the layout.

    Raises:
        ScanError: where there is no picture, or one of a kind or size that is not accepted.
    """
    tag = next((tag for tag in tags.PIXEL_DATA if tag in elements.values), None)
    if tag is None:
        raise refusal("The DICOM file holds no picture; it may be a report, a structure set or cut off.")
    described = _describe(elements, tag)
    check_sides(described.columns, described.rows, min_side)
    if described.frames > MAX_FRAMES:
        raise ScanError(f"The DICOM file has more than {MAX_FRAMES} frames, which is the most that is accepted.")
    value_bytes = max(1, described.allocated // 8)
    per_pixel = described.samples * (2 * value_bytes + _CODEC_BYTES[described.codec]) + 3
    per_pixel += 8 * (described.photometric == "PALETTE COLOR")  # its index and the colours before they are stacked
    check_memory(described.rows * described.columns, per_pixel)
    return described


def _describe(elements: Elements, tag: int) -> Layout:
    codec = CODECS.get(elements.syntax)
    if codec is None or elements.encapsulated != (codec != "native"):
        raise refusal("The DICOM file holds a video or uses a compression that is not supported.")
    photometric = elements.text(tags.PHOTOMETRIC)
    samples = _integer(elements, tags.SAMPLES, 1)
    if PHOTOMETRIC.get(photometric) != samples:
        raise refusal("The DICOM file stores its colours in a way that is not supported.")
    allocated = {tags.FLOAT_PIXELS: 32, tags.DOUBLE_PIXELS: 64}.get(tag, _integer(elements, tags.BITS_ALLOCATED))
    stored = _integer(elements, tags.BITS_STORED, allocated)
    if allocated not in (1, 8, 16, 32, 64) or not 1 <= stored <= allocated:
        raise refusal("The DICOM file stores its pixels with a number of bits that is not supported.")
    frames = int((elements.decimals(tags.FRAMES) or [1])[0])
    return Layout(
        codec=codec,
        keyword=tags.PIXEL_DATA[tag],
        rows=_integer(elements, tags.ROWS),
        columns=_integer(elements, tags.COLUMNS),
        frames=max(1, frames),
        samples=samples,
        photometric=photometric,
        allocated=allocated,
        stored=stored,
        signed=bool(_integer(elements, tags.SIGNED)),
        planar=bool(_integer(elements, tags.PLANAR)),
    )


def _integer(elements: Elements, tag: int, default: int = 0) -> int:
    return (elements.integers(tag) or [default])[0]
