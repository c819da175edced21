"""Training cases near a picture: the similar ones, and whether there are any near enough.

The distance is the mean cosine distance to the nearest training embeddings (Sun et al.,
Out-of-Distribution Detection with Deep Nearest Neighbors, 2022). Embeddings are reduced by principal
components; the share of an embedding outside them is kept as one more coordinate, since it is
what strangers have most of.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np


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
        vectors: (N, K + 1) float32 of length 1.
        mean: (D,) float32, of the unit embeddings.
        components: (K, D) float32, orthonormal rows.
    """

    ids: np.ndarray
    labels: np.ndarray
    vectors: np.ndarray
    mean: np.ndarray
    components: np.ndarray

    @classmethod
    def build(cls, ids, labels, embeddings: np.ndarray, k: int = 64) -> Index:
        """Index (N, D) embeddings by their first `k` principal components."""
        unit = _unit(embeddings.astype(np.float32))
        mean = unit.mean(0)
        _, _, rows = np.linalg.svd(unit - mean, full_matrices=False)
        empty = cls(np.asarray(ids, str), np.asarray(labels, str), np.empty(0), mean, rows[:k])
        return cls(empty.ids, empty.labels, empty.reduce(embeddings), mean, rows[:k])

    def reduce(self, embeddings: np.ndarray) -> np.ndarray:
        """(N, D) embeddings -> (N, K + 1) float32 of length 1."""
        centred = _unit(embeddings.astype(np.float32)) - self.mean
        inside = centred @ self.components.T
        outside = np.sqrt(np.maximum((centred**2).sum(1) - (inside**2).sum(1), 0))
        return _unit(np.column_stack([inside, outside]))

    def distance(self, embeddings: np.ndarray, k: int = 5) -> np.ndarray:
        """(N,) mean cosine distance to the `k` nearest training pictures, 0 to 2."""
        similarity = self.reduce(embeddings) @ self.vectors.T
        return 1 - np.partition(similarity, -k, axis=1)[:, -k:].mean(1)

    def nearest(self, embedding: np.ndarray, k: int = 5) -> tuple[Case, ...]:
        """The `k` training pictures nearest to one (D,) embedding, the nearest first."""
        similarity = (self.reduce(embedding[None]) @ self.vectors.T)[0]
        order = np.argsort(-similarity)[:k]
        return tuple(Case(str(self.ids[i]), str(self.labels[i]), float(similarity[i])) for i in order)

    def save(self, path: Path) -> None:
        """Write the index in half precision."""
        half = {n: getattr(self, n).astype(np.float16) for n in ("vectors", "mean", "components")}
        np.savez_compressed(path, ids=self.ids, labels=self.labels, **half)

    @classmethod
    def loads(cls, data: bytes) -> Index:
        """Read what `save` wrote; no pickled objects are accepted."""
        with np.load(io.BytesIO(data), allow_pickle=False) as parts:
            floats = {n: parts[n].astype(np.float32) for n in ("vectors", "mean", "components")}
            return cls(ids=parts["ids"], labels=parts["labels"], **floats)


def _unit(x: np.ndarray) -> np.ndarray:
    return x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9)
