"""One nested, repeated, stratified cross-validation for all candidates.

The outer folds measure and nothing is chosen on them: inside each outer training part an inner
cross-validation chooses a candidate's settings by log loss, and the whole pipeline is fitted there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from oncosecure.tabular.candidates import Candidate
from oncosecure.tabular.data import Table


@dataclass(frozen=True)
class Plan:
    """How often and how finely it is split; the same seed gives the same folds to every candidate."""

    repeats: int = 3
    outer: int = 10
    inner: int = 4
    seed: int = 0


def run(
    candidates: Sequence[Candidate], table: Table, plan: Plan, report: Callable[[str], None] = lambda _: None
) -> tuple[pd.DataFrame, dict[str, list[dict]]]:
    """Measure the candidates.

    Args:
        candidates: what to compare.
        table: the rows.
        plan: the folds.
        report: is told of every outer fold that is done.

    Returns:
        A frame with one row for every repeat and row of the table: id, label, repeat, fold (in which the
        row was held out) and p_<candidate>, the malignancy probability; and for every candidate the
        settings chosen in each outer fold, as text.
    """
    parts, chosen = [], {c.key: [] for c in candidates}
    for repeat in range(plan.repeats):
        splitter = StratifiedKFold(plan.outer, shuffle=True, random_state=plan.seed + repeat)
        for fold, (train, test) in enumerate(splitter.split(table.values, table.targets)):
            part = pd.DataFrame({"id": table.ids[test], "label": table.labels[test], "repeat": repeat, "fold": fold})
            for candidate in candidates:
                fitted = search(candidate, table, plan, train)
                part[f"p_{candidate.key}"] = fitted.predict_proba(table.values[test])[:, 1]
                chosen[candidate.key].append(settings(fitted.best_params_))
            parts.append(part)
            report(f"repeat {repeat + 1} of {plan.repeats}, fold {fold + 1} of {plan.outer}")
    return pd.concat(parts, ignore_index=True), chosen


def search(candidate: Candidate, table: Table, plan: Plan, rows: np.ndarray | None = None) -> GridSearchCV:
    """Choose a candidate's settings by cross-validation on some rows (all if None), then fit it on all of them."""
    rows = np.arange(len(table.values)) if rows is None else rows
    folds = StratifiedKFold(plan.inner, shuffle=True, random_state=plan.seed)
    found = GridSearchCV(candidate.build(), candidate.grid, scoring="neg_log_loss", cv=folds, n_jobs=1)
    return found.fit(table.values[rows], table.targets[rows])


def settings(parameters: dict) -> dict[str, str | float | int]:
    """Chosen settings as JSON: `{"estimator__shape": FunctionTransformer(cbrt)}` -> `{"shape": "cube root"}`."""
    return {name.split("__")[-1]: _plain(value) for name, value in sorted(parameters.items())}


def _plain(value) -> str | float | int:
    if hasattr(value, "func"):
        return "as it is" if value.func is None else "cube root"
    return round(value, 6) if isinstance(value, float) else value
