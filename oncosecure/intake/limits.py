"""How large an upload may be, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Iterator

from oncosecure.errors import ScanError

#: Largest accepted file in bytes (20 MB).
MAX_BYTES = 20 * 2**20
#: Largest accepted picture in pixels.
MAX_PIXELS = 40_000_000
#: What decoding one picture may take at its peak, in bytes, beside the file itself.
MAX_MEMORY = 300_000_000
#: Smallest accepted side in pixels unless the caller says otherwise.
MIN_SIDE = 64
#: Names that a search of a folder takes for pictures; what a file is, its content decides.
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".dcm", ".dicom", ""})

ACCEPTED = "Please use a PNG, JPEG, TIFF, BMP, WebP or DICOM file with one still picture."

_STRIP_PIXELS = 2**20


def refusal(what_is_wrong: str) -> ScanError:
    """The error for a file of the wrong kind: the given sentence, then what is accepted."""
    return ScanError(f"{what_is_wrong} {ACCEPTED}")


def too_many_pixels() -> ScanError:
    """The error for a picture above `MAX_PIXELS`."""
    return ScanError(
        f"The picture has too many pixels. Please use one of at most {MAX_PIXELS // 10**6} megapixels, "
        "for instance the region of interest alone."
    )


def check_bytes(size: int) -> None:
    """Refuse empty files and files above `MAX_BYTES`.

    Raises:
        ScanError: where `size`, in bytes, is 0 or too large.
    """
    if size == 0:
        raise refusal("The file is empty.")
    if size > MAX_BYTES:
        raise ScanError(f"The file is larger than {MAX_BYTES // 2**20} MB, which is the most that is accepted.")


def check_sides(width: int, height: int, min_side: int) -> None:
    """Refuse a picture that is too small or too large, before anything of it is decoded.

    Raises:
        ScanError: where a side is below `min_side` pixels or the area above `MAX_PIXELS`.
    """
    if width * height > MAX_PIXELS:
        raise too_many_pixels()
    if min(width, height) < min_side:
        raise ScanError(
            f"The picture has {width} x {height} pixels, which is too small. "
            f"Please use one of at least {min_side} pixels a side."
        )


def check_memory(pixels: int, bytes_per_pixel: int) -> None:
    """Refuse a picture whose decoding would take more than `MAX_MEMORY`.

    Raises:
        ScanError: naming how many megapixels of this kind are accepted.
    """
    if pixels * bytes_per_pixel > MAX_MEMORY:
        most = MAX_MEMORY / bytes_per_pixel / 1e6
        raise ScanError(
            f"Decoding a picture of this kind and size takes too much memory. "
            f"Please use one of at most {most:.0f} megapixels, or a PNG or baseline JPEG of up to "
            f"{MAX_PIXELS // 10**6} megapixels."
        )


def strips(height: int, width: int) -> Iterator[slice]:
    """Rows of a picture a megapixel at a time, so that intermediate copies stay small."""
    step = max(1, _STRIP_PIXELS // max(width, 1))
    return (slice(top, min(top + step, height)) for top in range(0, height, step))
