"""Where a released model's answers end, measured again from its files and written into its card. Needs no torch."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from oncosecure.analysis import load
from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.evaluation import cards, limits, released, robustness, strangers
from oncosecure.intake import read
from oncosecure.models import engine, store
from oncosecure.models.preprocess import fit
from oncosecure.progress import bar
from oncosecure.uncertainty import appearance, temperature
from oncosecure.uncertainty.neighbours import Index, left_out_distances

#: Smallest side of a stranger in pixels: patches at the edge of a tissue section are small.
SMALLEST = 16


def calibrate(
    modality: Modality,
    folder: Path,
    model: str | None = None,
    root: Path | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> dict:
    """Fit and measure everything in `limits`, `strangers` and `robustness`; rewrites the card and what it speaks of.

    The card is written after each of the three, so that a run that is cut off leaves what it had.

    Args:
        modality: an image modality with weights.
        folder: the pictures that the model was trained, chosen and measured on.
        model: a released network; the default one if None.
        root: where other modalities' folders and `out_of_distribution` lie; beside `folder` if None.
        say: is told what is being done.

    Returns:
        The new card.

    Raises:
        ScanError: if the modality has no weights here, or a picture is missing.
    """
    card = store.read_json(modality, modality.file("card.json", model))
    network, found = Network(modality, model), {}
    with _step(say, "the network on all pictures of the split"):
        known = network.part(folder, *card["recipe"].get("fitted_on", ["train"]), once=True)
        val = _validation(network, folder, card, known)
        rows, *answers = network.part(folder, "test")
        test = _part(modality, rows, *answers)
    with _step(say, "training cases, temperature, sets, levels"):
        index = _write_index(modality, model, known)
        kept = card["temperature"] if val.distances is not None else None
        found |= limits.measure(modality, index, val, test, kept)
        _write_predictions(modality, model, rows, temperature.softmax(test.logits, found["temperature"]))
        _write_card(modality, model, found)
    with _step(say, "strangers"):
        own, limit = index.distance(test.embedding), found["out_of_distribution"]["limit"]
        kinds = _strangers(modality, root or folder.resolve().parent)
        found["strangers"] = strangers.measure(
            lambda p: index.distance(network.run(p, once=True)[1]), kinds, own, limit
        )
        _write_card(modality, model, found)
    with _step(say, "poor pictures"):
        found["robustness"] = _robustness(network, folder, rows, found["temperature"])
        return _write_card(modality, model, found)


def _write_card(modality: Modality, model: str | None, found: dict) -> dict:
    """The card as it stands now, with what was found; other commands may have written into it meanwhile."""
    card = store.read_json(modality, modality.file("card.json", model)) | found
    cards.write(modality, card)
    load.cache_clear()
    return card


class Network:
    """The exported graph of a released model over many pictures."""

    def __init__(self, modality: Modality, model: str | None) -> None:
        self.modality, self._engine = modality, engine.litert(modality, model)

    def run(self, pictures: Iterable[np.ndarray], once: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """(H, W, 3) uint8 pictures -> (N, C) logits and (N, D) embeddings; (0, 0) of none.

        `once`: for the embeddings alone, see `LiteRTEngine.run`.
        """
        found = [self._run(fit(pixels, self.modality.input_size)[None], once) for pixels in pictures]
        if not found:
            return np.empty((0, 0)), np.empty((0, 0))
        return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))

    def _run(self, batch: np.ndarray, once: bool) -> tuple[np.ndarray, np.ndarray]:
        output = self._engine.run(batch, once)
        seen = appearance.append(output.embedding, batch) if self.modality.by_appearance else output.embedding
        return output.logits, seen

    def part(self, folder: Path, *names: str, once: bool = False) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
        """Rows of parts of the split, their logits and embeddings."""
        rows = released.rows(self.modality, folder, *names)
        files = bar(rows["id"].tolist(), "+".join(names))
        return rows, *self.run(released.pictures(self.modality, folder, files), once)


def _validation(network: Network, folder: Path, card: dict, known: tuple) -> limits.Part:
    """Answers to pictures that the network was not fitted on, for everything that is chosen.

    A network that was fitted on validation too has none left but its test pictures. Then every patient's pictures
    count as the fits without that patient see them, by the released predictions with one patient left out.
    """
    modality = network.modality
    if "val" not in card["recipe"].get("fitted_on", []):
        return _part(modality, *network.part(folder, "val"))
    rows, _, embedding = known
    name = modality.file("predictions_lopo.csv", card["model"])
    left_out = pd.read_csv(io.BytesIO(store.read(modality, name))).set_index("id").loc[rows["id"]]
    p = left_out[[f"p_{label}" for label in modality.labels]].to_numpy(float)
    part = _part(modality, rows, card["temperature"] * np.log(p.clip(1e-6)), embedding)
    return replace(part, distances=left_out_distances(embedding, part.groups))


def _part(modality: Modality, rows: pd.DataFrame, logits: np.ndarray, embedding: np.ndarray) -> limits.Part:
    return limits.Part(released.targets(modality, rows["label"]), rows["group"].to_numpy(), logits, embedding)


def _write_index(modality: Modality, model: str | None, known: tuple) -> Index:
    rows, _, embedding = known
    name = modality.file("embeddings.npz", model)
    index = Index.build(rows["id"], rows["label"], embedding, looks=modality.by_appearance)
    index = index.save(modality.folder / name)
    store.register(modality, [name])
    return index


def _write_predictions(modality: Modality, model: str | None, rows: pd.DataFrame, p: np.ndarray) -> None:
    """Put the probabilities into the predictions file, which may hold columns of its own."""
    name = modality.file("predictions.csv", model)
    frame = pd.read_csv(modality.folder / name)
    fresh = pd.DataFrame(p.round(6), index=rows["id"])
    if missing := set(frame["id"]) ^ set(rows["id"]):
        raise ScanError(f"{name} and splits.csv name different test pictures, among them {sorted(missing)[0]}.")
    for c, label in enumerate(modality.labels):
        frame[f"p_{label}"] = frame["id"].map(fresh[c])
    frame.to_csv(modality.folder / name, index=False)
    store.register(modality, [name])


def _strangers(modality: Modality, root: Path) -> dict[str, Callable[[], Iterable[np.ndarray]]]:
    found = strangers.files(modality, root)
    kinds = {kind: _pictures(kind, paths) for kind, paths in found.items()}
    return kinds | {strangers.NOISE: strangers.noise}


def _pictures(kind: str, paths: list[Path]) -> Callable[[], Iterable[np.ndarray]]:
    return lambda: (read(path.read_bytes(), min_side=SMALLEST).pixels for path in bar(paths, kind))


def _robustness(network: Network, folder: Path, rows: pd.DataFrame, t: float) -> dict:
    """On pictures at the network's size, so that a blur of one pixel means the same for all."""
    modality = network.modality
    rows = rows.iloc[robustness.sample(rows["label"])]
    pictures = [_scaled(p, modality.input_size) for p in released.pictures(modality, folder, rows["id"])]
    return robustness.measure(
        lambda some: temperature.softmax(network.run(some)[0], t),
        pictures,
        released.targets(modality, rows["label"]),
        rows["group"].to_numpy(),
        lambda items: bar(items, "poor pictures"),
    )


def _scaled(pixels: np.ndarray, side: int) -> np.ndarray:
    """The picture with its longest side at `side` pixels."""
    factor = side / max(pixels.shape)
    size = tuple(max(1, round(length * factor)) for length in pixels.shape[1::-1])
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)


@contextmanager
def _step(say: Callable[[str], None], name: str) -> Iterator[None]:
    say(f"{name} ...")
    started = time.monotonic()
    yield
    say(f"{name}: {time.monotonic() - started:.0f} s")
