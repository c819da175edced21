"""Distillation (Hinton et al., Distilling the knowledge in a neural network, 2015) from a released network.

Teacher and student see the same augmented picture, which is what makes distillation work (Beyer et al., Knowledge
distillation: a good teacher is patient and consistent, 2022). A network that starts from random weights learns from
the teacher how alike the classes of a picture are, which the label alone does not say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional as F

from oncosecure.errors import ScanError
from oncosecure.evaluation import released
from oncosecure.models import keras_files, store
from oncosecure.training.twin import Twin

if TYPE_CHECKING:
    import pandas as pd

    from oncosecure.training.run import Plan

#: Softens both answers, so that the teacher's small probabilities count too.
TEMPERATURE = 2.0
#: Smaller views are enlarged to this side for the teacher, which has not learned from fewer pixels.
SMALLEST = 160


class Teacher:
    """A network that answers, and the share of the training's log-prior that its answers hold.

    Args:
        network: (B, 3, H, W) float32 in [0, 255] -> (B, C) logits.
        share: 0 where classes count alike in the answers, 1 where they are as frequent as in training.
    """

    def __init__(self, network: nn.Module, share: float = 1.0) -> None:
        self.network, self.share = network.eval().requires_grad_(False), share

    @torch.no_grad()
    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        """(B, C) logits for (B, 3, H, W) pixels of any size."""
        if min(pixels.shape[2:]) < SMALLEST:
            pixels = F.interpolate(pixels, (SMALLEST, SMALLEST), mode="bilinear", align_corners=False)
        return self.network(pixels.contiguous(memory_format=torch.channels_last)).float()


def loss(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Mean Kullback-Leibler divergence of the student's softened answers from the teacher's, times the temperature
    squared, so that its gradients keep their size at any temperature.

    Args:
        student, teacher: (B, C) logits.
    """
    given, said = ((logits / TEMPERATURE).log_softmax(1) for logits in (teacher, student))
    return TEMPERATURE**2 * F.kl_div(said, given, log_target=True, reduction="batchmean")


def teacher_of(plan: Plan, frame: pd.DataFrame) -> Teacher | None:
    """The released network that the plan's recipe names, or None where it names none or gives its answers no share.

    Args:
        plan: the student's plan.
        frame: pictures of the student, with columns file and split.

    Raises:
        ScanError: if that network is not released, or learned from pictures that the student is to be measured on.
    """
    modality, name, share = plan.modality, plan.recipe.teacher, plan.recipe.distil
    if not (name and share):
        return None
    if name not in modality.models:
        raise ScanError(f"There is no released network {name!r} to learn from; there are {', '.join(modality.models)}.")
    seen = released.split(modality)
    seen = seen.loc[seen["split"] == "train", "id"]
    if frame.loc[frame["split"] != "train", "file"].isin(seen).any():
        raise ScanError(
            f"{name} learned from pictures that this split measures on, and would hand them on. Distil under the "
            "split that it was trained with (--split grouped)."
        )
    prior = store.read_json(modality, modality.file("card.json", name)).get("prior")
    network = Twin(keras_files.loads(store.read(modality, f"{name}.keras")))
    return Teacher(network, prior["share"] if prior else 1.0)
