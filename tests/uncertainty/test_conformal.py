import numpy as np
import pytest

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


def test_a_set_is_never_empty():
    p, _ = _draw(np.random.default_rng(1), 500)
    inside = conformal.members(p, 0.999)
    assert inside[np.arange(500), p.argmax(1)].all()


def test_a_high_threshold_does_not_hide_doubt():
    p = np.array([[0.55, 0.42, 0.03], [0.95, 0.03, 0.02]])
    assert conformal.members(p, 0.99, 0.9).tolist() == [[True, True, False], [True, False, False]]


def test_a_tie_gives_both():
    assert conformal.members(np.array([[0.48, 0.47, 0.05]]), 0.4).tolist() == [[True, True, False]]


def test_too_few_pictures_give_all_labels():
    assert conformal.fit(np.array([[0.9, 0.1]]), np.array([0]), 0.9) == 0.0
