"""Leak audit: which pictures of a folder are the same, or nearly, and where that spoils a split.

Two signals. A difference hash (neighbours compared along the rows of a 17 x 16 reduction; Krawetz,
2013) finds copies that were rescaled or recompressed. The cosine between embeddings finds
what a hash misses: neighbouring slices, small shifts, other windows. Pictures joined by either
signal, directly or through others, form one group that must stay on one side of a split.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import cv2
import numpy as np

from oncosecure.cells import safe
from oncosecure.errors import ScanError
from oncosecure.intake.limits import SUFFIXES

#: Difference hashes at most this many of 256 bits apart count as near-duplicates.
HASH_BITS = 20
#: Difference hashes at most this far apart count as the same picture, saved twice.
SAME_BITS = 4
#: Smallest cosine at which two embeddings count as near-duplicates, by the kind of embedding.
COSINE = {"pixels": 0.995, "imagenet": 0.95}

_POPCOUNT = np.array([bin(i).count("1") for i in range(256)], np.uint8)


@dataclass(frozen=True)
class Picture:
    """One picture of the audited folder. `label` and `split` are None where nothing says them."""

    id: str
    path: Path
    label: str | None = None
    split: str | None = None
    group: str | None = None


@dataclass(frozen=True)
class Audit:
    """What the audit found.

    Attributes:
        pictures: the pictures that could be read.
        groups: (N,) group number of every picture; a group has one member or more.
        unreadable: id and reason of every picture that could not be read.
        exact_pairs: pairs with the very same hash.
        near_pairs: pairs joined by the hash or the embedding, exact ones included.
        test_exact: pictures of the published test split with the same hash as one in train.
        test_near: those with a train picture within `HASH_BITS`.
        test_grouped: those whose group reaches into train.
        straddling: group numbers that stand in more than one published split.
        conflicting: group numbers that carry more than one label.
    """

    pictures: tuple[Picture, ...]
    groups: np.ndarray
    unreadable: tuple[tuple[str, str], ...]
    exact_pairs: int
    near_pairs: int
    test_size: int
    test_exact: int
    test_near: int
    test_grouped: int
    straddling: tuple[int, ...]
    conflicting: tuple[int, ...]

    def summary(self) -> str:
        """The findings as a few lines of text."""
        sizes = np.bincount(self.groups)
        lines = [
            f"{len(self.pictures)} pictures, {len(sizes)} groups, {int((sizes > 1).sum())} of them with two or more "
            f"pictures (largest: {sizes.max(initial=0)})",
            f"{self.exact_pairs} pairs with the same difference hash, {self.near_pairs} near-duplicate pairs in all",
        ]
        if self.test_size:
            lines += [
                f"published split: {self.test_exact} of {self.test_size} test pictures have an identical hash in "
                f"train, {self.test_near} one within {HASH_BITS} bits, {self.test_grouped} share a group with train",
                f"{len(self.straddling)} groups straddle the published split",
            ]
        lines.append(f"{len(self.conflicting)} groups carry more than one label{self._conflicts()}")
        if self.unreadable:
            lines.append(f"{len(self.unreadable)} files could not be read")
        return "\n".join(lines)

    def _conflicts(self) -> str:
        shown = [", ".join(p.id for p in self.members(g)) for g in self.conflicting[:5]]
        return "".join(f"\n  {line}" for line in shown)

    def members(self, group: int) -> list[Picture]:
        """The pictures of one group."""
        return [self.pictures[i] for i in np.flatnonzero(self.groups == group)]

    def write_groups(self, file: TextIO) -> None:
        """Write file, group, label and published split of every picture as CSV."""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "group", "label", "published_split"])
        for picture, group in zip(self.pictures, self.groups, strict=True):
            cells = (picture.id, f"g{group:05d}", picture.label or "", picture.split or "")
            writer.writerow([safe(cell) for cell in cells])


def find_pictures(folder: Path) -> list[Picture]:
    """The pictures of a folder: those of its `manifest.csv`, or else every picture under it.

    Without a manifest, the folder a picture lies in is its label, and a folder named train, test,
    training, testing, val or validation above it is its split.

    Raises:
        ScanError: if the folder does not exist or holds no picture.
    """
    if not folder.is_dir():
        raise ScanError("There is no such folder; name one that holds pictures or a manifest.csv.")
    manifest = folder / "manifest.csv"
    pictures = list(_from_manifest(manifest) if manifest.is_file() else _from_tree(folder))
    if not pictures:
        raise ScanError("The folder holds no pictures; PNG, JPEG, TIFF, BMP, WebP and DICOM are read.")
    return pictures


def _from_manifest(manifest: Path) -> Iterator[Picture]:
    with manifest.open(newline="") as file:
        rows = csv.DictReader(file)
        if "file" not in (rows.fieldnames or ()):
            raise ScanError("manifest.csv has no column named file; it needs file and, for labels, label.")
        for row in rows:
            split = row.get("published_split") or row.get("split") or None
            yield Picture(row["file"], manifest.parent / row["file"], row.get("label") or None, split)


def _from_tree(folder: Path) -> Iterator[Picture]:
    splits = {"train": "train", "training": "train", "test": "test", "testing": "test", "val": "val"}
    splits["validation"] = "val"
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES):
        parts = path.relative_to(folder).parts[:-1]
        split = next((splits[p.lower()] for p in parts if p.lower() in splits), None)
        label = parts[-1] if parts and parts[-1].lower() not in splits else None
        yield Picture(str(path.relative_to(folder)), path, label, split)


def difference_hash(pixels: np.ndarray) -> np.ndarray:
    """The 256-bit difference hash of an RGB picture, (H, W, 3) uint8 -> (32,) uint8 of packed bits."""
    grey = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (17, 16), interpolation=cv2.INTER_AREA)
    return np.packbits(grey[:, 1:] > grey[:, :-1])


def pixel_embedding(pixels: np.ndarray) -> np.ndarray:
    """A standardised, blurred 32 x 32 reduction; its cosine is the pictures' correlation. Needs no network."""
    grey = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (32, 32), interpolation=cv2.INTER_AREA)
    vector = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1).ravel()
    return vector - vector.mean()


