"""The 30 features of the Wisconsin diagnostic table: ten measures of a cell nucleus, each told by three statistics."""

from __future__ import annotations

import re

#: Ten measures of a nucleus and what each is (W. N. Street et al., Nuclear feature extraction, SPIE 1905, 1993).
MEASURES: dict[str, str] = {
    "radius": "Mean distance from the nucleus' centre to its outline.",
    "texture": "Standard deviation of the grey values inside the nucleus.",
    "perimeter": "Length of the outline.",
    "area": "Area inside the outline.",
    "smoothness": "How much the radius varies from one point of the outline to the next; 0 is a smooth outline.",
    "compactness": "Perimeter squared over area, less 1; larger for an outline that is not round.",
    "concavity": "How deep the dents of the outline are; 0 is none.",
    "concave points": "How much of the outline is dented; 0 is none.",
    "symmetry": "How unlike the two halves of the nucleus are; 0 is alike.",
    "fractal dimension": "How rugged the outline is, as its fractal dimension less 1.",
}

#: Three statistics over the nuclei of one sample.
STATISTICS: dict[str, str] = {
    "mean": "Mean over all nuclei of the sample.",
    "error": "Standard error of that mean: how much the nuclei differ.",
    "worst": "Mean of the three largest values in the sample.",
}

_NAMES = {"mean": "mean {}", "error": "{} error", "worst": "worst {}"}
_UCI = {"mean": ("mean", "1"), "error": ("se", "2"), "worst": ("worst", "3")}

#: The groups, each with its ten features in the order of `MEASURES`.
GROUPS: dict[str, tuple[str, ...]] = {s: tuple(_NAMES[s].format(m) for m in MEASURES) for s in STATISTICS}
#: All 30 names, as and in the order that scikit-learn gives them.
FEATURES: tuple[str, ...] = tuple(name for names in GROUPS.values() for name in names)


def find(column: str) -> str | None:
    """The feature that a column's name means, or None.

    Knows scikit-learn's form ("mean radius", "radius error"), UCI's ("radius_mean", "radius_se") and
    ucimlrepo's ("radius1"), in any case, with spaces, dots, hyphens or underscores.
    """
    return _ALIASES.get(_plain(column))


def measure(feature: str) -> str:
    """The measure of a feature: "mean radius" -> "radius"."""
    return list(MEASURES)[FEATURES.index(feature) % len(MEASURES)]


def _plain(column: str) -> str:
    return re.sub(r"[\s._-]+", "_", column.strip().lower())


def _aliases() -> dict[str, str]:
    found = {_plain(name): name for name in FEATURES}
    for statistic, names in GROUPS.items():
        for name, part in zip(names, MEASURES, strict=True):
            word, number = _UCI[statistic]
            found |= {_plain(f"{part}_{word}"): name, _plain(f"{part}{number}"): name}
    return found


_ALIASES = _aliases()
