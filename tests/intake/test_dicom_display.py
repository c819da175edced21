"""Modality and VOI transformations, against the formulas of PS3.3 C.11 and against pydicom."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut

from oncosecure.intake import read
from oncosecure.intake.dicom.display import NO_WINDOW, window


@pytest.fixture(scope="module")
def counts(grey) -> np.ndarray:
    """(70, 90) uint16, 0 to 3792."""
    return grey.astype(np.uint16) * 16


def by_pydicom(values: np.ndarray, ds: Dataset) -> np.ndarray:
    """pydicom's rendering, which it gives on the scale of the stored values, here of unsigned 16 bit."""
    return apply_voi_lut(apply_modality_lut(values, ds), ds) / 65535 * 255


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize(("center", "width"), [(1000, 2000), (1500.5, 300), (40, 400)])
def test_window_is_that_of_pydicom(function, center, width, counts, dataset, save, shown):
    ds = dataset(counts, WindowCenter=center, WindowWidth=width, VOILUTFunction=function)
    assert np.abs(shown(save(ds)) - by_pydicom(counts, ds)).max() <= 1


def test_window_after_rescaling_to_hounsfield_units(counts, dicom, shown):
    data = dicom(counts, RescaleSlope=1, RescaleIntercept=-1024, WindowCenter=-600, WindowWidth=1500)
    units = counts.astype(float) - 1024
    expected = np.clip(((units + 600.5) / 1499 + 0.5) * 255, 0, 255)
    assert np.abs(shown(data) - expected).max() <= 0.5001
    assert read(data).notes == ()


def test_signed_values(counts, dicom, shown):
    signed = counts.astype(np.int16) - 2000
    data = dicom(signed, WindowCenter=0, WindowWidth=4000, VOILUTFunction="LINEAR_EXACT")
    assert np.abs(shown(data) - np.clip((signed + 2000) / 4000 * 255, 0, 255)).max() <= 0.5001


def test_first_of_several_windows(counts, dicom, shown):
    one = shown(dicom(counts, WindowCenter=1000, WindowWidth=800))
    assert np.array_equal(shown(dicom(counts, WindowCenter=[1000, 40], WindowWidth=[800, 400])), one)


def test_monochrome1_is_inverted(grey, counts, dicom, shown):
    assert np.array_equal(shown(dicom(grey, PhotometricInterpretation="MONOCHROME1")), 255 - grey)
    window = {"WindowCenter": 1000, "WindowWidth": 800}
    normal, inverted = (
        shown(dicom(counts, PhotometricInterpretation=kind, **window)) for kind in ("MONOCHROME2", "MONOCHROME1")
    )
    assert np.array_equal(inverted, 255 - normal)


def test_without_a_window_the_robust_range_is_shown_and_noted(counts, dicom, shown):
    low, high = np.percentile(counts, (0.5, 99.5))
    expected = np.clip((counts - low) / (high - low) * 255, 0, 255)
    data = dicom(counts)
    assert np.abs(shown(data) - expected).max() <= 1
    assert read(data).notes == (NO_WINDOW,)