def run(
    folder: Path,
    embed: Callable[[Sequence[np.ndarray]], np.ndarray] | None = None,
    cosine: float | None = None,
    hash_bits: int = HASH_BITS,
    progress: Callable[[float], None] = lambda share: None,
) -> Audit:
    """Audit a folder.

    Args:
        folder: see `find_pictures`.
        embed: list of (H, W, 3) uint8 -> (N, D); `pixel_embedding` of each if None.
        cosine: smallest cosine of a near-duplicate pair; by default that of the pixel embedding.
        hash_bits: largest hash distance of a near-duplicate pair, 0 to 256.
        progress: called with the share of pictures read, 0 to 1.

    Raises:
        ScanError: if the folder holds no picture that can be read.
    """
    found = find_pictures(folder)
    pictures, hashes, vectors, unreadable = [], [], [], []
    for start in range(0, len(found), 64):
        batch, pixels = _read(found[start : start + 64], unreadable)
        pictures += batch
        hashes += [difference_hash(p) for p in pixels]
        vectors += list(embed(pixels) if embed else map(pixel_embedding, pixels)) if batch else []
        progress(min(1.0, (start + 64) / len(found)))
    if not pictures:
        raise ScanError("None of the pictures could be read; PNG, JPEG, TIFF, BMP, WebP and DICOM are accepted.")
    limit = cosine if cosine is not None else COSINE["pixels"]
    return _report(pictures, np.array(hashes), np.array(vectors, np.float32), unreadable, limit, hash_bits)


