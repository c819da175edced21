"""DICOM of every transfer syntax that can be written here, and facts."""

from __future__ import annotations

import io
import struct
import sys
import zlib

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.pixels import pixel_array
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    RLELossless,
)

from oncosecure.intake import read

BIG_ENDIAN = "1.2.840.10008.1.2.2"


@pytest.fixture(scope="module")
def ct(grey) -> np.ndarray:
    """(70, 90) int16 in Hounsfield units, from -1000 on."""
    return grey.astype(np.int16) * 10 - 1000


@pytest.fixture(scope="module")
def bundled():
    """A file that pydicom brings along for its own tests."""

    def _bundled(name: str) -> bytes:
        path = get_testdata_file(name, download=False)
        if path is None:
            pytest.skip(f"this pydicom does not bring {name} along")
        with open(path, "rb") as file:
            return file.read()

    return _bundled


def compressed(ds: Dataset, uid: str, **options: object) -> Dataset:
    ds.compress(uid, generate_instance_uid=False, **options)
    return ds


# Transfer syntaxes


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_native_eight_bit_is_exact(syntax, rgb, grey, dicom, shown):
    assert np.array_equal(shown(dicom(grey, syntax)), grey)
    scan = read(dicom(rgb, syntax))
    assert np.array_equal(scan.pixels, rgb)
    assert scan.format == "DICOM"
    assert scan.notes == ()


def test_big_endian_is_exact(rgb, grey, ct, dataset, save, shown):
    for pixels in (rgb, grey):
        ds = dataset(pixels)
        ds["PixelData"].VR = "OB"
        assert np.array_equal(read(save(ds, BIG_ENDIAN)).pixels, rgb if pixels is rgb else np.stack([grey] * 3, 2))
    ds = dataset(ct, WindowCenter=0, WindowWidth=2000, VOILUTFunction="LINEAR_EXACT")
    ds.PixelData = ct.astype(">i2").tobytes()
    assert np.array_equal(shown(save(ds, BIG_ENDIAN)), _windowed(ct))


def test_big_endian_bytes_in_words(grey, dataset, save, shown):
    ds = dataset(grey)
    ds.PixelData = grey.view(">u2").byteswap().tobytes()
    ds["PixelData"].VR = "OW"
    assert np.array_equal(shown(save(ds, BIG_ENDIAN)), grey)


def _windowed(values: np.ndarray) -> np.ndarray:
    """What a LINEAR_EXACT window of width 2000 around 0 shows."""
    return np.rint(np.clip((values + 1000.0) / 2000, 0, 1) * 255)


@pytest.mark.parametrize("uid", [RLELossless, JPEG2000Lossless])
def test_lossless_compression_is_exact(uid, rgb, grey, ct, dataset, save, shown):
    assert np.array_equal(shown(save(compressed(dataset(grey), uid))), grey)
    assert np.array_equal(read(save(compressed(dataset(rgb), uid))).pixels, rgb)
    window = {"WindowCenter": 0, "WindowWidth": 2000, "VOILUTFunction": "LINEAR_EXACT"}
    for values in (ct, np.abs(ct).astype(np.uint16)):
        data = save(compressed(dataset(values, **window), uid))
        assert np.array_equal(shown(data), _windowed(values))


def test_jpeg2000_with_its_colour_transform(rgb, dataset, save):
    ds = dataset(rgb, PhotometricInterpretation="YBR_RCT")
    assert np.array_equal(read(save(compressed(ds, JPEG2000Lossless))).pixels, rgb)


def test_lossy_jpeg2000(grey, dataset, save, shown):
    data = save(compressed(dataset(grey), "1.2.840.10008.1.2.4.91", j2k_psnr=[45]))
    assert np.abs(shown(data).astype(int) - grey).mean() < 2


@pytest.mark.parametrize("uid", [JPEGBaseline8Bit, "1.2.840.10008.1.2.4.51"])
@pytest.mark.parametrize("photometric", ["YBR_FULL_422", "YBR_FULL", "RGB"])
def test_jpeg_frame_shows_as_the_jpeg_file_does(uid, photometric, rgb, encode, dicom):
    frame = encode(rgb, "JPEG", quality=90)  # Pillow marks it as JFIF, so it is YCbCr whatever the file says
    scan = read(dicom(rgb, uid, frames=[frame], PhotometricInterpretation=photometric))
    assert np.array_equal(scan.pixels, read(frame).pixels)


