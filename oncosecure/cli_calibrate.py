"""The command that measures where a released model's answers end."""

from __future__ import annotations

import argparse
from pathlib import Path

from oncosecure.arguments import add_command, add_data, add_modality, add_model, image, model


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
    add_model(command)
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
    from oncosecure.progress import say

    entry = image(options.modality)
    card = released.calibrate(entry, options.data, model(entry, options.model), options.strangers, say)
    print(summary(card))
    return 0
