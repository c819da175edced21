"""How much of the classes' frequency goes back into a network that was trained without it.

Logit adjustment (Menon et al., Long-tail learning via logit adjustment, 2021) takes the log-prior out of the logits, so
that every class counts alike: the best balanced accuracy, but probabilities that hold only where all classes are
equally frequent, and many false alarms for rare ones. Adding a share of the log-prior to the bias of the dense layer
trades one for the other. The share is the largest whose balanced accuracy on validation lies within one standard
error of the best (the one-standard-error rule of Breiman et al., Classification and Regression Trees, 1984): where
validation cannot tell two shares apart, the one that keeps the probabilities closer to what occurs is better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from oncosecure.uncertainty import temperature

if TYPE_CHECKING:
    from oncosecure.training.run import Trained

SHARES = tuple(round(0.1 * i, 1) for i in range(11))


def choose(logits: np.ndarray, targets: np.ndarray, log_prior: np.ndarray, in_target: np.ndarray) -> tuple[float, list]:
    """The share of the log-prior that goes back, and how every share did.

    Args:
        logits: (N, C) of validation pictures, without the prior.
        targets: (N,) index of the right label.
        log_prior: (C,) logarithm of every class's share of the training pictures.
        in_target: indices of the labels that count as a finding.

    Returns:
        The share, 0 to 1, and for every share tried {share, balanced_accuracy, accuracy, target_auc}.
    """
    tried = []
    for share in SHARES:
        shifted = logits + share * log_prior
        p = temperature.softmax(shifted, temperature.fit(shifted, targets))
        tried.append(
            {
                "share": share,
                "balanced_accuracy": float(balanced_accuracy_score(targets, p.argmax(1))),
                "accuracy": float((p.argmax(1) == targets).mean()),
                "target_auc": float(roc_auc_score(np.isin(targets, in_target), p[:, in_target].sum(1))),
            }
        )
    best = max(tried, key=lambda row: row["balanced_accuracy"])
    predicted = (logits + best["share"] * log_prior).argmax(1)
    enough = best["balanced_accuracy"] - standard_error(targets, predicted)
    return max(row["share"] for row in tried if row["balanced_accuracy"] >= enough), tried


def standard_error(targets: np.ndarray, predicted: np.ndarray) -> float:
    """Standard error of the balanced accuracy of (N,) predictions, the classes' binomial errors taken together."""
    classes = np.unique(targets)
    hits = [(predicted[targets == c] == c) for c in classes]
    return float(np.sqrt(sum(h.mean() * (1 - h.mean()) / len(h) for h in hits)) / len(classes))


def give_back(trained: Trained) -> dict | None:
    """Add the chosen share to the twin's bias; what was tried, or None where training kept the prior."""
    import torch

    from oncosecure.models.networks import HEAD
    from oncosecure.training import loop

    plan, val = trained.plan, trained.rows("val")
    if plan.recipe.balance != "logits":
        return None
    n = len(plan.modality.labels)
    counts = np.bincount(trained.table.targets[trained.rows("train")], minlength=n).clip(min=1)
    log_prior = plan.recipe.balance_power * np.log(counts / counts.sum())
    logits = loop.predict(trained.twin, trained.table, val, plan.recipe.stages[-1][0], mirrored=plan.recipe.mirrored)
    in_target = np.array([plan.modality.labels.index(label) for label in plan.modality.target])
    share, tried = choose(logits, trained.table.targets[val], log_prior, in_target)
    with torch.no_grad():
        trained.twin.nodes[HEAD].bias += torch.from_numpy((share * log_prior).astype(np.float32))
    return {"share": share, "validation": tried}
