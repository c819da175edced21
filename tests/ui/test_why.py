"""What the tab of reasons says, and methods compared on the page."""

from __future__ import annotations

import numpy as np
import pytest

from oncosecure import catalog
from oncosecure.explain import occlusion
from oncosecure.ui import measured, reading, why
from oncosecure.ui.words import breakable
from tests.ui.test_pages import texts, upload


def figure(value: float, width: float = 0.02) -> dict:
    return {"value": value, "low": value - width, "high": value + width}


def part(energy: float, ratio: dict, deletion: float) -> dict:
    figures = {"energy": figure(energy), "pointing": figure(0.4), "iou": figure(0.3), "energy_ratio": ratio}
    tested = {"deletion": figure(deletion), "insertion": figure(0.8)}
    return {
        "localisation": {"pictures": 81, "groups": 60, "figures": figures},
        "faithfulness": {"pictures": 40, "groups": 30, "figures": tested},
        "randomisation": {"pictures": 4, "steps": [{"layers": "logits", "correlation": figure(0.1)}]},
    }


@pytest.fixture
def found() -> dict:
    """Figures as `explanations.json` holds them."""
    blob = part(0.137, figure(1.0), 0.441)
    return {
        "lesions": {"pictures": 81, "groups": 60, "area": 0.08},
        "methods": {"cam": part(0.262, figure(1.9, 0.2), 0.41)},
        "baselines": {"gaussian": blob, "uniform": part(0.082, figure(0.6), 0.46)},
    }


def test_the_map_is_held_against_both_baselines(brain, found):
    said = breakable(why.worth(brain, found))
    assert "81 slices of the test set" in said
    assert "26.2 % (24.2 to 28.2)" in said
    assert "gives 13.7 %" in said and "everywhere 8.2 %" in said
    assert "better than a blind guess" in said


@pytest.mark.parametrize(("ratio", "words"), [(0.8, "worse than"), (1.0, "cannot be told from")])
def test_a_map_that_finds_nothing_is_said_to(brain, found, ratio, words):
    found["methods"]["cam"]["localisation"]["figures"]["energy_ratio"] = figure(ratio)
    assert words in why.worth(brain, found)


def test_without_masks_the_map_is_tested_by_erasing(found):
    for kind in (found["methods"], found["baselines"]):
        for each in kind.values():
            each["localisation"] = None
    said = breakable(why.worth(catalog.get("lung_ct"), found))
    assert "No lesion is outlined" in said and "41.0 % (39.0 to 43.0)" in said and "44.1 %" in said


def test_every_method_has_a_row_with_its_number_of_pictures(found):
    head, rows = why._measured(found)
    assert [row[0] for row in rows] == ["Class activation map", "Blob in the middle", "Flat"]
    assert all(len(row) == len(head) for row in rows)
    assert breakable(rows[0][1]) == "26.2 % (24.2 to 28.2) on 81" and rows[0][-1] == "0.10 on 4"


def test_what_was_not_measured_is_not_there(brain, tmp_path, monkeypatch):
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    assert measured.explanations(brain) is None


def test_a_map_without_a_sign_is_not_said_to_speak_for_a_class(brain):
    said = reading.map_sentence(brain, "glioma", 1.0, signed=False)
    assert "speak for" not in said and "up or down" in said


def test_agreement_is_graded(brain):
    heat = np.random.default_rng(0).random((40, 40)).astype(np.float32)
    assert "agree well" in why.agreement(brain, "glioma", [heat, heat**2])
    assert "different places" in why.agreement(brain, "glioma", [heat, 1 - heat])
    assert "the 3 methods" in why.agreement(brain, "glioma", [heat, heat, 1 - heat])
    assert "empty" in why.agreement(brain, "glioma", [heat, np.zeros_like(heat)])
    assert '"no tumour"' in why.agreement(brain, "no_tumor", [heat, heat])


def test_methods_are_compared_on_demand(open_page, phantom, monkeypatch):
    monkeypatch.setattr(occlusion, "GRID", 4)
    app = upload(open_page("brain_mri"), "slice.png", phantom, "image/png")
    assert "Methods compared" in texts(app) and "hottest tenth" not in texts(app)
    next(button for button in app.button if button.label == "Compute occlusion").click().run()
    assert not app.exception
    assert texts(app).count("hottest tenth of the other") + texts(app).count("is empty, so") == 2
    assert "brain_mri.maps" in app.session_state


def test_one_method_alone_is_not_compared(open_page, phantom):
    app = upload(open_page("brain_mri"), "slice.png", phantom, "image/png")
    app.multiselect[0].set_value(["cam"]).run()
    assert not app.exception
    assert "Choose two or more methods" in texts(app)
