"""One frame of DICOM pixel data as the values that were stored."""

from __future__ import annotations

from io import BytesIO

import libjpeg
import numpy as np
import openjpeg
from PIL import Image
from pydicom.encaps import get_frame
from pydicom.pixels import get_decoder

from oncosecure.intake.dicom import codestream, tags
from oncosecure.intake.dicom.elements import BIG_ENDIAN, Elements
from oncosecure.intake.dicom.layout import Layout

_EXPLICIT = "1.2.840.10008.1.2.1"
_RLE_HEADER = 64


def decode_frame(elements: Elements, layout: Layout, index: int) -> tuple[np.ndarray, str]:
    """Decode the frame at `index` and nothing else.

    Returns:
        (rows, columns) or (rows, columns, 3) stored values, and the photometric interpretation that they have now.

    Raises:
        ValueError: where the data is not what the layout says; the codecs raise other errors of their own.
    """
    decode = _native if layout.codec == "native" else _compressed
    values, photometric = decode(elements, layout, index)
    if values.shape != (layout.rows, layout.columns) + (layout.samples,) * (layout.samples > 1):
        raise ValueError("the frame has another size than the file says")
    return values, photometric


def _native(elements: Elements, layout: Layout, index: int) -> tuple[np.ndarray, str]:
    syntax = BIG_ENDIAN if elements.syntax == BIG_ENDIAN else _EXPLICIT
    tag = next(tag for tag, keyword in tags.PIXEL_DATA.items() if keyword == layout.keyword)
    values, now = get_decoder(syntax).as_array(
        elements.values[tag],
        index=index,
        raw=True,
        rows=layout.rows,
        columns=layout.columns,
        number_of_frames=layout.frames,
        samples_per_pixel=layout.samples,
        photometric_interpretation=layout.photometric,
        bits_allocated=layout.allocated,
        bits_stored=layout.stored,
        pixel_representation=int(layout.signed),
        planar_configuration=int(layout.planar),
        pixel_keyword=layout.keyword,
        pixel_vr=elements.pixel_vr,
    )
    return values.astype(values.dtype.newbyteorder("="), copy=False), now["photometric_interpretation"]


def _compressed(elements: Elements, layout: Layout, index: int) -> tuple[np.ndarray, str]:
    tables = [elements.values.get(tag) for tag in (tags.OFFSETS, tags.OFFSET_LENGTHS)]
    data = get_frame(
        bytes(elements.values[tags.PIXELS]),
        index,
        number_of_frames=layout.frames,
        extended_offsets=tuple(bytes(table) for table in tables) if all(tables) else None,
    )
    return {"rle": _rle, "jpeg": _jpeg, "jpeg2000": _jpeg2000}[layout.codec](data, layout)


def _rle(data: bytes, layout: Layout) -> tuple[np.ndarray, str]:
    """PS3.5 annex G: one PackBits segment a byte, most significant first.

    Pillow unpacks them, because it stops where the picture is full; pydicom, in Python, unpacks whatever comes.
    """
    width, pixels = layout.allocated // 8, layout.rows * layout.columns
    header = np.frombuffer(data, "<u4", 16)
    if header[0] != width * layout.samples:
        raise ValueError("another number of segments than samples and bytes")
    bounds = [*header[1 : header[0] + 1].tolist(), len(data)]
    planes = np.empty((layout.samples, pixels, width), np.uint8)
    for number, (start, stop) in enumerate(zip(bounds, bounds[1:], strict=False)):
        segment = Image.frombytes("L", (pixels, 1), data[max(start, _RLE_HEADER) : stop], "packbits", "L")
        planes[number // width, :, number % width] = np.asarray(segment)[0]
    values = planes.view(f">u{width}")[..., 0].astype(f"u{width}").reshape(layout.samples, layout.rows, layout.columns)
    values = values[0] if layout.samples == 1 else np.moveaxis(values, 0, 2)
    return _in_use(values, layout.stored, layout.signed), layout.photometric


def _jpeg(data: bytes, layout: Layout) -> tuple[np.ndarray, str]:
    header = codestream.jpeg(data)
    _check(header, layout)
    if header.precision == 8 and header.process in codestream.LOSSY:
        return _jpeg_lossy(data, layout)
    values = _in_use(libjpeg.decode(data), min(header.precision, layout.stored), layout.signed)
    return values, layout.photometric


def _jpeg_lossy(data: bytes, layout: Layout) -> tuple[np.ndarray, str]:
    """Through Pillow, whose libjpeg-turbo has seen more damaged files than libjpeg has."""
    with Image.open(BytesIO(data), formats=("JPEG",)) as im:
        untold = not {"jfif", "adobe_transform"} & im.info.keys() and bytes(layer[0] for layer in im.layer) != b"RGB"
        if layout.photometric == "RGB" and untold:
            im.draft("YCbCr", im.size)  # the samples as they are: without a marker libjpeg would take RGB for YCbCr
        return np.asarray(im), "RGB" if layout.samples == 3 else layout.photometric


def _jpeg2000(data: bytes, layout: Layout) -> tuple[np.ndarray, str]:
    header = codestream.jpeg2000(data)
    _check(header, layout)
    values = _in_use(openjpeg.decode(data), min(header.precision, layout.stored), layout.signed)
    transformed = layout.photometric in ("YBR_ICT", "YBR_RCT")  # the codec undoes these itself
    return values, "RGB" if transformed else layout.photometric


def _check(header: codestream.Codestream, layout: Layout) -> None:
    if (header.rows, header.columns, header.samples) != (layout.rows, layout.columns, layout.samples):
        raise ValueError("the frame has another size than the file says")
    if header.precision > max(layout.allocated, 8):
        raise ValueError("the frame has more bits than the file says")


def _in_use(values: np.ndarray, bits: int, signed: bool) -> np.ndarray:
    """Only the `bits` in use, with the sign that the file declares: most codestreams cannot carry one."""
    width = values.dtype.itemsize
    shift = 8 * width - bits
    return (values.view(f"u{width}") << shift).view(f"{'i' if signed else 'u'}{width}") >> shift