def _read(pictures: list[Picture], unreadable: list) -> tuple[list[Picture], list[np.ndarray]]:
    from oncosecure.intake import read

    kept, pixels = [], []
    for picture in pictures:
        try:
            pixels.append(read(picture.path.read_bytes(), min_side=1).pixels)
            kept.append(picture)
        except (ScanError, OSError) as error:
            reason = str(error) if isinstance(error, ScanError) else "The file cannot be opened."
            unreadable.append((picture.id, reason))
    return kept, pixels


def _report(pictures, hashes, vectors, unreadable, cosine: float, hash_bits: int) -> Audit:
    rows, columns, distances = near_pairs(hashes, vectors, cosine, hash_bits)
    groups = connected(len(pictures), rows, columns)
    split = np.array([p.split or "" for p in pictures])
    label = np.array([p.label or "" for p in pictures])
    reach = _closest_in_train(split, rows, columns, distances)
    test = split == "test"
    in_train = np.isin(groups, groups[split == "train"])
    return Audit(
        pictures=tuple(pictures),
        groups=groups,
        unreadable=tuple(unreadable),
        exact_pairs=int((distances == 0).sum()),
        near_pairs=len(rows),
        test_size=int(test.sum()),
        test_exact=int((reach[test] == 0).sum()),
        test_near=int((reach[test] <= hash_bits).sum()),
        test_grouped=int((test & in_train).sum()),
        straddling=_several(groups, split),
        conflicting=_several(groups, label),
    )


def near_pairs(
    hashes: np.ndarray, vectors: np.ndarray, cosine: float, hash_bits: int = HASH_BITS
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs joined by hash or embedding.

    Args:
        hashes: (N, 32) uint8.
        vectors: (N, D) float32, of any length.
        cosine: smallest cosine of a pair.
        hash_bits: largest hash distance of a pair.

    Returns:
        Row, column (row < column) and hash distance of each pair, three (P,) arrays.
    """
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    found = []
    for start in range(0, len(hashes), 256):
        stop = min(start + 256, len(hashes))
        distance = np.stack([_POPCOUNT[hashes ^ h].sum(1, dtype=np.int16) for h in hashes[start:stop]])
        joined = (distance <= hash_bits) | (unit[start:stop] @ unit.T >= cosine)
        i, j = np.nonzero(joined)
        ahead = j > i + start
        found.append((i[ahead] + start, j[ahead], distance[i[ahead], j[ahead]]))
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))


def contradicting(hashes: np.ndarray, labels: Sequence[str]) -> np.ndarray:
    """(N,) bool, pictures that stand in the set more than once under different labels.

    Args:
        hashes: (N, 32) uint8 difference hashes.
        labels: (N,) label of each picture.
    """
    labels = np.asarray(labels)
    rows, columns, _ = near_pairs(hashes, np.zeros((len(hashes), 1), np.float32), 2.0, SAME_BITS)
    apart = labels[rows] != labels[columns]
    found = np.zeros(len(labels), bool)
    found[np.concatenate([rows[apart], columns[apart]])] = True
    return found


def connected(n: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Group number of each of `n` pictures: connected components of the pairs."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(rows), bool), (rows, columns)), shape=(n, n))
    return connected_components(graph, directed=False)[1]


def _closest_in_train(split: np.ndarray, rows, columns, distances) -> np.ndarray:
    """(N,) smallest hash distance from each picture to a joined one in train; 257 where there is none."""
    closest = np.full(len(split), 257)
    for a, b in ((rows, columns), (columns, rows)):
        in_train = split[b] == "train"
        np.minimum.at(closest, a[in_train], distances[in_train])
    return closest


def _several(groups: np.ndarray, values: np.ndarray) -> tuple[int, ...]:
    """Groups whose members carry more than one non-empty value."""
    known = values != ""
    pairs = {(int(g), v) for g, v in zip(groups[known], values[known], strict=True)}
    seen: dict[int, int] = {}
    for group, _ in pairs:
        seen[group] = seen.get(group, 0) + 1
    return tuple(sorted(g for g, count in seen.items() if count > 1))