def test_eight_bit_without_a_window_is_shown_as_it_is(grey, dicom, shown):
    assert np.array_equal(shown(dicom(grey // 3)), grey // 3)


@pytest.mark.parametrize("width", [0, -5, "", "NaN"])
def test_windows_that_mean_nothing_are_ignored(width, counts, dataset, save, shown):
    plain = shown(save(dataset(counts)))
    ds = dataset(counts)
    ds.WindowCenter = 100
    ds.add_new("WindowWidth", "DS", width)
    assert np.array_equal(shown(save(ds)), plain)


def test_padding_does_not_count(counts, dicom, shown):
    values = counts.astype(np.int16) - 1000
    padded = values.copy()
    padded[:20] = -2000
    low, high = np.percentile(values[20:], (0.5, 99.5))
    result = shown(dicom(padded, PixelPaddingValue=-2000))
    assert np.abs(result[20:] - np.clip((values[20:] - low) / (high - low) * 255, 0, 255)).max() <= 1
    assert not result[:20].any()


def lut(first: int, entries: np.ndarray, bits: int, words: bool = True) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "US" if first >= 0 else "SS", [len(entries), first, bits])
    raw = entries.astype("<u2" if words else "u1").tobytes()
    item.add_new("LUTData", "OW", raw + bytes(len(raw) % 2))
    return item


@pytest.mark.parametrize("first", [0, 500, -300])
def test_modality_lut(first, counts, dataset, save, shown):
    table = np.round(np.linspace(0, 60, 2000) ** 2)
    values = counts.astype(np.int16) - 400 if first < 0 else counts
    ds = dataset(values, ModalityLUTSequence=[lut(first, table, 16)], WindowCenter=1800, WindowWidth=3600)
    units = table[np.clip(values.astype(int) - first, 0, 1999)]
    assert np.abs(shown(save(ds)) - np.clip(((units - 1799.5) / 3599 + 0.5) * 255, 0, 255)).max() <= 1


@pytest.mark.parametrize(("bits", "words"), [(8, False), (8, True), (12, True), (16, True)])
def test_voi_lut(bits, words, counts, dataset, save, shown):
    top = 2**bits - 1
    table = np.round(np.linspace(0, 1, 3000) ** 2 * top)
    window = {"WindowCenter": 5, "WindowWidth": 5}  # the table comes first
    ds = dataset(counts, VOILUTSequence=[lut(200, table, bits, words)], **window)
    expected = table[np.clip(counts.astype(int) - 200, 0, 2999)] / top * 255
    assert np.abs(shown(save(ds)) - expected).max() <= 1


def test_voi_lut_of_65536_entries(counts, dataset, save, shown):
    item = lut(0, np.arange(65536) // 16, 12)
    item.LUTDescriptor = [0, 0, 12]
    assert np.abs(shown(save(dataset(counts, VOILUTSequence=[item]))) - counts / 16 / 4095 * 255).max() <= 1


def test_table_that_is_too_short_is_refused(counts, dataset, save, refused):
    item = lut(0, np.arange(100), 8)
    item.LUTDescriptor = [1000, 0, 8]
    refused(save(dataset(counts, VOILUTSequence=[item])))


def _group(**attributes: object) -> Dataset:
    item = Dataset()
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return item


def _of_frame(center: float, width: float) -> Dataset:
    return _group(
        FrameVOILUTSequence=[_group(WindowCenter=center, WindowWidth=width)],
        PixelValueTransformationSequence=[_group(RescaleSlope=2, RescaleIntercept=-100)],
    )


@pytest.mark.parametrize("undefined", [False, True])
def test_functional_groups_of_enhanced_images(undefined, counts, dataset, save):
    measures = _group(PixelSpacing=[0.5, 0.25], SliceThickness=3)
    ds = dataset(
        counts,
        NumberOfFrames=3,
        PixelData=np.stack([counts, counts[::-1], counts]).tobytes(),
        SharedFunctionalGroupsSequence=[_group(PixelMeasuresSequence=[measures])],
        PerFrameFunctionalGroupsSequence=[_of_frame(10, 10), _of_frame(3000, 4000), _of_frame(20, 20)],
    )
    for keyword in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        ds[keyword].is_undefined_length = undefined
        for item in ds[keyword].value:
            item.is_undefined_length_sequence_item = undefined
    scan = read(save(ds))
    units = counts[::-1] * 2.0 - 100
    assert np.abs(scan.pixels[..., 0] - np.clip(((units - 2999.5) / 3999 + 0.5) * 255, 0, 255)).max() <= 1
    assert scan.facts["pixel spacing"] == "0.5 x 0.25 mm"
    assert scan.facts["slice thickness"] == "3 mm"
    assert scan.notes == ("middle of 3 frames",)


def test_linear_window_has_the_half_steps_of_the_standard():
    assert window(100, 11)(np.array([94.5, 95.5, 99.5, 104.5])).tolist() == pytest.approx([0, 25.5, 127.5, 255])
    assert window(100, 10, "LINEAR_EXACT")(np.array([95.0, 100, 105])).tolist() == pytest.approx([0, 127.5, 255])


def test_window_of_width_one_is_a_step():
    assert window(100, 1)(np.array([98.0, 99, 99.5, 100, 101])).tolist() == [0, 0, 0, 255, 255]


def test_thirty_two_bit_dose(grey, dicom, shown):
    dose = grey.astype(np.uint32) * 10**6
    low, high = np.percentile(dose, (0.5, 99.5))
    expected = np.clip((dose - low) / (high - low) * 255, 0, 255)
    assert np.abs(shown(dicom(dose, RescaleSlope=1e-6, RescaleIntercept=0)) - expected).max() <= 1
