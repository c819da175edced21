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


CUT = """
import numpy as np
from oncosecure.models import efficientnet_lite as ours
from oncosecure.training import imagenet
whole, cut = (ours.build(f"efficientnet_lite0{end}", 3, 64) for end in ("", "_s16"))
fresh = cut.get_layer("top_conv").get_weights()[0].copy()
imagenet.load(whole, "efficientnet_lite0")
imagenet.load(cut, "efficientnet_lite0_s16")
name = "block10_project_conv"
assert np.array_equal(whole.get_layer(name).get_weights()[0], cut.get_layer(name).get_weights()[0])
assert np.array_equal(cut.get_layer("top_conv").get_weights()[0], fresh)
print("equal")
"""


def test_a_network_that_was_cut_short_keeps_what_fits(torch_python):
    assert torch_python(CUT).strip().endswith("equal")
