from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from oncosecure import DISCLAIMER, catalog
from oncosecure.tabular import analysis, data, standing
from oncosecure.tabular.features import FEATURES
from oncosecure.ui import table_charts, table_many, table_model, table_reading
from oncosecure.ui.words import lower_first


def script():
    from oncosecure.ui import table_page

    table_page.show()


@pytest.fixture
def page():
    run = AppTest.from_function(script, default_timeout=60).run()
    assert not run.exception
    return run


def said(page) -> str:
    texts = [e.value for kind in (page.markdown, page.caption, page.warning, page.error) for e in kind]
    return "\n".join([*texts, *(e.proto.body for e in page.get("html"))])


def key(feature: str) -> str:
    return f"breast_features.value.{feature}"


def test_thirty_inputs_start_from_a_real_row(page):
    assert len(page.number_input) == 30
    shown = np.array([page.number_input(key(name)).value for name in FEATURES])
    np.testing.assert_array_equal(shown, standing.examples()[0].values)
    assert DISCLAIMER in said(page) and "benign" in said(page)


def test_a_changed_value_moves_the_answer_and_undo_brings_it_back(page):
    before = said(page)
    page.number_input(key("worst concave points")).set_value(0.28)
    page.number_input(key("worst area")).set_value(3000.0).run()
    assert not page.exception
    assert "You changed worst area" in said(page)
    expected = page_values(page)
    assert f"{100 * analysis.analyze(expected).target_probability:.1f}"[:3] in said(page)
    page.button("breast_features.undo").click().run()
    assert said(page) == before


def page_values(page) -> np.ndarray:
    return np.array([page.number_input(key(name)).value for name in FEATURES])


def test_every_example_can_be_picked(page):
    for number, example in enumerate(standing.examples()):
        page.button(f"breast_features.example.{number}").click().run()
        assert not page.exception
        np.testing.assert_array_equal(page_values(page), example.values)
        assert f"row {example.row} of the data" in said(page)


def test_a_value_out_of_range_is_flagged(page):
    page.number_input(key("mean radius")).set_value(99.0).run()
    assert any("mean radius" in w.value for w in page.warning)


def test_a_file_is_answered_and_let_go(page):
    page.file_uploader[0].upload("rows.csv", table_many.example().encode(), "text/csv").run()
    assert not page.exception and not page.error
    assert f"{len(standing.examples())} rows" in said(page)
    assert not page.file_uploader, "the file is not kept"
    page.button("breast_features.drop").click().run()
    assert len(page.file_uploader) == 1 and "breast_features.many" not in page.session_state


def test_a_wrong_file_names_its_columns(page):
    page.file_uploader[0].upload("rows.csv", b"colour,mean radius\nred,1\n", "text/csv").run()
    shown = page.error[0].value.replace("\\", "")  # markdown shows an escaped sign as the sign itself
    assert 'Unknown: "colour"' in shown and "mean texture" in shown
    assert not page.exception


def test_without_a_model_the_page_says_how_to_make_one(monkeypatch, tmp_path):
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    run = AppTest.from_function(script, default_timeout=60).run()
    assert not run.exception and not run.number_input
    assert "oncosecure.tabular.train" in run.code[0].value


def test_nothing_is_ever_certain_and_nobody_is_told_they_are_ill(page):
    for number in range(len(standing.examples())):
        text = said(page.button(f"breast_features.example.{number}").click().run())
        assert "100.0 %" not in text and " 0.0 %" not in text
        assert "you have" not in text.lower() and "the patient" not in text.lower()


def test_the_waterfall_adds_up():
    answer = analysis.analyze(data.load().values[0])
    moves = table_charts.steps(answer)
    assert len(moves) == table_charts.SHOWN + 1
    assert answer.base + sum(change for _, change in moves) == pytest.approx(answer.log_odds)
    sizes = [abs(change) for _, change in moves[:-1]]
    assert sizes == sorted(sizes, reverse=True)


def test_points_of_a_swarm_stay_in_their_lane_and_apart():
    x = np.random.default_rng(0).normal(size=400)
    offsets = table_charts._spread(x)
    assert np.abs(offsets).max() <= 0.26 + 1e-9
    crowded = np.abs(x) < 0.05
    assert len(np.unique(offsets[crowded].round(6))) > crowded.sum() / 3


def test_words_for_a_case_that_cannot_be_decided():
    entry = catalog.get("breast_features")
    borderline = next(e for e in standing.examples() if e.kind == "borderline")
    answer = analysis.analyze(borderline.values)
    sentence = table_reading.headline(answer, entry)
    assert sentence.startswith("The model") and ("cannot decide" in sentence) == (len(answer.prediction_set) > 1)
    stranger = analysis.analyze(borderline.values * 4)
    assert "unlike" in table_reading.headline(stranger, entry)


def test_the_verdict_names_every_other_model():
    comparison = analysis.load().card["comparison"]
    text = table_model.verdict(comparison)
    for model, part in comparison.items():
        assert (lower_first(part["title"]) in text) == (model != "svm_rbf")
