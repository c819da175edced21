"""What a picture looks like from afar, and the distance that is made of it."""

import numpy as np
import pytest

from oncosecure import samples
from oncosecure.uncertainty import appearance
from oncosecure.uncertainty.appearance import SIZE, Appearance
from oncosecure.uncertainty.neighbours import Index


@pytest.fixture(scope="module")
def skin() -> np.ndarray:
    return samples.phantoms("skin_lesion")[0].pixels()


def test_colour_cast_and_fine_noise_change_it_less_than_another_structure(skin):
    own = appearance.describe(skin)
    cast = appearance.describe((skin.astype(int) + (6, 0, -6)).clip(0, 255).astype(np.uint8))
    noise = np.random.default_rng(0).integers(-12, 13, skin.shape)
    grain = appearance.describe((skin.astype(int) + noise).clip(0, 255).astype(np.uint8))
    other = appearance.describe(samples.phantoms("breast_histology")[0].pixels())
    assert own.shape == (SIZE,) and own.dtype == np.float32
    changes = [np.linalg.norm(seen - own) for seen in (cast, grain)]
    assert max(changes) < 0.5 * np.linalg.norm(other - own)


def test_an_even_picture_has_a_description():
    assert np.isfinite(appearance.describe(np.full((50, 50, 3), 127, np.uint8))).all()


@pytest.fixture(scope="module")
def cloud() -> np.ndarray:
    """(500, 40 + SIZE) embeddings near a plane, with correlated descriptions."""
    rng = np.random.default_rng(0)
    embeddings = rng.random((500, 3)) @ rng.random((3, 40)) + 0.02 * rng.random((500, 40))
    return np.column_stack([embeddings, rng.normal(size=(500, SIZE)) @ rng.normal(size=(SIZE, SIZE))])


def test_both_distances_keep_the_same_share_of_the_training_pictures(cloud):
    beside = np.random.default_rng(1).random(500)
    fitted = Appearance.fit(cloud[:, -SIZE:], beside)
    limit = np.quantile(beside, 0.95)
    assert (fitted.distance(cloud[:, -SIZE:]) <= limit).mean() == pytest.approx(0.95, abs=0.01)


def test_an_index_refuses_by_either_distance_and_survives_being_saved(cloud, tmp_path):
    index = Index.build(np.arange(500), np.arange(500), cloud, k=3, looks=True)
    limit = np.quantile(index.distance(cloud), 0.95)
    strange_look, strange_embedding = cloud[:1].copy(), cloud[:1].copy()
    strange_look[0, -SIZE:] += 50
    strange_embedding[0, :20] *= 4
    assert index.distance(strange_look)[0] > limit
    assert index.distance(strange_embedding)[0] > limit
    saved = index.save(tmp_path / "i.npz")
    assert saved.score == index.score != Index.build(np.arange(500), np.arange(500), cloud[:, :-SIZE], k=3).score
    assert np.allclose(saved.distance(cloud), index.distance(cloud), atol=5e-3)
    assert saved.nearest(cloud[7, :-SIZE], 1)[0].id == saved.nearest(cloud[7], 1)[0].id
