"""One call from a picture to an answer: `analyze(source, modality) -> Analysis`.

The answer comes from one pass of the LiteRT graph. TensorFlow is not imported.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from oncosecure import DISCLAIMER, catalog, regions, tiling
from oncosecure.catalog import Modality
from oncosecure.errors import ScanError, WeightsError
from oncosecure.explain import cam
from oncosecure.explain.cam import Heatmaps
from oncosecure.intake import QualityNote, Scan, burned, check, from_array, read
from oncosecure.models import engine, store
from oncosecure.models.engine import Output
from oncosecure.models.preprocess import fit
from oncosecure.tiling import Region
from oncosecure.uncertainty import appearance, conformal, risk, temperature, tta
from oncosecure.uncertainty.neighbours import Case, Index

Source = str | os.PathLike | bytes | np.ndarray | Scan


@dataclass(frozen=True, eq=False)
class Analysis:
    """What a model says of one scan.

    Attributes:
        modality: key of the modality.
        model: name of the network.
        predicted: the most probable label.
        probabilities: calibrated probability of every label, in the modality's order; they sum to 1.
        target_probability: of the modality's target labels together, 0 to 1.
        risk: "low", "medium" or "high", by thresholds chosen on validation (see the card).
        prediction_set: labels that a conformal set of the stated coverage holds, the most probable first.
        in_distribution: whether the scan lies as near to the training cases as validation scans do.
        distance: how much of the scan's description the training cases do not have, 0 to 2; see `neighbours`.
        distance_limit: the largest distance that still counts as in distribution.
        quality: notes on the picture; none of them blocks the answer.
        similar: the nearest training cases.
        heatmaps: for every label an (H, W) float32 map in [0, 1] at the scan's size.
        timings: milliseconds spent on each step, and their total.
        notes: what intake had to decide when it decoded the file.
        region: the reading tile by tile, where the picture is much larger than what the network reads at once; None
            otherwise. With it, the probabilities are means over the tissue tiles, the heatmaps hold each label's
            probability, the risk is that of the most suspicious place, the similar cases are similar to that place,
            and the distance is the median over the tissue tiles.
        looks_like: key of the other modality whose scans it resembles, if it is out of distribution and there is one.
    """

    modality: str
    model: str
    predicted: str
    probabilities: dict[str, float]
    target_probability: float
    risk: str
    prediction_set: tuple[str, ...]
    in_distribution: bool
    distance: float
    distance_limit: float
    quality: tuple[QualityNote, ...]
    similar: tuple[Case, ...]
    heatmaps: Mapping[str, np.ndarray]
    timings: dict[str, float]
    notes: tuple[str, ...] = field(default=())
    region: Region | None = None
    looks_like: str | None = None

    @property
    def agreement(self) -> float:
        """Share of the similar cases whose label is the predicted one, 0 to 1."""
        return sum(case.label == self.predicted for case in self.similar) / max(len(self.similar), 1)

    @property
    def confidence(self) -> float:
        """Probability of the predicted label."""
        return self.probabilities[self.predicted]

    def to_json(self) -> str:
        """The answer without its maps and without ids of training cases' files, as JSON."""
        answer = {
            "modality": self.modality,
            "model": self.model,
            "predicted": self.predicted,
            "confidence": self.confidence,
            "probabilities": self.probabilities,
            "target_probability": self.target_probability,
            "risk": self.risk,
            "prediction_set": list(self.prediction_set),
            "in_distribution": self.in_distribution,
            "distance": self.distance,
            "distance_limit": self.distance_limit,
            "looks_like": self.looks_like,
            "quality": [note.message for note in self.quality],
            "notes": list(self.notes),
            "similar": [vars(case) for case in self.similar],
            "agreement": self.agreement,
            "timings_ms": {step: round(ms, 2) for step, ms in self.timings.items()},
            "disclaimer": DISCLAIMER,
        }
        if self.region:
            answer["region"] = self.region.to_dict()
        return json.dumps(answer, indent=1)


@dataclass(frozen=True)
class Released:
    """Everything `analyze` needs of a released model, loaded and checked once."""

    engine: engine.LiteRTEngine
    index: Index
    card: dict
    thresholds: risk.Thresholds
    sets: np.ndarray

    def distance(self, picture: np.ndarray, embedding: np.ndarray) -> float:
        """How far a fitted (S, S, 3) picture with its (1, D) embedding lies from the training pictures."""
        seen = appearance.append(embedding, picture[None]) if self.index.appearance else embedding
        return float(self.index.distance(seen)[0])


