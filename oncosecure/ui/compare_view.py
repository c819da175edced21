"""What is compared: a modality and one or two of its models, picked on the page or by its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from oncosecure import catalog
from oncosecure.catalog import Modality
from oncosecure.evaluation import outcomes
from oncosecure.evaluation.outcomes import Outcomes
from oncosecure.models import store
from oncosecure.ui import compare_address
from oncosecure.ui.compare_address import Address
from oncosecure.ui.words import model_name

#: Slot of what widgets hold that do not stand on the open tab.
_HELD = "compare.held"


@dataclass(frozen=True, eq=False)
class Side:
    """One model of a comparison; `role` is how charts draw it. `card` is empty for models that were only compared."""

    key: str
    name: str
    role: str
    outcomes: Outcomes
    card: dict


@dataclass(frozen=True, eq=False)
class View:
    """A modality and one or two of its models, on the same test pictures.

    `left_out` is how many test pictures of either model the other was not tested on.
    """

    entry: Modality
    sides: tuple[Side, ...]
    left_out: int

    @property
    def first(self) -> Side:
        """The model that the other is compared with."""
        return self.sides[0]

    @property
    def second(self) -> Side | None:
        """The other model, if there is one."""
        return self.sides[1] if len(self.sides) > 1 else None

    @property
    def threshold(self) -> float:
        """The threshold that is explored; at first that below which the first model calls a picture low risk."""
        return held("threshold") or released_threshold(self.first)

    @property
    def prevalence(self) -> float:
        """The prevalence that is assumed; at first that of the test pictures."""
        return held("prevalence") or round(min(max(float(self.first.outcomes.is_finding.mean()), 0.001), 0.999), 3)


def released_threshold(side: Side) -> float:
    """The limit of low risk of a model's card, downwards to three digits; 0.5 where it has none."""
    low = side.card.get("risk", {}).get("low", 0.5)
    return max(int(low * 1000) / 1000, 0.001)


def held(name: str) -> float | None:
    """A number that the person has set, if any."""
    return st.session_state.get(_HELD, {}).get(name)


def hold(name: str, value: float | None) -> None:
    """Keep such a number while its widget is out of sight."""
    st.session_state.setdefault(_HELD, {})[name] = value


def start(entries: Sequence[Modality], tabs: Sequence[str]) -> Address:
    """What the page's address asks for when it is opened; empty on every later run."""
    if "compare.modality" in st.session_state:
        return Address()
    address = compare_address.parse(st.query_params, [entry.key for entry in entries], tabs)
    st.session_state[_HELD] = {"threshold": address.threshold, "prevalence": address.prevalence}
    return address


def pick(entries: Sequence[Modality], address: Address) -> View:
    """Render the pickers and return what is picked.

    Raises:
        WeightsError: if a file was changed.
    """
    columns = st.columns(3)
    with columns[0]:
        key = _select("Modality", "compare.modality", [e.key for e in entries], address.modality, _modality, _forget)
    entry = catalog.get(key)
    names = outcomes.models(entry)
    say = partial(title, entry)
    asked = (*address.models, None, None)
    with columns[1]:
        first = _select("Model", f"compare.first.{key}", names, asked[0], say, _forget)
    others = [name for name in names if name != first]
    if not others:
        return _view(entry, first)
    with columns[2]:
        second = _select("Compared with", f"compare.second.{key}", others, asked[1], say)
    return _view(entry, first, second)


def remember(view: View, tab: str | None) -> None:
    """Write what is shown into the page's address."""
    models = tuple(side.key for side in view.sides)
    address = Address(view.entry.key, models, tab, held("threshold"), held("prevalence"))
    found = compare_address.query(address)
    if found != dict(st.query_params):
        st.query_params.from_dict(found)


def _select(label: str, key: str, options: Sequence[str], asked: str | None, say, on_change=None) -> str:
    if st.session_state.get(key) not in options:
        st.session_state[key] = asked if asked in options else options[0]
    return st.selectbox(label, options, format_func=say, key=key, on_change=on_change)


def _modality(key: str) -> str:
    return catalog.get(key).title


def title(entry: Modality, model: str) -> str:
    """What a model is called; models that were only compared have their title in the card."""
    compared = _card(entry, entry.models[0]).get("comparison", {})
    return compared.get(model, {}).get("title") or model_name(model)


def _forget() -> None:
    """Numbers that were set for one model are not those of another."""
    st.session_state[_HELD] = {}


def _view(entry: Modality, *models: str) -> View:
    found = [outcomes.of_model(entry, model) for model in models]
    most = max(len(o) for o in found)
    if len(found) > 1:
        found = outcomes.aligned(*found)
    sides = zip(models, ("first", "second"), found, strict=False)
    return View(
        entry,
        tuple(Side(model, title(entry, model), role, o, _card(entry, model)) for model, role, o in sides),
        most - len(found[0]),
    )


def _card(entry: Modality, model: str) -> dict:
    name = entry.file("card.json", model)
    return store.read_json(entry, name) if (entry.folder / name).is_file() else {}
