import numpy as np
import pandas as pd
import pytest

from oncosecure import catalog
from oncosecure.errors import WeightsError
from oncosecure.evaluation import outcomes as released
from oncosecure.models import store


def test_the_released_predictions_give_the_card_s_figures(brain):
    card, found = store.read_json(brain, "card.json"), released.of_model(brain)
    assert len(found) == card["test"]["pictures"]
    assert found.right.mean() == pytest.approx(card["test"]["figures"]["accuracy"]["value"], abs=1e-5)
    assert found.is_finding.sum() == (found.targets != brain.labels.index("no_tumor")).sum()


def test_the_same_bytes_give_the_same_object(brain):
    assert released.of_model(brain) is released.of_model(brain, brain.models[0])


def test_the_table_compares_all_models_of_the_nested_comparison():
    entry = catalog.get("breast_features")
    names = released.models(entry)
    assert names[0] == entry.models[0] and len(names) >= 5
    first, other = (released.of_model(entry, name) for name in names[:2])
    assert len(first) == 569 and first.ids.tolist() == other.ids.tolist()
    assert first.ids[10] == "row 10"
    card = store.read_json(entry, "card.json")
    assert first.right.mean() == pytest.approx(card["test"]["figures"]["accuracy"]["value"], abs=1e-5)


def test_models_whose_predictions_are_missing_are_not_named(brain):
    assert released.models(brain)[0] == "efficientnet_lite0"
    assert set(released.models(brain)) <= set(brain.models)


def test_alignment_keeps_the_common_pictures_in_the_first_model_s_order(outcomes):
    first, other = outcomes(30), outcomes(30, seed=1).take(np.arange(5, 30)[::-1])
    a, b = released.aligned(first, other)
    assert a.ids.tolist() == b.ids.tolist() == [f"p{i}.png" for i in range(5, 30)]
    np.testing.assert_array_equal(a.targets, b.targets)
    np.testing.assert_array_equal(b.probabilities, outcomes(30, seed=1).probabilities[5:])


def test_rows_that_are_not_of_the_test_are_left_out(brain, tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    (tmp_path / brain.key).mkdir()
    p = {f"p_{label}": [0.25, 0.25] for label in brain.labels}
    frame = pd.DataFrame({"id": ["a", "b"], "label": "glioma", "group": [1, 2], "split": ["val", "test"], **p})
    frame.to_csv(tmp_path / brain.key / "predictions.csv", index=False)
    with pytest.raises(WeightsError):
        released.of_model(brain)
    store.register(brain, ["predictions.csv"])
    assert released.of_model(brain).ids.tolist() == ["b"]
