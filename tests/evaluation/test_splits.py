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
