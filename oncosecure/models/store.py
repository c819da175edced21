"""Released files: every byte is checked against `weights/manifest.json` before it is used."""

from __future__ import annotations

import hashlib
import json
import math
import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.errors import WeightsError

T = TypeVar("T")


def read(modality: Modality, name: str) -> bytes:
    """The bytes of a released file, e.g. `read(modality, "card.json")`.

    Raises:
        WeightsError: if the modality was not released with this file, or the file was changed.
    """
    path = modality.folder / name
    if not path.is_file():
        raise WeightsError(
            f"{modality.title} has no trained model here yet. Train one with `{training_command(modality)}`, or pick "
            "another modality."
        )
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != _digests(_manifest_path()).get(f"{modality.key}/{name}"):
        raise WeightsError(
            f"{modality.key}/{name} is not the file that was released: its checksum differs from the one in "
            "weights/manifest.json. It was not loaded; restore the file, or train the model again."
        )
    return data


def training_command(modality: Modality) -> str:
    """What makes the files of a modality."""
    if not modality.is_image:
        return "python -m oncosecure.tabular.train"
    return f"python -m oncosecure train {modality.key} --data DIR"


def once_a_model(most: int) -> Callable[[Callable[[Modality, str], T]], Callable[..., T]]:
    """Have what `load(modality, model)` gives kept for the `most` models used last; the model None is the default one.

    Whether a caller names the default model or leaves it open, and however many threads ask at once, it is loaded
    once. `cache_clear` forgets all.
    """

    def keep(load: Callable[[Modality, str], T]) -> Callable[..., T]:
        kept, loading = lru_cache(maxsize=most)(load), {}

        @wraps(load)
        def loaded(modality: Modality, model: str | None = None) -> T:
            name = model or modality.models[0]
            with loading.setdefault((modality.key, name), threading.Lock()):
                return kept(modality, name)

        loaded.cache_clear = kept.cache_clear
        return loaded

    return keep


def read_json(modality: Modality, name: str) -> dict:
    """A released JSON file."""
    return json.loads(read(modality, name))


def write_json(modality: Modality, name: str, content: dict) -> None:
    """Write a JSON file with six digits after the point, null where there is no figure, and register it."""
    (modality.folder / name).write_text(json.dumps(_rounded(content), indent=1) + "\n")
    register(modality, [name])


def _rounded(value):
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(part) for part in value]
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6)
    return value


def register(modality: Modality, names: list[str]) -> None:
    """Enter files into the manifest, replacing their former checksums."""
    path = _manifest_path()
    digests = json.loads(path.read_text()) if path.is_file() else {}
    for name in names:
        digests[f"{modality.key}/{name}"] = hashlib.sha256((modality.folder / name).read_bytes()).hexdigest()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(sorted(digests.items())), indent=1) + "\n")
    _parsed.cache_clear()


def register_all() -> list[str]:
    """Make the manifest anew from the files that lie in the weights folder, and return their names.

    For whoever has looked at the files: a changed file is accepted as it is.
    """
    _manifest_path().unlink(missing_ok=True)
    for modality in catalog.MODALITIES.values():
        register(modality, [p.name for p in modality.folder.glob("*") if p.is_file()])
    return list(json.loads(_manifest_path().read_text()))


def update_json(modality: Modality, name: str, **parts) -> None:
    """Replace or add some keys of a released JSON file and leave the others as they are.

    Raises:
        WeightsError: if there is no such file, or it was changed.
    """
    write_json(modality, name, read_json(modality, name) | parts)


def _manifest_path() -> Path:
    return catalog.WEIGHTS / "manifest.json"


def _digests(path: Path) -> dict[str, str]:
    return _parsed(path, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=4)
def _parsed(path: Path, _changed: int) -> dict[str, str]:
    return json.loads(path.read_text())


if __name__ == "__main__":
    print("\n".join(register_all()))