def test_grey_jpeg_frame(grey, encode, dicom, shown):
    frame = encode(grey, "JPEG", quality=90)
    assert np.array_equal(shown(dicom(grey, JPEGBaseline8Bit, frames=[frame])), shown(frame))


def test_jpeg_frame_of_untransformed_rgb(rgb, encode, dicom):
    frame = encode(Image.fromarray(rgb), "JPEG", quality=95, keep_rgb=True)
    at = frame.index(b"\xff\xe0") if b"\xff\xe0" in frame else None
    assert at is None, "an RGB JPEG has no JFIF marker"
    scan = read(dicom(rgb, JPEGBaseline8Bit, frames=[frame]))
    assert np.abs(scan.pixels.astype(int) - rgb).mean() < 3


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("MR_small_jpeg_ls_lossless.dcm", "MR_small.dcm"),
        ("MR_small_RLE.dcm", "MR_small.dcm"),
        ("MR_small_jp2klossless.dcm", "MR_small.dcm"),
        ("MR_small_bigendian.dcm", "MR_small.dcm"),
        ("MR_small_implicit.dcm", "MR_small.dcm"),
    ],
)
def test_one_slice_in_several_syntaxes_is_the_same(name, plain, bundled):
    assert np.array_equal(read(bundled(name)).pixels, read(bundled(plain)).pixels)


