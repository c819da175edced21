from __future__ import annotations

import csv

import numpy as np
import pytest

from oncosecure import catalog, cli
from oncosecure.tabular import analysis, data, predict
from oncosecure.tabular.features import FEATURES

pytestmark = pytest.mark.usefixtures("released")


def write(path, rows, names=FEATURES):
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerows(rows)
    return path


def test_columns_are_those_of_the_command_line():
    assert predict.columns() == cli.columns(catalog.get("breast_features"))


def test_every_row_is_answered_as_it_is_alone(tmp_path):
    path = write(tmp_path / "rows.csv", data.load().values[:5])
    found = list(predict.rows(path))
    assert [row["path"] for row in found] == [f"{path}#{i}" for i in range(1, 6)]
    for row, values in zip(found, data.load().values, strict=False):
        alone = analysis.analyze(values)
        assert list(row) == predict.columns()
        assert row["predicted"] == alone.predicted and row["error"] == ""
        assert float(row["p_malignant"]) == pytest.approx(alone.target_probability, abs=1e-6)
        assert row["prediction_set"] == ";".join(alone.prediction_set)
        assert row["in_distribution"] == str(alone.in_distribution).lower()


def test_a_broken_row_stands_among_the_others(tmp_path):
    rows = data.load().values[:3].tolist()
    rows[1][4] = "many"
    first, broken, last = predict.rows(write(tmp_path / "rows.csv", rows))
    assert first["predicted"] and last["predicted"]
    assert broken["predicted"] == "" and 'mean smoothness is "many"' in broken["error"]


def test_a_file_that_cannot_be_read_is_one_row(tmp_path):
    (missing,) = predict.rows(tmp_path / "none.csv")
    assert "cannot be opened" in missing["error"]
    (wrong,) = predict.rows(write(tmp_path / "wrong.csv", [[1, 2]], ["a", "b"]))
    assert 'Unknown: "a", "b"' in wrong["error"] and wrong["path"].endswith("wrong.csv")
    (folder,) = predict.rows(tmp_path)
    assert folder["error"]


def test_many_rows_take_little_time_and_memory():
    many = np.tile(data.load().values, (10, 1))
    found = analysis.answers(many)
    np.testing.assert_allclose(found.probabilities[:569], found.probabilities[-569:], atol=1e-12)
    assert found.in_distribution.shape == (5690,)
