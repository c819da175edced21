import numpy as np
import pytest

from oncosecure.evaluation.metrics import expected_calibration_error
from oncosecure.uncertainty import temperature


def _table(scale: float):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 4)) * 2
    targets = np.array([rng.choice(4, p=p) for p in temperature.softmax(logits)])
    return logits * scale, targets


@pytest.mark.parametrize("scale", [0.4, 1.0, 3.0])
def test_recovers_the_temperature_that_was_put_in(scale):
    assert temperature.fit(*_table(scale)) == pytest.approx(scale, rel=0.1)


def test_scaling_calibrates_and_keeps_the_answer():
    logits, targets = _table(3.0)
    before, after = temperature.softmax(logits), temperature.softmax(logits, temperature.fit(logits, targets))
    assert expected_calibration_error(targets, after) < 0.03 < expected_calibration_error(targets, before)
    assert np.array_equal(before.argmax(1), after.argmax(1))


def test_softmax_survives_large_logits():
    p = temperature.softmax(np.array([[1e4, 0.0], [-1e4, 0.0]]))
    assert np.allclose(p, [[1, 0], [0, 1]])
