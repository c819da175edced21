"""Commands that measure a released model further and write what they find into its card."""

from __future__ import annotations

import argparse
from pathlib import Path

from oncosecure.arguments import add_command, add_data, add_modality, add_model, image, model
from oncosecure.ui.words import breakable, with_interval


def add(commands) -> None:
    """Add external, preprocessing, calipers, folds and subgroups to the parser of all commands."""
    _add_external(commands)
    _add_preprocessing(commands)
    _add_calipers(commands)
    _add_folds(commands)
    _add_subgroups(commands)


def _add_external(commands) -> None:
    command = add_command(
        commands,
        "external",
        external,
        "measure the released model on another hospital's pictures, and keep the figures in its card",
        "The pictures must not belong to the data that the model was trained from. Sensitivity, specificity and AUC "
        "come with 95 % intervals, for the findings among the classes that occur and for the target probability.",
    )
    _common(command)
    command.add_argument("--name", default="PH2", help="what the set is called (default: PH2)")


def external(options: argparse.Namespace) -> int:
    """`external MODALITY --data DIR [--name NAME]`."""
    from oncosecure.evaluation import external as validation

    found = validation.measure(image(options.modality), options.data, options.name)
    print(f"{found['name']}: {found['pictures']} pictures")
    for title, part in (("among the classes that occur", found["pairwise"]), ("target probability", found["target"])):
        print(breakable(f"{title}: AUC {with_interval('auc', part['auc'])}"))
        for row in part["at"]:
            sensitivity, specificity = (with_interval(name, row[name]) for name in ("sensitivity", "specificity"))
            print(breakable(f"  from {row['threshold']:.3f} on: sensitivity {sensitivity}, specificity {specificity}"))
    return 0


def _add_preprocessing(commands) -> None:
    command = add_command(
        commands,
        "preprocessing",
        preprocessing,
        "measure whether hair removal, colour constancy or local contrast help the released model",
        "On the validation pictures, each method against none, with 95 % intervals of the difference from a bootstrap "
        "over groups.",
    )
    _common(command)


def preprocessing(options: argparse.Namespace) -> int:
    """`preprocessing MODALITY --data DIR`."""
    from oncosecure.evaluation import preprocessing as methods

    found = methods.measure(image(options.modality), options.data)
    for key, method in found["methods"].items():
        gain = method["differences"]["balanced_accuracy"]
        print(f"{key:<10} balanced accuracy {gain['value']:+.4f} ({gain['low']:+.4f} to {gain['high']:+.4f})")
    return 0


def _add_calipers(commands) -> None:
    command = add_command(
        commands,
        "calipers",
        calipers,
        "measure whether the released model looks at what a scanner drew over its pictures",
        "Calipers, writing, colour and the probe's marker are erased from validation and test pictures, one kind at a "
        "time, and the answers compared.",
    )
    _common(command)


def calipers(options: argparse.Namespace) -> int:
    """`calipers MODALITY --data DIR`."""
    from oncosecure.evaluation import calipers as marks

    found = marks.measure(image(options.modality), options.data)
    for kind, row in found["kinds"].items():
        said = f"{row['flipped']} answers flipped, target {row['change']:+.4f}" if row["pictures"] else "none"
        print(f"{kind:<10} on {row['pictures']:>4} pictures: {said}")
    return 0


def _add_folds(commands) -> None:
    command = add_command(
        commands,
        "folds",
        folds,
        "gather the five folds of a cross-validation into the card",
        "Train them first: `train MODALITY --data DIR --split fold0`, and so on to fold4.",
    )
    add_modality(command)
    command.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR", help="what train was given")
    command.add_argument("--model", help="network; by default the modality's first")


def folds(options: argparse.Namespace) -> int:
    """`folds MODALITY [--runs DIR]`."""
    from oncosecure.training import folds as runs

    found = runs.gather(image(options.modality), options.runs, options.model)
    for name in runs.FIGURES:
        print(f"{name:<20} {found['mean'][name]:.4f} ± {found['spread'][name]:.4f}")
    return 0


def _add_subgroups(commands) -> None:
    command = add_command(
        commands,
        "subgroups",
        subgroups,
        "measure whether a released model finds as much in every group of people or lesions",
        "Divides the released test pictures by what the manifest says of them (sex, age, localization, origin, "
        "confirmed_by, patient_id, lesions) and by their masks, and writes subgroups.json beside the model's card. "
        "Sensitivities stand at the threshold below which the model calls a picture low risk.",
    )
    _common(command)
    add_model(command)


def subgroups(options: argparse.Namespace) -> int:
    """`subgroups MODALITY --data DIR [--model M]`."""
    from oncosecure.evaluation import subgroups as groups

    entry = image(options.modality)
    print(groups.summary(groups.run(entry, options.data, model(entry, options.model))))
    return 0


def _common(command: argparse.ArgumentParser) -> None:
    add_modality(command)
    add_data(command)
