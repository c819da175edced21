"""The compare page, driven without a browser."""

from __future__ import annotations

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from oncosecure import catalog
from oncosecure.evaluation import outcomes, paired
from oncosecure.evaluation.paired import Row
from oncosecure.models import store
from oncosecure.ui import compare, compare_figures, compare_groups, compare_inside, reading
from oncosecure.ui.words import breakable, percent, points
from tests.conftest import ROOT
from tests.ui.conftest import PATIENCE
from tests.ui.test_pages import texts

FIGURE = {"value": 0.9, "low": 0.8, "high": 0.95}
TABS = [key for key, *_ in compare.TABS]


@pytest.fixture
def opened():
    """Open the page at an address."""

    def opened(**query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "pages" / "compare.py"), default_timeout=PATIENCE)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return opened


def to(app, tab: str) -> AppTest:
    """Go to another tab."""
    app.session_state["compare.tab"] = next(name for key, name, _ in compare.TABS if key == tab)
    return app.run()


def said(app) -> str:
    assert not app.exception
    assert not app.error
    return "\n".join([texts(app), *(breakable(e.value) for kind in (app.info, app.success) for e in kind)])


def address(app) -> dict[str, str]:
    return {name: value if isinstance(value, str) else value[0] for name, value in app.query_params.items()}


def test_every_tab_renders_for_two_networks(opened, two_models):
    app = opened(modality=two_models.key)
    for tab in TABS:
        assert "EfficientNet-Lite0" in said(to(app, tab)) and "ResNet50" in said(app), tab
        assert address(app)["models"] == "efficientnet_lite0,resnet50"


def test_every_tab_renders_for_two_models_of_the_table(opened):
    app = opened(modality="breast_features", models="random_forest,k_nn")
    for tab in TABS:
        words = compare.OF_A_TABLE.get(tab, "k nearest neighbours")
        assert words in said(to(app, tab)), tab


def test_a_model_without_another_stands_alone(opened, two_models):
    for path in two_models.folder.glob("resnet50.*"):
        path.unlink()
    app = opened()
    for tab in TABS:
        assert "Only one model of Breast ultrasound is released" in said(to(app, tab)), tab
        assert not [box for box in app.selectbox if box.key.startswith("compare.second")]
        heads = [e.value for kind in (app.header, app.subheader) for e in kind]
        assert not [head for head in heads if re.search(r"\b(they|their|both)\b", head)], tab


def test_one_model_alone_has_no_case_listed_twice(opened, two_models):
    for path in two_models.folder.glob("resnet50.*"):
        path.unlink()
    app = to(opened(), "cases")
    assert not app.exception
    listed = re.findall(r'<th scope="row">(.*?)</th>', texts(app))
    assert listed and len(listed) == len(set(listed))


def test_the_figures_are_those_of_the_released_files(opened, two_models):
    app = opened()
    sides = outcomes.aligned(*(outcomes.of_model(two_models, m) for m in two_models.models))
    rows = {row.figure: row for row in paired.compare(*sides, two_models.labels)}
    for row in (rows["accuracy"], rows["target_sensitivity"]):
        assert breakable(percent(row.second["value"])) in said(app)
        assert points(row.difference) in said(app)
    test = paired.mcnemar(*sides)
    assert f"is right on **{test.only_first}**" in said(app)


def test_a_link_reopens_the_same_comparison(opened):
    app = opened(
        modality="breast_features", models="random_forest,svm_rbf", tab="threshold", threshold="0.2", prevalence="0.01"
    )
    assert app.slider[0].value == 0.2 and app.number_input[0].value == 1.0
    assert "Random forest at 0.200" in said(app)
    app.slider[0].set_value(0.4).run()
    assert "Random forest at 0.400" in said(app)
    again = opened(**address(app))
    assert again.slider[0].value == 0.4 and again.number_input[0].value == 1.0
    assert texts(again) == texts(app)


