"""OncoSecure AI: what a cancer-image model predicts, why, how sure it is, and how well it was measured.

For education and demonstration, never for diagnosis. Importing the package loads nothing heavy;
`analyze` pulls in what it needs at its first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oncosecure.errors import ScanError, WeightsError

if TYPE_CHECKING:
    from oncosecure.analysis import Analysis, analyze

__version__ = "0.1.0"
__all__ = ["Analysis", "ScanError", "WeightsError", "__version__", "analyze"]

DISCLAIMER = "For education and demonstration only. Not a medical device, not a diagnosis."


def __getattr__(name: str):
    if name in ("analyze", "Analysis"):
        from oncosecure import analysis

        return getattr(analysis, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
