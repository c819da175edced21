"""Whatever the bytes: a Scan or a ScanError. And the name of a file means nothing."""

from __future__ import annotations

import io
import random
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)

from oncosecure import ScanError
from oncosecure.intake import Scan, check, read

FUZZ = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def scan_or_refusal(data: bytes) -> None:
    try:
        scan = read(data)
    except ScanError as refusal:
        assert 20 < len(str(refusal)) < 260
        assert refusal.__context__ is None
    else:
        assert isinstance(scan, Scan)
        assert scan.pixels.dtype == np.uint8
        assert scan.pixels.shape[2] == 3
        check(scan.pixels)


@pytest.fixture(scope="module")
def files(rgb, grey, encode, dataset, dicom, save) -> dict[str, bytes]:
    """A small valid file of every kind."""
    exif = Image.Exif()
    exif[0x0112] = 6
    wide = grey.astype(np.uint16) * 200
    made = {
        "PNG": encode(rgb, "PNG", exif=exif),
        "PNG palette": encode(Image.fromarray(rgb).quantize(16), "PNG", transparency=2),
        "PNG 16": encode(wide, "PNG"),
        "JPEG": encode(rgb, "JPEG", exif=exif),
        "JPEG progressive": encode(rgb, "JPEG", progressive=True),
        "TIFF": encode(wide, "TIFF"),
        "TIFF LZW": encode(rgb, "TIFF", compression="tiff_lzw", exif=exif),
        "TIFF JPEG": encode(rgb, "TIFF", compression="jpeg"),
        "BMP": encode(grey, "BMP"),
        "WebP": encode(rgb, "WebP", exif=exif),
        "WebP lossless": encode(np.dstack([rgb, grey]), "WebP", lossless=True),
        "DICOM": dicom(wide, NumberOfFrames=1, WindowCenter=9000, WindowWidth=800, Modality="MR"),
        "DICOM implicit": dicom(rgb, ImplicitVRLittleEndian),
        "DICOM deflated": dicom(grey, DeflatedExplicitVRLittleEndian),
        "DICOM JPEG": dicom(
            rgb, JPEGBaseline8Bit, frames=[encode(rgb, "JPEG")], PhotometricInterpretation="YBR_FULL_422"
        ),
    }
    for name, uid in (("DICOM RLE", RLELossless), ("DICOM JPEG 2000", JPEG2000Lossless)):
        ds = dataset(wide)
        ds.compress(uid, generate_instance_uid=False)
        made[name] = save(ds)
    for name in ("MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_jls_lossy_line.dcm"):
        if (path := get_testdata_file(name, download=False)) is not None:
            with open(path, "rb") as file:
                made[name] = file.read()
    for data in made.values():
        read(data)
    return made


KINDS = ("PNG", "PNG palette", "PNG 16", "JPEG", "JPEG progressive", "TIFF", "TIFF LZW", "TIFF JPEG", "BMP", "WebP")
KINDS += ("WebP lossless", "DICOM", "DICOM implicit", "DICOM deflated", "DICOM JPEG", "DICOM RLE", "DICOM JPEG 2000")
KINDS += ("MR_small_jpeg_ls_lossless.dcm", "SC_rgb_jpeg_gdcm.dcm", "SC_rgb_jls_lossy_line.dcm")


@given(st.binary(max_size=400))
@example(b"")
@FUZZ
def test_random_bytes(data):
    scan_or_refusal(data)


HEADS = [
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"II*\0\x08\0\0\0",
    b"MM\0*\0\0\0\x08",
    b"BM",
    b"RIFF\xff\0\0\0WEBPVP8X",
]
HEADS += [
    bytes(128) + b"DICM",
    b"\x08\0\x05\0CS\x02\0",
    bytes(128) + b"DICM\x02\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0",
]


@given(st.sampled_from(HEADS), st.binary(max_size=300))
@FUZZ
def test_random_bytes_behind_a_signature(head, data):
    scan_or_refusal(head + data)


@pytest.mark.parametrize("kind", KINDS)
@given(cut=st.floats(0, 1, exclude_max=True))
@settings(FUZZ, max_examples=20)
def test_cut_off_files(kind, cut, files):
    data = files.get(kind, files["DICOM"])
    scan_or_refusal(data[: int(len(data) * cut)])


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(0, 2**32), near=st.sampled_from([64, 400, 1500, 10**9]), flips=st.sampled_from([1, 1, 3, 12]))
@settings(FUZZ, max_examples=60)
def test_flipped_bits(kind, seed, near, flips, files):
    data, chance = bytearray(files.get(kind, files["DICOM"])), random.Random(seed)
    for _ in range(flips):
        at = chance.randrange(min(near, len(data)))
        data[at] = chance.choice([data[at] ^ 1 << chance.randrange(8), 0, 255, chance.randrange(256)])
    scan_or_refusal(bytes(data))


@pytest.mark.parametrize("kind", KINDS)
@given(seed=st.integers(0, 2**32))
@settings(FUZZ, max_examples=20)
def test_spliced_files(kind, seed, files):
    chance = random.Random(seed)
    data = files.get(kind, files["DICOM"])
    other = chance.choice(list(files.values()))
    start, stop = sorted(chance.randrange(len(data)) for _ in range(2))
    scan_or_refusal(data[:start] + other[: stop - start] + data[stop - chance.choice([0, 0, 1, 8]) :])


NAMES = [
    "../../etc/passwd",
    "C:\\scans\\..\\a.png",
    "<img src=x onerror=alert(1)>.jpg",
    "a.dcm\0.png",
    "x" * 10_000,
    "",
]
NAMES += ["scan.exe", "scan.dcm", "'; DROP TABLE scans; --", "\u202egnp.exe", "{{7*7}}.png"]


@pytest.mark.parametrize("name", NAMES)
def test_names_mean_nothing(name, rgb, encode, refused):
    data = encode(rgb, "PNG")
    scan = read(data, name)
    assert np.array_equal(scan.pixels, rgb)
    assert scan.format == "PNG"
    plain = refused(b"%PDF-1.4")
    assert refused(b"%PDF-1.4", name=name) == plain


def test_other_buffers_are_read(rgb, encode):
    data = encode(rgb, "PNG")
    for buffer in (bytearray(data), memoryview(data), io.BytesIO(data).getbuffer()):
        assert np.array_equal(read(buffer).pixels, rgb)


def test_threads_do_not_disturb_each_other(files):
    alone = {name: read(data).pixels for name, data in files.items()}
    with ThreadPoolExecutor(8) as pool:
        together = pool.map(lambda name: (name, read(files[name]).pixels), list(files) * 10)
        assert all(np.array_equal(pixels, alone[name]) for name, pixels in together)


def test_real_pictures_are_read_whole(slices):
    for path in slices:
        scan = read(path.read_bytes(), path.name)
        assert scan.format == "JPEG"
        assert scan.pixels.shape == (224, 224, 3)
        assert np.array_equal(scan.pixels, np.asarray(Image.open(path).convert("RGB")))


def test_reading_a_slice_takes_about_a_millisecond(slices):
    data = slices[0].read_bytes()

    def once() -> float:
        started = time.perf_counter()
        read(data)
        return time.perf_counter() - started

    assert min(once() for _ in range(30)) < 0.003  # 0.3 ms were measured; the rest is for slower machines
