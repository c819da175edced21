"""A released model measured anew, on few pictures: the files must be whole and agree; the figures mean little."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from oncosecure import analysis
from oncosecure.evaluation import calibrate, limits_text, robustness, strangers
from oncosecure.models import store
from oncosecure.uncertainty.neighbours import Index
from tests.conftest import ROOT


@pytest.fixture
def small(brain, data, monkeypatch, no_weights):
    """A weights folder with the brain model and a few pictures of each part of its split."""
    source, folder = ROOT / "weights" / brain.key, no_weights / brain.key
    folder.mkdir(parents=True)
    for name in ("efficientnet_lite0.tflite", "card.json", "embeddings.npz"):
        shutil.copy(source / name, folder / name)
    splits = pd.read_csv(source / "splits.csv")
    few = pd.concat([part.iloc[:: len(part) // 16][:16] for _, part in splits.groupby("split")])
    few.to_csv(folder / "splits.csv", index=False)
    predictions = pd.read_csv(source / "predictions.csv")
    predictions[predictions["id"].isin(few["id"])].assign(own=1).to_csv(folder / "predictions.csv", index=False)
    card = json.loads((folder / "card.json").read_text()) | {"notes": "of another command", "temperature": 3.0}
    store.write_json(brain, "card.json", card)
    store.register(brain, [path.name for path in folder.iterdir()])
    monkeypatch.setattr(strangers.files, "__defaults__", (2,))
    monkeypatch.setattr(strangers.noise, "__defaults__", (224, 4, 0))
    monkeypatch.setattr(robustness.sample, "__defaults__", (4, 0))
    return brain, data / "brain_mri"


def test_card_index_and_predictions_are_written_and_agree(small):
    entry, folder = small
    steps = []
    card = calibrate.calibrate(entry, folder, say=steps.append)
    assert set(store.read_json(entry, "card.json")) == set(card)
    assert card["notes"] == "of another command"
    assert card["temperature"] != 3.0
    assert {"natural", "chest_xray", "lung_ct", "noise"} <= set(card["strangers"])
    assert 1 <= card["robustness"]["pictures"] <= 4
    assert len(Index.loads(store.read(entry, "embeddings.npz")).ids) == 16
    assert sum(step.endswith(" s") for step in steps) == 4
    rows = pd.read_csv(entry.folder / "predictions.csv")
    assert (rows["own"] == 1).all()
    answer = analysis.analyze(folder / rows["id"][0], entry)
    assert list(answer.probabilities.values()) == pytest.approx(rows.filter(like="p_").iloc[0].tolist(), abs=1e-5)
    assert answer.distance_limit == pytest.approx(card["out_of_distribution"]["limit"], abs=1e-6)
    assert "keeps" in limits_text.summary(card)


def test_a_network_fitted_on_validation_is_judged_by_what_others_say(small):
    entry, folder = small
    card = store.read_json(entry, "card.json")
    card["recipe"] = {"fitted_on": ["train", "val"]}
    known = pd.read_csv(entry.folder / "splits.csv").query("split != 'test'")
    p = np.random.default_rng(0).dirichlet(np.ones(4), len(known)).round(6)
    lopo = known.assign(**{f"p_{label}": p[:, c] for c, label in enumerate(entry.labels)})
    lopo.to_csv(entry.folder / "predictions_lopo.csv", index=False)
    store.register(entry, ["predictions_lopo.csv"])
    network = calibrate.Network(entry, None)
    found = network.part(folder, "train", "val")
    part = calibrate._validation(network, folder, card, found)
    heat = card["temperature"]
    again = np.exp(part.logits / heat)
    assert again / again.sum(1, keepdims=True) == pytest.approx(p, abs=1e-4)
    index = Index.build(found[0]["id"], found[0]["label"], found[2])
    assert part.distances.mean() > index.distance(found[2]).mean()
