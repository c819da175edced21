from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncosecure.errors import ScanError
from oncosecure.tabular import data, sheet
from oncosecure.tabular.features import FEATURES, MEASURES

UCI = [f"{m.replace(' ', '_')}_{s}" for s in ("mean", "se", "worst") for m in MEASURES]


def table(rows: int = 3, names=FEATURES, separator: str = ",") -> str:
    lines = [separator.join(names)]
    lines += [separator.join(map(repr, row.tolist())) for row in data.load().values[:rows]]
    return "\n".join(lines) + "\n"


def with_cell(cell: str, column: int = 0) -> bytes:
    head, row, *_ = table(1).splitlines()
    cells = row.split(",")
    cells[column] = cell
    return f"{head}\n{','.join(cells)}\n".encode()


@pytest.mark.parametrize("names", [FEATURES, UCI, [n.upper() for n in UCI], [n.title() for n in FEATURES]])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_reads_every_form(names, separator):
    found = sheet.read(table(3, names, separator).encode())
    np.testing.assert_array_equal(found.values, data.load().values[:3])
    assert found.errors == ("", "", "")


def test_order_of_columns_does_not_matter():
    order = np.random.default_rng(0).permutation(30)
    lines = [",".join(FEATURES[j] for j in order), ",".join(repr(float(data.load().values[7, j])) for j in order)]
    np.testing.assert_array_equal(sheet.read("\n".join(lines).encode()).values[0], data.load().values[7])


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_byte_order_mark_line_ends_and_blank_lines(newline):
    text = "\ufeff" + table(2).replace("\n", newline) + newline + " , ,\n".replace("\n", newline)
    found = sheet.read(text.encode())
    assert found.errors == ("", "")


def test_id_and_diagnosis_may_stand_there_and_so_may_a_comma_at_the_end():
    lines = table(2).splitlines()
    text = "\n".join([f"id,diagnosis,{lines[0]},"] + [f"842302,M,{line}," for line in lines[1:]])
    np.testing.assert_array_equal(sheet.read(text.encode()).values, data.load().values[:2])


def test_decimal_commas_where_they_cannot_be_separators():
    text = table(2, separator=";").replace(".", ",")
    np.testing.assert_array_equal(sheet.read(text.encode()).values, data.load().values[:2])


def test_missing_and_unknown_columns_are_named():
    text = table().replace("mean radius", "mean radios").replace("worst area", "colour")
    with pytest.raises(ScanError) as error:
        sheet.read(text.encode())
    for part in ("Missing: mean radius, worst area.", 'Unknown: "mean radios", "colour".'):
        assert part in str(error.value)


def test_a_feature_that_is_there_twice_is_named():
    lines = table(1).splitlines()
    with pytest.raises(ScanError, match="There twice: mean radius"):
        sheet.read("\n".join([lines[0] + ",radius_mean", lines[1] + ",1"]).encode())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (table().encode("utf-16"), "not text in UTF-8"),
        (table().replace("mean radius", "m\u00e4an radius").encode("latin-1"), "not text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not text in UTF-8"),
        (table().encode() + b"\0", "zero bytes"),
        ((table().splitlines()[0] + "\n").encode(), "no rows"),
        (b"1,2,3\n4,5,6\n", "Missing: mean radius"),
        (table(1).encode() + b'"open quote', "no CSV"),
        (table(1).encode() + b"9" * 200_000, "no CSV"),
    ],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(content, sentence):
    with pytest.raises(ScanError, match=sentence):
        sheet.read(content)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("abc", 'mean radius is "abc", which is no number.'),
        ("", "mean radius is empty."),
        ("nan", 'mean radius is "nan", which is no number.'),
        ("inf", "mean radius is not finite."),
        ("-Infinity", "mean radius is not finite."),
        ("1e999", "mean radius is not finite."),
        ("-3", "mean radius is negative."),
        ("1_000", 'mean radius is "1_000", which is no number.'),
        ("\u0661\u0662", 'mean radius is "\u0661\u0662", which is no number.'),
        ("=1+2", 'mean radius is "=1+2", which is no number.'),
    ],
)
def test_a_cell_that_is_no_measurement_marks_its_row(cell, sentence):
    found = sheet.read(with_cell(cell))
    assert found.errors == (sentence,)
    assert np.isnan(found.values).all() and not found.usable.any()


def test_a_row_of_another_length_is_marked_and_the_others_read():
    found = sheet.read(table(2).encode() + b"1,2,3\n")
    assert found.errors[:2] == ("", "") and "3 cells" in found.errors[2]


def test_a_hundred_thousand_rows_are_read_and_one_more_is_not(monkeypatch):
    monkeypatch.setattr(sheet, "MAX_ROWS", 50)
    line = table(1).splitlines()[1]
    body = table(1).splitlines()[0] + "\n" + f"{line}\n" * 50
    assert len(sheet.read(body.encode()).errors) == 50
    with pytest.raises(ScanError, match="more than 50 rows"):
        sheet.read((body + line).encode())


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(sheet, "MAX_BYTES", 100)
    with pytest.raises(ScanError, match="larger than"):
        sheet.read(table().encode())


def test_too_many_columns_are_refused_without_naming_them():
    with pytest.raises(ScanError, match="more than 1,000 columns") as caught:
        sheet.read(",".join(f"c{i}" for i in range(200_000)).encode())
    assert len(str(caught.value)) < 300


def test_a_million_rows_are_refused():
    row = ",".join(["1"] * 30)
    with pytest.raises(ScanError, match="more than 100,000 rows"):
        sheet.read((",".join(FEATURES) + "\n" + f"{row}\n" * 10**6).encode())


CELLS = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(["1.5", "=1+1", "inf", "-1", "", "nan"])


@given(st.lists(st.lists(CELLS, min_size=28, max_size=31), min_size=1, max_size=4), st.sampled_from(",;\t"))
@settings(max_examples=60, deadline=None)
def test_whatever_the_cells_each_row_is_numbers_or_marked(rows, separator):
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator)
    writer.writerow(FEATURES)
    writer.writerows(rows)
    try:
        found = sheet.read(stream.getvalue().encode())
    except ScanError:
        return
    assert found.values.shape == (len(found.errors), 30)
    assert np.isfinite(found.values[found.usable]).all() and np.isnan(found.values[~found.usable]).all()


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_whatever_the_bytes_a_sheet_or_a_refusal(data):
    for start in (b"", ",".join(FEATURES).encode() + b"\n"):
        try:
            sheet.read(start + data)
        except ScanError as refusal:
            assert len(str(refusal)) < 1500
