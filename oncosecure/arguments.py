"""Arguments that several commands take."""

from __future__ import annotations

import argparse
from pathlib import Path

from oncosecure import DISCLAIMER, catalog
from oncosecure.errors import ScanError


def add_command(commands, name: str, run, summary: str, details: str = "") -> argparse.ArgumentParser:
    """Add a command that `run` answers."""
    command = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}. {details}".strip(),
        epilog=DISCLAIMER,
    )
    command.set_defaults(run=run)
    return command


def add_modality(command: argparse.ArgumentParser) -> None:
    """Let a command take the key of a modality."""
    command.add_argument(
        "modality", metavar="MODALITY", choices=list(catalog.MODALITIES), help=f"one of {', '.join(catalog.MODALITIES)}"
    )


def image(key: str) -> catalog.Modality:
    """The entry of a modality that reads pictures.

    Raises:
        ScanError: if there is none of that key, or it reads a table.
    """
    entry = catalog.get(key)
    if not entry.is_image:
        raise ScanError(
            f"{entry.title} is a table, and this command reads pictures. `predict` reads its CSV files; "
            "`python -m oncosecure.tabular.train` trains and measures its model."
        )
    return entry


def add_data(command: argparse.ArgumentParser) -> None:
    """Let a command take a folder of labelled pictures."""
    command.add_argument(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder with a manifest.csv that has the columns file and label",
    )


def add_model(command: argparse.ArgumentParser) -> None:
    """`--model M`, read with `model`."""
    command.add_argument("--model", metavar="M", help="a released network; by default the modality's first")


def model(entry: catalog.Modality, name: str | None) -> str | None:
    """The model that `--model` names; None for the default one.

    Raises:
        ScanError: if the modality has none of that name.
    """
    if name is not None and name not in entry.models:
        raise ScanError(f"{entry.key} has no network {name!r}; it has {', '.join(entry.models)}.")
    return name
