"""`python -m fuzz [intake|table] [LIBFUZZER OPTIONS]`: mutate files until one is answered as none may be.

Needs requirements-fuzz.txt. It starts from the small valid files that the tests make. A file that was found is written
to the working folder as `crash-*`; turn it into code in `tests/intake/corpus.py` (`regressions`), fix what it found,
and keep it there.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["oncosecure.intake", "oncosecure.tabular.sheet"]):
    from oncosecure.errors import ScanError
    from oncosecure.intake import check, dicom, read  # noqa: F401  (dicom would be imported later, uninstrumented)
    from oncosecure.tabular import sheet


def intake(data: bytes) -> None:
    """A Scan or a ScanError, whatever the bytes."""
    try:
        scan = read(data)
    except ScanError as refusal:
        assert refusal.__context__ is None, "the library's error hangs on ours"
    else:
        check(scan.pixels)


def table(data: bytes) -> None:
    """A Sheet or a ScanError, whatever the bytes."""
    try:
        found = sheet.read(data)
    except ScanError as refusal:
        assert len(str(refusal)) < 4000
    else:
        assert found.values.shape == (len(found.errors), len(sheet.FEATURES))


def seeds(of: str, folder: Path) -> None:
    """Write the files to start from."""
    if of == "table":
        names = ",".join(sheet.FEATURES)
        (folder / "rows.csv").write_text(f"{names}\n{','.join(['1.5'] * 30)}\n{','.join(['x'] * 30)}\n")
        (folder / "semicolons.csv").write_text(f"{names.replace(',', ';')}\n{';'.join(['1,5'] * 30)}\n")
        return
    from tests.intake import corpus

    for name, data in corpus.valid().items():
        (folder / name).write_bytes(data)


def main(arguments: list[str]) -> None:
    """Fuzz until stopped, or as long as `-max_total_time` says."""
    of, *options = arguments or ["intake"]
    with tempfile.TemporaryDirectory() as folder:
        seeds(of, Path(folder))
        atheris.Setup([sys.argv[0], *options, folder], {"intake": intake, "table": table}[of])
        atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
