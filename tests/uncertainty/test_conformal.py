import numpy as np
import pytest
from crepes import ConformalClassifier

from oncosecure.uncertainty import conformal, temperature


def _draw(rng, n):
    logits = rng.normal(size=(n, 4)) * 2
    p = temperature.softmax(logits)
    return p, np.array([rng.choice(4, p=row) for row in p])


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_sets_cover_fresh_pictures(coverage):
    rng = np.random.default_rng(0)
    threshold = conformal.fit(*_draw(rng, 2000), coverage)
    p, targets = _draw(rng, 5000)
    inside = conformal.members(p, threshold)
    assert inside[np.arange(5000), targets].mean() == pytest.approx(coverage, abs=0.025)


def test_every_label_is_covered_also_where_one_is_rare_and_hard():
    rng = np.random.default_rng(0)

    def draw(n):
        targets = rng.choice(3, n, p=[0.7, 0.25, 0.05])
        logits = rng.normal(size=(n, 3))
        logits[np.arange(n), targets] += np.array([4.0, 2.0, 0.5])[targets]
        return temperature.softmax(logits), targets

    thresholds = conformal.fit_by_label(*draw(4000), 0.9)
    common = conformal.fit(*draw(4000), 0.9)
    p, targets = draw(20000)
    right = np.arange(len(p)), targets
    for label in range(3):
        its = targets == label
        assert conformal.members(p, thresholds)[right][its].mean() > 0.87
    assert conformal.members(p, common)[right][targets == 2].mean() < 0.75


@pytest.mark.parametrize("n", [9, 10, 19, 66, 99, 250])
@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_the_stored_threshold_gives_the_sets_of_crepes(n, coverage):
    rng = np.random.default_rng(n)
    fitted, targets = _draw(rng, n)
    fitted = fitted.round(2)  # ties
    p = np.concatenate([fitted, _draw(rng, 200)[0], np.zeros((1, 4)), np.ones((1, 4))])
    machine = ConformalClassifier().fit(-fitted[np.arange(n), targets])
    theirs = machine.predict_set(-p, confidence=coverage, smoothing=False).astype(bool)
    assert ((p >= conformal.fit(fitted, targets, coverage)) == theirs).all()


def test_too_few_pictures_let_every_label_in_and_a_rare_label_takes_the_common_threshold():
    p, targets = _draw(np.random.default_rng(2), 8)
    assert conformal.least(0.9) == 10
    assert conformal.least(0.8) == 5
    assert conformal.fit(p, targets, 0.9) == 0.0
    p, targets = _draw(np.random.default_rng(3), 300)
    targets[targets == 3] = 0
    targets[:8] = 3
    thresholds = conformal.fit_by_label(p, targets, 0.9)
    assert thresholds[3] == conformal.fit(p, targets, 0.9)
    assert thresholds[0] == conformal.fit(p[targets == 0], targets[targets == 0], 0.9)


def test_a_set_is_never_empty():
    p, _ = _draw(np.random.default_rng(1), 500)
    for threshold in (0.999, np.array([0.999, 0.99, 0.9999, 0.999])):
        assert conformal.members(p, threshold)[np.arange(500), p.argmax(1)].all()


def test_a_high_threshold_does_not_hide_doubt():
    p = np.array([[0.55, 0.42, 0.03], [0.95, 0.03, 0.02]])
    assert conformal.members(p, 0.99, 0.9).tolist() == [[True, True, False], [True, False, False]]
