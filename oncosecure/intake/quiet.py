"""Keeps the decoders that are not ours from saying what a file says."""

from __future__ import annotations

import ctypes
import logging
import re
import warnings
from pathlib import Path

_LIBRARIES = ("PIL", "pydicom", "pylibjpeg", "openjpeg", "libjpeg")
_SILENT = logging.CRITICAL + 1
_FILTER = ("ignore", None, Warning, re.compile(rf"({'|'.join(_LIBRARIES)})(\.|$)"), 0)


def hush() -> None:
    """Turn off the log and the warnings of the decoding libraries, for good and in the whole process.

    Pillow logs every EXIF and TIFF tag at DEBUG, names among them, and the others may quote values in
    warnings. `warnings.catch_warnings` would be tidier, but it is not safe with threads.
    """
    if _FILTER in warnings.filters:
        return
    _hush_libtiff()
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(_SILENT)
    warnings.filterwarnings("ignore", module=_FILTER[3].pattern)


def _hush_libtiff() -> None:
    """Pillow's copy of libtiff writes to standard error by itself what it makes of a file."""
    import PIL

    for path in Path(PIL.__file__).parent.parent.glob("pillow.libs/libtiff*"):
        ctypes.CDLL(str(path)).TIFFSetErrorHandler(None)
