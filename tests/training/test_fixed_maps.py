"""Figures of patients left out in turn, and distances from other patients' patches."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch", reason="the libraries of requirements-train.txt are not installed")

from oncosecure import ScanError, catalog
from oncosecure.training import families, fixed_maps, recipes, run


@pytest.fixture
def entry():
    return catalog.get("breast_histology")


def test_the_report_has_pooled_figures_and_every_patient(entry, tmp_path):
    rng = np.random.default_rng(0)
    group = np.repeat(["a", "b", "c"], 40)
    malignant = np.r_[np.zeros(20), np.ones(20), np.zeros(40), np.ones(40)].astype(bool)
    p = np.clip(0.5 + 0.3 * (malignant - 0.5) + rng.normal(0, 0.15, 120), 0.01, 0.99)
    rows = pd.DataFrame({"id": range(120), "label": np.where(malignant, "malignant", "benign"), "group": group})
    rows = rows.assign(split="train", p_benign=1 - p, p_malignant=p)
    rows.to_csv(tmp_path / "lopo.csv", index=False)
    found = fixed_maps.report(entry, tmp_path / "lopo.csv")
    assert found["kind"] == "leave-one-patient-out"
    assert found["patients"] == 3
    assert found["pooled"]["pictures"] == 120
    assert found["by_patient"]["a"]["patches"] == {"benign": 20, "malignant": 20}
    assert 0.5 < found["by_patient"]["a"]["target_auc"] <= 1
    assert "sensitivity_malignant" not in found["by_patient"]["b"]
    assert np.isnan(found["by_patient"]["b"]["target_auc"])


def test_scores_become_logits_of_the_same_odds():
    logits = fixed_maps.logits(np.array([-2.0, 0.5]))
    np.testing.assert_allclose(logits[:, 1] - logits[:, 0], [-2.0, 0.5])


def test_another_split_is_refused(entry, tmp_path):
    plan = run.Plan(entry, tmp_path, tmp_path / "runs", "texture_lite0", "random", recipes.for_modality(entry.key))
    with pytest.raises(ScanError, match="grouped split"):
        families.train(plan, resume=True)
