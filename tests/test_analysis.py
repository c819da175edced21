"""One call from a picture to an answer."""

import csv
import json

import numpy as np
import pytest

import oncosecure
from oncosecure import ScanError, analysis


def test_answer_is_whole_and_consistent(brain, slices):
    answer = oncosecure.analyze(slices[0], "brain_mri")
    assert answer.modality == "brain_mri"
    assert list(answer.probabilities) == list(brain.labels)
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert answer.predicted == max(answer.probabilities, key=answer.probabilities.get)
    tumours = sum(answer.probabilities[label] for label in brain.target)
    assert answer.target_probability == pytest.approx(tumours)
    assert answer.risk in ("low", "medium", "high")
    assert answer.predicted == answer.prediction_set[0]
    assert answer.in_distribution == (answer.distance <= answer.distance_limit)
    assert set(answer.heatmaps) == set(brain.labels)
    assert max(answer.heatmaps[label].max() for label in brain.labels) == pytest.approx(1, abs=0.2)
    assert len(answer.similar) == 5
    assert answer.timings["total"] == pytest.approx(sum(v for k, v in answer.timings.items() if k != "total"))


def test_paths_bytes_arrays_and_scans_give_the_same_answer(slices):
    from oncosecure.intake import read

    scan = read(slices[1].read_bytes())
    sources = (slices[1], str(slices[1]), slices[1].read_bytes(), np.array(scan.pixels), scan)
    answers = [oncosecure.analyze(source, "brain_mri").probabilities for source in sources]
    assert all(answer == answers[0] for answer in answers)


def test_saved_predictions_are_what_analyze_says(brain, data):
    with (brain.folder / "predictions.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))[::60]
    assert len(rows) > 10
    for row in rows:
        answer = oncosecure.analyze(data / "brain_mri" / row["id"], "brain_mri")
        for label in brain.labels:
            assert answer.probabilities[label] == pytest.approx(float(row[f"p_{label}"]), abs=2e-3)


def test_maps_have_the_scans_own_size(picture):
    answer = oncosecure.analyze(picture, "brain_mri")
    assert all(heat.shape == picture.shape[:2] for heat in answer.heatmaps.values())


def test_what_is_not_a_slice_is_said_to_be_unfamiliar(data):
    folder = data / "out_of_distribution" / "natural"
    files = sorted(folder.rglob("*.jpg"))[:40] or sorted(folder.rglob("*.png"))[:40]
    strange = [not oncosecure.analyze(path, "brain_mri").in_distribution for path in files]
    assert len(strange) == 40
    assert np.mean(strange) >= 0.9


def test_json_says_what_it_is_for(picture):
    answer = json.loads(oncosecure.analyze(picture, "brain_mri").to_json())
    assert "not a diagnosis" in answer["disclaimer"]
    assert set(answer) >= {"predicted", "probabilities", "prediction_set", "in_distribution", "risk", "timings_ms"}


@pytest.mark.parametrize(
    ("source", "modality", "message"),
    [
        (b"hello, I am text", "brain_mri", "accepted|PNG"),
        ("/no/such/file.png", "brain_mri", "cannot be opened"),
        (np.zeros((10, 10, 3), np.uint8), "brain_mri", "64"),
        (np.zeros((100, 100), np.float32), "brain_mri", "uint8"),
        (np.zeros((100, 100), np.uint8), "breast_features", "CSV"),
        (np.zeros((100, 100), np.uint8), "knee_mri", "no modality"),
    ],
)
def test_errors_are_sentences(source, modality, message):
    with pytest.raises(ScanError, match=message):
        oncosecure.analyze(source, modality)


def test_a_modality_without_weights_says_so(picture, no_weights):
    with pytest.raises(oncosecure.WeightsError, match="no trained model"):
        oncosecure.analyze(picture, "skin_lesion")


def test_nothing_of_the_scan_outlives_the_answer(picture):
    import gc
    import weakref

    from oncosecure.intake import from_array

    scan = from_array(picture)
    gone = weakref.ref(scan)
    answer = analysis.analyze(scan, "brain_mri")
    del scan
    gc.collect()
    assert gone() is None
    assert answer.predicted


def test_a_scan_of_another_modality_is_recognised(data):
    """Each stranger is named by the other model that knows it, or by none; never by a third."""
    named = []
    for key in ("lung_ct", "breast_ultrasound"):
        for path in sorted((data / key / "images").rglob("*.jpg"))[20:120:20]:
            answer = analysis.analyze(path, "brain_mri")
            assert not answer.in_distribution
            assert answer.looks_like in (key, None)
            named.append(answer.looks_like)
    assert len(named) == 10
    assert sum(name is not None for name in named) >= 7


def test_a_familiar_scan_asks_no_other_model(slices, monkeypatch):
    monkeypatch.setattr(analysis, "other_kind", lambda *_: pytest.fail("another model was run"))
    answer = next(a for a in (analysis.analyze(path, "brain_mri") for path in slices) if a.in_distribution)
    assert answer.looks_like is None


def test_a_changed_neighbour_does_not_spoil_an_answer(brain, data, monkeypatch):
    known = analysis.load(brain)

    def load(modality, model=None):
        if modality is not brain:
            raise oncosecure.WeightsError("changed")
        return known

    monkeypatch.setattr(analysis, "load", load)
    stranger = next((data / "out_of_distribution" / "chest_xray" / "images").glob("*.jpg"))
    answer = analysis.analyze(stranger, brain)
    assert not answer.in_distribution
    assert answer.looks_like is None


def test_limits_of_an_older_release_are_refused(brain):
    released = analysis.load(brain)
    old = released.card | {"out_of_distribution": {"limit": 0.1, "kept": 0.95}}
    with pytest.raises(oncosecure.WeightsError, match="calibrate brain_mri"):
        analysis.check_limits(brain, old, released.index)


def test_similar_cases_agree_in_the_share_that_they_show(slices):
    answer = analysis.analyze(slices[0], "brain_mri")
    assert answer.agreement == sum(case.label == answer.predicted for case in answer.similar) / 5
