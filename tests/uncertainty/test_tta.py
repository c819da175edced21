import numpy as np
import pytest

from oncosecure import analysis
from oncosecure.uncertainty import tta

LABELS = ("a", "b")


@pytest.mark.parametrize("any_way_up", [True, False])
def test_there_are_eight_different_views_and_the_first_is_the_scan(picture, any_way_up):
    seen = tta.views(picture, any_way_up)
    assert len(seen) == 8
    assert (seen[0] == picture).all()
    assert len({(view.shape, view.tobytes()) for view in seen}) == 8
    assert all(view.dtype == np.uint8 for view in seen)


def test_quarter_turns_change_no_pixel(picture):
    for view in tta.views(picture, any_way_up=True):
        assert (np.sort(view.ravel()) == np.sort(picture.ravel())).all()


def test_an_upright_scan_keeps_its_shape_and_its_middle(picture):
    for view in tta.views(picture, any_way_up=False):
        assert view.shape == picture.shape
        assert abs(int(view[48, 60, 0]) - int(picture[48, 60, 0])) < 60


def test_mean_spread_and_stability_follow_the_answers(picture):
    asymmetric = picture.copy()
    asymmetric[:, :60] = 0

    def by_brighter_side(view):
        left = view[:, : view.shape[1] // 2].mean() > view[:, view.shape[1] // 2 :].mean()
        return np.array([0.9, 0.1]) if left else np.array([0.3, 0.7])

    changing = tta.look_again(asymmetric, LABELS, by_brighter_side, any_way_up=False)
    assert not changing.stable
    assert changing.predicted.count("a") == 4
    assert changing.mean == pytest.approx({"a": 0.6, "b": 0.4})
    assert changing.spread == pytest.approx({"a": 0.3, "b": 0.3})
    assert tta.look_again(picture, LABELS, lambda view: np.array([0.8, 0.2]), any_way_up=True).stable


def test_the_first_view_is_the_answer_of_analyze(brain, slices):
    stability = analysis.look_again(slices[0], brain)
    answer = analysis.analyze(slices[0], brain)
    assert stability.probabilities[0] == pytest.approx(list(answer.probabilities.values()), abs=1e-6)
    assert stability.labels == brain.labels
