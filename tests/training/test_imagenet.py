"""The converted ImageNet network equals the published one."""

import json

import pytest

CODE = """
import sys, json, numpy as np, torch
from efficientnet_lite_pytorch import EfficientNet
from oncosecure.models import efficientnet_lite as ours
from oncosecure.training import imagenet
variant = sys.argv[1]
size = ours.VARIANTS[variant].resolution
model = ours.build(variant, 1000, size)
imagenet.load(model, variant)
name = variant.replace("_", "-")
original = EfficientNet.from_pretrained(name, weights_path=str(imagenet.checkpoint_path(variant))).eval()
pixels = np.random.default_rng(0).integers(0, 256, (2, size, size, 3)).astype("float32")
with torch.no_grad():
    scaled = torch.from_numpy(((pixels / 255 - 0.498) / 0.502).astype("float32").transpose(0, 3, 1, 2))
    theirs = original(scaled).numpy()
    mine = model(torch.from_numpy(pixels), training=False).cpu().numpy()
print(json.dumps({"difference": float(abs(theirs - mine).max()), "spread": float(theirs.std())}))
"""


@pytest.mark.parametrize("variant", ["efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2"])
def test_equals_the_pytorch_original(torch_python, variant):
    pytest.importorskip("efficientnet_lite_pytorch", reason="the original network is not installed")
    found = json.loads(torch_python(CODE, variant).splitlines()[-1])
    assert found["difference"] < 1e-4 < found["spread"]