def test_a_threshold_outlives_a_look_at_another_tab(opened):
    app = opened(modality="breast_features", tab="threshold", threshold="0.2")
    to(app, "curves")
    assert address(app)["tab"] == "curves" and address(app)["threshold"] == "0.2"
    assert to(app, "threshold").slider[0].value == 0.2


def test_another_modality_forgets_the_threshold_of_the_last(opened):
    app = opened(modality="breast_features", tab="threshold", threshold="0.2")
    app.selectbox[0].set_value("brain_mri").run()
    assert "threshold" not in address(app)
    assert app.slider[0].value == pytest.approx(0.1)


def test_a_mistyped_link_opens_what_there_is(opened):
    app = opened(modality="knee_mri", models="nothing", tab="nowhere", threshold="9")
    assert app.selectbox[0].value == "brain_mri"
    assert "Figures" in said(app)


def test_a_model_is_not_compared_with_itself(opened):
    app = opened(modality="breast_features", models="svm_rbf,svm_rbf")
    first, second = app.selectbox[1], app.selectbox[2]
    assert first.value == "svm_rbf" and second.value != "svm_rbf"
    first.set_value(second.value).run()
    assert not app.exception
    assert app.selectbox[1].value != app.selectbox[2].value


def test_changed_predictions_are_refused_in_words(opened, two_models):
    path = two_models.folder / "resnet50.predictions.csv"
    path.write_text(path.read_text().replace("benign", "malignant", 1))
    app = opened()
    assert not app.exception
    assert "is not the file that was released" in app.error[0].value


def test_without_any_model_the_page_says_so(opened, monkeypatch, tmp_path):
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    app = opened()
    assert not app.exception
    assert "There is nothing to compare" in app.warning[0].value


def test_what_was_measured_further_is_shown(opened, two_models):
    """Robustness and explanation quality in the form in which their own modules write them."""
    steps = [{"strength": s, "amount": s / 10, "accuracy": 0.9 - s / 10, "ece": 0.1} for s in range(1, 6)]
    robustness = {"pictures": 90, "groups": 70, "clean": {"accuracy": 0.9, "ece": 0.01}, "strength": 3, "kept": 0.77}
    store.update_json(two_models, "card.json", robustness=robustness | {"corruptions": {"resolution": steps}})
    part = {"pictures": 80, "groups": 70, "figures": {"energy": FIGURE}}
    store.write_json(two_models, "explanations.json", {"methods": {"cam": {"localisation": part}}})
    poor = said(opened(modality=two_models.key, tab="elsewhere"))
    assert "Low resolution" in poor and "40.0 % instead of 90.0 %" in poor
    assert "ResNet50 was not measured on poor pictures" in poor
    assert "90.0 % (80.0 to 95.0)" in said(opened(modality=two_models.key, tab="inside"))


def test_the_leak_gap_is_computed_from_the_predictions_under_that_split(opened):
    app = opened(modality="brain_mri", tab="leak")
    card = store.read_json(catalog.get("brain_mri"), "card.json")
    clean, leaky = (card[part]["figures"]["accuracy"]["value"] for part in ("test", "published"))
    assert f"{100 * abs(leaky - clean):.1f} points {'higher' if leaky > clean else 'lower'}" in said(app)


def group(name: str, value: float, findings: int = 40) -> dict:
    figure = {"value": value, "low": value - 0.1, "high": value}
    return {
        "name": name,
        "pictures": 50,
        "findings": findings,
        "groups": 30,
        "sensitivity": figure,
        "specificity": {"value": None, "low": None, "high": None},
    }


