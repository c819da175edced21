"""The page's answer to a region that is read tile by tile."""

import pytest

from oncosecure import catalog, samples
from oncosecure.analysis import analyze
from oncosecure.ui import region

ENTRY = catalog.get("breast_histology")

pytestmark = pytest.mark.skipif(not ENTRY.has_weights(), reason="breast_histology has no weights yet")


def _drawn(id: str) -> bytes:
    return next(s for s in samples.phantoms("breast_histology") if s.id == id).load()


@pytest.fixture(scope="module")
def answer():
    return analyze(_drawn("drawn-region"), ENTRY)


def test_sentences_hold_the_figures(answer):
    assert "invasive ductal carcinoma" in region.headline(answer, ENTRY)
    assert "50 x 50 pixels, every 25" in region.tiles_fact(answer)
    assert "50 x 50 pixels" in region.map_sentence(answer, ENTRY)
    assert "averaged" in region.place_sentence(answer, ENTRY)
    assert int(region.called(answer)) == round(answer.region.called * answer.region.tissue)


def test_a_region_has_its_map_and_a_patch_has_its_own_page(open_page):
    app = open_page("breast_histology")
    app.file_uploader[0].upload("region.png", _drawn("drawn-region"), "image/png").run()
    assert not app.exception
    assert "The reading" in [h.value for h in app.header]
    assert [t.label for t in app.tabs][0] == "Most suspicious place"
    drop = app.button(key="breast_histology.drop")
    assert drop.label == "Drop this region"
    drop.click().run()
    app.file_uploader[0].upload("patch.png", _drawn("drawn-sheet"), "image/png").run()
    assert not app.exception
    assert "The answer" in [h.value for h in app.header]
    assert any("With each patient left out" in h.value for h in app.header)


def test_glass_is_refused_with_a_sentence(open_page):
    import cv2
    import numpy as np

    app = open_page("breast_histology")
    glass = cv2.imencode(".png", np.full((300, 300, 3), 244, np.uint8))[1].tobytes()
    app.file_uploader[0].upload("glass.png", glass, "image/png").run()
    assert not app.exception
    assert "no stained tissue" in app.error[0].value
