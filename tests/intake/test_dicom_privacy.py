"""Whoever the picture is of, nothing that names them leaves the decoder: no Scan, error or log line tells."""

from __future__ import annotations

import logging
import warnings

import pydicom
import pytest
from pydicom.datadict import DicomDictionary, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from oncosecure.intake import Scan, read
from oncosecure.intake.dicom import tags
from oncosecure.intake.dicom.elements import parse

TEXT = {"PN", "LO", "LT", "SH", "ST", "UT", "UC", "CS", "AE"}
VALUES = {"DA": "19470712", "TM": "031415", "DT": "19470712031415", "AS": "077Y", "UI": "1.2.826.777.19470712"}
CANARIES = ("CANARY", "19470712", "031415", "077Y", "1.2.826.777")
#: What pydicom itself reads while it writes, or what the picture is made of.
SPARED = tags.KEPT | tags.SEQUENCES | {0x00080005, 0x00080016, 0x00080018}


def _fill(ds: Dataset) -> int:
    """A canary in every public text, date and identifier attribute that DICOM knows."""
    count = 0
    for tag, (vr, *_) in DicomDictionary.items():
        if tag in SPARED or tag >> 16 in (0, 2, 4) or not (vr in TEXT or vr in VALUES):
            continue
        ds.add_new(tag, vr, VALUES.get(vr, "CANARY^ROE"))
        count += 1
    return count


@pytest.fixture(scope="module")
def named(grey, dataset) -> Dataset:
    """A picture with canaries everywhere: attributes, sequences, private elements, overlays, meta information."""
    ds = dataset(grey)
    assert _fill(ds) > 1500
    item = Dataset()
    item.PatientName = item.PatientID = "CANARY^ITEM"
    ds.RequestAttributesSequence = ds.OtherPatientIDsSequence = [item, item]
    block = ds.private_block(0x0011, "CANARY MAKER", create=True)
    block.add_new(0x01, "LO", "CANARY PRIVATE")
    block.add_new(0x02, "UN", b"CANARY UNKNOWN")
    block.add_new(0x03, "SQ", [item])
    ds.file_meta.SourceApplicationEntityTitle = "CANARY"
    ds.file_meta.PrivateInformationCreatorUID = "1.2.826.777.1"
    ds.file_meta.PrivateInformation = b"CANARY"
    ds.BodyPartExamined, ds.Modality = "CANARY ROE", "CANARY"
    ds.preamble = b"CANARY".ljust(128, b"\0")
    return ds


@pytest.fixture
def overheard(caplog, capfd):
    """Whatever is said while the test runs: logged at any level, printed or warned."""
    caplog.set_level(logging.DEBUG)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield lambda: caplog.text + "".join(capfd.readouterr()) + "".join(str(w.message) for w in warned)


def _told(scan: Scan) -> str:
    return f"{scan!r} {vars(scan)} {scan.facts} {scan.notes}"


def _assert_silent(text: str) -> None:
    for canary in CANARIES:
        assert canary not in text


@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, RLELossless])
def test_nothing_of_a_person_survives(syntax, named, grey, save, overheard, tmp_path):
    if syntax == RLELossless:
        named = pydicom.dcmread(_write(tmp_path, save(named)))
        named.compress(RLELossless, generate_instance_uid=False)
    data = save(named, syntax)
    assert syntax == DeflatedExplicitVRLittleEndian or all(canary.encode() in data for canary in CANARIES)
    overheard()
    scan = read(data, name="CANARY^JANE_19470712.dcm")
    assert (scan.pixels[..., 0] == grey).all()
    _assert_silent(_told(scan) + overheard())
    assert set(scan.facts) == {
        "width",
        "height",
        "bit depth",
        "colour",
        "number of frames",
        "photometric interpretation",
    }


def _write(folder, data):
    path = folder / "a.dcm"
    path.write_bytes(data)
    return path


def test_what_names_a_person_is_not_even_kept_while_decoding(named, save):
    elements = parse(save(named))
    assert set(elements.values) <= tags.KEPT | set(tags.PIXEL_DATA)
    text = {bytes(value) for tag, value in elements.values.items() if tag not in tags.PIXEL_DATA}
    assert {value.strip() for value in text if b"CANARY" in value} == {b"CANARY ROE", b"CANARY"}  # body part, modality


@pytest.mark.parametrize("cut", [4000, -10, 140])
def test_errors_say_nothing_of_a_person(cut, named, save, refused, overheard):
    data = save(named)
    overheard()
    _assert_silent(refused(data[:cut], name="CANARY^JANE.dcm") + overheard())


@pytest.mark.parametrize(
    "keyword",
    ["WindowCenter", "PixelSpacing", "PhotometricInterpretation", "NumberOfFrames", "VOILUTFunction", "RescaleSlope"],
)
def test_a_name_in_an_attribute_that_is_read_goes_nowhere(keyword, grey, dataset, save, overheard):
    ds = dataset(grey)
    value = b"CANARY^ROE"
    tag = pydicom.datadict.tag_for_keyword(keyword)
    ds[tag] = pydicom.dataelem.RawDataElement(pydicom.tag.Tag(tag), "LO", len(value), value, 0, False, True)
    data = save(ds)
    assert b"CANARY" in data
    overheard()
    try:
        said = _told(read(data))
    except ValueError as refusal:
        said = repr(refusal)
    _assert_silent(said + overheard())


def test_a_character_set_goes_nowhere(grey, dataset, save, overheard):
    data = save(dataset(grey, SpecificCharacterSet="ISO_IR 100")).replace(b"ISO_IR 100", b"CANARY ROE")
    overheard()
    _assert_silent(_told(read(data)) + overheard())


def test_only_listed_elements_are_read():
    """A tag that says who, when or where does not get onto the list by accident."""
    assert {keyword_for_tag(tag) for tag in tags.KEPT} == {
        *("Modality", "BodyPartExamined", "SliceThickness", "ImagerPixelSpacing", "PixelSpacing", "SamplesPerPixel"),
        *("PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns", "BitsAllocated"),
        *("BitsStored", "PixelRepresentation", "PixelPaddingValue", "BurnedInAnnotation", "WindowCenter"),
        *("WindowWidth", "RescaleIntercept", "RescaleSlope", "VOILUTFunction"),
        *("RedPaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData"),
        *("GreenPaletteColorLookupTableData", "BluePaletteColorLookupTableData", "LUTDescriptor", "LUTData"),
        *("ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
    }
    assert {keyword_for_tag(tag) for tag in tags.SEQUENCES} == {
        *("ModalityLUTSequence", "VOILUTSequence", "SharedFunctionalGroupsSequence"),
        *("PerFrameFunctionalGroupsSequence", "PixelMeasuresSequence", "FrameVOILUTSequence"),
        "PixelValueTransformationSequence",
    }
