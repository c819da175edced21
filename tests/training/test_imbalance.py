"""Ways of balancing, compared: the report by hand, and a tiny run from pictures to the released file."""

import json

import numpy as np
import pandas as pd
import pytest

from oncosecure import catalog
from oncosecure.evaluation import metrics
from oncosecure.training import imbalance
from oncosecure.uncertainty.temperature import softmax

LUNG = catalog.get("lung_ct")

TINY = """
import json, sys
from pathlib import Path
import cv2, numpy as np, pandas as pd, torch
from oncosecure import ScanError, catalog
from oncosecure.models import store
from oncosecure.training import imbalance, loop
torch.set_num_threads(2)
folder = Path(sys.argv[1])
catalog.WEIGHTS = folder / "weights"
lung, rng, rows = catalog.get("lung_ct"), np.random.default_rng(0), []
for i in range(45):
    label = lung.labels[0] if i % 9 == 0 else lung.labels[1 + i % 2]
    cv2.imwrite(str(folder / f"{i}.png"), rng.integers(0, 80, (64, 64, 3)).astype(np.uint8) + 80 * (i % 3 == 0))
    rows.append({"id": f"{i}.png", "label": label, "group": f"g{i}", "split": "train" if i < 32 else "val"})
rows.append({"id": "never_read.png", "label": "normal", "group": "g45", "split": "test"})
(folder / "never_read.png").write_bytes(b"not a picture")
lung.folder.mkdir(parents=True)
pd.DataFrame(rows).to_csv(lung.folder / "splits.csv", index=False)
store.register(lung, ["splits.csv"])
imbalance.METHODS = imbalance.METHODS[:1] + imbalance.METHODS[3:4]
found = imbalance.compare(lung, folder, folder / "runs", ((64, 1),))
loop.train = None  # what is done is not trained again
again = imbalance.compare(lung, folder, folder / "runs", ((64, 1),))
assert [row["figures"] for row in again["rows"]] == [row["figures"] for row in found["rows"]]
try:
    imbalance.compare(lung, folder, folder / "runs", ((64, 2),))
except ScanError as error:
    assert "another recipe" in str(error)
else:
    raise SystemExit("a run of another recipe was taken")
print(json.dumps(store.read_json(lung, "imbalance.json")))
"""


def test_report_by_hand():
    rng = np.random.default_rng(0)
    targets = np.arange(90) % 3
    frame = pd.DataFrame({"label": [LUNG.labels[t] for t in targets], "group": np.arange(90) // 2, "split": "val"})
    good, poor = (rng.normal(size=(90, 3)) + strength * np.eye(3)[targets] for strength in (3, 0.5))
    found = imbalance.report(LUNG, frame, {"weights": poor, "logits": good})
    assert [row["method"] for row in found["rows"]] == ["logits", "weights"]
    assert found["best"] == "logits" and found["groups"] == 45
    value = metrics.score(targets, softmax(poor), LUNG.labels, LUNG.target)["balanced_accuracy"]
    assert found["rows"][1]["figures"]["balanced_accuracy"]["value"] == pytest.approx(value)
    gap = found["rows"][1]["difference_to_best"]
    assert gap["low"] < gap["value"] < gap["high"] < 0
    assert found["rows"][0]["difference_to_best"] == {"value": 0, "low": 0, "high": 0}


@pytest.mark.parametrize("method", imbalance.METHODS, ids=lambda m: m.key)
def test_a_recipe_is_recognised_by_its_method(method):
    recipe = {"balance": method.balance, "balance_power": 0.5, "focal": method.focal}
    assert [m.key for m in imbalance.METHODS if m.is_of(recipe)] == [method.key]


def test_a_tiny_run_writes_and_keeps_its_result(torch_python, tmp_path):
    found = json.loads(torch_python(TINY, str(tmp_path)).splitlines()[-1])
    assert {row["method"] for row in found["rows"]} == {"none", "sampling"}
    assert found["pictures"] == 13 and found["released"] is None
    assert found["recipe"]["stages"] == [[64, 1]]
