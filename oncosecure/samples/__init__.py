"""What a newcomer without scans can try: pictures drawn by code, and real ones where the data may be shown.

Nothing is drawn or read before a sample is asked for, and no picture is stored in the repository.
"""

from __future__ import annotations

from pathlib import Path

from oncosecure.samples.drawn import phantoms
from oncosecure.samples.folder import real
from oncosecure.samples.sample import Sample

__all__ = ["Sample", "all_for", "phantoms", "real"]


def all_for(key: str, root: str | Path | None = None) -> tuple[Sample, ...]:
    """Real samples of a modality where there are any, then the drawn ones.

    Raises:
        ScanError: if there is no modality of that key.
    """
    return real(key, root) + phantoms(key)
