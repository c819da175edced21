"""What is changed on an accelerator is what `augment` says, a picture at a time; here it runs on the processor."""

CHANGES = """
import sys, numpy as np, torch, cv2
from dataclasses import replace
from oncosecure.training import augment, on_device
from oncosecure.training.augment import Changes
torch.set_num_threads(1)

rng = np.random.default_rng(0)
coarse = rng.integers(0, 256, (6, 8, 8, 3)).astype(np.uint8)
pictures = np.stack([cv2.resize(c, (64, 64), interpolation=cv2.INTER_CUBIC) for c in coarse])
batch = torch.from_numpy(pictures).permute(0, 3, 1, 2).float()
still = Changes(rotate=0, shear=0, scale=0, shift=0, brightness=0, contrast=0, degraded=0)

def seeded(seed=0):
    return torch.Generator().manual_seed(seed)

def away(a, b):
    return (a - b).abs().amax((1, 2, 3))

def draw():
    return on_device._Draw(len(batch), batch.device, seeded())
"""


def test_every_pipeline_keeps_shape_and_range_and_its_seed(torch_python):
    torch_python(
        CHANGES
        + """
for changes in augment.PIPELINES.values():
    torch.manual_seed(0); first = on_device.change(batch, changes, seeded(1))
    torch.manual_seed(0); again = on_device.change(batch, changes, seeded(1))
    torch.manual_seed(0); other = on_device.change(batch, changes, seeded(2))
    assert first.shape == batch.shape and first.dtype == torch.float32
    assert first.min() >= 0 and first.max() <= 255
    assert torch.equal(first, again) and not torch.equal(first, other)
    odd = on_device.change(batch[..., :61, :61], changes, seeded(1))
    assert odd.shape == (6, 3, 61, 61) and odd.isfinite().all()
    same = on_device.change(batch[:1].expand(6, -1, -1, -1), changes, seeded(3))
    assert (away(same[1:], same[:1]) > 5).all()          # every picture is changed by itself
"""
    )


def test_only_views_where_nothing_else_may_change(torch_python):
    torch_python(
        CHANGES
        + """
def views(picture):
    turned = [torch.rot90(picture, k, (1, 2)) for k in range(4)]
    return [*turned, *(view.flip(2) for view in turned)]

seen = set()
for seed in range(30):
    changed = on_device.change(batch, replace(still, any_orientation=True), seeded(seed))
    for picture, original in zip(changed, batch):
        errors = [(picture - view).abs().max().item() for view in views(original)]
        assert min(errors) < 0.1, min(errors)
        seen.add(int(np.argmin(errors)))
assert seen == set(range(8))

for seed in range(10):
    for picture, original in zip(on_device.change(batch, still, seeded(seed)), batch):
        assert min((picture - view).abs().max().item() for view in (original, original.flip(2))) < 0.1
"""
    )


def test_moves_as_far_as_said(torch_python):
    torch_python(
        CHANGES
        + """
dot = torch.zeros(64, 3, 64, 64); dot[:, :, 31:33, 31:33] = 255
place = torch.arange(64.0) - 31.5
def centre(pictures):
    mass = pictures[:, 0] / pictures[:, 0].sum((1, 2), keepdim=True)
    return torch.stack([(mass.sum(1) * place).sum(1), (mass.sum(2) * place).sum(1)], 1).abs()
moved = centre(on_device.change(dot, replace(still, shift=0.1), seeded()))
assert 5 < moved.max() <= 6.6, moved.max()                # a tenth of 64 pixels
off = torch.zeros(200, 3, 64, 64); off[:, :, 31:33, 51:53] = 255
turned = on_device.change(off, replace(still, rotate=30), seeded())[:, 0]
height = (turned / turned.sum((1, 2), keepdim=True)).sum(2) @ place
assert 8.5 < height.abs().max() <= 10.1, height.abs().max()   # 20 pixels times the sine of 30 degrees
"""
    )


