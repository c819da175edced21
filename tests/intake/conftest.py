"""Files made by code: pictures of every format, and DICOM with whatever attributes a test asks for."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian

from oncosecure import ScanError
from oncosecure.intake import Scan, read
from oncosecure.intake.limits import ACCEPTED

H, W = 70, 90


@pytest.fixture(scope="session")
def rgb() -> np.ndarray:
    """A smooth picture without any symmetry, (70, 90, 3) uint8."""
    y, x = np.mgrid[:H, :W]
    return np.stack([x * 2, y * 3, (x + y) % 160], axis=2).astype(np.uint8)


@pytest.fixture(scope="session")
def grey(rgb: np.ndarray) -> np.ndarray:
    """(70, 90) uint8, 0 to 237, with more than a hundred different greys."""
    return (rgb[..., 0].astype(int) + rgb[..., 1] // 4).astype(np.uint8)


@pytest.fixture(scope="session")
def encode() -> Callable[..., bytes]:
    """`encode(picture, format, **options)`: the bytes of a file, of an array or a Pillow image."""

    def _encode(picture: np.ndarray | Image.Image, kind: str, **options: object) -> bytes:
        out = io.BytesIO()
        image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
        image.save(out, kind, **options)
        return out.getvalue()

    return _encode


@pytest.fixture(scope="session")
def refused() -> Callable[..., str]:
    """`refused(data)`: the message of the refusal, which must name what is accepted and hide the library's words."""

    def _refused(data: bytes, says_formats: bool = True, **options: object) -> str:
        with pytest.raises(ScanError) as caught:
            read(data, **options)
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None
        message = str(caught.value)
        assert message.endswith(ACCEPTED) or not says_formats
        assert "Please use" in message or "accepted" in message
        return message

    return _refused


def _describe(ds: Dataset, pixels: np.ndarray) -> None:
    colour = pixels.ndim == 3 and pixels.shape[2] == 3
    ds.Rows, ds.Columns = pixels.shape[:2]
    ds.SamplesPerPixel = 3 if colour else 1
    ds.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated = ds.BitsStored = 8 * pixels.itemsize
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OW"


@pytest.fixture(scope="session")
def dataset() -> Callable[..., Dataset]:
    """`dataset(pixels, **attributes)`: one that can be saved; `frames=` encapsulates compressed frames instead."""

    def _dataset(pixels: np.ndarray, frames: list[bytes] | None = None, **attributes: object) -> Dataset:
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "1.2.3.4"
        _describe(ds, pixels)
        if frames:
            ds.PixelData = encapsulate(frames)
            ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
        for keyword, value in attributes.items():
            setattr(ds, keyword, value)
        return ds

    return _dataset


@pytest.fixture(scope="session")
def save() -> Callable[..., bytes]:
    """`save(dataset, syntax)`: the bytes of a DICOM file."""

    def _save(ds: Dataset, syntax: str | None = None) -> bytes:
        if syntax is not None:
            ds.file_meta.TransferSyntaxUID = UID(syntax)
        out = io.BytesIO()
        ds.save_as(out, enforce_file_format=True)
        return out.getvalue()

    return _save


@pytest.fixture(scope="session")
def dicom(dataset: Callable[..., Dataset], save: Callable[..., bytes]) -> Callable[..., bytes]:
    """`dicom(pixels, syntax=..., **attributes)`: the bytes of a DICOM file."""

    def _dicom(pixels: np.ndarray, syntax: str | None = None, **attributes: object) -> bytes:
        return save(dataset(pixels, **attributes), syntax)

    return _dicom


@pytest.fixture(scope="session")
def shown() -> Callable[..., np.ndarray]:
    """`shown(data)`: the grey that a grey file is shown with, (H, W) uint8."""

    def _shown(data: bytes, **options: object) -> np.ndarray:
        scan: Scan = read(data, **options)
        assert (scan.pixels == scan.pixels[..., :1]).all()
        return scan.pixels[..., 0]

    return _shown
