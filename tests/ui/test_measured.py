import numpy as np
import pytest

from oncosecure import catalog
from oncosecure.errors import WeightsError
from oncosecure.ui import measured, model
from oncosecure.ui.measured import Predictions
from oncosecure.ui.words import breakable


@pytest.fixture
def rows() -> Predictions:
    p = np.array([[0.95, 0.05], [0.92, 0.08], [0.4, 0.6], [0.3, 0.7]])
    return Predictions(np.array([0, 1, 1, 1]), p)


def test_confusion_has_the_right_class_down_and_the_called_one_across(rows):
    assert rows.confusion().tolist() == [[1, 0], [1, 2]]


def test_reliability_compares_what_is_stated_with_what_is_right(rows):
    bins = {round(b.low, 1): b for b in rows.reliability()}
    assert (bins[0.9].count, bins[0.9].right, bins[0.9].observed) == (2, 1, 0.5)
    assert bins[0.9].stated == pytest.approx(0.935)


def test_the_band_of_a_confidence_counts_the_test_pictures_in_it(rows):
    assert (rows.near(0.93).low, rows.near(0.93).high, rows.near(0.93).count) == (0.9, 0.95, 1)
    assert rows.near(1.0).high == 1.0
    assert rows.near(0.2).count == 0


def test_the_card_s_accuracy_is_that_of_the_released_predictions(brain):
    """The figures that a page shows and those computed beside them come from the same pictures."""
    card, rows = measured.card(brain), measured.predictions(brain)
    assert len(rows.targets) == card["test"]["pictures"]
    assert rows.right.mean() == pytest.approx(card["test"]["figures"]["accuracy"]["value"], abs=1e-4)


def test_the_headline_is_computed_from_the_card(brain):
    test = {"pictures": 930, "figures": {"accuracy": {"value": 0.979, "low": 0.969, "high": 0.987}}}
    said = "97.9 % accuracy (96.9 to 98.7), leak-free, 930 slices"
    assert breakable(model.headline(brain, {"test": test})) == said
    figures = {"accuracy": {"value": 0.81, "low": 0.79, "high": 0.83}}
    pooled = {"pictures": 6100, "figures": figures}
    folds = {"kind": "grouped five-fold", "folds": [{}] * 5, "pooled": pooled, "recipe": {}}
    over = model.headline(brain, {"test": test, "cross_validation": folds})
    assert breakable(over) == "81.0 % accuracy (79.0 to 83.0), leak-free, 6,100 slices over 5 splits"
    other = folds | {"recipe": {"stages": [[[160, 3]], [[160, 12]]]}}
    assert breakable(model.headline(brain, {"test": test, "cross_validation": other})) == said


def test_the_leaking_split_is_the_one_that_was_trained_under_or_else_looked_into():
    published = {"leak": {"test_size": 1000}}
    assert model.leaking_split(published) == model.leaking_split({"published": {}, "random": {}}) == "published"
    assert model.leaking_split(published | {"random": {}}) == model.leaking_split({"leak": None}) == "random"


def test_the_weakest_class_is_named_with_what_it_is_taken_for(brain):
    counts = np.array([[9, 1, 0, 0], [0, 0, 0, 0], [1, 0, 9, 2], [0, 0, 0, 5]])
    said = model.weakest(brain, counts)
    assert 'Its weakest class is "no tumour": **9 of 12**' in said and "2 are taken for pituitary tumour" in said
    assert "every test slice right" in model.weakest(brain, np.diag([3, 0, 4, 5]))


def test_a_changed_card_is_refused(brain, tmp_path, monkeypatch):
    (tmp_path / "brain_mri").mkdir()
    (tmp_path / "brain_mri" / "card.json").write_text("{}")
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    with pytest.raises(WeightsError):
        measured.card(brain)


def test_a_joint_network_s_trainings_are_those_of_its_parts(brain):
    card = measured.card(brain)
    assert measured.trainings(card) == [(brain.models[0], card["recipe"], card["history"])]
    parts = [{"model": name, "recipe": {}, "history": [{"epoch": 1}]} for name in ("one", "other")]
    joint = {"model": "both", "recipe": {"parts": parts}, "history": []}
    assert [model for model, *_ in measured.trainings(joint)] == ["one", "other"]
    assert measured.trainings({"model": "fixed", "recipe": {}, "history": []}) == []


def test_an_ensemble_that_no_leaking_split_was_tried_on_says_what_its_network_did(monkeypatch):
    def right(value, pictures=90):
        return {"pictures": pictures, "figures": {"accuracy": {"value": value, "low": value - 0.02, "high": 0.99}}}

    lung = catalog.get("lung_ct")
    alone = {"model": lung.models[1], "leak": None, "test": right(0.83)}
    apart = {"with_look_alike": right(0.97, 60), "without_look_alike": right(0.78, 30)}
    card = {"recipe": {"parts": [{"model": "efficientnet_lite2"}, {"model": lung.models[1]}]}}
    monkeypatch.setattr(measured, "card", lambda entry, name: alone)
    assert model._part_text(lung, card) == model._part_text(lung, {"recipe": {}}) == ""
    alone["random"] = right(0.95) | apart
    said = breakable(model._part_text(lung, card))
    assert "EfficientNet-Lite0, was trained anew under a random split" in said
    assert said.index("95.0 %") < said.index("83.0 %") < said.index("97.0 %") < said.index("78.0 %")
    alone["cross_validation"] = {"kind": "grouped five-fold", "folds": [{}] * 5, "pooled": right(0.81), "recipe": {}}
    assert "leak-free over 5 splits in **81.0 %" in breakable(model._part_text(lung, card))
