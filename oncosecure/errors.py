"""Errors that a user can cause. Each carries one sentence that says what is wrong and what would be accepted."""

from __future__ import annotations


class ScanError(ValueError):
    """The input cannot be used; the message is meant to be shown to the person."""


class WeightsError(ScanError):
    """A modality has no weights here, or a weight file is not the one that was released."""
