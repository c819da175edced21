"""The loop learns, stops, resumes where it was cut off, and is seeded."""

LEARNS = """
import sys, json, numpy as np, pandas as pd
from pathlib import Path
from oncosecure.models import efficientnet_lite
from oncosecure.training import data, loop
from oncosecure.training.recipes import Recipe
from oncosecure.training.twin import Twin
import keras, torch
torch.set_num_threads(2)

rng = np.random.default_rng(0)
targets = np.arange(48) % 2
pixels = rng.integers(0, 60, (48, 64, 64, 3)).astype(np.uint8)
pixels[targets == 1, 16:48, 16:48] += 150          # a bright square is the class
table = data.Table(pd.DataFrame({"file": range(48)}), pixels, targets.astype(np.int64))
train, val = np.arange(36), np.arange(36, 48)

def network():
    keras.utils.set_random_seed(0)
    return Twin(efficientnet_lite.build("efficientnet_lite0", 2, 64, drop_path=0.0))

def recipe(epochs, **more):
    base = dict(stages=((64, epochs),), batch=12, lr_body=2e-3, lr_head=5e-3, ema=0.5, dropout=0.0, warmup=0.0)
    return Recipe(**{**base, **more})
"""


def test_learns_an_easy_task(torch_python, tmp_path):
    code = (
        LEARNS
        + """
state = loop.train(network(), table, train, val, recipe(6), Path(sys.argv[1]))
print(json.dumps([h["train_loss"] for h in state.history]))
"""
    )
    import json

    losses = json.loads(torch_python(code, str(tmp_path)).splitlines()[-1])
    assert losses[-1] < 0.75 * losses[0]


def test_learns_from_batches_made_on_the_device(torch_python, tmp_path):
    code = (
        LEARNS
        + """
loop.on_device.pays = lambda device: True
loop.loader = None                                # what a processor would use
state = loop.train(network(), table, train, val, recipe(6, augment="ultrasound"), Path(sys.argv[1]))
print(json.dumps([h["train_loss"] for h in state.history]))
"""
    )
    import json

    losses = json.loads(torch_python(code, str(tmp_path)).splitlines()[-1])
    assert losses[-1] < 0.75 * losses[0]


def test_resumes_where_it_was_cut_off(torch_python, tmp_path):
    code = (
        LEARNS
        + """
class Cut(Exception): pass
run = Path(sys.argv[1])
original = loop._Session.run_epoch
def until_two(self):
    if self.state.epoch == 2: raise Cut
    original(self)
loop._Session.run_epoch = until_two
try:
    loop.train(network(), table, train, val, recipe(3), run)
    raise SystemExit("was not cut off")
except Cut:
    pass
loop._Session.run_epoch = original
state = loop.train(network(), table, train, val, recipe(3), run)
assert [h["epoch"] for h in state.history] == [1, 2, 3]
whole = Path(sys.argv[2])
again = loop.train(network(), table, train, val, recipe(3), whole)
print(json.dumps([state.history[-1]["train_loss"], again.history[-1]["train_loss"]]))
"""
    )
    import json

    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir(), second.mkdir()
    resumed, whole = json.loads(torch_python(code, str(first), str(second)).splitlines()[-1])
    assert abs(resumed - whole) < 0.02 * whole


def test_stops_early_and_keeps_the_best(torch_python, tmp_path):
    code = (
        LEARNS
        + """
scores = iter([0.5, 0.3, 0.9, 0.9, 0.9, 0.9])
real = loop.validation
loop.validation = lambda *a: {**real(*a), "val_loss": next(scores)}
state = loop.train(network(), table, train, val, recipe(6, patience=2), Path(sys.argv[1]))
print(len(state.history), state.best_epoch)
"""
    )
    assert torch_python(code, str(tmp_path)).split()[-2:] == ["4", "1"]


def test_losses_and_rate(torch_python):
    code = """
import numpy as np, torch
from oncosecure.training.loop import Loss, rate
from oncosecure.training.recipes import Recipe
from oncosecure.training.data import class_weights
targets = np.array([0] * 90 + [1] * 10)
logits, right = torch.zeros(100, 2), torch.from_numpy(targets)
plain = Loss(targets, 2, Recipe(balance="none", smoothing=0))(logits, right).item()
assert abs(plain - np.log(2)) < 1e-6
shifted = Loss(targets, 2, Recipe(balance="logits", balance_power=1, smoothing=0))(logits, right).item()
assert abs(shifted - -(0.9 * np.log(0.9) + 0.1 * np.log(0.1))) < 1e-6
focal = Loss(targets, 2, Recipe(balance="none", smoothing=0, focal=2))(logits, right).item()
assert abs(focal - 0.25 * np.log(2)) < 1e-6
w = class_weights(targets, 2, 1.0)
assert abs(w[1] / w[0] - 9) < 1e-4 and abs(w[targets].mean() - 1) < 1e-5
assert rate(0, 100, 0.1) == 0.1 and abs(rate(9, 100, 0.1) - 1) < 1e-9
assert rate(99, 100, 0.1) < 0.01 < rate(55, 100, 0.1) < 1
print("ok")
"""
    assert torch_python(code).strip().endswith("ok")
