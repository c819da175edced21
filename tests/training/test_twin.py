"""The torch twin says and learns what the Keras model says."""

CODE = """
import numpy as np, torch
from oncosecure.models import efficientnet_lite
from oncosecure.training.twin import Twin
model = efficientnet_lite.build("efficientnet_lite0", 5, 96, drop_path=0.2)
rng = np.random.default_rng(0)
model.set_weights([w + rng.normal(0, 0.02, w.shape).astype("float32") for w in model.get_weights()])
for layer in model.layers:
    if layer.name.endswith("_bn"):
        gamma, beta, mean, variance = layer.get_weights()
        layer.set_weights([gamma, beta, mean, np.abs(variance) + 0.5])
x = rng.integers(0, 256, (2, 96, 96, 3)).astype("float32")

def keras_says(): return model(torch.from_numpy(x), training=False).detach().numpy()
def twin_says(twin):
    with torch.no_grad(): return twin.eval()(torch.from_numpy(x).permute(0, 3, 1, 2)).numpy()

twin = Twin(model)
assert np.abs(keras_says() - twin_says(twin)).max() < 1e-4

# After a step of training, the weights that go back make the two equal again, and have changed.
before = keras_says()
frozen = "block4_add"
twin.freeze_until(frozen)
optimizer = torch.optim.SGD([p for p in twin.parameters() if p.requires_grad], 0.05)
twin.train()
torch.nn.functional.cross_entropy(twin(torch.from_numpy(x).permute(0, 3, 1, 2)), torch.tensor([1, 3])).backward()
optimizer.step()
stem = model.get_layer("stem_conv").get_weights()[0].copy()
twin.write(model)
assert np.abs(keras_says() - twin_says(twin)).max() < 1e-4
assert np.abs(keras_says() - before).max() > 1e-3
assert np.array_equal(model.get_layer("stem_conv").get_weights()[0], stem)
print("equal")
"""


RESNET = """
import numpy as np, torch
from oncosecure.models import resnet
from oncosecure.training.twin import Twin
model = resnet.build(5, 65)
rng = np.random.default_rng(0)
for layer in model.layers:
    if layer.name.endswith("_bn"):
        layer.set_weights([rng.uniform(0.5, 1, w.shape).astype("float32") for w in layer.get_weights()])
x = rng.integers(0, 256, (2, 65, 65, 3)).astype("float32")
expected = model(torch.from_numpy(x), training=False).detach().numpy()
with torch.no_grad(): found = Twin(model).eval()(torch.from_numpy(x).permute(0, 3, 1, 2)).numpy()
assert np.abs(expected).max() > 0.01
assert np.abs(expected - found).max() < 1e-4 * np.abs(expected).max()
print("equal")
"""


def test_twin_of_a_residual_network_with_an_odd_side(torch_python):
    assert torch_python(RESNET).strip().endswith("equal")


def test_twin_equals_keras_before_and_after_training(torch_python):
    assert torch_python(CODE).strip().endswith("equal")
