"""What else was measured of a model: shown where the card holds it, and computed from files."""

from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from oncosecure import catalog
from oncosecure.evaluation.outcomes import of_model
from oncosecure.ui import further, measured
from oncosecure.ui.words import breakable, percent

FIGURE = {"value": 0.9, "low": 0.85, "high": 0.94}


def shown(part: str, key: str, card: dict) -> str:
    """What a part writes for a card."""

    def page(part, key, card):
        from oncosecure import catalog
        from oncosecure.ui import further

        getattr(further, part)(catalog.get(key), card)

    app = AppTest.from_function(page, args=(part, key, card), default_timeout=60).run()
    assert not app.exception, app.exception
    written = [e.value for kind in (app.header, app.markdown, app.caption) for e in kind]
    text = "\n".join([*written, *(e.proto.body for e in app.get("html"))])
    return unescape(text).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("part", ["folds", "external", "marks", "balance", "preprocessing"])
def test_nothing_is_shown_of_what_was_not_measured(part, monkeypatch, tmp_path):
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    assert shown(part, "skin_lesion", {}) == ""


def test_the_two_way_reading_is_that_of_the_predictions():
    entry = catalog.get("breast_ultrasound")
    card, answers = measured.card(entry), of_model(entry)
    said = shown("binary", entry.key, card)
    assert f"On {answers.is_finding.sum()} test pictures with a malignant finding" in said
    found = (answers.finding_probability >= card["risk"]["low"])[answers.is_finding].mean()
    assert f"{breakable(percent(found))} (" in said
    area = card["test"]["figures"]["target_auc"]["value"]
    assert f"AUC of **{area:.3f}" in said


def test_five_folds_name_what_differs_from_the_release():
    names = ("accuracy", "balanced_accuracy", "macro_auc", "target_auc")
    names += tuple(f"sensitivity_{label}" for label in catalog.get("lung_ct").labels)
    figures = dict.fromkeys(names, 0.812)
    found = {
        "kind": "grouped five-fold",
        "folds": [{"pictures": 90, "groups": 40, "figures": figures}] * 5,
        "mean": figures,
        "spread": dict.fromkeys(names, 0.034),
        "recipe": {"stages": [[[160, 8]], [[160, 8], [224, 10]]]},
        "best_epochs": [8, 7, 8, 8, 8],
    }
    card = {"cross_validation": found, "test": {"figures": {"balanced_accuracy": {"value": 0.83}}}}
    said = shown("folds", "lung_ct", card)
    assert "In 4 of 5 folds the last epoch was still the best" in said
    finished = shown("folds", "lung_ct", card | {"cross_validation": found | {"best_epochs": [5, 6, 7, 8, 8]}})
    assert "luck" not in said and "Fold 5" in finished and "still the best" not in finished
    assert "81.2 ± 3.4 %" in said and "0.812 ± 0.034" in said and "Fold 5" in said
    assert "160 pixels for 8 epochs instead of 160 pixels for 8 epochs, 224 pixels for 10 epochs" in said
    assert shown("folds", "lung_ct", card | {"cross_validation": found | {"kind": "leave-one-patient-out"}}) == ""
    for value, way in ((0.91, "easier"), (0.71, "harder")):
        card["test"]["figures"]["balanced_accuracy"]["value"] = value
        assert f"was {way} than most" in shown("folds", "lung_ct", card)


def test_external_says_which_probability():
    at = [{"threshold": t, "sensitivity": FIGURE, "specificity": FIGURE} for t in (0.05, 0.5, 0.9)]
    found = {
        "name": "PH2",
        "pictures": 200,
        "by_label": {"mel": 40, "nv": 160},
        "accuracy": FIGURE,
        "pairwise": {"finding": ["mel"], "labels": ["mel", "nv"], "auc": FIGURE, "at": at[1:2]},
        "target": {"auc": FIGURE, "at": at},
    }
    said = shown("external", "skin_lesion", {"external": found})
    assert "Melanoma against melanocytic nevus" in said and "Malignancy probability, where low risk ends, 5.0 %" in said
    assert "40 of melanoma and 160 of melanocytic nevus" in said


@pytest.mark.parametrize(("low", "verdict"), [(0.01, "does use them"), (-0.002, "no sure sign")])
def test_marks_say_what_erasing_did_and_what_erasing_beside_did(low, verdict):
    row = {
        "pictures": 20,
        "flipped": 3,
        "change": -0.02,
        "absolute_change": 0.031,
        "control_absolute_change": 0.012,
        "excess": {"value": 0.019, "low": low, "high": 0.03},
        "energy": 0.05,
        "area": 0.02,
    }
    kinds = {"calipers": row, "writing": {"pictures": 0}, "colour": {"pictures": 0}, "corner": row}
    by_class = {label: {"pictures": 50, "calipers": 10} for label in catalog.get("breast_ultrasound").labels}
    said = shown("marks", "breast_ultrasound", {"calipers": {"by_class": by_class, "kinds": kinds}})
    assert "changes on **3**" in said and "**3.1 points** on average" in said
    assert "right beside them shifts it by 1.2." in said and verdict in said
    assert "20.0 % of benign lesion pictures" in said and "Writing" not in said


def _balance(kept: str) -> dict:
    gap = {"value": -0.05, "low": -0.09, "high": -0.01}
    figures = dict.fromkeys(("balanced_accuracy", "accuracy", "macro_auc"), FIGURE)
    none = dict.fromkeys(("value", "low", "high"), 0.0)
    rows = [
        {"method": "sampling", "title": "Oversampling", "figures": figures, "difference_to_best": none},
        {"method": "logits", "title": "Logit adjustment", "figures": figures, "difference_to_best": gap},
    ]
    return {"rows": rows, "best": "sampling", "released": kept, "pictures": 1002, "recipe": {"stages": [[112, 6]]}}


@pytest.mark.parametrize(
    ("kept", "words"), [("sampling", "the released model uses it"), ("logits", "5.0 (\u22129.0 to \u22121.0) points")]
)
def test_balance_says_what_won_and_whether_it_was_kept(kept, words, monkeypatch):
    monkeypatch.setattr(further, "_imbalance", lambda entry: _balance(kept))
    said = shown("balance", "skin_lesion", {})
    assert "**Oversampling** came first" in said and words in said


@pytest.mark.parametrize(("helps", "words"), [(False, "None helped for certain"), (True, "Hair removal helped")])
def test_preprocessing_says_whether_it_helps(helps, words):
    row = {
        "figures": dict.fromkeys(("accuracy", "balanced_accuracy", "target_auc"), FIGURE),
        "differences": dict.fromkeys(
            ("accuracy", "balanced_accuracy", "target_auc"), {"value": 0.01, "low": 0.002, "high": 0.018}
        ),
        "changed": 40,
        "helps": helps,
    }
    found = {"pictures": 1002, "groups": 747, "none": row["figures"], "methods": {"hair": row}}
    said = shown("preprocessing", "skin_lesion", {"preprocessing": found})
    assert words in said and "+1.0 (+0.2 to +1.8)" in said and "+0.010 (+0.002 to +0.018)" in said