def test_light_and_colours(torch_python):
    torch_python(
        CHANGES
        + """
grey = torch.full((400, 3, 8, 8), 100.0)
lit = on_device.change(grey, replace(still, brightness=0.2), seeded())
assert 45 < (lit - grey).abs().max() <= 51.01 and 0.2 < (away(lit, grey) == 0).float().mean() < 0.4
hued = on_device.change(grey, replace(still, hue=10, saturation=50), seeded())
assert away(hued, grey).max() < 0.01                      # grey has no hue and nothing to saturate
red = grey.clone(); red[:, 1:] = 60
hued = on_device.change(red, replace(still, hue=10), seeded())
luma = torch.tensor(on_device._LUMA)
assert away(hued, red).max() > 3 and (hued.mean((1, 2, 3)) - red.mean((1, 2, 3))).abs().max() < 0.01
stretched = on_device.change(red, replace(still, hue=1e-6, saturation=50), seeded())
change = torch.einsum("c,bchw->bhw", luma, stretched - red)
assert away(stretched, red).max() > 5 and change.abs().max() < 0.01
"""
    )


def test_loses_quality_as_opencv_does(torch_python):
    torch_python(
        CHANGES
        + """
augment.BLUR = (1.2, 1.2)
blurred = on_device._blurred(batch, draw()).permute(0, 2, 3, 1).numpy()
theirs = np.stack([cv2.GaussianBlur(p.astype(np.float32), (7, 7), 1.2) for p in pictures])
assert np.abs(blurred - theirs).max() < 0.05

worse = {}
for quality in (30, 90):
    augment.QUALITY = (quality, quality)
    ours = (on_device._compressed(batch, draw()) - batch).abs().mean().item()
    files = [cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, quality])[1] for p in pictures]
    theirs = np.abs(np.stack([cv2.imdecode(f, 1) for f in files]).astype(float) - pictures).mean()
    assert 0.3 < ours / theirs < 3, (quality, ours, theirs)
    worse[quality] = ours
assert worse[30] > 2 * worse[90]

augment.NOISE = (0.05, 0.05)
noise = on_device._noisy(batch, draw()) - batch
assert abs(noise.std().item() - 0.05 * 255) < 0.3 and abs(noise.mean().item()) < 0.2

white = torch.full((200, 3, 64, 64), 255.0)
holed = on_device.change(white, replace(still, holes=0.5), seeded())
share = (holed[:, 0] == 0).float().mean((1, 2))
assert 0.35 < (share > 0).float().mean() < 0.65 and 0.005 < share[share > 0].min() and share.max() <= 3 * 0.22**2
"""
    )


def test_batches_follow_the_order_and_drop_the_rest(torch_python):
    torch_python(
        CHANGES
        + """
from oncosecure.training import data
from oncosecure.training.recipes import Recipe
import pandas as pd
targets = np.array([0] * 90 + [1] * 10)
table = data.Table(pd.DataFrame({"file": range(100)}), np.zeros((100, 8, 8, 3), np.uint8), targets)
train = np.arange(20, 100)
plain = data.order(table, train, Recipe(balance="none"), 0)
assert sorted(plain.tolist()) == train.tolist() and plain.tolist() != train.tolist()
assert torch.equal(plain, data.order(table, train, Recipe(balance="none"), 0))
assert not torch.equal(plain, data.order(table, train, Recipe(balance="none"), 1))
sampled = np.concatenate([data.order(table, train, Recipe(balance="sampling", balance_power=1.0), e) for e in range(9)])
assert set(sampled) <= set(train) and 0.4 < targets[sampled].mean() < 0.6

pixels = on_device.upload(pictures, 32, batch.device)
assert pixels.shape == (6, 32, 32, 3) and pixels.dtype == torch.uint8
rows = torch.tensor([5, 0, 3, 2, 1])
batches = on_device.Batches(pixels, torch.arange(6), rows, 2, still, 0)
given = list(batches)
assert len(batches) == len(given) == 2 and [t.tolist() for _, t in given] == [[5, 0], [3, 2]]
assert given[0][0].shape == (2, 3, 32, 32)
"""
    )