def analyze(source: Source, modality: str | Modality, model: str | None = None) -> Analysis:
    """Read a scan and say what the model makes of it.

    Args:
        source: a path, the bytes of a file, an (H, W[, 3]) uint8 array, or a `Scan`.
        modality: key or entry of an image modality.
        model: a released network; the modality's default if None.

    Raises:
        ScanError: if the source cannot be read, or the modality has no weights here.
    """
    entry = catalog.get(modality) if isinstance(modality, str) else modality
    if not entry.is_image:
        raise ScanError(f"{entry.title} reads rows of a table, not pictures; give a CSV file with named columns.")
    released = load(entry, model)
    clock = _Clock()
    scan = to_scan(source, entry)
    clock.lap("decode")
    name = model or entry.models[0]
    if entry.tile and tiling.is_region(scan.pixels.shape, entry.tile):
        return _of_region(entry, name, scan, released, clock)
    picture = fit(scan.pixels, entry.input_size)
    clock.lap("preprocess")
    output = released.engine.run(picture[None])
    clock.lap("network")
    return _of_picture(entry, name, scan, picture, output, released, clock)


def to_scan(source: Source, modality: Modality) -> Scan:
    """The scan of whatever `analyze` accepts.

    Raises:
        ScanError: if it cannot be read.
    """
    if isinstance(source, Scan):
        return source
    if isinstance(source, np.ndarray):
        return from_array(source, min_side=modality.min_side)
    if isinstance(source, (str, os.PathLike)):
        try:
            source = Path(source).read_bytes()
        except OSError:
            raise ScanError("The file cannot be opened; give the path of a picture or DICOM file.") from None
    return read(source, min_side=modality.min_side)


@store.once_a_model(16)
def load(modality: Modality, model: str) -> Released:
    """A released model of a modality, by default the first. Loaded once a process.

    Raises:
        WeightsError: if there is none, or a file was changed.
    """
    card = store.read_json(modality, modality.file("card.json", model))
    index = Index.loads(store.read(modality, modality.file("embeddings.npz", model)))
    check_limits(modality, card, index)
    return Released(
        engine=engine.litert(modality, model),
        index=index,
        card=card,
        thresholds=risk.from_card(card["risk"]),
        sets=np.array([card["conformal"]["thresholds"][label] for label in modality.labels]),
    )


def look_again(source: Source, modality: Modality, model: str | None = None) -> tta.Stability:
    """Answers to eight views of a scan: whether it depends on how the scan is turned. Takes as long as eight analyses.

    Raises:
        ScanError: if the source cannot be read, or the modality has no weights here.
    """
    released = load(modality, model)

    def answer(pixels: np.ndarray) -> np.ndarray:
        logits = released.engine.run(fit(pixels, modality.input_size)[None]).logits
        return temperature.softmax(logits, released.card["temperature"])[0]

    return tta.look_again(to_scan(source, modality).pixels, modality.labels, answer, modality.any_way_up)


def other_kind(scan: Scan, modality: Modality) -> str | None:
    """Key of the other modality whose scans this one resembles most, if it is within that modality's limit.

    Each is asked by its smallest network: that tells kinds of scan apart as well, in less time and memory.
    """
    closeness = {}
    for other in catalog.images():
        if other is not modality and other.has_weights():
            try:
                released = load(other, other.smallest())
            except WeightsError:  # a modality that cannot answer cannot recognise either
                continue
            picture = fit(scan.pixels, other.input_size)
            embedding = released.engine.run(picture[None], once=True).embedding
            limit = released.card["out_of_distribution"]["limit"]
            closeness[other.key] = released.distance(picture, embedding) / limit
    nearest = min(closeness, key=closeness.get, default=None)
    return nearest if nearest and closeness[nearest] <= 1 else None


def check_limits(modality: Modality, card: dict, index: Index) -> None:
    """Refuse limits that were set on another kind of distance than the one that is computed now."""
    if card["out_of_distribution"].get("score") != index.score:
        raise WeightsError(
            f"{modality.title} was released by an older version, whose limits do not fit this one. Run "
            f"`python -m oncosecure calibrate {modality.key} --data DIR` to set them anew."
        )


