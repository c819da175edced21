"""Bytes to a Scan: what a file is, its pixels, its acquisition facts, and how usable the picture looks.

Everything stays in memory, and nothing that names a person leaves the decoders.
"""

from __future__ import annotations

from oncosecure.intake.quality import QualityNote, check
from oncosecure.intake.reader import read
from oncosecure.intake.scan import Scan, from_array

__all__ = ["QualityNote", "Scan", "check", "from_array", "read"]
