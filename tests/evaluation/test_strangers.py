import cv2
import numpy as np
import pytest

from oncosecure import catalog
from oncosecure.evaluation import strangers

BRAIN = catalog.get("brain_mri")


def _folder(path, n):
    path.mkdir(parents=True)
    for i in range(n):
        cv2.imwrite(str(path / f"{i:02d}.png"), np.full((60, 60), i, np.uint8))
    (path / "manifest.csv").write_text("file\n" + "".join(f"{i:02d}.png\n" for i in range(n)))


def test_other_modalities_and_other_kinds_are_found_and_the_own_is_not(tmp_path):
    for name in ("brain_mri", "lung_ct", "out_of_distribution/natural", "external/skin_ph2"):
        _folder(tmp_path / name, 9)
    found = strangers.files(BRAIN, tmp_path, most=4)
    assert set(found) == {"lung_ct", "natural"}
    assert [path.name for path in found["lung_ct"]] == ["00.png", "03.png", "05.png", "08.png"]


def test_noise_is_the_same_each_time_and_never_the_same_picture():
    first, again = list(strangers.noise(64, 16)), list(strangers.noise(64, 16))
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert len({picture.tobytes() for picture in first}) == 16
    grey = [(picture == picture[..., :1]).all() for picture in first]
    assert sum(grey) == 8


def test_figures_of_strangers():
    own = np.array([0.1, 0.2, 0.3, 0.4])
    far = strangers.figures("far", np.array([0.9, 0.8]), own, 0.35)
    assert far == {"pictures": 2, "auroc": 1.0, "refused": 1.0, "false_positive_rate": 0.0}
    mixed = strangers.figures("mixed", np.array([0.25, 0.5]), own, 0.35)
    assert mixed["refused"] == 0.5
    assert mixed["auroc"] == pytest.approx(6 / 8)


def test_every_kind_is_run_through_the_model():
    kinds = {"dark": lambda: [np.zeros((8, 8, 3))], "bright": lambda: [np.full((8, 8, 3), 9.0)] * 3}
    found = strangers.measure(lambda p: np.array([x.mean() for x in p]), kinds, np.array([1.0, 2.0]), 2.0)
    assert found["dark"]["refused"] == 0 and found["bright"]["refused"] == 1
    assert found["bright"]["pictures"] == 3
