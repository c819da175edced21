"""Tiles of a region, which of them show tissue, and the map that comes of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncosecure import tiling

sides = st.integers(31, 700)


@settings(deadline=None, max_examples=60)
@given(sides, sides, st.integers(4, 400))
def test_the_grid_covers_the_picture_within_its_budget(height, width, most):
    grid = tiling.grid((height, width, 3), 50, most)
    assert len(grid) <= most
    for edges, side in ((grid.tops, height), (grid.lefts, width)):
        assert edges[0] == 0
        assert edges[-1] == max(side - 50, 0)
        assert all(0 < b - a <= grid.step for a, b in zip(edges, edges[1:], strict=False))


def test_tiles_overlap_where_there_is_room_and_leave_gaps_where_there_is_none():
    assert tiling.grid((400, 400), 50).step == 25
    assert tiling.grid((1500, 1500), 50).step == 50
    huge = tiling.grid((6000, 6000), 50)
    assert huge.step > 50
    assert len(huge) <= tiling.MOST
    notes = [tiling.grid((side, side), 50).note() for side in (400, 1500, 6000)]
    assert "overlapping the next by 25" in notes[0]
    assert "side by side" in notes[1]
    assert f"every {huge.step}" in notes[2]


def test_only_what_is_clearly_larger_than_a_patch_is_a_region():
    assert not tiling.is_region((50, 50, 3), 50)
    assert not tiling.is_region((99, 99, 3), 50)
    assert tiling.is_region((40, 100, 3), 50)


def test_glass_is_skipped_and_tissue_is_not():
    glass = np.full((50, 50, 3), 243, np.uint8)
    assert not tiling.shows_tissue(glass)
    specks = glass.copy()
    specks[:3, :20] = (150, 90, 170)
    assert not tiling.shows_tissue(specks)
    strip = glass.copy()
    strip[:10] = (220, 150, 190)
    assert tiling.shows_tissue(strip)


def test_nearly_every_patch_of_the_data_shows_tissue(data):
    import cv2

    files = sorted((data / "breast_histology" / "images").rglob("*.jpg"))[::25]
    shown = [tiling.shows_tissue(cv2.imread(str(path))) for path in files]
    assert len(shown) > 200
    assert np.mean(shown) >= 0.99


def test_every_pixel_takes_the_mean_of_its_tiles():
    shape = (120, 90)
    grid = tiling.grid(shape, 50)
    values = np.random.default_rng(0).random(grid.shape, np.float32)
    values[1, 1] = np.nan
    sums, counts = np.zeros((2, *shape))
    for row, top in enumerate(grid.tops):
        for column, left in enumerate(grid.lefts):
            if np.isfinite(values[row, column]):
                sums[top : top + 50, left : left + 50] += values[row, column]
                counts[top : top + 50, left : left + 50] += 1
    expected = sums / np.maximum(counts, 1)
    np.testing.assert_allclose(tiling.spread(grid, values, shape), expected, atol=1e-5)


def test_between_tiles_with_gaps_the_nearest_counts():
    grid = tiling.Grid(10, 30, (0, 30), (0, 30))
    heat = tiling.spread(grid, np.array([[0.1, 0.2], [0.3, 0.4]]), (40, 40))
    assert heat[0, 0] == pytest.approx(0.1)
    assert heat[0, 25] == pytest.approx(0.2)
    assert heat[25, 12] == pytest.approx(0.3)
    assert heat[39, 39] == pytest.approx(0.4)


def test_the_summary_counts_tissue_alone_and_finds_the_worst_neighbourhood():
    grid = tiling.grid((150, 150), 50)
    p = np.full(grid.shape, 0.1)
    p[0] = np.nan
    p[1, 1] = 0.95  # alone among calm neighbours
    p[3:5, 3:5] = 0.8
    region = tiling.summarise(grid, p, np.isfinite(p), (150, 150, 3))
    assert region.tissue == 20
    assert region.called == pytest.approx(5 / 20)
    assert region.mean == pytest.approx(np.nanmean(p))
    assert region.place == (grid.tops[4], grid.lefts[4], 50, 50)
    assert region.highest == pytest.approx(0.8)
    assert region.familiar == 1.0
    assert region.to_dict()["map"][0][0] is None
