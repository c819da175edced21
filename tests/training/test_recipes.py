"""A recipe is a modality's, a network's there, and the caller's, in that order."""

import pytest

from oncosecure import catalog
from oncosecure.training import recipes


@pytest.mark.parametrize(("key", "model"), recipes.OF_NETWORK)
def test_a_network_from_random_weights_freezes_nothing_and_ends_at_the_input_size(key, model):
    entry, recipe = catalog.get(key), recipes.for_modality(key, model)
    assert recipe.freeze_until is None and recipes.for_modality(key).freeze_until
    assert recipe.teacher in entry.models and recipe.teacher != model and 0 < recipe.distil < 1
    assert recipe.stages[-1][0] == entry.input_size
    assert recipe.augment == recipes.for_modality(key).augment


def test_what_the_caller_gives_counts_most_and_none_gives_nothing():
    found = recipes.for_modality("brain_mri", "resnet50", distil=0.1, batch=8, ema=None)
    assert (found.distil, found.batch, found.ema) == (0.1, 8, recipes.for_modality("brain_mri", "resnet50").ema)
    assert recipes.for_modality("brain_mri", "efficientnet_lite0") == recipes.for_modality("brain_mri")
