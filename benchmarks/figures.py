"""The README's table of figures, from the cards: `python -m benchmarks.figures` writes it anew."""

from __future__ import annotations

from pathlib import Path

from oncosecure import catalog
from oncosecure.evaluation.cards import LEAKING
from oncosecure.models import store
from oncosecure.ui.words import breakable, model_name, with_interval

README = Path(__file__).resolve().parent.parent / "README.md"
_START, _END = "<!-- figures:", "<!-- /figures -->"


def table() -> str:
    """Markdown table with a row for each released model."""
    lines = [
        "| modality | test pictures (groups) | accuracy | balanced accuracy | macro AUC | accuracy, leaking split |",
        "|---|---|---|---|---|---|",
    ]
    for entry in catalog.MODALITIES.values():
        if (entry.folder / "card.json").is_file():
            lines.append(_row(entry.title, store.read_json(entry, "card.json")))
    return "\n".join([*lines, *_cross_validated(), *_leaking_parts()])


def _cross_validated() -> list[str]:
    """A sentence for each model that was also cross-validated."""
    said = []
    for entry in catalog.MODALITIES.values():
        card = store.read_json(entry, "card.json") if (entry.folder / "card.json").is_file() else {}
        found = card.get("cross_validation", {})
        if found.get("kind") == "leave-one-patient-out":
            area, balanced = (_figure(found["pooled"]["figures"][n]) for n in ("target_auc", "balanced_accuracy"))
            said += [
                "",
                f"{entry.title}, each of its {found['patients']} patients left out in turn: AUC {area}, balanced "
                f"accuracy {balanced}. So few patients prove little.",
            ]
        if found.get("kind") == "grouped five-fold":
            names = {"accuracy": "accuracy", "balanced_accuracy": "balanced accuracy", "macro_auc": "macro AUC"}
            said += [
                "",
                f"{entry.title}, five grouped folds, all {found['pooled']['pictures']} pictures: "
                + ", ".join(f"{title} {_figure(found['pooled']['figures'][name])}" for name, title in names.items())
                + ".",
            ]
    return said


def _leaking_parts() -> list[str]:
    """A sentence for each network that was trained under a leaking split as well, where the default one was not."""
    said = []
    for entry in catalog.images():
        cards = {model: store.read_json(entry, entry.file("card.json", model)) for model in entry.released()}
        leaking = {model: kind for model, card in cards.items() for kind in LEAKING if kind in card}
        if entry.models[0] in leaking:
            continue
        for model, kind in leaking.items():
            parts = (cards[model][kind], *(cards[model][kind][f"{how}_look_alike"] for how in ("with", "without")))
            whole, seen, unseen = (_figure(part["figures"]["accuracy"]) for part in parts)
            said += [
                "",
                f"{entry.title}, {model_name(model)} alone under a {kind} split, which leaks: accuracy "
                f"{whole}; {seen} on pictures with a look-alike in training, {unseen} on the others.",
            ]
    return said


def _row(title: str, card: dict) -> str:
    test = card["test"]
    leaking = next((card[kind] for kind in LEAKING if kind in card), None)
    cells = [title, f"{test['pictures']} ({test['groups']})"]
    cells += [_figure(test["figures"][name]) for name in ("accuracy", "balanced_accuracy", "macro_auc")]
    cells.append(_figure(leaking["figures"]["accuracy"]) if leaking else "-")
    return "| " + " | ".join(cells) + " |"


def _figure(figure: dict) -> str:
    """As the pages say it: no figure is perfect."""
    return breakable(with_interval("auc", figure))


def section(text: str) -> str:
    """The README's text with the table in its place."""
    head, rest = text.split(_START, 1)
    comment, rest = rest.split("-->", 1)
    tail = rest.split(_END, 1)[1]
    return f"{head}{_START}{comment}-->\n{table()}\n{_END}{tail}"


if __name__ == "__main__":
    README.write_text(section(README.read_text()))
