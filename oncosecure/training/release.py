"""From a trained network to the released files, and every figure about it.

Everything is measured on the exported graph, since that is what people get. What is chosen comes from
validation (see `evaluation.limits`); test is looked at once, here.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pandas as pd
from tqdm import tqdm

from oncosecure.evaluation import audit, cards, limits
from oncosecure.models import keras_files, store
from oncosecure.models.engine import LiteRTEngine, Output
from oncosecure.models.preprocess import fit
from oncosecure.training import export, loop, prior
from oncosecure.training.run import Trained, network
from oncosecure.uncertainty import appearance, temperature
from oncosecure.uncertainty.neighbours import Index


def finish(trained: Trained) -> str:
    """Release a leak-free run, keep the figures of any other; returns what to tell the person."""
    kind = trained.plan.split
    trained.prior = prior.give_back(trained)
    if kind == "grouped":
        result = release(trained)["test"]
    elif kind in cards.LEAKING:
        result = compare(trained)
    else:
        result = _fold(trained)
    accuracy, auc = (result["figures"][name] for name in ("accuracy", "macro_auc"))
    return (
        f"{trained.plan.modality.title}, split {kind}, {result['pictures']} test pictures: "
        f"accuracy {accuracy['value']:.4f} ({accuracy['low']:.4f} to {accuracy['high']:.4f}), "
        f"macro AUC {auc['value']:.4f} ({auc['low']:.4f} to {auc['high']:.4f})"
    )


def release(trained: Trained) -> dict:
    """Write all files of a leak-free run into the weights folder and return its card."""
    trained.plan.modality.folder.mkdir(parents=True, exist_ok=True)
    write_networks(trained)
    output, index = measure(trained, trained.rows("train"))
    return publish(trained, output, index, part(trained, output, "val"))


def measure(trained: Trained, known: np.ndarray) -> tuple[Output, Index]:
    """The exported graph's answers to all pictures, and the index of the rows that the network knows."""
    plan = trained.plan
    graph = (plan.modality.folder / f"{plan.model}.tflite").read_bytes()
    engine = LiteRTEngine(graph, mirrored=trained.mirrored)
    output, rows = _run(engine, trained, known), trained.frame.iloc[known]
    looks = plan.modality.by_appearance
    return output, Index.build(rows["file"], rows["label"], output.embedding[known], looks=looks)


def publish(trained: Trained, output: Output, index: Index, val: limits.Part) -> dict:
    """Write every file but the network's own, and return the card.

    Args:
        val: answers to pictures that the network was not fitted on, for everything that is chosen.
    """
    plan, modality = trained.plan, trained.plan.modality
    tables = {name: modality.file(name, plan.model) for name in ("embeddings.npz", "predictions.csv")}
    index = index.save(modality.folder / tables["embeddings.npz"])
    found = limits.measure(modality, index, val, part(trained, output, "test"))
    p = temperature.softmax(output.logits, found["temperature"])
    predictions(trained, p).to_csv(modality.folder / tables["predictions.csv"], index=False)
    assignment = trained.frame.rename(columns={"file": "id"})[["id", "label", "group", "split"]]
    assignment.to_csv(modality.folder / "splits.csv", index=False)
    card = describe(trained) | found | {"leak": leak(trained)}
    cards.write(modality, card)
    store.register(modality, [f"{plan.model}.keras", f"{plan.model}.tflite", "splits.csv", *tables.values()])
    return card


def compare(trained: Trained) -> dict:
    """Keep the figures of a run under a leaking split beside the card; no weights are released."""
    modality = trained.plan.modality
    modality.folder.mkdir(parents=True, exist_ok=True)
    path = modality.folder / modality.file(f"predictions_{trained.plan.split}.csv", trained.plan.model)
    frame = _calibrated(trained)
    frame[cards.LOOK_ALIKE] = frame["group"].isin(trained.frame.loc[trained.rows("train"), "group"])
    frame.to_csv(path, index=False)
    store.register(modality, [path.name])
    card = modality.file("card.json", trained.plan.model)
    if (modality.folder / card).is_file():
        cards.write(modality, store.read_json(modality, card))
    return cards.leaking_figures(modality, path)


def _fold(trained: Trained) -> dict:
    """Keep the predictions of one cross-validation fold in its run."""
    path = trained.plan.run / "predictions.csv"
    _calibrated(trained).to_csv(path, index=False)
    return cards.figures(trained.plan.modality, path)


