import numpy as np
import pandas as pd
import pytest

from oncosecure.evaluation import robustness


def _pictures(n=40):
    """Flat grey pictures, bright ones of label 1."""
    targets = np.arange(n) % 2
    return [np.full((20, 20, 3), 60 + 90 * t, np.uint8) for t in targets], targets


def _by_brightness(pictures):
    bright = np.array([pixels.mean() > 105 for pixels in pictures])
    return np.where(bright[:, None], [0.1, 0.9], [0.9, 0.1])


def test_only_what_confuses_the_model_costs_accuracy():
    pictures, targets = _pictures()
    found = robustness.measure(_by_brightness, pictures, targets, np.arange(40))
    assert found["clean"] == {"accuracy": 1.0, "ece": pytest.approx(0.1)}
    assert {len(steps) for steps in found["corruptions"].values()} == {5}
    assert [step["strength"] for step in found["corruptions"]["blur"]] == [1, 2, 3, 4, 5]
    for name, steps in found["corruptions"].items():
        if name != "brightness":
            assert all(step["accuracy"] == 1 for step in steps), name
    # 150 darkened to less than 105: from strength 3 on, where the sign says so.
    assert found["corruptions"]["brightness"][1]["accuracy"] == 1
    assert found["corruptions"]["brightness"][4]["accuracy"] < 1


def test_kept_is_the_middle_strengths_mean_over_the_clean_accuracy():
    pictures, targets = _pictures()
    found = robustness.measure(_by_brightness, pictures, targets, np.arange(40) // 2)
    middle = [steps[2]["accuracy"] for steps in found["corruptions"].values()]
    assert found["strength"] == 3
    assert found["kept"] == pytest.approx(np.mean(middle) / found["clean"]["accuracy"])
    assert found["kept_low"] <= found["kept"] <= found["kept_high"]
    assert (found["pictures"], found["groups"]) == (40, 20)


def test_a_sample_keeps_the_classes_shares():
    labels = pd.Series(["a"] * 600 + ["b"] * 300 + ["c"] * 100)
    rows = robustness.sample(labels, 300)
    assert labels.iloc[rows].value_counts().to_dict() == {"a": 180, "b": 90, "c": 30}
    assert (rows == robustness.sample(labels, 300)).all()
    assert (robustness.sample(labels[:50], 300) == np.arange(50)).all()