def test_a_group_below_the_goal_gets_a_mark_and_a_word(opened, two_models):
    part = {"key": "sex", "title": "Sex", "how": "As stated.", "unknown": 2, "lowest": "male", "highest": "female"}
    part |= {"groups": [group("female", 0.98), group("male", 0.85)], "gap": 0.13, "p": 0.02, "p_adjusted": 0.04}
    found = {"threshold": 0.1, "stated_sensitivity": 0.99, "goal": 0.9, "least": 8, "findings": 80}
    found |= {"sensitivity": FIGURE, "divisions": [part]}
    (two_models.folder / "subgroups.json").write_text(json.dumps(found))
    store.register(two_models, ["subgroups.json"])
    app = opened(modality=two_models.key, tab="groups")
    assert not app.exception
    assert "Below 90 % sensitivity in 1 of 2 groups: male (sex)." in breakable(app.error[0].value)
    assert "⚑ below 90 %" in texts(app)
    assert "13.0 points, between male and female" in texts(app) and "hardly chance" in texts(app)


@pytest.mark.parametrize(
    ("p", "adjusted", "words"),
    [(0.001, 0.01, "hardly chance"), (0.02, 0.2, "among all divisions"), (0.4, 1.0, "could well be chance")],
)
def test_whether_a_gap_could_be_chance_is_said_in_words(p, adjusted, words):
    part = {"gap": 0.1, "p": p, "p_adjusted": adjusted, "lowest": "a", "highest": "b"}
    assert words in compare_groups.chance(part)


def test_too_few_to_tell_is_no_mark():
    found = {"goal": 0.9, "least": 8}
    assert compare_groups.mark(group("a", 0.5, findings=3), found) == "too few to tell"
    assert breakable(compare_groups.mark(group("a", 0.95), found)) == "at least 90 %, not certain"


def test_less_error_is_better():
    row = Row("ece", FIGURE, FIGURE, {"value": -0.02, "low": -0.03, "high": -0.01}, 0.002)
    assert compare_figures.better(row, "one", "two") == "two"
    assert compare_figures.better(Row("accuracy", *([FIGURE] * 2), row.difference, 0.002), "one", "two") == "one"
    unsure = Row("accuracy", FIGURE, FIGURE, {"value": 0.01, "low": -0.01, "high": 0.03}, 0.4)
    assert compare_figures.better(unsure, "one", "two") == "not told apart"


def test_training_that_went_on_too_long_is_called_so():
    epochs = [{"epoch": i + 1, "train_loss": 1.0, "val_loss": v} for i, v in enumerate((0.9, 0.5, 0.7))]
    assert "epoch 2 of 3" in compare_inside.reading_of_training(epochs)
    assert "overfits" in compare_inside.reading_of_training(epochs)
    assert "does not overfit" in compare_inside.reading_of_training(epochs[:2])
    assert "teacher" not in compare_inside.reading_of_training(epochs)
    assert "those of EfficientNet-Lite0, its teacher" in compare_inside.reading_of_training(
        epochs, "efficientnet_lite0"
    )


def test_a_test_of_few_patients_is_not_oversold(opened):
    if len(set(outcomes.of_model(catalog.get("breast_histology")).groups)) >= reading.FEW:
        pytest.skip("histology is tested on many patients")
    assert "take the intervals as too narrow" in said(opened(modality="breast_histology"))
    assert "take the intervals as too narrow" not in said(opened(modality="brain_mri"))


def test_another_hospital_s_pictures_are_shown_beside_our_own(opened, two_models):
    from oncosecure.evaluation import external

    rows = (two_models.folder / "predictions.csv").read_text()
    (two_models.folder / "predictions_elsewhere.csv").write_text(rows)
    store.register(two_models, ["predictions_elsewhere.csv"])
    answers = outcomes.read(two_models, "predictions_elsewhere.csv")
    risk = store.read_json(two_models, "card.json")["risk"]
    report = {"name": "Elsewhere", "file": "predictions_elsewhere.csv"} | external.report(two_models, answers, risk)
    store.update_json(two_models, "card.json", external=report)
    words = said(opened(modality=two_models.key, tab="elsewhere"))
    assert "EfficientNet-Lite0 on Elsewhere" in words
    assert f"{report['pictures']} pictures" in words and breakable(percent(report["accuracy"]["value"])) in words
