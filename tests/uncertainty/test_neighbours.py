import time

import numpy as np
import pytest

from oncosecure.uncertainty.neighbours import Index, left_out_distances


@pytest.fixture
def cloud():
    """Two clusters in a 12-dimensional plane of a 200-dimensional space."""
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(12, 200))
    return rng.normal(size=(400, 12)) @ plane + np.repeat([[5.0], [-5.0]], 200, 0) * plane[0], plane


@pytest.fixture
def index(cloud):
    labels = np.repeat(["a", "b"], 200)
    return Index.build([f"p{i}" for i in range(400)], labels, cloud[0], k=16)


def test_a_training_picture_is_its_own_nearest(index, cloud):
    cases = index.nearest(cloud[0][7], k=5)
    assert cases[0].id == "p7"
    assert cases[0].similarity == pytest.approx(1, abs=1e-3)
    assert {case.label for case in cases} == {"a"}
    assert [c.similarity for c in cases] == sorted((c.similarity for c in cases), reverse=True)


def test_strangers_are_farther(index, cloud):
    rng = np.random.default_rng(1)
    familiar = rng.normal(size=(50, 12)) @ cloud[1] + 5 * cloud[1][0]
    strange = rng.normal(size=(50, 200)) * np.abs(familiar).mean()
    assert index.distance(familiar).max() < index.distance(strange).min()


def test_saved_index_answers_alike(index, cloud, tmp_path):
    saved = index.save(tmp_path / "i.npz")
    again = Index.loads((tmp_path / "i.npz").read_bytes())
    assert np.allclose(again.distance(cloud[0]), index.distance(cloud[0]), atol=5e-3)
    assert (again.distance(cloud[0]) == saved.distance(cloud[0])).all()
    assert [c.id for c in again.nearest(cloud[0][0], 1)] == ["p0"]


def test_distance_is_what_lies_outside_the_components(index):
    inside = index.mean + 0.1 * index.components[0]
    inside = (
        np.sign(inside) * inside**2
    )  # an embedding whose signed square roots lie in the plane, but for their length
    scale = np.linalg.norm(index.mean + 0.1 * index.components[0])
    expected = np.linalg.norm((1 / scale - 1) * (index.mean - index.components.T @ (index.components @ index.mean)))
    assert index.distance(inside[None])[0] == pytest.approx(expected, abs=1e-5)


def test_distance_does_not_depend_on_the_embeddings_length(index, cloud):
    assert np.allclose(index.distance(cloud[0][:9]), index.distance(7 * cloud[0][:9]), atol=1e-6)


def test_labels_near_are_those_of_the_nearest(index, cloud):
    near = index.labels_near(cloud[0][:6], k=5)
    assert near.shape == (6, 5)
    for row, embedding in zip(near, cloud[0][:6], strict=True):
        assert sorted(row) == sorted(case.label for case in index.nearest(embedding, 5))


def test_fewer_cases_than_asked_for(cloud):
    few = Index.build(["p0", "p1", "p2"], ["a", "b", "a"], cloud[0][:3])
    assert len(few.nearest(cloud[0][0], 5)) == 3


def test_pickled_objects_are_refused(tmp_path):
    np.savez(tmp_path / "bad.npz", ids=np.array([{"a": 1}], dtype=object))
    with pytest.raises((ValueError, KeyError)):
        Index.loads((tmp_path / "bad.npz").read_bytes())


def test_ten_thousand_cases_within_20_ms():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(10_000, 65)).astype(np.float32)
    ids = np.arange(10_000).astype(str)
    index = Index(ids, ids, vectors, np.zeros(1280, np.float32), rng.normal(size=(64, 1280)).astype(np.float32))
    query = rng.normal(size=1280).astype(np.float32)

    def seconds() -> float:
        started = time.perf_counter()
        index.nearest(query)
        return time.perf_counter() - started

    assert min(seconds() for _ in range(10)) < 0.020


def test_distances_leave_out_the_groups_own_pictures():
    rng = np.random.default_rng(1)
    groups = np.repeat(["a", "b", "c"], 30)
    embeddings = rng.normal(0, 1, (90, 12)).astype(np.float32) @ rng.normal(size=(12, 200)).astype(np.float32)
    embeddings[groups == "c"] += rng.normal(0, 9, 200)  # far from the others, near to each other
    distances = left_out_distances(embeddings, groups)
    everything = Index.build(range(90), groups, embeddings).distance(embeddings)
    assert distances[groups == "c"].min() > everything.max()
    assert (distances >= everything - 1e-6).all()
