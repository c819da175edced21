"""External validation: both readings by hand, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from oncosecure import ScanError, catalog
from oncosecure.evaluation import external, outcomes, released
from oncosecure.models import store

SKIN = catalog.get("skin_lesion")


@pytest.fixture
def answers() -> outcomes.Outcomes:
    """Made-up answers to 60 nevi and 20 melanomas; some probability goes to labels that do not occur."""
    rng = np.random.default_rng(0)
    labels = np.array(["nv"] * 60 + ["mel"] * 20)
    logits = rng.normal(size=(80, 7))
    logits[:60, SKIN.labels.index("nv")] += 2.5
    logits[60:, SKIN.labels.index("mel")] += 1.5
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    frame = pd.DataFrame(p, columns=[f"p_{label}" for label in SKIN.labels])
    names = [f"{i}.jpg" for i in range(80)]
    return outcomes.of(frame.assign(id=names, group=names, label=labels), SKIN)


def test_both_readings_by_hand(answers):
    found = external.report(SKIN, answers, {"low": 0.1, "high": 0.9})
    p, melanoma = answers.probabilities, answers.is_finding
    mel, nv = (p[:, SKIN.labels.index(label)] for label in ("mel", "nv"))
    assert found["by_label"] == {"mel": 20, "nv": 60}
    assert found["pairwise"]["finding"] == ["mel"]
    assert found["pairwise"]["auc"]["value"] == pytest.approx(roc_auc_score(melanoma, mel / (mel + nv)))
    even = found["pairwise"]["at"][0]
    assert even["sensitivity"]["value"] == pytest.approx((mel >= nv)[melanoma].mean())
    assert even["specificity"]["value"] == pytest.approx((mel < nv)[~melanoma].mean())
    malignant = p[:, [SKIN.labels.index(label) for label in SKIN.target]].sum(1)
    assert found["target"]["auc"]["value"] == pytest.approx(roc_auc_score(melanoma, malignant))
    assert [row["threshold"] for row in found["target"]["at"]] == [0.1, 0.5, 0.9]
    assert found["target"]["at"][0]["sensitivity"]["value"] == pytest.approx((malignant >= 0.1)[melanoma].mean())
    assert found["accuracy"]["value"] == pytest.approx(answers.right.mean())
    assert sum(found["first_choices"]["nv"].values()) == 60


def test_every_figure_has_an_interval_around_it(answers):
    found = external.report(SKIN, answers, {"low": 0.1, "high": 0.9})
    rows = [row for part in ("pairwise", "target") for row in found[part]["at"]]
    figures = [found["accuracy"], *(row[name] for row in rows for name in ("sensitivity", "specificity"))]
    assert all(0 <= f["low"] <= f["value"] <= f["high"] <= 1 for f in figures)


@pytest.fixture
def pictures(brain, data, tmp_path, monkeypatch):
    """Six brain slices under names that the model does not know, and a copy of the weights that may change."""
    import shutil

    folder = tmp_path / "weights" / "brain_mri"
    folder.mkdir(parents=True)
    for name in ("card.json", "splits.csv", "embeddings.npz", "efficientnet_lite0.tflite"):
        shutil.copy(brain.folder / name, folder)
    test = released.split(brain).query("split == 'test'").groupby("label").head(2)
    monkeypatch.setattr(catalog, "WEIGHTS", tmp_path / "weights")
    store.register_all()
    test["file"] = [f"other_{i}.jpg" for i in range(len(test))]
    for id, file in zip(test["id"], test["file"], strict=True):
        (tmp_path / file).symlink_to(data / "brain_mri" / id)
    test[["file", "label"]].to_csv(tmp_path / "manifest.csv", index=False)
    return tmp_path


def test_answers_and_figures_are_kept_beside_the_card(brain, pictures):
    before = store.read_json(brain, "card.json")
    found = external.measure(brain, pictures, "Elsewhere")
    card = store.read_json(brain, "card.json")
    assert card.pop("external")["by_label"] == found["by_label"] == dict.fromkeys(sorted(brain.labels), 2)
    assert card == before
    kept = outcomes.read(brain, "predictions_elsewhere.csv")
    assert len(kept) == 8 and np.allclose(kept.probabilities.sum(1), 1, atol=1e-5)


def test_the_model_s_own_pictures_are_refused(brain, pictures):
    own = released.split(brain)["id"].iloc[0]
    (pictures / "manifest.csv").write_text(f"file,label\n{own},glioma\nother_0.jpg,no_tumor\n")
    with pytest.raises(ScanError, match="own data"):
        external.measure(brain, pictures, "Elsewhere")


def test_one_side_alone_is_refused(brain, pictures):
    (pictures / "manifest.csv").write_text("file,label\nother_0.jpg,glioma\n")
    with pytest.raises(ScanError, match="without one"):
        external.measure(brain, pictures, "Elsewhere")


def test_released_figures_are_those_of_the_released_answers():
    found = [m for m in catalog.images() if m.has_weights() and "external" in store.read_json(m, "card.json")]
    if not found:
        pytest.skip("no released model was measured on an external set yet")
    for entry in found:
        card = store.read_json(entry, "card.json")
        said, again = (
            card["external"],
            external.report(entry, outcomes.read(entry, card["external"]["file"]), card["risk"]),
        )
        assert said["by_label"] == again["by_label"]
        for part in ("pairwise", "target"):
            assert said[part]["auc"]["value"] == pytest.approx(again[part]["auc"]["value"], abs=1e-5)
            for row, other in zip(said[part]["at"], again[part]["at"], strict=True):
                assert row["sensitivity"]["value"] == pytest.approx(other["sensitivity"]["value"], abs=1e-5)
                assert row["specificity"]["value"] == pytest.approx(other["specificity"]["value"], abs=1e-5)
