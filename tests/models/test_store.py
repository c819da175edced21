"""Released files are checked before they are used."""

import json
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from oncosecure import WeightsError, catalog
from oncosecure.models import store


@pytest.fixture
def copy(brain, tmp_path, monkeypatch):
    """A weights folder with two of the brain's files, free to be changed."""
    (tmp_path / "brain_mri").mkdir()
    for name in ("card.json", "predictions.csv"):
        shutil.copy(brain.folder / name, tmp_path / "brain_mri" / name)
    shutil.copy(catalog.WEIGHTS / "manifest.json", tmp_path / "manifest.json")
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    return tmp_path


def test_reads_what_was_released(brain, copy):
    assert store.read_json(brain, "card.json")["modality"] == "brain_mri"


def test_refuses_a_changed_byte(brain, copy):
    path = copy / "brain_mri" / "card.json"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(WeightsError, match="not the file that was released"):
        store.read(brain, "card.json")


def test_refuses_a_file_that_the_manifest_does_not_know(brain, copy):
    (copy / "brain_mri" / "extra.bin").write_bytes(b"x")
    with pytest.raises(WeightsError, match="checksum"):
        store.read(brain, "extra.bin")


def test_refuses_everything_without_a_manifest(brain, copy):
    (copy / "manifest.json").unlink()
    with pytest.raises(WeightsError):
        store.read(brain, "card.json")


def test_says_how_to_get_missing_weights(copy):
    with pytest.raises(WeightsError, match="oncosecure train skin_lesion"):
        store.read(catalog.get("skin_lesion"), "card.json")


def test_register_accepts_a_new_file(brain, copy):
    (copy / "brain_mri" / "card.json").write_text('{"modality": "other"}')
    store.register(brain, ["card.json"])
    assert store.read_json(brain, "card.json") == {"modality": "other"}
    assert len(json.loads((copy / "manifest.json").read_text())) >= 2


def test_written_json_is_registered_and_rounded(brain, copy):
    store.write_json(brain, "new.json", {"a": 0.12345678, "b": float("nan"), "c": [(1, 2.0)]})
    assert store.read_json(brain, "new.json") == {"a": 0.123457, "b": None, "c": [[1, 2.0]]}


def test_every_released_file_matches_the_manifest():
    for name in json.loads((catalog.WEIGHTS / "manifest.json").read_text()):
        key, _, file = name.partition("/")
        store.read(catalog.get(key), file)


def test_every_file_in_the_folders_is_in_the_manifest():
    known = set(json.loads((catalog.WEIGHTS / "manifest.json").read_text()))
    found = {str(p.relative_to(catalog.WEIGHTS)) for p in catalog.WEIGHTS.glob("*/*") if p.is_file()}
    assert found == known


def test_another_models_files_carry_its_name(brain):
    assert brain.file("card.json") == brain.file("card.json", brain.models[0]) == "card.json"
    assert brain.file("card.json", "other") == "other.card.json"


def test_a_manifest_made_anew_holds_exactly_what_lies_there(brain, copy):
    (copy / "brain_mri" / "extra.bin").write_bytes(b"x")
    (copy / "brain_mri" / "predictions.csv").unlink()
    assert sorted(store.register_all()) == ["brain_mri/card.json", "brain_mri/extra.bin"]
    assert store.read(brain, "extra.bin") == b"x"


def test_one_key_is_replaced_and_the_others_stay(brain, copy):
    before = store.read_json(brain, "card.json")
    store.update_json(brain, "card.json", added={"value": 0.12345678})
    assert store.read_json(brain, "card.json") == before | {"added": {"value": 0.123457}}


def test_a_model_that_many_ask_for_at_once_is_loaded_once(brain):
    loads = []

    @store.once_a_model(4)
    def load(modality, model):
        loads.append(model)
        time.sleep(0.1)
        return object()

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda model: load(brain, model), [None, brain.models[0], "other", "other"] * 2))
    assert sorted(loads) == sorted([brain.models[0], "other"])
    assert len(set(found)) == 2


def test_a_load_that_failed_is_tried_again(brain):
    failures = [WeightsError("missing")]

    @store.once_a_model(4)
    def load(modality, model):
        if failures:
            raise failures.pop()
        return model

    with pytest.raises(WeightsError):
        load(brain)
    assert load(brain) == brain.models[0]
