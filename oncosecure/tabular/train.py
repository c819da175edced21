"""`python -m oncosecure.tabular.train`: compare the models, fit the released one, and write all of its files.

The comparison takes some eight minutes of one core; `--reuse-comparison` keeps the one that lies there.
Its predictions are the model's test: every figure of the card is computed from rows that were held out.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split

from oncosecure.evaluation import metrics
from oncosecure.explain import shap_svm
from oncosecure.models import store
from oncosecure.tabular import comparison, data, familiarity, model
from oncosecure.tabular.analysis import EXPLANATIONS
from oncosecure.tabular.candidates import CANDIDATES, RELEASED
from oncosecure.tabular.nested import Plan, search, settings
from oncosecure.uncertainty import conformal, risk

#: Coverage of the prediction sets. At 90 % every set of so accurate a model would hold one label and say nothing.
COVERAGE = 0.99
#: Share of the table's own rows that count as in distribution.
KEPT = 0.99
#: Rows that Shapley values are taken against.
BACKGROUND = 100


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m oncosecure.tabular.train", description=__doc__)
    parser.add_argument("--reuse-comparison", action="store_true", help="keep the comparison that lies there")
    parser.add_argument("--repeats", type=int, default=Plan.repeats, metavar="N", help="default: %(default)s")
    parser.add_argument("--folds", type=int, default=Plan.outer, metavar="N", help="outer folds; default: %(default)s")
    options = parser.parse_args(arguments)
    if not options.reuse_comparison:
        comparison.write(Plan(repeats=options.repeats, outer=options.folds), lambda text: print(text, flush=True))
    card = release()
    print(summary(card))


def release() -> dict:
    """Fit the released model on all rows, write its files beside the comparison's, and return its card."""
    entry, table = data.entry(), data.load()
    frame, about = comparison.read()
    found = search(CANDIDATES[RELEASED], table, Plan(**about["plan"]))
    blob = model.dumps(found.best_estimator_)
    (entry.folder / model.FILE).write_bytes(blob)
    machine = model.loads(blob)
    held_out = predictions(frame)
    held_out.to_csv(entry.folder / "predictions.csv", index=False)
    write_explanations(machine)
    card = describe(machine, found) | calibrate(held_out) | {"out_of_distribution": distribution(machine)}
    card |= {"comparison_plan": about["plan"], "comparison": comparison.summary(frame, about)}
    store.register(entry, [model.FILE, "predictions.csv", EXPLANATIONS])
    store.write_json(entry, "card.json", card)
    return card


def predictions(frame: pd.DataFrame) -> pd.DataFrame:
    """One row a row of the table: the released model's held-out probabilities, averaged over the repeats."""
    mean = comparison.averaged(frame, RELEASED)
    rows = pd.DataFrame({"id": mean["id"], "label": mean["label"], "group": mean["id"], "split": "test"})
    return rows.assign(p_benign=(1 - mean["p"]).round(6), p_malignant=mean["p"].round(6))


def write_explanations(machine: model.RbfMachine) -> None:
    """Write the background's row numbers and the Shapley values of the whole table."""
    table = data.load()
    rows = background(table)
    contributions = shap_svm.values(machine, table.values, table.values[rows]).astype(np.float32)
    path = data.entry().folder / EXPLANATIONS
    np.savez_compressed(path, background=rows.astype(np.int32), contributions=contributions)


def background(table: data.Table) -> np.ndarray:
    """Numbers of `BACKGROUND` rows drawn at random, both classes in proportion."""
    rows, _ = train_test_split(np.arange(len(table.ids)), train_size=BACKGROUND, stratify=table.targets, random_state=0)
    return np.sort(rows)


def calibrate(held_out: pd.DataFrame, coverage: float = COVERAGE) -> dict:
    """Figures with intervals, risk levels and prediction sets, all from held-out probabilities."""
    entry = data.entry()
    p = held_out[["p_benign", "p_malignant"]].to_numpy()
    targets = (held_out["label"] == "malignant").to_numpy().astype(int)
    covered, size = conformal_on_halves(p, targets, coverage)
    return {
        "test": metrics.from_predictions(held_out, entry.labels, entry.target),
        "risk": asdict(risk.fit(p[:, 1], targets == 1)),
        "conformal": {
            "coverage": coverage,
            "threshold": conformal.fit(p, targets, coverage),
            "test_coverage": covered,
            "test_mean_size": size,
        },
    }


def conformal_on_halves(p: np.ndarray, targets: np.ndarray, coverage: float, draws: int = 200) -> tuple[float, float]:
    """Coverage and mean size of the sets where the threshold comes from one random half and is tried on the other."""
    rng, found = np.random.default_rng(0), []
    for _ in range(draws):
        order = rng.permutation(len(p))
        fitted, tried = np.array_split(order, 2)
        inside = conformal.members(p[tried], conformal.fit(p[fitted], targets[fitted], coverage), coverage)
        found.append((inside[np.arange(len(tried)), targets[tried]].mean(), inside.sum(1).mean()))
    covered, size = np.mean(found, axis=0)
    return float(covered), float(size)


def distribution(machine: model.RbfMachine) -> dict:
    """The distance to the nearest rows within which `KEPT` of the table's rows lie, each held out from the rest."""
    table = data.load()
    near = familiarity.Neighbours(machine.prepare(table.values), table.ids, table.labels)
    return {"limit": float(np.quantile(near.among_themselves(), KEPT)), "kept": KEPT}


def describe(machine: model.RbfMachine, found) -> dict:
    """What the model is and what it was fitted on."""
    entry, table = data.entry(), data.load()
    dataset = {name: value for name, value in asdict(entry.dataset).items() if name != "leak"}
    counts = {f"all/{label}": int((table.labels == label).sum()) for label in entry.labels}
    return {
        "modality": entry.key,
        "title": entry.title,
        "model": RELEASED,
        "features": table.values.shape[1],
        "support_vectors": len(machine.support),
        "file_bytes": (entry.folder / model.FILE).stat().st_size,
        "settings": settings(found.best_params_),
        "sigmoid": {"slope": machine.slope, "offset": machine.offset},
        "data": {**dataset, "pictures": counts, "groups": {"all": len(table.ids)}},
    }


def summary(card: dict) -> str:
    """The comparison as lines of text, the released model first."""
    lines = [f"{'model':24}accuracy         AUC              log loss"]
    for part in card["comparison"].values():
        cells = (
            f"{part[name]['mean']:.4f} ± {part[name]['sd']:.4f}" for name in ("accuracy", "target_auc", "log_loss")
        )
        lines.append(f"{part['title']:24}{'  '.join(cells)}")
    return "\n".join(lines)
