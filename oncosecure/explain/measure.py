"""Measures the explanations of a released model on its test split; `quality` says what the result holds.

What is slow stands on a part of the pictures, drawn once at random so that every method sees the same ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from oncosecure.analysis import to_scan
from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.evaluation import manifest
from oncosecure.evaluation import released as pictures
from oncosecure.explain import METHODS, Method, Target, quality, released
from oncosecure.explain.network import Loaded, Network, silent
from oncosecure.models import store
from oncosecure.models.engine import KerasEngine
from oncosecure.models.preprocess import fit

#: Pictures on which slow methods are held against masks and all are tested by deletion; those of the randomisation.
PART, RANDOMISED = 40, 4
#: Steps in which the weights are randomised from the logits down, as shares of all layers that have weights.
CASCADE = (0.0, 0.25, 1.0)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Case:
    """A test picture: its id, (H, W, 3) uint8 pixels, right label, group, and (H, W) bool mask or None."""

    id: str
    pixels: np.ndarray
    label: str
    group: str
    mask: np.ndarray | None


@dataclass
class Bench:
    """What is measured: a network, its test rows in the order in which they are drawn, and how many are a part."""

    target: Target
    folder: Path
    rows: pd.DataFrame
    limit: int

    @property
    def has_masks(self) -> bool:
        """Whether any test picture has a lesion mask."""
        return self.rows["mask"].notna().any()

    def cases(self, n: int | None = None) -> Iterator[Case]:
        """The first `n` test pictures, or all; only those with a lesion where the modality has masks."""
        found = (case for row in self.rows.itertuples() if (case := self._case(row)))
        return islice(found, n)

    def _case(self, row) -> Case | None:
        pixels = to_scan(self.folder / row.id, self.target.modality).pixels
        mask = read_mask(self.folder / row.mask, pixels.shape[:2]) if isinstance(row.mask, str) else None
        if self.has_masks and (mask is None or not mask.any()):
            return None
        return Case(row.id, pixels, row.label, row.group, mask)

    def score(self, case: Case) -> quality.Score:
        """The probability of a case's right label, of copies of it."""
        entry = self.target.modality

        def score(pictures: np.ndarray) -> np.ndarray:
            batch = np.stack([fit(picture, entry.input_size) for picture in pictures])
            return self.target.network.run(batch).probabilities[:, entry.labels.index(case.label)]

        return score


Draw = Callable[[Case], np.ndarray]
"""The map of a case's right label, (H, W) float32 in [0, 1]."""


def drawing(method: Method, target: Target) -> Draw:
    """Draws a method's maps of a network; those that take long are kept."""

    kept: dict[str, np.ndarray] = {}

    def draw(case: Case) -> np.ndarray:
        heat = kept.get(case.id)
        if heat is None:
            heat = method.heatmaps(target, case.pixels, [case.label], silent)[case.label]
            if method.slow:
                kept[case.id] = heat
        return heat

    return draw


def measure(
    modality: Modality,
    folder: Path,
    model: str | None = None,
    methods: Sequence[str] = (),
    limit: int = PART,
    say: Say = lambda line: None,
) -> dict:
    """Measure a model's explanations, and write them to `explanations.json` after every method.

    What an earlier call found for the same weights and the same `limit` is kept, except of the methods that are named.

    Args:
        modality: an image modality with weights.
        folder: the folder that the model was trained from; masks come from its manifest's column `mask`.
        model: a released network; the modality's default if None.
        methods: keys of `METHODS`; all that have not been measured if empty.
        limit: pictures for slow methods and for deletion.
        say: takes a line of progress.

    Returns:
        What the file holds.

    Raises:
        ScanError: if a method or the weights do not exist, or the folder lacks the test pictures.
    """
    if unknown := set(methods) - set(METHODS):
        raise ScanError(f"There is no method {', '.join(sorted(unknown))}; there are {', '.join(METHODS)}.")
    bench = Bench(released(modality, model), folder, rows(modality, folder), limit)
    name = modality.file("explanations.json", model)
    result = _begun(bench, name)
    for key, flat in {"gaussian": quality.gaussian, "uniform": quality.uniform}.items():
        if key not in result["baselines"]:
            say(f"{key}: baseline")
            result["baselines"][key] = _of_maps(bench, lambda case, flat=flat: flat(case.pixels.shape[:2]), None, say)
    for key in methods or [key for key in METHODS if key not in result["methods"]]:
        say(f"{key}: {METHODS[key].title}")
        result["methods"][key] = _of_method(bench, METHODS[key], say)
        store.write_json(modality, name, result)
    return store.read_json(modality, name)


def rows(modality: Modality, folder: Path) -> pd.DataFrame:
    """The test rows of the released split with the manifest's `mask`, shuffled, always the same way."""
    found = pictures.rows(modality, folder, "test")
    named = pd.read_csv(manifest.find(folder)).rename(columns={"file": "id"})
    masks = named.reindex(columns=["id", "mask"]).drop_duplicates("id")
    return found.merge(masks, on="id", how="left").sample(frac=1, random_state=0)


def read_mask(path: Path, shape: tuple[int, int]) -> np.ndarray:
    """A lesion mask as (H, W) bool at the scan's size.

    Raises:
        ScanError: if the file is no picture.
    """
    mask = pictures.mask(path).astype(np.uint8)
    return cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_NEAREST) > 0


