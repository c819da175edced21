"""From the values of a detector to the 256 greys of a screen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from oncosecure.errors import ScanError
from oncosecure.intake.limits import strips

#: Percentiles that become black and white where a picture does not say itself what should.
ROBUST = (0.5, 99.5)
_SAMPLE = 2**20


def robust_range(values: np.ndarray) -> tuple[float, float]:
    """The `ROBUST` percentiles of the finite values, from at most some million of them.

    Where nearly all values are equal, the whole range instead, so that a small bright object survives.

    Raises:
        ScanError: if no value is finite.
    """
    some = sample(values)
    some = some[np.isfinite(some)]
    if not some.size:
        raise ScanError("The picture holds no numbers. Please use one with finite pixel values.")
    low, high = np.percentile(some, ROBUST)
    return (float(low), float(high)) if high > low else (float(some.min()), float(some.max()))


def sample(values: np.ndarray) -> np.ndarray:
    """Evenly spaced values, at most some two million, as flat float64."""
    with np.errstate(invalid="ignore"):  # signalling NaN, which a float file may hold
        return values.ravel()[:: max(1, values.size // _SAMPLE)].astype(np.float64)


def linear(low: float, high: float) -> Callable[[np.ndarray], np.ndarray]:
    """The curve that takes `low` and less to 0, `high` and more to 255, and what is not a number to 0."""
    span = high - low

    def curve(values: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            scaled = (values - low) * (255 / span) if span > 0 else np.where(values > low, 255.0, 0.0)
        return np.nan_to_num(np.clip(scaled, 0, 255), nan=0.0)

    return curve


def apply(curve: Callable[[np.ndarray], np.ndarray], values: np.ndarray) -> np.ndarray:
    """Run a tone curve (float64 in, 0..255 out) over a picture.

    Integers of up to 16 bit go through a table of all their values, whatever the curve costs.

    Args:
        values: (H, W), any real type.

    Returns:
        (H, W) uint8, rounded.
    """
    if values.dtype.kind in "iu" and values.dtype.itemsize <= 2:
        index = values.view(f"u{values.dtype.itemsize}") if values.dtype.isnative else values.astype("u2")
        every = np.arange(256**values.dtype.itemsize, dtype=index.dtype).view(values.dtype.newbyteorder("="))
        return np.rint(curve(every.astype(np.float64))).astype(np.uint8)[index]
    out = np.empty(values.shape, np.uint8)
    for rows in strips(*values.shape):
        with np.errstate(invalid="ignore"):
            out[rows] = np.rint(curve(values[rows].astype(np.float64)))
    return out
