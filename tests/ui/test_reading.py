"""The answer in words, on made-up answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oncosecure import catalog
from oncosecure.analysis import Analysis
from oncosecure.ui import reading
from oncosecure.ui.words import breakable
from oncosecure.uncertainty.neighbours import Case

BRAIN = catalog.get("brain_mri")


def answer(p=(0.973, 0.01, 0.007, 0.01), labels=("glioma",), inside=True, entry=BRAIN) -> Analysis:
    probabilities = dict(zip(entry.labels, p, strict=True))
    return Analysis(
        modality=entry.key,
        model=entry.models[0],
        predicted=max(probabilities, key=probabilities.get),
        probabilities=probabilities,
        target_probability=sum(probabilities[label] for label in entry.target),
        risk="high",
        prediction_set=labels,
        in_distribution=inside,
        distance=0.1,
        distance_limit=0.15,
        quality=(),
        similar=(),
        heatmaps={},
        timings={},
    )


def said(given: Analysis, entry=BRAIN) -> str:
    return breakable(
        " ".join([reading.headline(given, entry), reading.caution(given, entry), *reading.details(given, entry)])
    )


def test_a_clear_answer_names_the_finding_and_its_probability():
    assert breakable(reading.headline(answer(), BRAIN)) == "The model sees a glioma, with 97.3 % probability."
    assert reading.confidence(answer()) == "very sure"
    assert not reading.caution(answer(), BRAIN)


def test_no_finding_reads_as_none():
    assert reading.headline(answer((0.01, 0.01, 0.97, 0.01), ("no_tumor",)), BRAIN).startswith(
        "The model sees no tumour"
    )


def test_several_labels_are_said_to_be_confused():
    unsure = answer((0.5, 0.45, 0.03, 0.02), ("glioma", "meningioma"))
    assert "It cannot tell glioma from meningioma here." in said(unsure)
    assert reading.answer_set(unsure, BRAIN) == "Glioma or meningioma"
    assert reading.confidence(unsure) == "unsure"


def test_a_close_second_is_named_also_where_the_set_has_one_label():
    assert "meningioma comes second, with 35.0 %" in said(answer((0.6, 0.35, 0.03, 0.02)))


def test_more_than_two_labels_are_said_not_to_be_told_apart():
    unsure = answer((0.4, 0.35, 0.03, 0.22), ("glioma", "meningioma", "pituitary"))
    assert "It cannot tell glioma, meningioma and pituitary tumour apart here." in said(unsure)


def test_a_stranger_tones_the_answer_down():
    strange = answer(inside=False)
    assert "This does not look like a brain MRI slice." in said(strange)
    assert "The model sees" not in said(strange)
    assert "It looks like" not in said(strange)
    assert reading.confidence(strange) == "not to be relied on"


def test_a_stranger_that_another_model_knows_is_named():
    strange = replace(answer(inside=False), looks_like="lung_ct")
    assert "It looks like a lung CT slice." in reading.caution(strange, BRAIN)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (["glioma"] * 5, "All 5 of the nearest training cases are labelled glioma too."),
        (["glioma"] * 3 + ["pituitary"] * 2, "3 of the 5 nearest training cases are labelled glioma."),
        (["glioma"] + ["pituitary"] * 4, "1 of the 5 nearest training cases is labelled glioma."),
        (["no_tumor"] * 5, "None of the 5 nearest training cases is labelled glioma."),
    ],
)
def test_similar_cases_agree_or_do_not(labels, said):
    cases = tuple(Case(str(i), label, 0.9) for i, label in enumerate(labels))
    assert reading.agreement(replace(answer(), similar=cases), BRAIN) == said


def test_what_the_levels_kept_on_test_is_said():
    figure = {"value": 0.993, "low": 0.98, "high": 0.999}
    text = breakable(reading.risk_on_test(BRAIN, {"not_low": figure, "not_high": figure}, groups=514))
    assert text == (
        "On test, 99.3 % (98.0 to 99.9) of the slices with a tumour were not called low and 99.3 % (98.0 to 99.9) of "
        "the others were not called high."
    )


def test_a_wide_interval_is_explained_where_it_is_for_want_of_patients():
    wide, narrow = {"value": 0.854, "low": 0.0, "high": 1.0}, {"value": 0.9, "low": 0.85, "high": 0.94}
    entry = catalog.get("breast_histology")
    said = reading.risk_on_test(entry, {"not_low": narrow, "not_high": wide}, groups=2)
    assert said.endswith("come from only 2 patients: of others they say next to nothing.")
    assert not reading.why_wide(entry, [narrow, {"value": None}], 2)
    assert not reading.why_wide(entry, [wide], 50), "few patients are not why"


@pytest.mark.parametrize("entry", list(catalog.images()), ids=lambda e: e.key)
@pytest.mark.parametrize("inside", [True, False])
def test_it_always_speaks_of_the_model_and_never_of_a_person(entry, inside):
    for i, label in enumerate(entry.labels):
        p = [0.02 / (len(entry.labels) - 1)] * len(entry.labels)
        p[i] = 0.98
        text = said(answer(p, (label,), inside, entry), entry)
        assert text.startswith("The model ")
        assert not {"you", "your", "patient", "diagnosis"} & set(text.lower().replace(".", " ").split())


def test_the_bars_have_words_for_every_class():
    assert all(name in reading.bars(answer(), BRAIN) for name in BRAIN.names.values())


@pytest.mark.parametrize(
    ("label", "share", "said"),
    [
        ("meningioma", 0.0, "Nothing in this slice speaks for meningioma."),
        ("no_tumor", 0.0, 'Nothing in this slice speaks for "no tumour".'),
        ("glioma", 1.0, "No other class has stronger evidence"),
        ("glioma", 0.62, "about 60 % as strong"),
        ("glioma", 0.02, "less than 5 % as strong"),
        ("glioma", 0.99, "about 95 % as strong"),
    ],
)
def test_a_map_is_described(label, share, said):
    assert said in breakable(reading.map_sentence(BRAIN, label, share))


def test_the_level_is_explained_with_its_limits():
    limits = {"low": 0.12, "high": 0.6, "sensitivity": 0.99, "specificity": 0.95}
    text = breakable(reading.risk_explained(answer(), BRAIN, limits))
    assert "below 12.0 %" in text and "from 60.0 %" in text and "medium between" in text
    assert "99 % of those with a tumour" in text and "at most 5 %" in text
    assert "medium" not in reading.risk_explained(answer(), BRAIN, limits | {"low": 0.5, "high": 0.5})
