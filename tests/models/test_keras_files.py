"""Half precision on disk, single in memory."""

import zipfile

import numpy as np
import pytest

from oncosecure.models import efficientnet_lite, keras_files


@pytest.fixture(scope="module")
def model():
    return efficientnet_lite.build("efficientnet_lite0", 3, 64, drop_path=0.1)


def test_round_trip_rounds_to_float16_only(model, tmp_path):
    keras_files.save(model, tmp_path / "m.keras")
    again = keras_files.loads((tmp_path / "m.keras").read_bytes())
    assert again.get_layer("logits").compute_dtype == "float32"
    for before, after in zip(model.get_weights(), again.get_weights(), strict=True):
        assert np.array_equal(before.astype(np.float16).astype(np.float32), after)


def test_file_is_half_the_size_and_has_no_optimizer_state(model, tmp_path):
    path = tmp_path / "m.keras"
    keras_files.save(model, path)
    assert path.stat().st_size < 2.6 * model.count_params()
    assert "optimizer" not in " ".join(zipfile.ZipFile(path).namelist())


def test_overflow_is_refused(model, tmp_path):
    weights = model.get_weights()
    broken = efficientnet_lite.build("efficientnet_lite0", 3, 64)
    weights[-1] = np.full_like(weights[-1], 1e6)
    broken.set_weights(weights)
    with pytest.raises(ValueError, match="overflows"):
        keras_files.save(broken, tmp_path / "m.keras")
