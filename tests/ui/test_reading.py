"""The answer in words, on made-up answers."""

from __future__ import annotations

import pytest

from oncosecure import catalog
from oncosecure.analysis import Analysis
from oncosecure.ui import reading

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
    return " ".join([reading.headline(given, entry), reading.caution(given, entry), *reading.details(given, entry)])


def test_a_clear_answer_names_the_finding_and_its_probability():
    assert reading.headline(answer(), BRAIN) == "The model sees a glioma, with 97.3 % probability."
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


def test_a_stranger_tones_the_answer_down():
    strange = answer(inside=False)
    assert "does not look like a brain MRI slice that the model knows" in said(strange)
    assert "The model sees" not in said(strange)
    assert reading.confidence(strange) == "not to be relied on"


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
    assert said in reading.map_sentence(BRAIN, label, share)


def test_the_level_is_explained_with_its_limits():
    limits = {"low": 0.12, "high": 0.6, "sensitivity": 0.99, "specificity": 0.95}
    text = reading.risk_explained(answer(), BRAIN, limits)
    assert "below 12.0 %" in text and "from 60.0 %" in text and "medium between" in text
    assert "99 % of those with a tumour" in text and "at most 5 %" in text
    assert "medium" not in reading.risk_explained(answer(), BRAIN, limits | {"low": 0.5, "high": 0.5})