def _begun(bench: Bench, name: str) -> dict:
    """What was measured before for these very weights and pictures, or an empty result."""
    entry, model = bench.target.modality, bench.target.model
    about = {
        "modality": entry.key,
        "model": model,
        "split": "test",
        "weights": hashlib.sha256(store.read(entry, f"{model}.tflite")).hexdigest(),
        "limit": bench.limit,
    }
    path = entry.folder / name
    if path.is_file():
        before = json.loads(path.read_text())
        if all(before.get(key) == value for key, value in about.items()):
            return before
    return about | {"lesions": _lesions(bench), "methods": {}, "baselines": {}}


def _lesions(bench: Bench) -> dict | None:
    if not bench.has_masks:
        return None
    cases = [(case.group, float(case.mask.mean())) for case in bench.cases()]
    groups, areas = zip(*cases, strict=True)
    return {"pictures": len(cases), "groups": len(set(groups)), "area": float(np.mean(areas))}


def _of_method(bench: Bench, method: Method, say: Say) -> dict:
    result = _of_maps(bench, drawing(method, bench.target), bench.limit if method.slow else None, say)
    return result | {"randomisation": _randomisation(bench, method, say)}


def _of_maps(bench: Bench, draw: Draw, n: int | None, say: Say) -> dict:
    return {
        "localisation": _localisation(bench, draw, n, say) if bench.has_masks else None,
        "faithfulness": _faithfulness(bench, draw, say),
    }


def _localisation(bench: Bench, draw: Draw, n: int | None, say: Say) -> dict:
    rows = [(case.group, *_against_mask(draw(case), case.mask)) for case in bench.cases(n)]
    table = pd.DataFrame(rows, columns=["group", "energy", "blob", "pointing", "iou"])
    say(f"  {len(table)} pictures held against their masks")
    figures = _figures(table, "energy", "pointing", "iou")
    ratio = quality.ratio_with_interval(table["energy"].to_numpy(), table["blob"].to_numpy(), table["group"])
    return _counted(table, figures | {"energy_ratio": ratio})


def _against_mask(heat: np.ndarray, mask: np.ndarray) -> tuple[float, float, float, float]:
    blob = quality.energy_inside(quality.gaussian(mask.shape), mask)
    return quality.energy_inside(heat, mask), blob, quality.pointing(heat, mask), quality.best_iou(heat, mask)


def _faithfulness(bench: Bench, draw: Draw, say: Say) -> dict:
    rows = []
    for case in bench.cases(bench.limit):
        score, heat = bench.score(case), draw(case)
        removed, added = (f(score, case.pixels, heat) for f in (quality.deletion, quality.insertion))
        rows.append((case.group, removed, added))
    table = pd.DataFrame(rows, columns=["group", "deletion", "insertion"])
    say(f"  {len(table)} pictures deleted and inserted")
    return _counted(table, _figures(table, "deletion", "insertion"))


def _figures(table: pd.DataFrame, *names: str) -> dict:
    return {name: quality.mean_with_interval(table[name].to_numpy(), table["group"]) for name in names}


def _counted(table: pd.DataFrame, figures: dict) -> dict:
    return {"pictures": len(table), "groups": int(table["group"].nunique()), "figures": figures}


def _randomisation(bench: Bench, method: Method, say: Say) -> dict:
    """Cascading randomisation (Adebayo et al., Sanity Checks for Saliency Maps, 2018)."""
    cases = list(bench.cases(min(RANDOMISED, bench.limit)))
    groups = np.array([case.group for case in cases])
    before = [_signed(bench, method, case, bench.target.network) for case in cases]
    steps = []
    for layers, network in cascade(bench.target.network):
        after = [_signed(bench, method, case, network) for case in cases]
        alike = np.array([quality.rank_correlation(a, b) for a, b in zip(before, after, strict=True)])
        steps.append({"layers": layers, "correlation": quality.mean_with_interval(alike, groups)})
        say(f"  weights randomised down to {layers}: rank correlation {alike.mean():.2f}")
    return {"pictures": len(cases), "steps": steps}


def _signed(bench: Bench, method: Method, case: Case, network: Network) -> np.ndarray:
    """A method's map of a case's right label as it comes, (h, w): negative values still tell places apart."""
    entry = bench.target.modality
    label = entry.labels.index(case.label)
    return method.maps(network, fit(case.pixels, entry.input_size), [label], silent)[..., 0]


def cascade(network: Network) -> Iterator[tuple[str, Loaded]]:
    """Copies of a network, more and more of it randomised: name of the last layer that was, and the network."""
    import keras

    model = network.keras.model
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    layers = [layer for layer in copy.layers if any(w.ndim > 1 for w in layer.get_weights())][::-1]
    done = 0
    for share in CASCADE:
        until = max(1, round(share * len(layers)))
        for number, layer in enumerate(layers[done:until], done):
            layer.set_weights(quality.randomised(layer.get_weights(), seed=number))
        done = until
        yield layers[until - 1].name, Loaded(KerasEngine(copy))


def summary(result: dict) -> str:
    """The figures as lines of text."""
    lines = []
    for key, part in (result["methods"] | result["baselines"]).items():
        figures = [f"{name} {_said(f)}" for p in ("localisation", "faithfulness") for name, f in _items(part[p])]
        if steps := (part.get("randomisation") or {}).get("steps"):
            figures.append(f"after randomising all weights {_said(steps[-1]['correlation'])}")
        lines.append(f"{key:<18} {', '.join(figures)}")
    return "\n".join(lines)


def _items(part: dict | None) -> Iterable[tuple[str, dict]]:
    return (part or {"figures": {}})["figures"].items()


def _said(figure: dict) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f} to {figure['high']:.3f})"
