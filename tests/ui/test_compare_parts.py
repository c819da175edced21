import csv
import io

from oncosecure.ui import compare_parts


def read(records) -> list[dict]:
    return list(csv.DictReader(io.StringIO(compare_parts.to_csv(records))))


def test_numbers_stay_numbers_and_what_is_not_known_is_empty():
    rows = read([{"p": -0.25, "n": 3, "low": float("nan")}, {"p": 1e-9, "cpu": None}])
    assert rows[0] == {"p": "-0.25", "n": "3", "low": "", "cpu": ""}
    assert float(rows[1]["p"]) == 1e-9


def test_no_cell_is_taken_for_a_formula():
    (row,) = read([{"id": "=cmd|' /C calc'!A0", "label": "-mel"}])
    assert row == {"id": "'=cmd|' /C calc'!A0", "label": "'-mel"}
