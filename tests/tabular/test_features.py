from __future__ import annotations

import pytest
from sklearn.datasets import load_breast_cancer

from oncosecure.tabular import data
from oncosecure.tabular.features import FEATURES, GROUPS, find, measure


def test_names_are_those_of_scikit_learn():
    assert tuple(load_breast_cancer().feature_names) == FEATURES


@pytest.mark.parametrize(
    ("column", "feature"),
    [
        ("mean radius", "mean radius"),
        ("Mean Radius", "mean radius"),
        ("radius_mean", "mean radius"),
        ("RADIUS_SE", "radius error"),
        ("concave points_worst", "worst concave points"),
        ("fractal_dimension_se", "fractal dimension error"),
        (" area.worst ", "worst area"),
        ("concave_points1", "mean concave points"),
        ("texture3", "worst texture"),
        ("radius", None),
        ("radius_max", None),
        ("", None),
    ],
)
def test_columns_are_known_in_several_forms(column, feature):
    assert find(column) == feature


def test_every_feature_has_a_group_and_a_measure():
    assert sum(map(len, GROUPS.values())) == 30
    assert {measure(name) for name in GROUPS["worst"]} == {measure(name) for name in GROUPS["mean"]}
    assert measure("worst fractal dimension") == "fractal dimension"


def test_malignant_is_the_second_label():
    table = data.load()
    assert table.values.shape == (569, 30)
    assert (table.labels == "malignant").sum() == 212 and (table.targets == 1).sum() == 212
    assert table.values[table.targets == 1, 0].mean() > table.values[table.targets == 0, 0].mean()
