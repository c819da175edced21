"""From stored values to what a screen shows (PS3.4 annex N: modality, values of interest, presentation)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pydicom.pixels import convert_color_space

from oncosecure.intake import tones
from oncosecure.intake.dicom import tags
from oncosecure.intake.dicom.elements import Elements, Values
from oncosecure.intake.dicom.layout import Layout
from oncosecure.intake.limits import strips

Curve = Callable[[np.ndarray], np.ndarray]

NO_WINDOW = "no display window in the file: contrast set from the picture itself"


def to_rgb(
    stored: np.ndarray, photometric: str, elements: Elements, layout: Layout, frame: int
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Stored values, (H, W) or (H, W, 3), as (H, W, 3) uint8 RGB, with notes on how."""
    if photometric == "PALETTE COLOR":
        return _palette(stored, elements), ()
    if photometric.startswith("MONOCHROME"):
        grey, notes = _grey(stored, elements, layout, frame)
        grey = 255 - grey if photometric == "MONOCHROME1" else grey
        return np.repeat(grey[:, :, None], 3, axis=2), notes
    rgb = (stored >> max(0, layout.stored - 8)).astype(np.uint8)
    return _from_ybr(rgb) if photometric.startswith("YBR") else rgb, ()


def _from_ybr(ybr: np.ndarray) -> np.ndarray:
    for rows in strips(*ybr.shape[:2]):
        ybr[rows] = convert_color_space(ybr[rows], "YBR_FULL", "RGB")
    return ybr


def _grey(stored: np.ndarray, elements: Elements, layout: Layout, frame: int) -> tuple[np.ndarray, tuple[str, ...]]:
    modality = _modality(elements, frame)
    interest = _interest(elements, frame)
    notes: tuple[str, ...] = ()
    if interest is None and modality is None and layout.stored <= 8 and not layout.signed:
        interest = tones.linear(0, 2**layout.stored - 1)  # 8-bit pictures are made for the screen
    elif interest is None:
        interest, notes = _robust(stored, modality, elements), (NO_WINDOW,)
    return tones.apply(lambda values: interest(modality(values) if modality else values), stored), notes


def _robust(stored: np.ndarray, modality: Curve | None, elements: Elements) -> Curve:
    """From the values outside of the padding that some scanners put around a round picture."""
    padding = np.array(elements.integers(tags.PADDING)[:1], np.uint16).astype(stored.dtype)
    inside = stored[stored != padding[0]] if padding.size else stored
    values = tones.sample(inside if inside.size else stored)
    return tones.linear(*tones.robust_range(modality(values) if modality else values))


def _modality(elements: Elements, frame: int) -> Curve | None:
    """The modality LUT or rescaling (PS3.3 C.11.1), None where there is neither or it changes nothing."""
    if items := elements.find(tags.MODALITY_LUT):
        curve, _ = _lookup(items[0], elements)
        return curve
    slope, intercept = (_first(elements, tag, frame) for tag in (tags.SLOPE, tags.INTERCEPT))
    if slope is None or intercept is None or (slope, intercept) == (1, 0):
        return None
    return lambda values: values * slope + intercept


def _interest(elements: Elements, frame: int) -> Curve | None:
    """The VOI LUT or the first window (PS3.3 C.11.2) as a curve to 0..255, None where there is none that is valid."""
    if items := elements.find(tags.VOI_LUT, frame):
        curve, top = _lookup(items[0], elements)
        return lambda values: curve(values) * (255 / top)
    center, width = (_first(elements, tag, frame) for tag in (tags.WINDOW_CENTER, tags.WINDOW_WIDTH))
    if center is None or width is None or width <= 0:
        return None
    return window(center, width, elements.text(tags.VOI_FUNCTION, frame))


def _first(elements: Elements, tag: int, frame: int) -> float | None:
    """The first of possibly several numbers, None where there is none that is finite."""
    numbers = elements.decimals(tag, frame)
    return numbers[0] if numbers and np.isfinite(numbers[0]) else None


def window(center: float, width: float, function: str = "LINEAR") -> Curve:
    """The window of PS3.3 C.11.2.1.2 and C.11.2.1.3 as a curve to 0..255; an unknown function is LINEAR."""
    if function == "SIGMOID":
        return lambda values: 255 / (1 + np.exp(np.clip(-4 * (values - center) / width, -50, 50)))
    if function == "LINEAR_EXACT":
        return tones.linear(center - width / 2, center + width / 2)
    return tones.linear(center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2)


def _lookup(item: Values, elements: Elements) -> tuple[Curve, float]:
    """A lookup table of PS3.3 C.11.1.1 as a curve, and its largest possible value."""
    count, start, bits = _descriptor(item[tags.LUT_DESCRIPTOR], elements.order)
    table = _entries(item[tags.LUT_DATA], count, elements.order).astype(np.float64)
    top = max(2.0**bits - 1, table.max())
    return lambda values: table[np.clip(values - start, 0, count - 1).astype(np.intp)], top


def _descriptor(raw: memoryview, order: str) -> tuple[int, int, int]:
    """Number of entries, first value mapped, bits an entry (PS3.3 C.11.1.1)."""
    count, first, bits = np.frombuffer(raw, f"{order}u2", 3).tolist()
    count = count or 65536
    # The first value is signed or not as the pixels are; a table cannot reach past 65535, so its length tells.
    return count, first - 65536 if first + count > 65536 else first, bits


def _entries(raw: memoryview, count: int, order: str) -> np.ndarray:
    return np.frombuffer(raw, np.uint8 if len(raw) < 2 * count else f"{order}u2", count)


def _palette(stored: np.ndarray, elements: Elements) -> np.ndarray:
    """PS3.3 C.7.6.3.1.5: one table a colour, of 8 or 16 bit entries."""
    count, start, _ = _descriptor(elements.values[tags.PALETTE_DESCRIPTOR], elements.order)
    index = np.clip(stored.astype(np.int32) - start, 0, count - 1)
    tables = [_entries(elements.values[tag], count, elements.order) for tag in tags.PALETTES]
    shift = 8 if max(table.max() for table in tables) > 255 else 0
    return np.stack([(table >> shift).astype(np.uint8)[index] for table in tables], axis=2)