def _calibrated(trained: Trained) -> pd.DataFrame:
    """Test predictions of the network as it was trained, without export."""
    recipe, val = trained.plan.recipe, trained.rows("val")
    held_out = np.concatenate([val, trained.rows("test")])
    size, logits = recipe.stages[-1][0], np.zeros((len(trained.frame), trained.twin.n_classes), np.float32)
    logits[held_out] = loop.predict(trained.twin, trained.table, held_out, size, mirrored=recipe.mirrored)
    t = temperature.fit(logits[val], trained.table.targets[val])
    return predictions(trained, temperature.softmax(logits, t))


def write_networks(trained: Trained) -> None:
    """Write the `.keras` file and the graph exported from it."""
    plan = trained.plan
    model = network(plan)
    trained.twin.write(model)
    path = plan.modality.folder / f"{plan.model}.keras"
    keras_files.save(model, path)
    export.to_tflite(path, path.with_suffix(".tflite"))


def _run(engine: LiteRTEngine, trained: Trained, known: np.ndarray) -> Output:
    """The exported graph's answers to all pictures as `limits.Part` wants them; the maps are dropped.

    Of the `known` rows only the embedding is of use, so their mirror images are spared.
    """
    size, once = trained.plan.modality.input_size, np.isin(np.arange(len(trained.frame)), known)
    pictures = zip(tqdm(trained.table.pixels, desc="running the exported graph"), once, strict=True)
    outputs = [engine.run(fit(pixels, size)[None], once=is_known) for pixels, is_known in pictures]
    parts = {n: np.concatenate([getattr(o, n) for o in outputs]) for n in ("logits", "probabilities", "embedding")}
    if trained.plan.modality.by_appearance:
        pictures = np.stack([fit(pixels, size) for pixels in trained.table.pixels])
        parts["embedding"] = appearance.append(parts["embedding"], pictures)
    return Output(maps=np.empty(0), **parts)


def part(trained: Trained, output: Output, name: str) -> limits.Part:
    """The exported graph's answers to one part of the split."""
    rows = trained.rows(name)
    groups = trained.frame["group"].to_numpy()[rows]
    return limits.Part(trained.table.targets[rows], groups, output.logits[rows], output.embedding[rows])


def predictions(trained: Trained, p: np.ndarray) -> pd.DataFrame:
    """One row a test picture: id, label, group, split and the probability of every label."""
    test = trained.rows("test")
    frame = trained.frame.iloc[test].rename(columns={"file": "id"})[["id", "label", "group", "split"]]
    for i, label in enumerate(trained.plan.modality.labels):
        frame[f"p_{label}"] = p[test, i].round(6)
    return frame.sort_values("id")


def describe(trained: Trained) -> dict:
    """What the model is, what it was trained on and how."""
    plan, modality = trained.plan, trained.plan.modality
    path = modality.folder / f"{plan.model}.tflite"
    counts = trained.frame.groupby(["split", "label"]).size()
    return {
        "modality": modality.key,
        "title": modality.title,
        "model": plan.model,
        **trained.facts(),
        "file_bytes": path.stat().st_size,
        "input_size": modality.input_size,
        "data": {
            **{k: v for k, v in asdict(modality.dataset).items() if k != "leak"},
            "pictures": {f"{split}/{label}": int(n) for (split, label), n in counts.items()},
            "left_out": list(trained.left_out),
            "groups": {split: int(g.nunique()) for split, g in trained.frame.groupby("split")["group"]},
        },
        "split": {"kind": plan.split, **asdict(plan.shares)},
    }


def leak(trained: Trained) -> dict | None:
    """How far the published split leaks, or None where the data set has none."""
    frame = trained.frame
    if "published_split" not in frame:
        return None
    # No cosine exceeds 2, so this pass compares hashes alone; the groups are those that training used.
    found = audit.run(trained.plan.folder, cosine=2.0)
    in_train = set(frame.loc[frame["published_split"] == "train", "group"])
    test_groups = frame.loc[frame["published_split"] == "test", "group"]
    return {
        "test_size": found.test_size,
        "test_exact": found.test_exact,
        "test_near": found.test_near,
        "test_grouped": int(test_groups.isin(in_train).sum()),
    }
