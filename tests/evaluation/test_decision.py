import numpy as np
import pytest

from oncosecure.evaluation import decision

T = np.array([0.0, 0.1, 0.5, 0.8])


def test_by_hand():
    p, positive = np.array([0.9, 0.6, 0.6, 0.2]), np.array([True, True, False, False])
    found = decision.net_benefit(p, positive, np.array([0.5]))
    assert found[0] == pytest.approx(2 / 4 - 1 / 4)


def test_acting_on_everything_is_what_a_model_is_worth_that_always_says_one():
    positive = np.array([True, False, False, False])
    found = decision.net_benefit(np.ones(4), positive, T)
    np.testing.assert_allclose(found, decision.treat_all(T, 0.25))


def test_a_flawless_model_is_worth_the_prevalence():
    positive = np.array([True, False, True, False])
    np.testing.assert_allclose(decision.net_benefit(positive * 1.0, positive, T[1:]), 0.5)
    np.testing.assert_allclose(decision.net_benefit(positive * 1.0, positive, T[1:], prevalence=0.1), 0.1)


def test_a_useless_model_is_never_called_useful():
    positive = np.array([True, False, False, False])
    assert not decision.useful(decision.net_benefit(np.full(4, 0.3), positive, T), T, 0.25).any()
    assert decision.useful(decision.net_benefit(positive * 1.0, positive, T[1:]), T[1:], 0.25).all()
