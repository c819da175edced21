"""Networks by the way in which they are trained: by gradients, as parts of one, or fixed maps under a fitted layer."""

from __future__ import annotations

from oncosecure.models import texture
from oncosecure.models.networks import NETWORKS
from oncosecure.training import fixed_maps, joint, release, run


def names() -> tuple[str, ...]:
    """Every network that `train` takes."""
    return (*NETWORKS, *texture.NAMES)


def train(plan: run.Plan, resume: bool) -> str:
    """Train the plan's network, release or measure it, and say how it does.

    Raises:
        ScanError: if the folder or the split cannot be used for this modality.
    """
    if plan.model in texture.NAMES:
        return fixed_maps.train(plan, resume)
    if NETWORKS[plan.model].parts:
        return joint.train(plan, resume)
    return release.finish(run.train(plan, resume))
