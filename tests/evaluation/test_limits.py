"""What a card says of a model's limits, on a made-up model whose faults are known."""

import numpy as np
import pytest

from oncosecure import catalog
from oncosecure.evaluation import limits
from oncosecure.uncertainty.neighbours import Index

ENTRY = catalog.get("breast_ultrasound")


def _part(rng, n, sharpness):
    """Answers whose true temperature is `sharpness`: probabilities are right once logits are divided by it."""
    honest = rng.normal(size=(n, 3)) * 2
    p = np.exp(honest) / np.exp(honest).sum(1, keepdims=True)
    targets = np.array([rng.choice(3, p=row) for row in p])
    embedding = rng.random((n, 3)) @ PLANE + 3 * PLANE[targets] + 0.01 * rng.random((n, 40))
    return limits.Part(targets, np.arange(n) // 2, sharpness * honest, embedding)


PLANE = np.random.default_rng(9).random((3, 40))


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(0)
    train, val, test = (_part(rng, n, 3.0) for n in (300, 1500, 2000))
    labels = np.asarray(ENTRY.labels)[train.targets]
    index = Index.build(np.arange(300).astype(str), labels, train.embedding, k=8)
    return limits.measure(ENTRY, index, val, test)


def test_overconfidence_is_found_and_taken_back(found):
    assert found["temperature"] == pytest.approx(3.0, rel=0.1)
    error = found["calibration"]
    assert error["before"]["value"] > 0.15
    assert error["after"]["value"] < 0.04
    assert error["after"]["low"] <= error["after"]["value"] <= error["after"]["high"]
    assert 0 < error["perfect"]["value"] < error["perfect"]["high"] < 0.05
    assert error["validation"] < 0.04
    assert sum(b["pictures"] for b in error["bins"]) == error["pictures"] == 2000


def test_sets_hold_the_right_label_for_every_label(found):
    sets = found["conformal"]
    assert set(sets["thresholds"]) == set(ENTRY.labels)
    for part in sets["by_label"].values():
        assert part["coverage"]["value"] > 0.86
        assert part["coverage"]["low"] < part["coverage"]["value"] < part["coverage"]["high"]
    assert sum(part["pictures"] for part in sets["by_label"].values()) == 2000
    assert 1 <= sets["test_mean_size"] <= 3


def test_levels_hold_on_test(found):
    risk = found["risk"]
    assert risk["test"]["not_low"]["value"] > 0.97
    assert risk["test"]["not_high"]["value"] > 0.93


def test_the_limit_keeps_what_it_states(found):
    assert found["out_of_distribution"]["test_kept"] == pytest.approx(0.95, abs=0.03)


def test_neighbours_vote(found):
    similar = found["similar"]
    assert similar["accuracy"]["value"] > 0.95
    assert similar["agreement_when_right"] > 0.9 > similar["agreement_when_wrong"]
