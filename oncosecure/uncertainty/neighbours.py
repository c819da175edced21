"""Training cases near a picture, and whether the picture is of the kind that they are.

An embedding is described by its signed square roots at length 1 (Arandjelović and Zisserman, Three things
everyone should know to improve object retrieval, 2012), reduced by the principal components of the
training pictures. What lies outside these components is what training pictures do not have: its length is
the distance that tells strangers (the residual of Wang et al., ViM: Out-of-Distribution with Virtual-logit
Matching, 2022; the Mahalanobis distance under a covariance of few components is nearly all residual as well). On
held-out pictures of other kinds it was ahead of k-nearest-neighbour distances and of full covariances. Where the
embeddings end in descriptions of the pictures' appearance (see `appearance`), both distances are taken as the legs of a
right triangle, the appearance's at half its length: alone it tells photographs less well.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from oncosecure.uncertainty.appearance import SIZE, Appearance


@dataclass(frozen=True)
class Case:
    """A training picture near the one in question: its id, its label, and the cosine similarity, -1 to 1."""

    id: str
    label: str
    similarity: float


@dataclass(frozen=True)
class Index:
    """Reduced embeddings of the training pictures.

    Attributes:
        ids, labels: (N,) str.
        vectors: (N, K + 1) float32 of length 1; the last coordinate is the part outside the components.
        mean: (D,) float32, of the described embeddings.
        components: (K, D) float32, orthonormal rows.
        appearance: of the training pictures, where embeddings come with a description of it as further columns.
    """

    ids: np.ndarray
    labels: np.ndarray
    vectors: np.ndarray
    mean: np.ndarray
    components: np.ndarray
    appearance: Appearance | None = None

    @classmethod
    def build(cls, ids, labels, embeddings: np.ndarray, k: int = 64, looks: bool = False) -> Index:
        """Index (N, D) embeddings by their first `k` principal components; `looks`: they end in descriptions."""
        own, tail = (embeddings[:, :-SIZE], embeddings[:, -SIZE:]) if looks else (embeddings, None)
        described = _describe(own)
        mean = described.mean(0)
        _, _, rows = np.linalg.svd(described - mean, full_matrices=False)
        index = cls(np.asarray(ids, str), np.asarray(labels, str), np.empty(0), mean, rows[:k])
        appearance = Appearance.fit(tail, index.distance(own)) if looks else None
        return replace(index, vectors=index.reduce(own), appearance=appearance)

    @property
    def score(self) -> str:
        """What the distance is; cards name it, so that a limit is never compared with another kind of distance."""
        return "residual and appearance" if self.appearance else "residual"

    def reduce(self, embeddings: np.ndarray) -> np.ndarray:
        """(N, D) embeddings -> (N, K + 1) float32 of length 1."""
        return _unit(np.column_stack(self._parts(embeddings)))

    def distance(self, embeddings: np.ndarray) -> np.ndarray:
        """(N,) length of what lies outside the training pictures' components, 0 to 2; more by the appearance."""
        outside = self._parts(embeddings)[1]
        if self.appearance is None:
            return outside
        return np.hypot(outside, 0.5 * self.appearance.distance(embeddings[:, -SIZE:]))

    def _parts(self, embeddings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(N, K) coordinates and (N,) length of the rest."""
        centred = _describe(embeddings[:, : len(self.mean)]) - self.mean
        inside = centred @ self.components.T
        return inside, np.linalg.norm(centred - inside @ self.components, axis=1)

    def nearest(self, embedding: np.ndarray, k: int = 5) -> tuple[Case, ...]:
        """The `k` training pictures nearest to one (D,) embedding, the nearest first."""
        similarity = (self.reduce(embedding[None]) @ self.vectors.T)[0]
        order = _largest(similarity[None], k)[0]
        return tuple(Case(str(self.ids[i]), str(self.labels[i]), float(similarity[i])) for i in order)

    def labels_near(self, embeddings: np.ndarray, k: int = 5) -> np.ndarray:
        """(N, k) labels of the training pictures nearest to (N, D) embeddings, the nearest first."""
        return self.labels[_largest(self.reduce(embeddings) @ self.vectors.T, k)]

    def save(self, path: Path) -> Index:
        """Write the index in half precision, and return it as it will be read, which is what limits must be set on."""
        half = {n: getattr(self, n).astype(np.float16) for n in ("vectors", "mean", "components")}
        looks = {f"appearance_{n}": v for n, v in vars(self.appearance).items()} if self.appearance else {}
        np.savez_compressed(path, ids=self.ids, labels=self.labels, **half, **looks)
        return self.loads(path.read_bytes())

    @classmethod
    def loads(cls, data: bytes) -> Index:
        """Read what `save` wrote; no pickled objects are accepted."""
        with np.load(io.BytesIO(data), allow_pickle=False) as parts:
            floats = {n: parts[n].astype(np.float32) for n in ("vectors", "mean", "components")}
            looks = {n: parts[f"appearance_{n}"] for n in ("mean", "whitening") if f"appearance_{n}" in parts}
            appearance = Appearance(**looks) if looks else None
            return cls(ids=parts["ids"], labels=parts["labels"], **floats, appearance=appearance)


def left_out_distances(embeddings: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(N,) distance of each picture with its group left out of the index: what pictures of a new group would get."""
    distances = np.empty(len(groups))
    for group in np.unique(groups):
        own = groups == group
        others = embeddings[~own]
        distances[own] = Index.build(np.arange(len(others)), np.arange(len(others)), others).distance(embeddings[own])
    return distances


def _describe(embeddings: np.ndarray) -> np.ndarray:
    x = embeddings.astype(np.float32)
    return _unit(np.sign(x) * np.sqrt(np.abs(x)))


def _largest(values: np.ndarray, k: int) -> np.ndarray:
    """(N, k) columns of the largest values of each row, the largest first."""
    k = min(k, values.shape[1])
    some = np.argpartition(-values, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(values, some, axis=1), axis=1)
    return np.take_along_axis(some, order, axis=1)


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)
