"""What the compare page shows, as its address says it: a link reopens the same comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Address:
    """What an address asks for; what it leaves open, or asks for in vain, is None or empty.

    Attributes:
        modality: key.
        models: one or two keys.
        tab: key of a tab.
        threshold: on the probability of a finding, inside (0, 1).
        prevalence: of findings, inside (0, 1).
    """

    modality: str | None = None
    models: tuple[str, ...] = field(default=())
    tab: str | None = None
    threshold: float | None = None
    prevalence: float | None = None


def parse(query: Mapping[str, str], modalities: Sequence[str], tabs: Sequence[str]) -> Address:
    """The address of a query. Whatever is unknown there is ignored: a link may be old or mistyped."""
    return Address(
        _known(query.get("modality"), modalities),
        tuple(dict.fromkeys(model for model in query.get("models", "").split(",") if model))[:2],
        _known(query.get("tab"), tabs),
        _share(query.get("threshold")),
        _share(query.get("prevalence")),
    )


def query(address: Address) -> dict[str, str]:
    """The query of an address, such as {"modality": "brain_mri", "models": "a,b", "threshold": "0.1"}."""
    shares = {"threshold": address.threshold, "prevalence": address.prevalence}
    return {
        **({"modality": address.modality} if address.modality else {}),
        **({"models": ",".join(address.models)} if address.models else {}),
        **({"tab": address.tab} if address.tab else {}),
        **{name: f"{share:.4g}" for name, share in shares.items() if share is not None},
    }


def _known(value: str | None, values: Sequence[str]) -> str | None:
    return value if value in values else None


def _share(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value < 1 else None
