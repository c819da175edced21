import json

import numpy as np
import pandas as pd
import pytest

from oncosecure import ScanError, catalog
from oncosecure.evaluation import divisions, skin_tone, subgroups
from oncosecure.evaluation.divisions import Division
from oncosecure.evaluation.outcomes import Outcomes

RISK = {"low": 0.3, "high": 0.9, "sensitivity": 0.99, "specificity": 0.95}


def people(missed_in: str, n: int = 200) -> tuple[Outcomes, Division]:
    """Findings of two groups; in one of them a third is missed at 0.3."""
    names = np.where(np.arange(n) % 2, "left", "right")
    p = np.where((names == missed_in) & (np.arange(n) % 3 == 0), 0.1, 0.8)
    ids = np.array([f"p{i}" for i in range(n)])
    rows = Outcomes(ids, np.ones(n, int), ids, np.column_stack([1 - p, p]), (1,))
    return rows, Division("side", "Side", "Made up.", names)


def test_a_gap_is_found_and_is_not_put_down_to_chance():
    rows, division = people("left")
    part = subgroups.divide(rows, division, 0.3)
    assert (part["lowest"], part["highest"]) == ("left", "right")
    assert part["gap"] == pytest.approx(np.mean(np.arange(1, 200, 2) % 3 == 0))
    assert part["p"] < 0.001


def test_an_even_result_has_no_gap_and_may_be_chance():
    rows, division = people("nowhere")
    part = subgroups.divide(rows, division, 0.3)
    assert part["gap"] == 0
    assert part["p"] == 1
    left = next(group for group in part["groups"] if group["name"] == "left")
    assert left["sensitivity"]["value"] == 1 and left["sensitivity"]["low"] < 1


def test_chance_is_as_likely_as_it_says():
    """Where groups are dealt out at random, one p in ten lies below 0.1."""
    rng = np.random.default_rng(0)
    rows, division = people("left", 80)
    p = []
    for seed in range(200):
        names = rng.permutation(division.names)
        p.append(subgroups.chance(rows, Division("", "", "", names), 0.3, ["left", "right"], draws=199, seed=seed))
    assert 0.03 < np.mean(np.array(p) <= 0.1) < 0.17


def test_pictures_of_one_lesion_are_dealt_out_together():
    """Ten pictures of each of a few lesions are no evidence of a gap, however many they are."""
    rows, division = people("left", 200)
    lesions = np.array([f"lesion {i // 40}" for i in range(200)])
    names = np.array([("left", "right")[i // 40 % 2] for i in range(200)])
    p = np.where(np.arange(200) // 40 == 0, 0.1, 0.8)
    clustered = Outcomes(rows.ids, rows.targets, lesions, np.column_stack([1 - p, p]), (1,))
    assert subgroups.chance(clustered, Division("", "", "", names), 0.3, ["left", "right"]) > 0.3


def test_small_groups_are_listed_but_not_compared():
    rows, division = people("left")
    names = division.names.copy()
    names[:5] = "rare"
    part = subgroups.divide(rows, Division("side", "Side", "", names), 0.3)
    assert "rare" in [group["name"] for group in part["groups"]]
    assert "rare" not in (part["lowest"], part["highest"])


def test_holm_by_hand():
    assert subgroups.holm([0.01, float("nan"), 0.04, 0.03])[:1] == [pytest.approx(0.03)]
    found = subgroups.holm([0.01, float("nan"), 0.04, 0.03])
    assert found[2:] == [pytest.approx(0.06), pytest.approx(0.06)] and np.isnan(found[1])


def test_a_manifest_s_columns_become_divisions(tmp_path):
    skin = catalog.get("skin_lesion")
    rows = pd.DataFrame(
        {
            "file": ["a", "b", "c", "d"],
            "label": ["mel", "nv", "mel", "nv"],
            "sex": ["male", "female", "unknown", ""],
            "age": [20, 30, 85, float("nan")],
            "localization": ["lower extremity", "back", "back", "unknown"],
            "origin": "rosendahl",
        }
    )
    found = {d.key: d.names.tolist() for d in divisions.of(skin, rows, tmp_path)}
    assert found == {
        "sex": ["male", "female", "", ""],
        "age": ["under 30", "30 to 49", "70 and over", ""],
        "site": ["lower extremity", "back", "back", ""],
    }


def test_age_bands_stand_in_their_order():
    names = np.array(["70 and over", "under 30", "70 and over", "50 to 69", ""])
    assert subgroups._order(Division("", "", "", names)) == ["under 30", "50 to 69", "70 and over"]


def test_ultrasound_is_divided_by_the_masks(data, tmp_path, monkeypatch):
    from oncosecure.models import store

    entry, weights = catalog.get("breast_ultrasound"), tmp_path / "breast_ultrasound"
    weights.mkdir()
    for name in ("card.json", "predictions.csv"):
        (weights / name).write_bytes((entry.folder / name).read_bytes())
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    store.register(entry, ["card.json", "predictions.csv"])
    result = subgroups.run(entry, data / entry.key)
    assert json.loads((weights / "subgroups.json").read_text())["threshold"] == result["threshold"]
    size = next(part for part in result["divisions"] if part["key"] == "size")
    assert [group["name"] for group in size["groups"]] == ["small", "medium", "large"]
    assert sum(group["findings"] for group in size["groups"]) == result["findings"]
    assert "sensitivity for a finding" in subgroups.summary(result)


def test_a_folder_without_the_test_pictures_is_refused(tmp_path):
    with pytest.raises(ScanError, match="manifest"):
        subgroups.run(catalog.get("breast_ultrasound"), tmp_path)
    (tmp_path / "manifest.csv").write_text("file,label\nx.jpg,benign\n")
    with pytest.raises(ScanError, match="lacks"):
        subgroups.run(catalog.get("breast_ultrasound"), tmp_path)


def test_darker_skin_has_a_smaller_angle_and_a_later_band():
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:50] = True

    def picture(skin):
        pixels = np.full((60, 80, 3), skin, np.uint8)
        pixels[mask] = (70, 40, 30)
        return pixels

    angles = [skin_tone.angle(picture(rgb), mask) for rgb in ((240, 215, 200), (200, 160, 130), (120, 80, 55))]
    assert angles == sorted(angles, reverse=True)
    assert [skin_tone.band(a) for a in angles] == ["very light", "light", "brown"]


def test_the_lesion_and_dark_corners_do_not_count_as_skin():
    mask = np.zeros((60, 80), bool)
    mask[20:40, 30:50] = True
    pixels = np.full((60, 80, 3), (220, 190, 170), np.uint8)
    plain = skin_tone.angle(pixels, mask)
    pixels[mask], pixels[:12] = (60, 30, 20), (10, 5, 5)
    assert skin_tone.angle(pixels, mask) == pytest.approx(plain)
    assert not skin_tone.surroundings(pixels, mask)[:12].any()


def test_a_blue_cast_or_no_skin_in_view_gives_no_angle():
    mask = np.zeros((60, 80), bool)
    assert np.isnan(skin_tone.angle(np.full((60, 80, 3), (180, 180, 230), np.uint8), mask))
    assert np.isnan(skin_tone.angle(np.full((60, 80, 3), (220, 190, 170), np.uint8), ~mask))
    assert skin_tone.band(float("nan")) == ""