def _of_picture(
    entry: Modality, model: str, scan: Scan, picture: np.ndarray, output: Output, released: Released, clock: _Clock
) -> Analysis:
    p = temperature.softmax(output.logits, released.card["temperature"])[0]
    distance = released.distance(picture, output.embedding)
    similar = released.index.nearest(output.embedding[0])
    clock.lap("uncertainty")
    maps = Heatmaps(entry.labels, cam.evidence(output.maps[0]), scan.pixels.shape[:2], cam.offset(model))
    clock.lap("maps")
    quality = _quality(entry, scan)
    clock.lap("quality")
    return Analysis(
        **_verdict(entry, model, p, distance, released),
        **_stranger(entry, scan, distance, released, clock),
        risk=released.thresholds.level(_target(entry, p)),
        quality=quality,
        similar=similar,
        heatmaps=maps,
        timings=clock.timings(),
        notes=scan.notes,
    )


def _of_region(entry: Modality, model: str, scan: Scan, released: Released, clock: _Clock) -> Analysis:
    card, pixels = released.card, scan.pixels
    tiles = regions.read(released.engine, pixels, entry.tile, entry.input_size, card["temperature"])
    clock.lap("network")
    distances = released.index.distance(tiles.embeddings)
    familiar = tiles.lay_out(distances <= card["out_of_distribution"]["limit"]) == 1
    target = np.array([_target(entry, p) for p in tiles.probabilities])
    region = tiling.summarise(tiles.grid, tiles.lay_out(target), familiar, pixels.shape)
    similar = released.index.nearest(tiles.embeddings[tiles.at(region.place)])
    clock.lap("uncertainty")
    # White glass is as it should be, so what is bright or empty is not noted.
    quality = tuple(note for note in _quality(entry, scan) if note.code not in ("bright", "empty"))
    clock.lap("quality")
    return Analysis(
        **_verdict(entry, model, tiles.probabilities.mean(0), float(np.median(distances)), released),
        **_stranger(entry, scan, float(np.median(distances)), released, clock),
        risk=released.thresholds.level(region.highest),
        quality=quality,
        similar=similar,
        heatmaps=regions.RegionMaps(entry.labels, tiles, pixels.shape[:2]),
        timings=clock.timings(),
        notes=(*scan.notes, region.grid.note()),
        region=region,
    )


def _verdict(entry: Modality, model: str, p: np.ndarray, distance: float, released: Released) -> dict:
    """The parts of an answer that follow from calibrated probabilities (C,) and a distance."""
    card = released.card
    inside = conformal.members(p[None], released.sets, card["conformal"]["coverage"])[0]
    limit = card["out_of_distribution"]["limit"]
    return {
        "modality": entry.key,
        "model": model,
        "predicted": entry.labels[int(p.argmax())],
        "probabilities": {label: float(v) for label, v in zip(entry.labels, p, strict=True)},
        "target_probability": _target(entry, p),
        "prediction_set": tuple(entry.labels[i] for i in np.argsort(-p) if inside[i]),
        "in_distribution": distance <= limit,
        "distance": distance,
        "distance_limit": limit,
    }


def _stranger(entry: Modality, scan: Scan, distance: float, released: Released, clock: _Clock) -> dict:
    """What else a scan out of distribution might be; others cost no other model a run."""
    if distance <= released.card["out_of_distribution"]["limit"]:
        return {}
    found = other_kind(scan, entry)
    clock.lap("other models")
    return {"looks_like": found}


def _target(entry: Modality, p: np.ndarray) -> float:
    return min(float(sum(p[entry.labels.index(label)] for label in entry.target)), 1.0)


def _quality(entry: Modality, scan: Scan) -> tuple[QualityNote, ...]:
    notes = check(scan.pixels, small=96 if entry.min_side >= 64 else entry.min_side)
    return notes + burned.check(scan.pixels) if entry.key in burned.MODALITIES else notes


class _Clock:
    def __init__(self) -> None:
        self._laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = (now - self._last) * 1000
        self._last = now

    def timings(self) -> dict[str, float]:
        return {**self._laps, "total": sum(self._laps.values())}
