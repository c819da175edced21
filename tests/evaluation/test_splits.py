"""Groups stay whole, classes keep their shares, seeds decide."""

import numpy as np
import pandas as pd
import pytest

from oncosecure.evaluation import splits


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 400, 1500)
    labels = np.array(["a", "b", "c"])[groups % 3]
    return labels, groups


def test_no_group_stands_on_two_sides(table):
    labels, groups = table
    parts = splits.grouped(labels, groups)
    assert pd.Series(parts).groupby(groups).nunique().max() == 1


def test_shares(table):
    labels, groups = table
    parts = splits.grouped(labels, groups, val=0.10, test=0.15)
    share = pd.Series(parts).value_counts(normalize=True)
    assert share["test"] == pytest.approx(0.15, abs=0.02)
    assert share["val"] == pytest.approx(0.10, abs=0.02)
    for label in "abc":
        assert (parts[labels == label] == "test").mean() == pytest.approx(0.15, abs=0.03)


def test_seed(table):
    labels, groups = table
    assert np.array_equal(splits.grouped(labels, groups, seed=1), splits.grouped(labels, groups, seed=1))
    assert not np.array_equal(splits.grouped(labels, groups, seed=1), splits.grouped(labels, groups, seed=2))


def test_folds_test_every_picture_once_and_keep_groups(table):
    labels, groups = table
    number = splits.folds(labels, groups, 5)
    assert set(number) == set(range(5))
    assert pd.Series(number).groupby(groups).nunique().max() == 1


def test_random_split_parts_groups(table):
    labels, groups = table
    parts = splits.random(labels)
    assert pd.Series(parts).groupby(groups).nunique().max() > 1


def test_released_split_keeps_groups_whole(brain):
    frame = pd.read_csv(brain.folder / "splits.csv")
    assert frame.groupby("group")["split"].nunique().max() == 1
    predicted = pd.read_csv(brain.folder / "predictions.csv")
    assert set(predicted["id"]) == set(frame.loc[frame["split"] == "test", "id"])


def test_few_groups_are_split_so_that_every_part_holds_every_label():
    patients = np.repeat([f"p{i:02d}" for i in range(16)], 60)
    labels = np.where(np.isin(patients, ["p00", "p01", "p02", "p03"]), "benign", "malignant")
    labels[[i * 60 + j for i in range(3) for j in range(20)]] = "malignant"
    parts = splits.of_few_groups(labels, patients)
    table = pd.DataFrame({"part": parts, "label": labels, "patient": patients})
    assert table.groupby("patient")["part"].nunique().max() == 1
    assert table.groupby("part")["label"].nunique().eq(2).all()
    both = table[table["part"] == "train"].groupby("patient")["label"].nunique()
    assert both.eq(2).sum() == 2
    assert np.array_equal(parts, splits.of_few_groups(labels, patients))


def test_too_few_groups_are_refused():
    with pytest.raises(ValueError, match="too few"):
        splits.of_few_groups(np.array(["a", "b", "b"]), np.array(["p", "q", "r"]))
