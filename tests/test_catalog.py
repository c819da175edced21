"""The catalog keeps the contract of keys and labels."""

import pytest

from oncosecure import ScanError, catalog

CONTRACT = {
    "brain_mri": ("glioma meningioma no_tumor pituitary", "glioma meningioma pituitary"),
    "breast_ultrasound": ("benign malignant normal", "malignant"),
    "breast_histology": ("benign malignant", "malignant"),
    "lung_ct": ("benign malignant normal", "malignant"),
    "skin_lesion": ("akiec bcc bkl df mel nv vasc", "akiec bcc mel"),
    "breast_features": ("benign malignant", "malignant"),
}


def test_keys_are_the_contract():
    assert set(catalog.MODALITIES) == set(CONTRACT)


@pytest.mark.parametrize("key", CONTRACT)
def test_labels_and_targets(key):
    labels, target = (part.split() for part in CONTRACT[key])
    entry = catalog.get(key)
    assert entry.labels == tuple(labels)
    assert entry.target == tuple(target)
    assert set(entry.explanations) == set(labels)


def test_unknown_key_names_the_known_ones():
    with pytest.raises(ScanError, match="brain_mri"):
        catalog.get("knee_mri")


def test_histology_takes_small_patches():
    assert catalog.get("breast_histology").min_side == 31


def test_weights_are_reported_as_they_are(brain, monkeypatch, tmp_path):
    assert brain.has_weights()
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path)
    assert not brain.has_weights()
