"""The command that measures a released model's explanations."""

from __future__ import annotations

import argparse

from oncosecure.arguments import add_command, add_data, add_modality, add_model, image, model
from oncosecure.errors import ScanError


def add(commands) -> None:
    """Add measure-explanations to the parser of all commands."""
    from oncosecure.explain import METHODS

    command = add_command(
        commands,
        "measure-explanations",
        measure_explanations,
        "measure how good the maps of a released model are, on its test split",
        "Against lesion masks (the manifest's column mask) where there are any, by deletion and insertion, and by "
        "randomising the weights; beside two baselines, a centred blob and a uniform map. Writes explanations.json "
        "into the weights folder after every method, so that a run that was cut off goes on.",
    )
    add_modality(command)
    add_data(command)
    add_model(command)
    command.add_argument(
        "--methods", nargs="+", metavar="K", choices=list(METHODS), default=[], help=f"of {', '.join(METHODS)}"
    )
    command.add_argument(
        "--limit", type=int, default=40, metavar="N", help="pictures for slow methods and for deletion (default: 40)"
    )


def measure_explanations(options: argparse.Namespace) -> int:
    """`measure-explanations MODALITY --data DIR [--model M] [--methods K...] [--limit N]`."""
    from oncosecure.explain import measure
    from oncosecure.progress import say

    if options.limit < 1:
        raise ScanError("--limit must be at least 1.")
    entry = image(options.modality)
    named = model(entry, options.model)
    result = measure.measure(entry, options.data, named, options.methods, options.limit, say)
    print(measure.summary(result))
    return 0
