"""Whether preprocessing helps: paired differences, and a verdict that only a clear gain earns."""

import numpy as np
import pytest

from oncosecure import catalog
from oncosecure.evaluation import metrics, preprocessing

SKIN = catalog.get("skin_lesion")


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    targets = np.arange(210) % 7
    logits = rng.normal(size=(210, 7)) + 1.2 * np.eye(7)[targets]
    return targets, np.arange(210) // 2, np.exp(logits) / np.exp(logits).sum(1, keepdims=True)


def test_differences_are_those_of_the_figures(table):
    targets, groups, p = table
    better = 0.4 * p + 0.6 * np.eye(7)[targets]
    found = preprocessing.compare(SKIN, targets, groups, p, {"hair": better, "colour": p, "contrast": p[::-1]})
    by_hand = [metrics.score(targets, q, SKIN.labels, SKIN.target) for q in (p, better)]
    for name in preprocessing.FIGURES:
        difference = found["methods"]["hair"]["differences"][name]
        assert difference["value"] == pytest.approx(by_hand[1][name] - by_hand[0][name])
    assert found["methods"]["hair"]["helps"] is True
    assert found["methods"]["contrast"]["helps"] is False
    assert found["groups"] == 105


def test_what_changes_nothing_differs_by_nothing(table):
    targets, groups, p = table
    same = preprocessing.compare(SKIN, targets, groups, p, {"hair": p})["methods"]["hair"]
    assert same["changed"] == 0 and same["helps"] is False
    assert all(end == 0 for figure in same["differences"].values() for end in figure.values())
