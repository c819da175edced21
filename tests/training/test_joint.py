"""Networks trained apart and released as one: it says the mean of what they say."""

from tests.training.test_run import _draw

NETWORK = """
import numpy as np, torch
from oncosecure.models import efficientnet_lite, joint
from oncosecure.training.twin import Twin
names = ("efficientnet_lite0", "efficientnet_lite2")
rng, parts = np.random.default_rng(0), []
for name in names:
    parts.append(efficientnet_lite.build(name, 3, 96))
    kernel, bias = parts[-1].get_layer("logits").get_weights()
    parts[-1].get_layer("logits").set_weights([rng.normal(size=kernel.shape), rng.normal(size=bias.shape)])
whole = joint.build(names, 3, 96)
joint.compose(whole, parts)
x = torch.from_numpy(rng.integers(0, 256, (2, 96, 96, 3)).astype("float32"))
says = lambda model: model(x, training=False).detach().numpy()
mean = (says(parts[0]) + says(parts[1])) / 2
assert np.abs(says(parts[0]) - says(parts[1])).max() > 0.1
assert np.abs(says(whole) - mean).max() < 1e-4
with torch.no_grad():
    assert np.abs(Twin(whole).eval()(x.permute(0, 3, 1, 2)).numpy() - mean).max() < 1e-4
print("equal")
"""

COMMAND = """
import json, os, sys
os.environ["ONCOSECURE_WEIGHTS"] = sys.argv[1] + "/weights"
from dataclasses import asdict, replace
from pathlib import Path
import numpy as np, pandas as pd, torch
from oncosecure import catalog
from oncosecure.errors import ScanError
from oncosecure.training import families, loop, recipes, run
from oncosecure.training.twin import Twin
folder = Path(sys.argv[1])
recipe = recipes.for_modality("lung_ct", stages=((64, 1),), mirrored=True)
plan = run.Plan(catalog.get("lung_ct"), folder / "data", folder / "runs", "efficientnet_lite0_lite2", "random", recipe)
table, _ = run.prepare(plan, 64)
logits = []
for name in ("efficientnet_lite0", "efficientnet_lite2"):
    its = replace(plan, model=name)
    its.run.mkdir(parents=True)
    twin = Twin(run.network(its))
    torch.save(twin.state_dict(), its.run / "best.pt")
    log = {"model": name, "recipe": asdict(recipe), "history": [{"epoch": 1}], "best_epoch": len(logits) + 1}
    (its.run / "log.json").write_text(json.dumps(log))
    test = np.flatnonzero(table.frame["split"] == "test")
    logits.append(loop.predict(twin, table, test, 64, mirrored=True))
families.train(plan, True)
kept = json.loads((plan.run / "log.json").read_text())
assert kept["best_epoch"] == 2 and kept["split"] == "random"
assert kept["recipe"]["mirrored"] and [part["model"] for part in kept["recipe"]["parts"]] == [
    "efficientnet_lite0", "efficientnet_lite2"]
found = pd.read_csv(plan.modality.folder / plan.modality.file("predictions_random.csv", plan.model)).set_index("id")
p = np.log(found.loc[table.frame["file"].iloc[test]].filter(like="p_").to_numpy())
mean = np.mean(logits, axis=0)
both = np.column_stack([(p - p.mean(1, keepdims=True)).ravel(), (mean - mean.mean(1, keepdims=True)).ravel()])
assert np.corrcoef(both.T)[0, 1] > 0.999  # the same but for the temperature
(its.run / "log.json").write_text(json.dumps(log | {"recipe": log["recipe"] | {"mirrored": False}}))
try:
    families.train(plan, True)
except ScanError as error:
    print(error)
"""


def test_the_joint_network_says_the_mean_of_its_parts(torch_python):
    assert torch_python(NETWORK).strip().endswith("equal")


def test_finished_runs_are_joined_as_they_are_and_must_fit_together(torch_python, tmp_path):
    _draw(tmp_path / "data")
    said = torch_python(COMMAND, str(tmp_path))
    assert "efficientnet_lite2 has another way" in said
