"""The comparison as files: held-out predictions of every model, the settings chosen, and figures computed from both."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import asdict

import numpy as np
import pandas as pd

from oncosecure.evaluation import metrics
from oncosecure.models import store
from oncosecure.tabular import data
from oncosecure.tabular.candidates import CANDIDATES, RELEASED
from oncosecure.tabular.nested import Plan, run

#: Figures of `metrics.score` that the comparison shows.
FIGURES = ("accuracy", "target_auc", "target_sensitivity", "target_specificity", "brier", "ece")
NAMES = ("comparison.csv", "comparison.json")


def write(plan: Plan, report=lambda _: None) -> None:
    """Run the nested cross-validation and write its predictions and settings into the modality's folder."""
    entry, start = data.entry(), time.process_time()
    frame, chosen = run(list(CANDIDATES.values()), data.load(), plan, report)
    entry.folder.mkdir(parents=True, exist_ok=True)
    columns = [f"p_{key}" for key in CANDIDATES]
    frame[columns] = frame[columns].round(6)
    frame.to_csv(entry.folder / NAMES[0], index=False)
    about = {"plan": asdict(plan), "cpu_seconds": round(time.process_time() - start), "chosen": chosen}
    (entry.folder / NAMES[1]).write_text(json.dumps(about, indent=1) + "\n")
    store.register(entry, list(NAMES))


def read() -> tuple[pd.DataFrame, dict]:
    """What `write` wrote, checked against the manifest.

    Raises:
        WeightsError: if it is missing or was changed.
    """
    import io

    entry = data.entry()
    return pd.read_csv(io.BytesIO(store.read(entry, NAMES[0]))), store.read_json(entry, NAMES[1])


def models(frame: pd.DataFrame) -> list[str]:
    """Keys of the models in a comparison's frame."""
    return [column.removeprefix("p_") for column in frame if column.startswith("p_")]


def averaged(frame: pd.DataFrame, model: str) -> pd.DataFrame:
    """One row of the table each: id, label and the mean over the repeats of a model's held-out probability."""
    mean = frame.groupby("id", sort=False).agg(label=("label", "first"), p=(f"p_{model}", "mean"))
    order = sorted(mean.index, key=lambda name: int(name.split()[-1]))
    return mean.loc[order].reset_index()


def figures(frame: pd.DataFrame, model: str) -> dict[str, dict]:
    """A model's figures: over each repeat's pooled rows, their mean, and how much the folds vary.

    Returns:
        For every figure of `FIGURES` and for log_loss: mean, over the repeats; sd, over all outer folds; repeats.
    """
    repeats = [_score(part, model) for _, part in frame.groupby("repeat")]
    folds = pd.DataFrame([_score(part, model) for _, part in frame.groupby(["repeat", "fold"])])
    return {
        name: {
            "mean": float(np.mean([r[name] for r in repeats])),
            "sd": float(folds[name].std()),
            "repeats": [r[name] for r in repeats],
        }
        for name in (*FIGURES, "log_loss")
    }


def differences(frame: pd.DataFrame, model: str, draws: int = 2000, seed: int = 0) -> dict[str, dict[str, float]]:
    """How much better the released model is than another: accuracy and log loss with 95 % intervals.

    Both are means over repeats and rows of a per-row value; the interval is a bootstrap over the
    table's rows, the same rows for both models. Above 0 the released model is better.
    """
    malignant = (frame["label"] == "malignant").to_numpy()
    gains = {
        "accuracy": _right(frame, RELEASED, malignant) - _right(frame, model, malignant),
        "log_loss": _loss(frame, model, malignant) - _loss(frame, RELEASED, malignant),
    }
    rng = np.random.default_rng(seed)
    return {
        name: _interval(pd.Series(gain).groupby(frame["id"]).mean().to_numpy(), rng, draws)
        for name, gain in gains.items()
    }


def summary(frame: pd.DataFrame, about: dict) -> dict[str, dict]:
    """Figures, differences to the released model and the settings most often chosen, for every model."""
    return {
        model: {
            "title": CANDIDATES[model].title,
            **figures(frame, model),
            **({} if model == RELEASED else {"released_is_better_by": differences(frame, model)}),
            "chosen": _often(about["chosen"][model]),
        }
        for model in models(frame)
    }


def _often(chosen: list[dict]) -> list[dict]:
    counts = Counter(json.dumps(settings, sort_keys=True) for settings in chosen)
    return [{"folds": n, **json.loads(text)} for text, n in counts.most_common(3)]


def _score(part: pd.DataFrame, model: str) -> dict[str, float]:
    entry, p = data.entry(), part[f"p_{model}"].to_numpy()
    targets = (part["label"] == "malignant").to_numpy().astype(int)
    scored = metrics.score(targets, np.column_stack([1 - p, p]), entry.labels, entry.target)
    return {name: scored[name] for name in FIGURES} | {"log_loss": float(_loss(part, model, targets == 1).mean())}


def _right(frame: pd.DataFrame, model: str, malignant: np.ndarray) -> np.ndarray:
    return ((frame[f"p_{model}"].to_numpy() >= 0.5) == malignant).astype(float)


def _loss(frame: pd.DataFrame, model: str, malignant: np.ndarray) -> np.ndarray:
    p = frame[f"p_{model}"].to_numpy()
    return -np.log(np.clip(np.where(malignant, p, 1 - p), 1e-6, 1))


def _interval(gain: np.ndarray, rng: np.random.Generator, draws: int) -> dict[str, float]:
    means = gain[rng.integers(len(gain), size=(draws, len(gain)))].mean(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {"value": float(gain.mean()), "low": float(low), "high": float(high)}
