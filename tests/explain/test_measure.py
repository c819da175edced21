"""The measurement on a small folder of drawn pictures."""

import csv
import json

import cv2
import numpy as np
import pytest

from oncosecure import ScanError, catalog
from oncosecure.cli import main
from oncosecure.explain import METHODS, measure, occlusion, quality
from oncosecure.models import store
from tests.explain.test_methods import bright  # noqa: F401

SHAPE = (80, 96)
TESTED = 4


@pytest.fixture
def folder(tmp_path, brain, picture, monkeypatch):
    """Six pictures, of which four were test pictures of the released network; all but one have a lesion outlined."""
    rows = []
    for i in range(6):
        mask = np.zeros(SHAPE, np.uint8)
        mask[20 : 30 + i, 30:50] = 255
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.roll(picture, 9 * i, axis=1)[: SHAPE[0], : SHAPE[1]])
        cv2.imwrite(str(tmp_path / f"mask{i}.png"), mask if i else 0 * mask)
        split = "test" if i < TESTED else "train"
        rows.append({"id": f"{i}.png", "file": f"{i}.png", "label": "glioma", "group": f"g{i // 2}", "split": split})
        rows[-1]["mask"] = f"mask{i}.png"
    weights = tmp_path / "weights"
    (weights / "brain_mri").mkdir(parents=True)
    for name in ("efficientnet_lite0.keras", "efficientnet_lite0.tflite"):
        (weights / "brain_mri" / name).symlink_to(brain.folder / name)
    write(tmp_path / "manifest.csv", rows, ["file", "label", "mask"])
    write(weights / "brain_mri" / "splits.csv", rows, ["id", "label", "group", "split"])
    monkeypatch.setattr(catalog, "WEIGHTS", weights)
    store.register(brain, ["splits.csv", "efficientnet_lite0.keras", "efficientnet_lite0.tflite"])
    return tmp_path


def write(path, rows, columns) -> None:
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def unchanged(monkeypatch):
    """A randomisation that leaves the network as it is, without Keras; two methods in all, both quick."""
    monkeypatch.setattr(measure, "cascade", lambda network: iter([("none", network)]))
    monkeypatch.setattr(measure, "METHODS", {key: METHODS[key] for key in ("cam", "occlusion")})
    monkeypatch.setattr(occlusion, "GRID", 3)


def test_the_command_writes_and_prints_the_figures(folder, brain, unchanged, capsys):
    assert main(["measure-explanations", "brain_mri", "--data", str(folder), "--methods", "cam", "--limit", "2"]) == 0
    found = store.read_json(brain, "explanations.json")
    assert found["lesions"] == {"pictures": 3, "groups": 2, "area": pytest.approx(12 * 20 / 7680, abs=1e-6)}
    cam, flat = found["methods"]["cam"], found["baselines"]["uniform"]
    assert cam["localisation"]["pictures"] == 3 and cam["faithfulness"]["pictures"] == 2
    assert flat["localisation"]["figures"]["energy"]["value"] == found["lesions"]["area"]
    assert found["baselines"]["gaussian"]["localisation"]["figures"]["energy_ratio"]["value"] == 1
    assert cam["randomisation"]["steps"][0]["correlation"]["value"] == 1
    for part in ("localisation", "faithfulness"):
        for figure in cam[part]["figures"].values():
            assert figure["low"] <= figure["value"] <= figure["high"]
    said = capsys.readouterr().out
    assert f"energy {cam['localisation']['figures']['energy']['value']:.3f}" in said
    assert "gaussian" in said and "uniform" in said


def test_what_was_measured_is_not_measured_again(folder, brain, unchanged):
    first = measure.measure(brain, folder, methods=["cam"], limit=1)
    told = []
    second = measure.measure(brain, folder, limit=1, say=told.append)
    assert [line for line in told if not line.startswith(" ")] == ["occlusion: Occlusion"]
    assert second["methods"]["cam"] == first["methods"]["cam"]
    assert set(second["methods"]) == {"cam", "occlusion"}
    assert second["methods"]["occlusion"]["localisation"]["pictures"] == 1


def test_figures_of_other_weights_are_dropped(folder, brain, unchanged):
    measure.measure(brain, folder, methods=["cam"], limit=1)
    path = brain.folder / "explanations.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"weights": "of another network"}))
    assert set(measure.measure(brain, folder, methods=["occlusion"], limit=1)["methods"]) == {"occlusion"}


def test_without_masks_there_is_no_localisation(folder, brain, unchanged):
    write(folder / "manifest.csv", [{"file": f"{i}.png", "label": "glioma"} for i in range(6)], ["file", "label"])
    found = measure.measure(brain, folder, methods=["cam"], limit=3)
    assert found["lesions"] is None and found["methods"]["cam"]["localisation"] is None
    assert found["methods"]["cam"]["faithfulness"]["pictures"] == 3
    assert "energy" not in measure.summary(found)


def test_errors_are_sentences(folder, brain, unchanged):
    with pytest.raises(ScanError, match="tea_leaves"):
        measure.measure(brain, folder, methods=["tea_leaves"])
    (folder / "mask1.png").write_text("not a picture")
    with pytest.raises(ScanError, match="mask mask1.png cannot be read"):
        measure.measure(brain, folder, methods=["cam"], limit=1)


def test_weights_are_randomised_from_the_logits_down(bright):  # noqa: F811
    before = [layer.get_weights() for layer in bright.keras.model.layers if layer.get_weights()]
    names = []
    for name, network in measure.cascade(bright):
        names.append(name)
        after = [layer.get_weights() for layer in network.keras.model.layers if layer.get_weights()]
    assert names[0] == "logits" and names[-1] == "conv"
    assert sorted(np.ravel(after[0])) == sorted(np.ravel(before[0]))
    picture = np.random.default_rng(0).integers(0, 255, (1, 28, 28, 3)).astype(np.float32)
    assert not np.allclose(network.run(picture).maps, bright.run(picture).maps)
    untouched = [layer.get_weights() for layer in bright.keras.model.layers if layer.get_weights()]
    assert all(np.array_equal(a, b) for x, y in zip(before, untouched, strict=True) for a, b in zip(x, y, strict=True))


def test_the_mask_is_brought_to_the_scans_size(tmp_path):
    cv2.imwrite(str(tmp_path / "mask.png"), np.kron([[0, 255], [0, 0]], np.ones((10, 10))).astype(np.uint8))
    mask = measure.read_mask(tmp_path / "mask.png", (40, 60))
    assert mask[:20, 30:].all() and mask.sum() == 600
    assert quality.energy_inside(quality.uniform((40, 60)), mask) == pytest.approx(0.25)
