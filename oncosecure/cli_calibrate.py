"""The command that measures where a released model's answers end."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from oncosecure.arguments import add_command, add_data, add_modality, image
from oncosecure.catalog import Modality
from oncosecure.errors import ScanError


def add(commands) -> None:
    """Add calibrate to the parser of all commands."""
    command = add_command(
        commands,
        "calibrate",
        calibrate,
        "measure where a released model's answers end, and write it into its card",
        "Temperature, prediction sets, risk levels and the limit of what counts as in distribution are set on the "
        "validation pictures of the model's own split; how they hold is measured on its test pictures, how well it "
        "knows strangers on other modalities' pictures and noise, how it takes poor pictures on blurred, noisy, "
        "compressed, darker, flatter, rotated and smaller copies. Takes about five minutes on two cores.",
    )
    add_modality(command)
    add_data(command)
    command.add_argument("--model", metavar="M", help="a released network; by default the modality's first")
    command.add_argument(
        "--strangers",
        type=Path,
        metavar="DIR",
        help="where other modalities' folders and out_of_distribution lie; by default beside the --data folder",
    )


def calibrate(options: argparse.Namespace) -> int:
    """`calibrate MODALITY --data DIR [--model M] [--strangers DIR]`."""
    from oncosecure.evaluation import calibrate as released
    from oncosecure.evaluation.limits_text import summary

    entry = image(options.modality)
    _check(entry, options.model)
    card = released.calibrate(entry, options.data, options.model, options.strangers, _say)
    print(summary(card))
    return 0


def _check(entry: Modality, model: str | None) -> None:
    if model and model not in entry.models:
        raise ScanError(f"{entry.title} has no network {model!r}; it has {', '.join(entry.models)}.")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
