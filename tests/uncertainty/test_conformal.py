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


def test_the_most_probable_label_is_always_in():
    assert conformal.members(np.array([[0.3, 0.3, 0.4]]), 0.9).tolist() == [[False, False, True]]


def test_a_tie_gives_both():
    assert conformal.members(np.array([[0.48, 0.47, 0.05]]), 0.4).tolist() == [[True, True, False]]


def test_too_few_pictures_give_all_labels():
    assert conformal.fit(np.array([[0.9, 0.1]]), np.array([0]), 0.9) == 0.0
