"""Networks that were trained apart, released as one whose logits are the mean of theirs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import keras
import torch

from oncosecure.errors import ScanError
from oncosecure.models import joint
from oncosecure.models.networks import NETWORKS
from oncosecure.training import loop, release, run
from oncosecure.training.twin import Twin


@dataclass
class Joined(run.Trained):
    """A joint network; `logs` holds what `run.write_log` wrote of every part."""

    logs: tuple[dict, ...] = ()

    def facts(self) -> dict:
        """See `run.Trained.facts`; the recipe holds what the parts share, and each part's own one with its history."""
        own = [log["recipe"] for log in self.logs]
        shared = {name: value for name, value in own[0].items() if all(other[name] == value for other in own)}
        parts = [{name: log[name] for name in ("model", "recipe", "history")} for log in self.logs]
        return super().facts() | {"recipe": shared | {"parts": parts}, "history": []}


def train(plan: run.Plan, resume: bool) -> str:
    """Train the parts of the plan's network that have no finished run yet, join them, release or measure the whole.

    Raises:
        ScanError: if the folder or the split cannot be used, or the parts were not trained for the same answers.
    """
    table, left_out = run.prepare(plan, max(size for size, _ in plan.recipe.stages))
    parts, logs = [], []
    for name in NETWORKS[plan.model].parts:
        its = replace(plan, model=name)
        if not (resume and (its.run / "log.json").is_file()):
            run.fit(its, table, left_out, resume)
        parts.append(_trained(its))
        logs.append(json.loads((its.run / "log.json").read_text()))
    _check(plan, logs)
    model = run.network(plan)
    joint.compose(model, parts)
    state = loop.State(best_epoch=max(log["best_epoch"] for log in logs) - 1)
    trained = Joined(plan, table, table.frame, Twin(model), state, left_out, logs=tuple(logs))
    plan.run.mkdir(exist_ok=True)
    run.write_log(trained)
    return release.finish(trained)


def _trained(plan: run.Plan) -> keras.Model:
    """The network of a finished run."""
    model = run.network(plan)
    twin = Twin(model)
    twin.load_state_dict(torch.load(plan.run / "best.pt", map_location="cpu", weights_only=True))
    twin.write(model)
    return model


def _check(plan: run.Plan, logs: list[dict]) -> None:
    """What decides on answers and their balance must be the plan's in every part."""
    for log in logs:
        if any(log["recipe"][name] != getattr(plan.recipe, name) for name in ("balance", "balance_power", "mirrored")):
            raise ScanError(
                f"The finished run of {log['model']} has another way of balancing classes or of looking at mirror "
                "images than is asked for. Train it anew with --restart, or give another --runs."
            )
