import numpy as np
import pytest
from sklearn import metrics as reference

from oncosecure.evaluation import thresholds


@pytest.fixture
def scored():
    rng = np.random.default_rng(0)
    positive = rng.random(150) < 0.3
    return (0.4 * positive + rng.random(150)).round(1) / 1.5, positive  # rounded: ties


def test_counts_by_hand():
    found = thresholds.counts(np.array([0.2, 0.5, 0.7, 0.9]), np.array([False, True, False, True]), 0.5)
    assert (found.found, found.missed, found.alarms, found.cleared) == (2, 0, 1, 1)
    assert (found.sensitivity, found.specificity) == (1, 0.5)


def test_without_findings_there_is_no_sensitivity():
    assert np.isnan(thresholds.counts(np.array([0.2]), np.array([False]), 0.5).sensitivity)


def test_predictive_values_at_the_set_s_own_prevalence_are_the_counted_ones(scored):
    p, positive = scored
    found = thresholds.counts(p, positive, 0.5)
    ppv, npv = thresholds.predictive_values(found.sensitivity, found.specificity, positive.mean())
    assert ppv == pytest.approx(found.found / (found.found + found.alarms))
    assert npv == pytest.approx(found.cleared / (found.cleared + found.missed))


def test_a_rare_disease_makes_most_alarms_false():
    ppv, npv = thresholds.predictive_values(0.9, 0.9, 0.01)
    assert ppv == pytest.approx(0.009 / (0.009 + 0.099))
    assert npv > 0.998
    assert np.isnan(thresholds.predictive_values(0.0, 1.0, 0.2)[0])


def test_roc_against_scikit_learn(scored):
    p, positive = scored
    false, true, _ = reference.roc_curve(positive, p, drop_intermediate=False)
    found = thresholds.roc(p, positive)
    np.testing.assert_allclose(found[0], false)
    np.testing.assert_allclose(found[1], true)


def test_precision_and_recall_against_scikit_learn(scored):
    p, positive = scored
    precision, recall, _ = reference.precision_recall_curve(positive, p)
    found = thresholds.precision_recall(p, positive)
    np.testing.assert_allclose(found[0], recall[:-1][::-1])
    np.testing.assert_allclose(found[1], precision[:-1][::-1])
    assert thresholds.average_precision(p, positive) == pytest.approx(reference.average_precision_score(positive, p))


def test_rates_hold_the_counted_ones_and_do_not_call_a_flawless_one_certain(outcomes):
    model = outcomes()
    found = thresholds.counts(model.finding_probability, model.is_finding, 0.3)
    rates = thresholds.rates(model, 0.3, draws=200)
    assert rates["sensitivity"]["value"] == pytest.approx(found.sensitivity)
    assert rates["sensitivity"]["low"] < found.sensitivity < rates["sensitivity"]["high"]
    assert rates["specificity"]["value"] == pytest.approx(found.specificity)
    everything = thresholds.rates(model, 0.0, draws=50)
    assert everything["sensitivity"]["value"] == 1
    assert 0.9 < everything["sensitivity"]["low"] < 1
