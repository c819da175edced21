"""Regions read tile by tile: by a network that only sees colour, and by the released one."""

import json

import numpy as np
import pandas as pd
import pytest

import oncosecure
from oncosecure import ScanError, catalog, regions, samples
from oncosecure.analysis import Analysis
from oncosecure.models.engine import Output

PINK, BLUE, GLASS = (225, 160, 195), (120, 80, 160), (243, 243, 243)


class Blueness:
    """Calls malignant what lets little red through."""

    def run(self, batch):
        dark = 180 - batch[..., 0].mean((1, 2)).astype(np.float32)
        logits = np.stack([-dark, dark], 1) / 10
        return Output(logits, logits, np.empty(0), np.stack([dark, dark + 1], 1))


@pytest.fixture
def half() -> np.ndarray:
    """Glass above; below, pink at the left and blue at the right."""
    pixels = np.full((200, 300, 3), GLASS, np.uint8)
    pixels[100:, :150], pixels[100:, 150:] = PINK, BLUE
    return pixels


def test_tiles_are_read_where_there_is_tissue(half):
    tiles = regions.read(Blueness(), half, 50, 96, 1.0)
    assert not tiles.tissue[:3].any()
    assert tiles.tissue[3:].all()
    p = tiles.lay_out(tiles.probabilities[:, 1])
    assert np.isnan(p[:3]).all()
    assert (p[4:, :4] < 0.1).all()
    assert (p[4:, -4:] > 0.9).all()


def test_maps_cover_the_picture_and_leave_glass_empty(half):
    tiles = regions.read(Blueness(), half, 50, 96, 1.0)
    maps = regions.RegionMaps(("benign", "malignant"), tiles, half.shape[:2])
    assert maps["malignant"].shape == half.shape[:2]
    assert not maps["malignant"][:40].any()
    np.testing.assert_allclose((maps["benign"] + maps["malignant"])[110:], 1, atol=1e-5)
    with pytest.raises(KeyError):
        maps["normal"]


def test_glass_alone_is_refused_with_a_sentence():
    with pytest.raises(ScanError, match="no stained tissue"):
        regions.read(Blueness(), np.full((200, 200, 3), 244, np.uint8), 50, 96, 1.0)


@pytest.fixture(scope="module")
def region() -> Analysis:
    if not catalog.get("breast_histology").has_weights():
        pytest.skip("breast_histology has no weights yet")
    return oncosecure.analyze(_drawn("drawn-region"), "breast_histology")


def _drawn(id: str) -> np.ndarray:
    return next(s for s in samples.phantoms("breast_histology") if s.id == id).pixels()


def test_a_region_has_an_answer_of_the_usual_shape(region):
    assert region.probabilities["malignant"] == pytest.approx(region.region.mean, abs=1e-5)
    assert sum(region.probabilities.values()) == pytest.approx(1, abs=1e-5)
    assert region.target_probability == region.probabilities["malignant"]
    assert region.heatmaps["malignant"].shape == (400, 400)
    assert 0 <= region.heatmaps["malignant"].min() <= region.heatmaps["malignant"].max() <= 1
    assert region.region.highest >= region.region.mean
    assert region.region.grid.tile == 50
    assert any("tiles of 50 pixels" in note for note in region.notes)


def test_the_drawn_carcinoma_at_the_right_is_read_as_more_suspicious(region):
    p = region.region.probability
    assert np.nanmean(p[:, -5:]) > np.nanmean(p[:, :5]) + 0.1


def test_the_reading_is_part_of_the_json(region):
    found = json.loads(region.to_json())["region"]
    assert found["tiles"] == 225
    assert len(found["map"]) == 15
    assert found["called"] == pytest.approx(region.region.called)


def test_a_patch_is_read_whole():
    if not catalog.get("breast_histology").has_weights():
        pytest.skip("breast_histology has no weights yet")
    assert oncosecure.analyze(_drawn("drawn-sheet"), "breast_histology").region is None


def test_saved_predictions_are_what_analyze_says(data):
    entry = catalog.get("breast_histology")
    if not entry.has_weights():
        pytest.skip("breast_histology has no weights yet")
    rows = pd.read_csv(entry.folder / "predictions.csv").iloc[::80]
    assert len(rows) > 10
    for row in rows.itertuples():
        answer = oncosecure.analyze(data / entry.key / row.id, entry)
        assert answer.probabilities["malignant"] == pytest.approx(row.p_malignant, abs=2e-3)
