"""The contrast of labels within patients, on numbers made for it."""

import numpy as np
import pytest

from oncosecure.training import contrast

PENALTY = contrast.Penalty(1.0, 0.1)


@pytest.fixture(scope="module")
def study():
    """Features 0 to 3 tell labels apart; 4 and 5 patients, and so labels of the eight patients that have but one."""
    rng = np.random.default_rng(5)
    x, labels, patients = [], [], []
    for i in range(10):
        stain = rng.normal(0, 4, 2) + (3 if i > 3 else -3)
        for label in (0, 1) if i < 2 else (int(i > 3),):
            part = rng.normal(0, 1, (60, 6))
            part[:, :4] += 1.2 * label
            part[:, 4:] += stain
            x.append(part)
            labels += [label] * 60
            patients += [f"p{i}"] * 60
    return np.vstack(x).astype(np.float32), np.array(labels), np.array(patients)


@pytest.fixture(scope="module")
def fitter(study):
    return contrast.Contrast(*study, [slice(0, 3), slice(3, 6)])


def test_what_only_tells_patients_apart_gets_little_weight(fitter):
    weights, _ = fitter.fit(fitter.names, PENALTY)
    assert weights.shape == (6,)
    assert np.abs(weights[4:]).max() < 0.15 * weights[:4].min()


def test_scores_of_patients_left_out_tell_labels_apart(fitter, study):
    from sklearn.metrics import roc_auc_score

    penalty, scores = fitter.choose(fitter.names)
    assert penalty in contrast.PENALTIES
    assert np.isfinite(scores).all()
    assert roc_auc_score(study[1], scores) > 0.9


def test_a_patient_left_out_has_no_say(study):
    x, labels, patients = study
    others = [p for p in np.unique(patients) if p != "p5"]
    before = contrast.Contrast(x, labels, patients, [slice(0, 6)]).fit(others, PENALTY)
    changed = np.where((patients == "p5")[:, None], 100 + 7 * x, x)
    after = contrast.Contrast(changed, labels, patients, [slice(0, 6)]).fit(others, PENALTY)
    np.testing.assert_allclose(before[0], after[0], rtol=1e-5)
    assert before[1] == pytest.approx(after[1])


def test_scores_outside_the_chosen_patients_are_absent(fitter, study):
    scores = fitter.left_out(["p0", "p1", "p7"], PENALTY)
    assert np.array_equal(np.isfinite(scores), np.isin(study[2], ["p0", "p1", "p7"]))


def test_without_a_patient_of_both_labels_there_is_no_fit(fitter):
    with pytest.raises(ValueError, match="both labels"):
        fitter.fit(["p3", "p7", "p8"], PENALTY)
