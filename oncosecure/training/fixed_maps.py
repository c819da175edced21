"""Training of a network of fixed maps: features once, the dense layer by contrast within patients, one patient out.

The layer that is released is fitted on train and validation together. Since nothing then is left to calibrate on,
temperature, thresholds and distance limit come from scores and distances of each of these patients as the others see
it. Leave-one-patient-out over all patients, the penalty chosen anew inside every fold, gives `cross_validation`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from oncosecure.catalog import Modality
from oncosecure.errors import ScanError
from oncosecure.evaluation import limits, metrics, outcomes
from oncosecure.models import efficientnet_lite, keras_files, store, texture
from oncosecure.models.engine import LiteRTEngine, Output
from oncosecure.models.preprocess import fit
from oncosecure.progress import bar
from oncosecure.training import contrast, data, export, imagenet, release
from oncosecure.training.run import Plan, prepare
from oncosecure.uncertainty import temperature
from oncosecure.uncertainty.neighbours import Index, left_out_distances

KIND = "leave-one-patient-out"
PREDICTIONS = "predictions_lopo.csv"


@dataclass
class Fitted:
    """A finished fit; stands where `run.Trained` does."""

    plan: Plan
    table: data.Table
    frame: pd.DataFrame
    left_out: tuple[str, ...]
    penalty: contrast.Penalty
    parameters: int

    def rows(self, *parts: str) -> np.ndarray:
        """Row numbers of parts of the split."""
        return np.flatnonzero(self.frame["split"].isin(parts))

    @property
    def mirrored(self) -> bool:
        """Whether answers are the mean over a picture and its mirror image."""
        return False

    def facts(self) -> dict:
        """What the card says of the network and its training."""
        recipe = {"fitted_on": ["train", "val"], "calibrated_by": KIND, **asdict(self.penalty)}
        return {"parameters": self.parameters, "recipe": recipe, "history": []}


def train(plan: Plan, resume: bool = True) -> str:
    """Fit, release and cross-validate; returns what to tell the person.

    Raises:
        ScanError: if the folder cannot be used, or another split than the grouped one is asked for.
    """
    modality = plan.modality
    if plan.split != "grouped" or not modality.group_column or len(modality.labels) != 2:
        raise ScanError(
            f"{plan.model} is fitted from patients with both of two labels, under the grouped split only. Use another "
            "network for anything else."
        )
    plan.run.mkdir(parents=True, exist_ok=True)
    table, left_out = prepare(plan, modality.input_size)
    model = network(len(modality.labels), modality.input_size)
    raw = features(plan, table, model, resume)
    known = np.flatnonzero(table.frame["split"].isin(("train", "val")))
    mean, variance = raw[known].mean(0), np.maximum(raw[known].var(0), 1e-8)
    x = ((raw - mean) / np.sqrt(variance)).astype(np.float32)
    fitter = contrast.Contrast(x, table.targets, table.frame["group"].to_numpy(str), texture.families(model))
    patients = np.unique(fitter.patients[known])
    penalty, scores = fitter.choose(patients)
    fitted = Fitted(plan, table, table.frame, left_out, penalty, model.count_params())
    weights, bias = fitter.fit(patients, penalty)
    write(plan, model, mean, variance, weights, bias)
    output = answers(fitted, x, weights, bias)
    index = Index.build(table.frame["file"].iloc[known], table.frame["label"].iloc[known], x[known])
    seen_by_others = limits.Part(
        table.targets[known],
        fitter.patients[known],
        logits(scores[known]),
        x[known],
        left_out_distances(x[known], fitter.patients[known]),
    )
    card = release.publish(fitted, output, index, seen_by_others)
    found = cross_validate(modality, plan.model, table.frame, fitter, card["temperature"])
    auc, test = found["pooled"]["figures"]["target_auc"], card["test"]["figures"]["target_auc"]
    return (
        f"{modality.title}, {KIND} over {found['patients']} patients: AUC {auc['value']:.4f} ({auc['low']:.4f} to "
        f"{auc['high']:.4f}); on the test patients {test['value']:.4f}"
    )


def network(n_classes: int, size: int) -> keras.Model:
    """The graph with ImageNet's weights in its first blocks."""
    model = texture.build(n_classes, size)
    base = efficientnet_lite.build("efficientnet_lite0", 1000, size)
    imagenet.load(base, "efficientnet_lite0")
    shared = {layer.name for layer in base.layers} - {efficientnet_lite.HEAD}
    for layer in model.layers:
        if layer.weights and layer.name in shared:
            layer.set_weights(base.get_layer(layer.name).get_weights())
    return model


