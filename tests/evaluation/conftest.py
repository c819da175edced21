"""A made-up model's outcomes, as good or bad as a test wants them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from oncosecure.evaluation.outcomes import Outcomes


@pytest.fixture
def outcomes() -> Callable[..., Outcomes]:
    """Makes outcomes of three labels, of which the second is the finding; `skill` raises the right label's logit."""

    def outcomes(n: int = 240, skill: float = 1.5, seed: int = 0, per_group: int = 2) -> Outcomes:
        targets = np.arange(n) % 3
        logits = np.random.default_rng(seed).normal(size=(n, 3)) + skill * np.eye(3)[targets]
        p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        ids = np.array([f"p{i}.png" for i in range(n)])
        groups = np.array([f"g{i // per_group}" for i in range(n)])
        return Outcomes(ids, targets, groups, p, (1,))

    return outcomes
