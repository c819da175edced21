"""The one door: bytes to a Scan."""

from __future__ import annotations

from oncosecure.errors import ScanError
from oncosecure.intake import raster
from oncosecure.intake.limits import MIN_SIDE, check_bytes, refusal
from oncosecure.intake.quiet import hush
from oncosecure.intake.scan import Scan
from oncosecure.intake.signatures import identify


def read(data: bytes, name: str = "", *, min_side: int = MIN_SIDE) -> Scan:
    """Decode an uploaded file: PNG, JPEG, TIFF, BMP, WebP or DICOM.

    Args:
        data: the whole file, at most 20 MB.
        name: what the file was called. It is neither trusted nor used nor kept: content decides.
        min_side: smallest accepted side in pixels.

    Returns:
        The picture upright and as RGB: transparency on black, 16 bit and floats scaled to 8 bit, of a
        multi-frame DICOM file the middle frame.

    Raises:
        ScanError: for whatever cannot be used; its message says what is wrong and what is accepted.
    """
    data = data if isinstance(data, bytes) else bytes(memoryview(data))
    check_bytes(len(data))
    kind = identify(data)
    hush()
    try:
        return _decode(data, kind, min_side)
    except ScanError:
        raise
    except Exception:  # Decoders raise nearly everything on damaged bytes, and in words that are not for people.
        pass
    # Raised out here so that the library's error, which may quote the file, does not hang on ours as its context.
    raise refusal(f"The {kind} file is damaged, cut off or of an unusual variant.")


def _decode(data: bytes, kind: str, min_side: int) -> Scan:
    if kind != "DICOM":
        return raster.read(data, kind, min_side)
    from oncosecure.intake import dicom  # pydicom takes longer to import than a picture to decode

    return dicom.read(data, min_side)
