"""Walks the elements of a DICOM file and keeps the few that a picture needs (PS3.5 section 7, PS3.10 section 7).

pydicom builds an object for every nested item before it drops it: 1.6 MB of empty items take it three seconds and
100 MB. Walking also means that what tells whose picture it is, is never even read.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Union

from oncosecure.errors import ScanError
from oncosecure.intake.dicom import tags
from oncosecure.intake.limits import refusal

IMPLICIT, BIG_ENDIAN, DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"

_LONG_VRS = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"))
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_MAX_ELEMENTS = 250_000
_MAX_DEPTH = 32
_MAX_INFLATED = 100_000_000

#: Tag to raw value, or to the items of a sequence.
Values = dict[int, Union[memoryview, "list[Values]"]]


@dataclass(frozen=True)
class Elements:
    """The kept elements of a file.

    Attributes:
        syntax: UID of the transfer syntax.
        values: the elements of the file itself.
        pixel_vr: how the pixel data is declared ("OB", "OW" or empty where implicit).
        encapsulated: whether it is a series of compressed fragments.
    """

    syntax: str
    values: Values
    pixel_vr: str = ""
    encapsulated: bool = False

    @property
    def order(self) -> str:
        """Byte order of the values, as `struct` and numpy write it."""
        return ">" if self.syntax == BIG_ENDIAN else "<"

    def find(self, tag: int, frame: int = 0) -> memoryview | list[Values] | None:
        """A value of the file, else of the functional groups of a frame, else of those that all frames share."""
        return next((place[tag] for place in self._places(frame) if tag in place), None)

    def _places(self, frame: int) -> list[Values]:
        of_frame = self.values.get(tags.PER_FRAME, [])[frame : frame + 1]
        both = of_frame + self.values.get(tags.SHARED, [])[:1]
        groups = [group[0] for item in both for group in item.values() if isinstance(group, list) and group]
        return [self.values, *groups]

    def text(self, tag: int, frame: int = 0) -> str:
        """A value as text without padding; empty where there is none."""
        value = self.find(tag, frame)
        return bytes(value).decode("ascii", "replace").strip(" \0") if isinstance(value, memoryview) else ""

    def decimals(self, tag: int, frame: int = 0) -> list[float]:
        """The numbers of a DS or IS value, PS3.5 section 6.2; empty where there is none or it is no number."""
        try:
            return [float(part) for part in self.text(tag, frame).split("\\") if part.strip()]
        except ValueError:
            return []

    def integers(self, tag: int, frame: int = 0) -> list[int]:
        """The numbers of a US value; empty where there is none."""
        value = self.find(tag, frame)
        if not isinstance(value, memoryview):
            return []
        return list(struct.unpack_from(f"{self.order}{len(value) // 2}H", value))


def parse(data: bytes) -> Elements:
    """Read the file meta information and the kept elements, up to and with the pixel data.

    Raises:
        ScanError: for a file that is cut off, endless or inflates beyond what is accepted.
    """
    at = 132 if data[128:132] == b"DICM" else 0
    meta, at = _Walker(data, "<", False, frozenset((tags.TRANSFER_SYNTAX,))).dataset(at, group=2)
    syntax = bytes(meta.get(tags.TRANSFER_SYNTAX, IMPLICIT.encode())).decode("ascii", "replace").strip(" \0")
    if syntax == DEFLATED:
        data, at = _inflate(data[at:]), 0
    walker = _Walker(data, ">" if syntax == BIG_ENDIAN else "<", not _is_vr(data[at + 4 : at + 6]), tags.KEPT)
    values, _ = walker.dataset(at)
    return Elements(syntax, values, walker.pixel_vr, walker.encapsulated)


def _inflate(body: bytes) -> bytes:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = stream.decompress(body, _MAX_INFLATED)
    if stream.unconsumed_tail:
        raise refusal("The DICOM file unpacks to more than is accepted.")
    if not stream.eof:
        raise _cut_off()
    return inflated


def _is_vr(two: bytes) -> bool:
    return two.isalpha() and two.isupper()


def _cut_off() -> ScanError:
    return refusal("The DICOM file is cut off.")


class _Walker:
    """Reads runs of elements; `pixel_vr` and `encapsulated` tell afterwards how the pixel data was stored."""

    def __init__(self, data: bytes, order: str, implicit: bool, kept: frozenset[int]) -> None:
        self.data, self.implicit, self.kept = memoryview(data), implicit, kept
        self.pixel_vr, self.encapsulated = "", False
        self._left = _MAX_ELEMENTS
        self._tag = struct.Struct(f"{order}HH")
        self._short, self._long = struct.Struct(f"{order}H"), struct.Struct(f"{order}L")

    def dataset(self, at: int, end: int | None = None, group: int | None = None, depth: int = 0) -> tuple[Values, int]:
        """The kept elements from `at` on, and where they end: at `end`, the item's delimiter, after the pixel data
        or where a group other than `group` begins."""
        values: Values = {}
        end = len(self.data) if end is None else end
        while at < end:
            tag, vr, length, start = self._element(at)
            if group is not None and tag >> 16 != group:
                break
            if tag == _ITEM_END:
                return values, start
            at = self._value(values, tag, vr, length, start, depth)
            if tag == tags.PIXELS and not depth:
                break
        return values, at

    def _element(self, at: int) -> tuple[int, bytes, int, int]:
        """Tag, VR (empty where implicit), length, and where the value starts."""
        self._left -= 1
        if self._left < 0:
            raise refusal("The DICOM file has too many elements.")
        if at + 8 > len(self.data):
            raise _cut_off()
        group, element = self._tag.unpack_from(self.data, at)
        vr = bytes(self.data[at + 4 : at + 6])
        tag = group << 16 | element
        if self.implicit or group == 0xFFFE or not _is_vr(vr):  # the last for writers that switch midway
            return tag, b"", self._long.unpack_from(self.data, at + 4)[0], at + 8
        if vr in _LONG_VRS:
            return tag, vr, self._long.unpack_from(self.data, at + 8)[0], at + 12
        return tag, vr, self._short.unpack_from(self.data, at + 6)[0], at + 8

    def _value(self, values: Values, tag: int, vr: bytes, length: int, start: int, depth: int) -> int:
        """Keep or skip one value; where the next element starts."""
        undefined = length == _UNDEFINED
        stop = len(self.data) if undefined else start + length
        if stop > len(self.data):
            raise _cut_off()
        if tag in tags.PIXEL_DATA and not depth:
            return self._pixels(values, tag, vr, start, stop, undefined)
        if undefined or tag in tags.SEQUENCES:
            items, stop = self._sequence(start, stop, undefined, depth + 1, vr == b"UN")
            if tag in tags.SEQUENCES:
                values[tag] = items
        elif tag in self.kept:
            values[tag] = self.data[start:stop]
        return stop

    def _pixels(self, values: Values, tag: int, vr: bytes, start: int, stop: int, undefined: bool) -> int:
        self.pixel_vr, self.encapsulated = vr.decode(), undefined
        stop = self._fragments(start) if undefined else stop
        values[tag] = self.data[start:stop]
        return stop

    def _fragments(self, at: int) -> int:
        """Where the delimiter of encapsulated pixel data starts (PS3.5 A.4)."""
        while True:
            tag, _, length, start = self._element(at)
            if tag == _SEQUENCE_END:
                return at
            if tag != _ITEM or start + length > len(self.data):
                raise _cut_off()
            at = start + length

    def _sequence(self, at: int, end: int, undefined: bool, depth: int, unknown: bool) -> tuple[list[Values], int]:
        """The items of a sequence; one of unknown VR is implicit inside (PS3.5 section 6.2.2)."""
        if depth > _MAX_DEPTH:
            raise refusal("The DICOM file is nested too deeply.")
        outer, self.implicit = self.implicit, self.implicit or unknown
        items, at = self._items(at, end, depth)
        self.implicit = outer
        return items, at if undefined else end

    def _items(self, at: int, end: int, depth: int) -> tuple[list[Values], int]:
        items: list[Values] = []
        while at < end:
            tag, _, length, at = self._element(at)
            if tag != _ITEM:
                break
            item, at = self.dataset(at, None if length == _UNDEFINED else min(at + length, end), depth=depth)
            items.append(item)
        return items, at
