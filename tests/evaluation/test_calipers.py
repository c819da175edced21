"""Marks are erased one kind at a time, and what that does is counted."""

import numpy as np
import pytest

from oncosecure import catalog, samples
from oncosecure.evaluation import calipers
from oncosecure.evaluation.calipers import Erased

ULTRASOUND = catalog.get("breast_ultrasound")


@pytest.fixture
def pixels() -> np.ndarray:
    return samples.phantoms("breast_ultrasound")[0].pixels()


def test_every_kind_that_is_there_is_compared(pixels):
    mask = np.zeros(pixels.shape[:2], bool)
    marks = {"calipers": mask.copy(), "writing": mask, "colour": mask, "corner": mask.copy()}
    marks["calipers"][60:70, 80:120] = marks["corner"][:12, :12] = True
    found = calipers.compare(ULTRASOUND, pixels, marks)
    assert [e.kind for e in found] == ["calipers", "corner"]
    assert found[0].area == pytest.approx(400 / mask.size)
    assert all(-1 <= e.change <= 1 and 0 <= e.energy <= 1 for e in found)


def test_erasing_the_lesion_changes_more_than_erasing_beside_it(pixels):
    """The measure must be able to find a model that looks at what is erased."""
    mask = np.zeros(pixels.shape[:2], bool)
    h, w = mask.shape
    marks = {"calipers": mask.copy(), "corner": mask.copy()}
    marks["calipers"][h // 4 : 3 * h // 4, w // 4 : 3 * w // 4] = True
    marks["corner"][:4, :4] = True
    lesion, corner = calipers.compare(ULTRASOUND, pixels, marks)
    assert lesion.energy > 0.3 > corner.energy
    assert abs(lesion.change) > abs(corner.change)


def test_a_picture_without_marks_adds_nothing(pixels):
    assert calipers.compare(ULTRASOUND, pixels, {"calipers": np.zeros(pixels.shape[:2], bool)}) == []


def test_the_control_lies_beside_the_mark():
    mask = np.zeros((200, 300), bool)
    mask[50:54, 100:140] = True
    moved = calipers.beside(mask)
    assert moved.sum() == mask.sum() and not (moved & mask).any()
    assert np.abs(np.argwhere(moved).mean(0) - np.argwhere(mask).mean(0)).max() < 15


def test_summary_by_hand():
    found = [Erased("calipers", True, -0.2, 0.01, 0.1, 0.02), Erased("calipers", False, 0.1, -0.03, 0.3, 0.04)]
    rows = calipers.summary(found)
    excess = rows["calipers"].pop("excess")
    assert excess["value"] == pytest.approx(0.13)
    assert (excess["low"], excess["high"]) == pytest.approx((0.07, 0.19))  # the lesser and the greater of the two
    assert rows["writing"] == {"pictures": 0}
    assert rows["calipers"] == pytest.approx(
        {
            "pictures": 2,
            "flipped": 1,
            "change": -0.05,
            "absolute_change": 0.15,
            "control_absolute_change": 0.02,
            "energy": 0.2,
            "area": 0.03,
        }
    )