def features(plan: Plan, table: data.Table, model: keras.Model, resume: bool) -> np.ndarray:
    """(N, D) averaged maps by the exported graph, which is what people get; kept in the run."""
    path = plan.run / "features.npz"
    files = table.frame["file"].to_numpy(str)
    if resume and path.is_file():
        with np.load(path) as kept:
            if np.array_equal(kept["files"], files):
                return kept["features"]
    source = plan.run / "maps.keras"
    keras_files.save(model, source)
    export.to_tflite(source, source.with_suffix(".tflite"))
    engine = LiteRTEngine(source.with_suffix(".tflite").read_bytes())
    size = plan.modality.input_size
    found = np.concatenate([engine.run(fit(p, size)[None]).embedding for p in bar(table.pixels, "computing maps")])
    np.savez(path, files=files, features=found)
    return found


def write(plan: Plan, model: keras.Model, mean, variance, weights: np.ndarray, bias: float) -> None:
    """Write the fitted network as `.keras` and the graph exported from it."""
    final = texture.standardised(model, mean, variance)
    head = final.get_layer(efficientnet_lite.HEAD)
    head.set_weights([np.stack([-weights / 2, weights / 2], 1), np.array([-bias / 2, bias / 2], np.float32)])
    plan.modality.folder.mkdir(parents=True, exist_ok=True)
    path = plan.modality.folder / f"{plan.model}.keras"
    keras_files.save(final, path)
    export.to_tflite(path, path.with_suffix(".tflite"))


def logits(scores: np.ndarray) -> np.ndarray:
    """(N,) scores as (N, 2) logits, benign first."""
    return np.stack([-scores / 2, scores / 2], 1)


def answers(fitted: Fitted, x: np.ndarray, weights: np.ndarray, bias: float) -> Output:
    """Answers to all pictures: the exported graph's to those of test, the fit's own to the others."""
    plan, table = fitted.plan, fitted.table
    engine = LiteRTEngine((plan.modality.folder / f"{plan.model}.tflite").read_bytes())
    found, embedding = logits(x @ weights + bias), x.copy()
    for row in bar(fitted.rows("test"), "running the exported graph"):
        output = engine.run(fit(table.pixels[row], plan.modality.input_size)[None])
        found[row], embedding[row] = output.logits[0], output.embedding[0]
    return Output(found, temperature.softmax(found), np.empty(0), embedding)


def cross_validate(modality: Modality, model: str, frame: pd.DataFrame, fitter: contrast.Contrast, heat: float) -> dict:
    """Leave-one-patient-out over all patients: `predictions_lopo.csv`, and its figures in the card.

    Scores of all folds are in units of the deviation within patients, and share the release's temperature `heat`. A
    temperature of each fold's own would rest on the two or three other patients with both labels.
    """
    p, chosen = np.empty((len(frame), 2)), []
    for patient in bar(list(fitter.names), "leaving out one patient"):
        others = [name for name in fitter.names if name != patient]
        penalty, _ = fitter.choose(others)
        rows = fitter.patients == patient
        p[rows] = temperature.softmax(logits(fitter.score(*fitter.fit(others, penalty), rows)), heat)
        chosen.append(penalty)
    rows = frame.rename(columns={"file": "id"})[["id", "label", "group", "split"]].copy()
    for i, label in enumerate(modality.labels):
        rows[f"p_{label}"] = p[:, i].round(6)
    path = modality.folder / modality.file(PREDICTIONS, model)
    rows.sort_values("id").to_csv(path, index=False)
    store.register(modality, [path.name])
    found = report(modality, path) | {"penalties": _counted(chosen)}
    store.update_json(modality, modality.file("card.json", model), cross_validation=found)
    return found


def _counted(chosen: list[contrast.Penalty]) -> list[dict]:
    return [asdict(penalty) | {"folds": n} for penalty, n in Counter(chosen).most_common()]


def report(modality: Modality, path: Path) -> dict:
    """The card's `cross_validation`: kind, patients, pooled figures, and figures of each patient."""
    rows = pd.read_csv(path, dtype={"group": str})
    pooled = metrics.from_predictions(rows, modality.labels, modality.target)
    by_patient = {name: _patient(modality, part) for name, part in rows.groupby("group")}
    return {"kind": KIND, "patients": len(by_patient), "pooled": pooled, "by_patient": by_patient}


def _patient(modality: Modality, rows: pd.DataFrame) -> dict:
    answers = outcomes.of(rows, modality)
    scored = metrics.score(answers.targets, answers.probabilities, modality.labels, modality.target)
    names = ["accuracy", "target_auc", *(f"sensitivity_{label}" for label in modality.labels)]
    counts = {label: int((rows["label"] == label).sum()) for label in modality.labels}
    return {"patches": counts} | {name: scored[name] for name in names if name in scored}
