"""The dense layer of a network of fixed maps, from the contrast of labels within patients. Two labels.

Where few patients have both labels, most of what tells malignant patches from benign ones is whose they are. So the
layer is a linear discriminant whose direction comes from the patients that have both labels alone, and whose noise
counts the differences between patients of the same label as noise too (within-class covariance normalisation: Hatch
et al., Interspeech 2006):

    w = (S_w + between * S_b + ridge * I)^-1 d,

with d the mean over these patients of malignant mean minus benign mean, S_w the covariance within a patient and label,
S_b that of patients' means around their label's, and features brought to unit variance. The threshold lies halfway
between both means, again within patients. Unlike families of features are fitted apart and their scores added, each
with unit deviation within a patient and label.

How much weight S_b and the ridge get is chosen by leaving out each training patient in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score


@dataclass(frozen=True)
class Penalty:
    """Weights of the covariance between patients and of the ridge."""

    between: float
    ridge: float


#: What is tried.
PENALTIES = tuple(Penalty(between, ridge) for between in (1.0, 3.0) for ridge in (0.1, 0.4, 1.5))
#: Smallest variance, as a share of a feature's overall one, that it is divided by: what hardly varies in training must
#: not decide.
_FLOOR = 0.05


@dataclass(frozen=True, eq=False)
class Cell:
    """Patches of one patient and label in one family of features: how many, their mean, their covariance."""

    patient: str
    label: int
    count: int
    mean: np.ndarray
    covariance: np.ndarray


class Cells:
    """All cells of standardised features (N, D), for labels (N,) of 0 and 1 and patients (N,) of str."""

    def __init__(self, x: np.ndarray, labels: np.ndarray, patients: np.ndarray) -> None:
        self.x = x
        self.cells = []
        for patient in np.unique(patients):
            for label in (0, 1):
                part = x[(patients == patient) & (labels == label)]
                if len(part):
                    self.cells.append(Cell(patient, label, len(part), part.mean(0), _covariance(part)))

    def fit(self, patients: Sequence[str], penalty: Penalty) -> tuple[np.ndarray, float]:
        """Weights (D,) and bias from the cells of some patients, among them at least one with both labels."""
        cells = [c for c in self.cells if c.patient in patients]
        share = np.sqrt(np.array([c.count for c in cells], np.float32))
        kind = np.array([c.label for c in cells])
        for label in (0, 1):
            share[kind == label] /= share[kind == label].sum()
        centre = [sum(s * c.mean for s, c in zip(share, cells, strict=True) if c.label == label) for label in (0, 1)]
        noise = sum(s / 2 * c.covariance for s, c in zip(share, cells, strict=True))
        apart = np.stack([np.sqrt(s / 2) * (c.mean - centre[c.label]) for s, c in zip(share, cells, strict=True)])
        scale = 1 / np.sqrt(np.diag(noise) + (apart**2).sum(0) + _FLOOR)
        noise = scale * (noise + penalty.between * (apart.T @ apart)) * scale[:, None]
        noise[np.diag_indices_from(noise)] += penalty.ridge
        benign, malignant = _paired(cells)
        w = scale * np.linalg.solve(noise, scale * (malignant - benign).mean(0))
        w /= np.sqrt(np.mean([w @ c.covariance @ w for c in cells]))
        return w, float(-(w @ (malignant + benign).mean(0)) / 2)


def _covariance(x: np.ndarray) -> np.ndarray:
    centred = x - x.mean(0)
    return centred.T @ centred / np.float32(len(x))


def _paired(cells: list[Cell]) -> tuple[np.ndarray, np.ndarray]:
    """Benign and malignant means (P, D) of the patients that have both."""
    means = {(c.patient, c.label): c.mean for c in cells}
    both = [patient for patient, label in means if label == 0 and (patient, 1) in means]
    if not both:
        raise ValueError("no patient has both labels")
    return np.stack([means[p, 0] for p in both]), np.stack([means[p, 1] for p in both])


class Contrast:
    """Families of features of the same patches, fitted together.

    Args:
        x: (N, D) float32, standardised.
        labels: (N,) of 0 and 1.
        patients: (N,) of str.
        families: slices of the D columns.
    """

    def __init__(self, x: np.ndarray, labels: np.ndarray, patients: np.ndarray, families: Sequence[slice]) -> None:
        self.labels, self.patients = labels, patients
        self.parts = [Cells(x[:, family], labels, patients) for family in families]
        self.names = np.unique(patients)

    def fit(self, patients: Sequence[str], penalty: Penalty) -> tuple[np.ndarray, float]:
        """Weights (D,) over all families, in order, and bias."""
        found = [part.fit(patients, penalty) for part in self.parts]
        return np.concatenate([w for w, _ in found]), sum(b for _, b in found)

    def score(self, weights: np.ndarray, bias: float, rows: np.ndarray) -> np.ndarray:
        """(len(rows),) scores; above 0 is malignant."""
        return np.hstack([part.x[rows] for part in self.parts]) @ weights + bias

    def left_out(self, patients: Sequence[str], penalty: Penalty) -> np.ndarray:
        """(N,) score of each patch of `patients` by a fit on the others of them; nan for any other patch."""
        scores = np.full(len(self.labels), np.nan)
        for patient in patients:
            rows = self.patients == patient
            scores[rows] = self.score(*self.fit([p for p in patients if p != patient], penalty), rows)
        return scores

    def choose(self, patients: Sequence[str]) -> tuple[Penalty, np.ndarray]:
        """The penalty with the best pooled area under the curve over patients left out in turn, and its scores."""
        rows = np.isin(self.patients, patients)
        tried = [(penalty, self.left_out(patients, penalty)) for penalty in PENALTIES]
        return max(tried, key=lambda pair: roc_auc_score(self.labels[rows], pair[1][rows]))