@pytest.mark.parametrize(
    "name",
    [
        "SC_rgb_jls_lossy_line.dcm",
        "SC_rgb_jls_lossy_sample.dcm",
        "SC_rgb_jpeg_gdcm.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "SC_rgb_jpeg.dcm",
        "SC_rgb_jpeg_app14_dcmd.dcm",
        "SC_rgb_rle_16bit.dcm",
        "SC_rgb_rle_2frame.dcm",
        "SC_ybr_full_422_uncompressed.dcm",
        "GDCMJ2K_TextGBR.dcm",
        "examples_ybr_color.dcm",
    ],
)
def test_colour_is_what_pydicom_makes_of_it(name, bundled):
    ds = pydicom.dcmread(io.BytesIO(bundled(name)))
    expected = pixel_array(ds, index=int(ds.get("NumberOfFrames", 1)) // 2)
    expected = expected >> 8 * (expected.itemsize - 1)
    assert np.abs(read(bundled(name)).pixels.astype(int) - expected).max() <= 3


def test_twelve_bit_jpeg(bundled):
    data = bundled("JPGExtended.dcm")
    expected = pixel_array(pydicom.dcmread(io.BytesIO(data))).astype(float)
    result = read(data).pixels[..., 0]
    inside = (result > 0) & (result < 255)
    assert inside.sum() > 1000
    assert np.corrcoef(result[inside], expected[inside])[0, 1] > 0.999


def lossless_jpeg(values: np.ndarray) -> bytes:
    """ITU-T T.81 annex H, predictor 1, 16 bit: 17 categories of difference with codes of five bits."""
    values = values.astype(np.uint16)
    before = np.roll(values, 1, axis=1)
    before[1:, 0] = values[:-1, 0]
    before[0, 0] = 1 << 15
    bits = []
    for difference in (values - before).view(np.int16).ravel().tolist():
        size = abs(difference).bit_length()
        bits.append(f"{size:05b}")
        if 0 < size < 16:
            bits.append(f"{difference if difference > 0 else difference + 2**size - 1:0{size}b}")
    packed = "".join(bits)
    packed += "1" * (-len(packed) % 8)
    body = int(packed, 2).to_bytes(len(packed) // 8, "big").replace(b"\xff", b"\xff\0")
    start = b"\xff\xd8\xff\xc3" + struct.pack(">HBHHB3B", 11, 16, *values.shape, 1, 1, 0x11, 0)
    table = b"\xff\xc4" + struct.pack(">HB16B", 19 + 17, 0, *[0, 0, 0, 0, 17] + [0] * 11) + bytes(range(17))
    return start + table + b"\xff\xda" + struct.pack(">HB2B3B", 8, 1, 1, 0, 1, 0, 0) + body + b"\xff\xd9"


def test_lossless_jpeg_is_exact_and_signed(ct, dicom, shown):
    window = {"WindowCenter": 0, "WindowWidth": 2000, "VOILUTFunction": "LINEAR_EXACT"}
    for uid in (JPEGLosslessSV1, "1.2.840.10008.1.2.4.57"):
        assert np.array_equal(shown(dicom(ct, uid, frames=[lossless_jpeg(ct)], **window)), _windowed(ct))


@pytest.mark.parametrize("left", [0.3, 0.7, 0.97, 1])
def test_lossless_jpeg_that_is_cut_off_is_refused(left, ct, dicom, refused):
    """libjpeg fills up what is missing and says nothing."""
    frame = lossless_jpeg(ct)
    refused(dicom(ct, JPEGLosslessSV1, frames=[frame[: int(len(frame) * left) - 2]]))


@pytest.mark.parametrize("codec", ["libjpeg", "openjpeg"])
def test_codecs_see_no_frame_of_another_size(codec, ct, dataset, dicom, refused, monkeypatch):
    from oncosecure.intake.dicom import frames

    if codec == "libjpeg":
        frame, uid, at = bytearray(lossless_jpeg(ct)), JPEGLosslessSV1, 7
    else:
        ds = compressed(dataset(ct), JPEG2000Lossless)
        frame, uid, at = bytearray(next(generate_frames(ds.PixelData, number_of_frames=1))), JPEG2000Lossless, 10
    seen = []
    monkeypatch.setattr(getattr(frames, codec), "decode", lambda data: seen.append(data) or np.zeros((70, 90), "u2"))
    read(dicom(ct, uid, frames=[bytes(frame)]))
    assert len(seen) == 1
    frame[at] += 1
    refused(dicom(ct, uid, frames=[bytes(frame)]))
    assert len(seen) == 1


def test_video_and_unknown_syntaxes_are_refused(grey, dicom, refused):
    for uid in ("1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.4.94"):
        assert "video" in refused(dicom(grey, uid, frames=[b"\0\0\0\1" * 20]))


def test_syntax_that_does_not_fit_the_data_is_refused(grey, dicom, refused):
    refused(dicom(grey, RLELossless, frames=[bytes(200)]))
    with pytest.raises(ValueError):
        read(dicom(grey, RLELossless, frames=[bytes(200)]).replace(RLELossless.encode(), b"1.2.840.10008.1.2.1\0"))


def test_frame_of_another_size_is_refused(grey, encode, dicom, refused):
    for frame in (encode(grey[:, :80], "JPEG"), encode(np.dstack([grey] * 3), "JPEG"), lossless_jpeg(grey[:66])):
        refused(dicom(grey, JPEGBaseline8Bit, frames=[frame]))


def test_files_without_a_header_are_read_by_their_first_element(grey, dicom, shown, bundled, refused):
    assert np.array_equal(shown(dicom(grey)[132:]), grey)
    for name in ("CT_small.dcm", "MR_small_implicit.dcm"):
        data = bundled(name)
        assert np.array_equal(read(data[data.index(b"\x08\0\x08\0") :]).pixels, read(data).pixels)
    assert "holds no picture" in refused(bundled("rtstruct.dcm"))


# Frames


@pytest.fixture(scope="module")
def stack(grey) -> np.ndarray:
    """Five different frames, (5, 70, 90) uint8."""
    return np.stack([np.roll(grey, 7 * i, axis=1) for i in range(5)])


def test_middle_of_native_frames(stack, dicom):
    scan = read(dicom(stack[0], NumberOfFrames=5, PixelData=stack.tobytes()))
    assert np.array_equal(scan.pixels[..., 0], stack[2])
    assert scan.notes == ("middle of 5 frames",)
    assert scan.facts["number of frames"] == "5"


@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("table", [False, True])
def test_middle_of_compressed_frames(extended, table, stack, encode, dataset, save, shown):
    frames = [encode(frame, "JPEG", quality=95) for frame in stack]
    ds = dataset(stack[0], frames=frames, NumberOfFrames=5)
    if extended:
        ds.PixelData, ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = encapsulate_extended(frames)
    else:
        ds.PixelData = encapsulate(frames, has_bot=table)
    ds["PixelData"].is_undefined_length = True
    assert np.array_equal(shown(save(ds, JPEGBaseline8Bit)), shown(frames[2]))


def test_one_frame_in_several_fragments(grey, encode, dataset, save, shown):
    frame = encode(grey, "JPEG", quality=95)
    ds = dataset(grey, frames=[frame])
    ds.PixelData = encapsulate([frame], fragments_per_frame=4)
    ds["PixelData"].is_undefined_length = True
    assert np.array_equal(shown(save(ds, JPEGBaseline8Bit)), shown(frame))


def test_only_the_middle_frame_is_decoded(stack, encode, dataset, save, shown):
    frames = [b"\xff\xd8 not a frame \xff\xd9"] * 5
    frames[2] = encode(stack[2], "JPEG")
    data = save(dataset(stack[0], frames=frames, NumberOfFrames=5), JPEGBaseline8Bit)
    assert np.array_equal(shown(data), shown(frames[2]))


def test_too_many_frames_are_refused(grey, dicom, refused):
    assert "10000 frames" in refused(dicom(grey, NumberOfFrames=10_001), says_formats=False)
    refused(dicom(grey, NumberOfFrames=3))


# Bits and colours


def test_one_bit_segmentation(grey, dicom, shown):
    mask = grey > 100
    packed = np.packbits(mask, bitorder="little").tobytes()
    data = dicom(grey, BitsAllocated=1, BitsStored=1, HighBit=0, PixelData=packed + bytes(len(packed) % 2))
    assert np.array_equal(shown(data), np.where(mask, 255, 0))


def test_twelve_of_sixteen_bits_with_an_overlay_in_the_rest(grey, dicom, shown):
    values = grey.astype(np.uint16) * 16 + 0xF000
    data = dicom(values, BitsStored=12, HighBit=11, WindowCenter=2048, WindowWidth=4096)
    assert np.abs(shown(data).astype(int) - grey).max() <= 1


def test_colours_as_planes(rgb, dicom):
    data = dicom(rgb, PlanarConfiguration=1, PixelData=np.moveaxis(rgb, 2, 0).tobytes())
    assert np.array_equal(read(data).pixels, rgb)


def test_ybr_full(rgb, dicom):
    ybr = np.asarray(Image.fromarray(rgb).convert("YCbCr"))
    data = dicom(ybr, PhotometricInterpretation="YBR_FULL")
    assert np.abs(read(data).pixels.astype(int) - rgb).max() <= 3


def test_ybr_full_422_uncompressed(rgb, dataset, save):
    ybr = np.asarray(Image.fromarray(rgb).convert("YCbCr"))
    pairs = np.dstack([ybr[:, ::2, 0], ybr[:, 1::2, 0], ybr[:, ::2, 1], ybr[:, ::2, 2]])
    data = save(dataset(rgb, PhotometricInterpretation="YBR_FULL_422", PixelData=pairs.tobytes()))
    assert np.abs(read(data).pixels.astype(int) - rgb).mean() < 2


def test_sixteen_bit_colour(rgb, dicom):
    assert np.array_equal(read(dicom(rgb.astype(np.uint16) * 257)).pixels, rgb)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("first", [0, 10])
def test_palette(bits, first, rgb, dicom):
    picture = Image.fromarray(rgb).quantize(100)
    colours = np.array(picture.getpalette()[:300], np.uint8).reshape(100, 3)
    tables = {
        f"{colour}PaletteColorLookupTable{part}": value
        for i, colour in enumerate(("Red", "Green", "Blue"))
        for part, value in (
            ("Descriptor", [100, first, bits]),
            ("Data", (colours[:, i] if bits == 8 else colours[:, i].astype("<u2") * 256).tobytes()),
        )
    }
    data = dicom(np.asarray(picture) + np.uint8(first), PhotometricInterpretation="PALETTE COLOR", **tables)
    scan = read(data)
    assert np.array_equal(scan.pixels, np.asarray(picture.convert("RGB")))
    assert scan.facts["colour"] == "palette"


@pytest.mark.parametrize("tag", ["FloatPixelData", "DoubleFloatPixelData"])
def test_float_pixels(tag, grey, dataset, save, shown):
    kind = np.float32 if tag == "FloatPixelData" else np.float64
    values = grey.astype(kind) / 1000
    ds = dataset(values)
    del ds.PixelData, ds.BitsStored, ds.PixelRepresentation
    setattr(ds, tag, values.tobytes())
    low, high = np.percentile(values, (0.5, 99.5))
    expected = np.clip((values - low) / (high - low) * 255, 0, 255)
    assert np.abs(shown(save(ds)) - expected).max() <= 1


def test_colours_that_cannot_be_shown_are_refused(rgb, grey, dicom, refused):
    for photometric in ("HSV", "ARGB", "CMYK", "YBR_PARTIAL_420", "MONOCHROME2", ""):
        assert "colours" in refused(dicom(rgb, PhotometricInterpretation=photometric))
    assert "colours" in refused(dicom(grey, PhotometricInterpretation="RGB"))


@pytest.mark.parametrize("allocated", [0, 2, 12, 24, 128])
def test_odd_numbers_of_bits_are_refused(allocated, grey, dicom, refused):
    assert "bits" in refused(dicom(grey, BitsAllocated=allocated))


def test_files_without_a_picture_are_refused(grey, dataset, save, refused):
    ds = dataset(grey)
    del ds.PixelData
    assert "holds no picture" in refused(save(ds))


def test_cut_off_files_are_refused(grey, encode, dicom, refused):
    frame = encode(grey, "JPEG")
    for data in (dicom(grey), dicom(grey, JPEGBaseline8Bit, frames=[frame])):
        for left in (133, 200, 300, len(data) // 2, len(data) - 20):
            refused(data[:left])


def test_too_few_pixels_are_refused(grey, dicom, refused):
    refused(dicom(grey, PixelData=grey[:-2].tobytes()))


@pytest.mark.parametrize("uid", [RLELossless, JPEG2000Lossless, JPEGBaseline8Bit])
@pytest.mark.parametrize("left", [0.3, 0.7, 0.97])
def test_frames_that_are_cut_off_are_refused(uid, left, grey, encode, dataset, save, dicom, refused):
    if uid == JPEGBaseline8Bit:
        frame = encode(grey, "JPEG")
    else:
        whole = compressed(dataset(grey), uid)
        frame = next(generate_frames(whole.PixelData, number_of_frames=1)).rstrip(b"\0")
    refused(dicom(grey, uid, frames=[frame[: int(len(frame) * left)]]))


# Facts


@pytest.mark.filterwarnings("ignore:Invalid value for VR CS")
def test_facts_are_the_listed_ones(ct, dicom):
    data = dicom(
        ct,
        Modality="CT",
        BodyPartExamined="chest",
        PixelSpacing=[0.7421875, 0.5],
        SliceThickness="1.25",
        RescaleSlope=1,
        RescaleIntercept=0,
        WindowCenter=-600,
        WindowWidth=1500,
    )
    assert read(data).facts == {
        "width": "90",
        "height": "70",
        "bit depth": "16",
        "colour": "grey",
        "number of frames": "1",
        "photometric interpretation": "MONOCHROME2",
        "modality": "CT",
        "body part": "CHEST",
        "pixel spacing": "0.7422 x 0.5 mm",
        "slice thickness": "1.25 mm",
    }


def test_facts_that_say_something_else_are_dropped(grey, dicom):
    data = dicom(grey, Modality="ROE", BodyPartExamined="JANE ROE", PixelSpacing=[0, -1], SliceThickness="1e9")
    assert set(read(data).facts) == {
        "width",
        "height",
        "bit depth",
        "colour",
        "number of frames",
        "photometric interpretation",
    }


def test_facts_of_a_bundled_ct(bundled):
    facts = read(bundled("CT_small.dcm")).facts
    assert facts["modality"] == "CT"
    assert facts["pixel spacing"] == "0.6615 x 0.6615 mm"
    assert facts["slice thickness"] == "5 mm"


def test_burned_in_text_is_noted(grey, dicom):
    assert "may name a person" in read(dicom(grey, BurnedInAnnotation="YES")).notes[0]
    assert read(dicom(grey, BurnedInAnnotation="NO")).notes == ()


def test_pydicom_is_imported_for_dicom_only():
    import subprocess

    code = "import sys, oncosecure.intake as i; i.from_array.__module__; print('pydicom' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("missing", [1, 2, 4])
def test_deflated_file_without_its_last_bytes_is_refused(missing, grey, dicom, refused):
    body = dicom(grey)
    at = body.index(b"\x08\0\x16\0UI")
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    whole = deflate.compress(body[at:] + bytes(8)) + deflate.flush()
    head = dicom(grey, DeflatedExplicitVRLittleEndian)
    head = head[: head.index(DeflatedExplicitVRLittleEndian.encode()) + 22]
    assert read(head + whole).format == "DICOM"
    assert "cut off" in refused(head + whole[:-missing])


def test_deflate_bomb_is_refused(grey, dicom, refused):
    data = dicom(grey, DeflatedExplicitVRLittleEndian)
    at = data.index(DeflatedExplicitVRLittleEndian.encode()) + 22
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = b"".join(deflate.compress(bytes(2**20)) for _ in range(130)) + deflate.flush()
    assert len(bomb) < 200_000
    assert "unpacks to more" in refused(data[:at] + bomb)
