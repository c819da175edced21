"""Exact Shapley values of an RBF support vector machine's log-odds.

The RBF kernel is a product over features. For a row x, a background row b and a support vector s let
p_j = exp(-gamma (x_j - s_j)^2) and q_j = exp(-gamma (b_j - s_j)^2). A coalition's value is the product of p_j
over its members and q_j over the others, and the Shapley value of a product game is

    phi_j = integral from 0 to 1 of (p_j - q_j) prod over k != j of (q_k + t (p_k - q_k)) dt,

since averaging over the coalitions' sizes is integrating over the share t of members (Owen, Multilinear
Extensions of Games, 1972). The integrand is a polynomial in t of degree D - 1, so Gauss-Legendre quadrature with
ceil(D / 2) nodes is exact. Values add up over support vectors, weighted by their dual coefficients,
and are averaged over the background. A transform of each feature on its own changes no coalition, so the
game may be played on prepared rows; the sigmoid's log-odds are linear in the margin, so
the values carry over to log-odds by its slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import shap

    from oncosecure.tabular.model import RbfMachine

_TINY = 1e-300


def values(machine: RbfMachine, rows: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Contribution of every feature to the log-odds.

    Args:
        machine: a support vector machine with per-feature preparation.
        rows: (N, D) rows to explain, as in the table.
        background: (B, D) rows that stand for "not knowing" a feature.

    Returns:
        (N, D) float64; each row sums to its log-odds less `base(machine, background)`.
    """
    game = _Game(machine, machine.prepare(background))
    return machine.slope * np.stack([game.shapley(row) for row in machine.prepare(rows)])


def base(machine: RbfMachine, background: np.ndarray) -> float:
    """Mean log-odds of the (B, D) background: what the model says while it knows no feature."""
    return float(machine.log_odds(background).mean())


def explain(
    machine: RbfMachine, rows: np.ndarray, background: np.ndarray, names: Sequence[str] | None = None
) -> shap.Explanation:
    """The same as a `shap.Explanation`, for shap's own plots. Importing shap takes some seconds.

    Args:
        machine, rows, background: see `values`.
        names: D names of the features.
    """
    import shap

    return shap.Explanation(
        values=values(machine, rows, background),
        base_values=np.full(len(rows), base(machine, background)),
        data=np.asarray(rows),
        feature_names=None if names is None else list(names),
    )


class _Game:
    """The game of one machine and background: what does not depend on the row, computed once."""

    def __init__(self, machine: RbfMachine, background: np.ndarray) -> None:
        # Arrays are (D, B, S): products over features then run along whole, contiguous planes.
        self._gamma, self._support = machine.gamma, machine.support.T[:, None, :]
        self._absent = np.exp(-machine.gamma * (background.T[:, :, None] - self._support) ** 2)
        self._weights = np.tile(machine.dual / len(background), (len(background), 1))
        t, weight = np.polynomial.legendre.leggauss(-(-len(self._absent) // 2))
        self._nodes = list(zip((t + 1) / 2, weight / 2, strict=True))

    def shapley(self, row: np.ndarray) -> np.ndarray:
        """(D,) values of the margin for a (D,) prepared row."""
        change = np.exp(-self._gamma * (row[:, None, None] - self._support) ** 2) - self._absent
        terms, total = np.empty_like(change), np.zeros(len(row))
        for t, weight in self._nodes:
            np.multiply(change, t, out=terms)
            terms += self._absent
            # A term is 0 only where both kernels underflow, and then its own change is 0 as well.
            np.maximum(terms, _TINY, out=terms)
            others = terms.prod(axis=0) * self._weights
            np.divide(change, terms, out=terms)
            total += weight * (terms.reshape(len(row), -1) @ others.ravel())
        return total
