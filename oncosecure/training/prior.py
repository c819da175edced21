"""How much of the classes' frequency goes back into a network that was trained without it.

Logit adjustment (Menon et al., Long-tail learning via logit adjustment, 2021) takes the log-prior out of the logits, so
that every class counts alike: the best balanced accuracy, but probabilities that hold only where all classes are
equally frequent, and many false alarms for rare ones. Adding a share of the log-prior to the bias of the dense layer
trades one for the other: with it the finding (a malignant lesion, say) is told from the rest better, and rare classes
are missed more often. The share is the one with the largest sum of both on validation, balanced accuracy over all
classes and area under the ROC curve of the finding, so that neither is bought with the other.
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
    return max(tried, key=lambda row: row["balanced_accuracy"] + row["target_auc"])["share"], tried


def give_back(trained: Trained) -> dict | None:
    """Add the chosen share to the twin's bias; what was tried, or None where training kept the prior."""
    import torch

    from oncosecure.models.networks import HEAD
    from oncosecure.training import data, loop

    plan, val = trained.plan, trained.rows("val")
    if plan.recipe.balance != "logits":
        return None
    n = len(plan.modality.labels)
    log_prior = plan.recipe.balance_power * data.log_prior(trained.table.targets[trained.rows("train")], n)
    logits = loop.predict(trained.twin, trained.table, val, plan.recipe.stages[-1][0], mirrored=plan.recipe.mirrored)
    in_target = np.array([plan.modality.labels.index(label) for label in plan.modality.target])
    share, tried = choose(logits, trained.table.targets[val], log_prior, in_target)
    with torch.no_grad():
        trained.twin.nodes[HEAD].bias += torch.from_numpy((share * log_prior).astype(np.float32))
    return {"share": share, "validation": tried}
