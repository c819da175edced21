"""Batches made on an accelerator: the pictures lie in its memory and are changed there, a batch at a time.

A GPU trains faster than a few cores can augment. The changes are those of `augment`, with the same ranges; compression
is JPEG's quantisation of the cosine transform without its subsampling of colour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from oncosecure.models.preprocess import fit
from oncosecure.training import augment
from oncosecure.training.augment import Changes

#: Weights of red, green and blue in a pixel's lightness (ITU-R BT.601).
_LUMA = (0.299, 0.587, 0.114)
_BLOCK, _KERNEL = 8, 7


def pays(device: torch.device) -> bool:
    """Whether batches should be made on the device that trains; a processor does better picture by picture."""
    return device.type != "cpu"


class Batches:
    """Augmented batches of one epoch.

    Args:
        pixels: (N, S, S, 3) uint8 on the device.
        targets: (N,) int64 on the device.
        order: rows in the order in which they are shown; an unfinished last batch is dropped.
        batch: pictures a batch.
        changes: what may be changed.
        seed: of the changes.
    """

    def __init__(
        self, pixels: torch.Tensor, targets: torch.Tensor, order: torch.Tensor, batch: int, changes: Changes, seed: int
    ) -> None:
        self.pixels, self.targets, self.batch, self.changes = pixels, targets, batch, changes
        self.order = order.to(pixels.device)
        self.generator = torch.Generator(pixels.device).manual_seed(seed)

    def __len__(self) -> int:
        return len(self.order) // self.batch

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        for i in range(len(self)):
            rows = self.order[i * self.batch : (i + 1) * self.batch]
            pixels = self.pixels[rows].permute(0, 3, 1, 2).float()
            yield change(pixels, self.changes, self.generator), self.targets[rows]


def upload(pixels: np.ndarray, size: int, device: torch.device) -> torch.Tensor:
    """Every picture at `size` pixels a side, (N, size, size, 3) uint8 on the device."""
    return torch.from_numpy(np.stack([fit(picture, size) for picture in pixels])).to(device)


@torch.no_grad()
def change(pixels: torch.Tensor, changes: Changes, generator: torch.Generator) -> torch.Tensor:
    """Change every picture of a batch by itself.

    Args:
        pixels: (B, 3, S, S) float32 in [0, 255].
        changes: what may be changed.
        generator: on the pictures' device.

    Returns:
        (B, 3, S, S) float32 in [0, 255].
    """
    draw = _Draw(len(pixels), pixels.device, generator)
    pixels = _moved(pixels, changes, draw)
    pixels = _lit(pixels, changes, draw)
    pixels = _degraded(pixels, changes, draw)
    return _with_holes(pixels, changes, draw) if changes.holes else pixels


class _Draw:
    """Random numbers, one a picture."""

    def __init__(self, n: int, device: torch.device, generator: torch.Generator) -> None:
        self.n, self.device, self.generator = n, device, generator

    def between(self, low: float, high: float, *shape: int) -> torch.Tensor:
        """(B, *shape) numbers, uniform from low to high."""
        return low + (high - low) * torch.rand(self.n, *shape, device=self.device, generator=self.generator)

    def around(self, zero: float, most: float, p: float) -> torch.Tensor:
        """(B,) numbers up to `most` away from `zero`; with probability 1 - p just `zero`."""
        return torch.where(self.happens(p), self.between(zero - most, zero + most), zero)

    def happens(self, p: float) -> torch.Tensor:
        """(B,) of bool, true with probability p."""
        return self.between(0, 1) < p


def _moved(pixels: torch.Tensor, changes: Changes, draw: _Draw) -> torch.Tensor:
    """Turned, mirrored, scaled, sheared and shifted, in one interpolation."""
    moves = draw.happens(augment.P_AFFINE)
    angle = draw.between(-changes.rotate, changes.rotate) * moves * math.pi / 180
    shear = draw.between(-changes.shear, changes.shear, 2) * moves[:, None] * math.pi / 180
    scale = 1 + draw.between(-changes.scale, changes.scale, 2) * moves[:, None]
    cos, sin, one = angle.cos(), angle.sin(), torch.ones_like(angle)
    turn = torch.stack([cos, -sin, sin, cos], 1).view(-1, 2, 2)
    slant = torch.stack([one, shear[:, 0].tan(), shear[:, 1].tan(), one], 1).view(-1, 2, 2)
    matrix = turn @ slant @ torch.diag_embed(1 / scale) @ _orientation(changes, draw)
    # Coordinates run from -1 to 1, so a shift by a share of the side is twice that.
    shift = 2 * draw.between(-changes.shift, changes.shift, 2) * moves[:, None]
    grid = F.affine_grid(torch.cat([matrix, shift[:, :, None]], 2), list(pixels.shape), align_corners=True)
    border = "reflection" if changes.reflects else "zeros"
    return F.grid_sample(pixels, grid, "bilinear", border, align_corners=True)


def _orientation(changes: Changes, draw: _Draw) -> torch.Tensor:
    """(B, 2, 2) mirrors, and where any orientation goes, quarter turns: each a matrix of 0, 1 and -1."""
    mirror = torch.where(draw.happens(0.5), -1.0, 1.0)
    matrix = torch.diag_embed(torch.stack([mirror, torch.ones_like(mirror)], 1))
    if not changes.any_orientation:
        return matrix
    quarters = draw.between(0, 4).floor() * (math.pi / 2)
    cos, sin = quarters.cos().round(), quarters.sin().round()
    return torch.stack([cos, -sin, sin, cos], 1).view(-1, 2, 2) @ matrix


def _lit(pixels: torch.Tensor, changes: Changes, draw: _Draw) -> torch.Tensor:
    """Other brightness, contrast, gamma and colours."""
    lights = draw.happens(augment.P_LIGHT)
    contrast = 1 + draw.between(-changes.contrast, changes.contrast) * lights
    offset = 255 * draw.between(-changes.brightness, changes.brightness) * lights
    pixels = (pixels * _each(contrast) + _each(offset)).clamp(0, 255)
    if changes.gamma:
        low, high = (exponent / 100 for exponent in changes.gamma)
        gamma = torch.where(draw.happens(augment.P_GAMMA), draw.between(low, high), 1.0)
        pixels = 255 * (pixels / 255) ** _each(gamma)
    if changes.hue:
        matrix, offset = _colours(changes, draw)
        mixed = torch.einsum("bij,bjhw->bihw", matrix, pixels)
        pixels = (mixed + _each(offset)).clamp(0, 255)
    return pixels


def _colours(changes: Changes, draw: _Draw) -> tuple[torch.Tensor, torch.Tensor]:
    """(B, 3, 3) matrix that turns hues about the grey axis and stretches saturation, and (B,) what is added."""
    # OpenCV counts hues in steps of two degrees.
    angle = draw.around(0.0, 2 * changes.hue, augment.P_COLOUR) * math.pi / 180
    stretch = draw.around(1.0, changes.saturation / 255 * 2, augment.P_COLOUR)
    luma = torch.tensor(_LUMA, device=draw.device).expand(3, 3)
    # Rodrigues' rotation about (1, 1, 1) / sqrt(3).
    third = torch.full((3, 3), 1 / 3, device=draw.device)
    cross = torch.tensor([[0.0, -1, 1], [1, 0, -1], [-1, 1, 0]], device=draw.device) / math.sqrt(3)
    one = torch.eye(3, device=draw.device)
    cos, sin = angle.cos()[:, None, None], angle.sin()[:, None, None]
    turn = cos * one + sin * cross + (1 - cos) * third
    saturate = luma + stretch[:, None, None] * (one - luma)
    return saturate @ turn, draw.around(0.0, changes.value, augment.P_COLOUR)


def _degraded(pixels: torch.Tensor, changes: Changes, draw: _Draw) -> torch.Tensor:
    """Every picture as it is, or blurred, noisy, compressed, or of lower resolution."""
    kinds = (_blurred, _noisy, _compressed, _coarse)
    kind = torch.where(draw.happens(changes.degraded), draw.between(0, len(kinds)).long(), -1)
    worse = pixels
    for i, degrade in enumerate(kinds):
        worse = torch.where(_each(kind == i), degrade(pixels, draw), worse)
    return worse.clamp(0, 255)


def _blurred(pixels: torch.Tensor, draw: _Draw) -> torch.Tensor:
    n, channels, height, width = pixels.shape
    sigma = draw.between(*augment.BLUR)
    steps = torch.arange(_KERNEL, device=draw.device) - _KERNEL // 2
    kernel = (-(steps**2) / (2 * sigma[:, None] ** 2)).exp()
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(channels, 0)[:, None]
    flat, margin = pixels.reshape(1, n * channels, height, width), _KERNEL // 2
    flat = F.pad(flat, (margin,) * 4, mode="reflect")
    flat = F.conv2d(F.conv2d(flat, kernel[..., None], groups=n * channels), kernel[:, :, None], groups=n * channels)
    return flat.view_as(pixels)


def _noisy(pixels: torch.Tensor, draw: _Draw) -> torch.Tensor:
    noise = torch.randn(pixels.shape, device=draw.device, generator=draw.generator)
    return pixels + 255 * _each(draw.between(*augment.NOISE)) * noise


def _coarse(pixels: torch.Tensor, draw: _Draw) -> torch.Tensor:
    low, high = augment.KEPT
    kept = low + (high - low) * torch.rand(()).item()  # one for the batch, drawn where its size is decided
    small = F.interpolate(pixels, scale_factor=kept, mode="nearest")
    return F.interpolate(small, pixels.shape[2:], mode="nearest")


def _compressed(pixels: torch.Tensor, draw: _Draw) -> torch.Tensor:
    """As JPEG (ITU-T T.81) leaves it: blocks of 8 x 8, their cosine transform rounded by the quality's table."""
    to_ycc, to_rgb, cosines, table = (part.to(draw.device) for part in (_YCC, _RGB, _COSINES, _TABLE))
    quality = draw.between(*augment.QUALITY)
    factor = torch.where(quality < 50, 50 / quality, 2 - quality / 50)
    steps = (table * factor.view(-1, 1, 1, 1, 1, 1)).clamp(min=1)
    below, right = -pixels.shape[2] % _BLOCK, -pixels.shape[3] % _BLOCK
    whole = F.pad(pixels, (0, right, 0, below), mode="replicate")
    n, channels, height, width = whole.shape
    ycc = torch.einsum("ij,bjhw->bihw", to_ycc, whole - 128)
    blocks = ycc.view(n, channels, height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK).transpose(3, 4)
    waves = cosines @ blocks @ cosines.T
    blocks = cosines.T @ ((waves / steps).round() * steps) @ cosines
    rgb = torch.einsum("ij,bjhw->bihw", to_rgb, blocks.transpose(3, 4).reshape(whole.shape)) + 128
    return rgb[..., : pixels.shape[2], : pixels.shape[3]]


def _with_holes(pixels: torch.Tensor, changes: Changes, draw: _Draw) -> torch.Tensor:
    """One to three rectangles of black in some pictures."""
    size = pixels.shape[-1]
    place = torch.arange(size, device=draw.device) / size
    count = torch.where(draw.happens(changes.holes), draw.between(1, augment.MOST_HOLES + 1).floor(), 0.0)
    for i in range(augment.MOST_HOLES):
        side, corner = draw.between(*augment.HOLE, 2), draw.between(0, 1, 2)
        corner = corner * (1 - side)
        rows, columns = ((place >= corner[:, k, None]) & (place < (corner + side)[:, k, None]) for k in range(2))
        hole = rows[:, :, None] & columns[:, None, :] & (count > i)[:, None, None]
        pixels = pixels.masked_fill(hole[:, None], 0)
    return pixels


def _each(values: torch.Tensor) -> torch.Tensor:
    """(B,) as (B, 1, 1, 1)."""
    return values.view(-1, 1, 1, 1)


def _cosines() -> torch.Tensor:
    """The orthonormal cosine transform of eight values, (8, 8)."""
    return torch.from_numpy(cv2.dct(np.eye(_BLOCK, dtype=np.float32), flags=cv2.DCT_ROWS).T.copy())


def _steps() -> torch.Tensor:
    """Steps at quality 50 for lightness and the two colours, (3, 1, 1, 8, 8): growing with the frequency, much as the
    standard's example tables do."""
    frequency = torch.arange(_BLOCK)[:, None] + torch.arange(_BLOCK)
    lightness, colour = 12 + 7.0 * frequency, (18 + 20.0 * frequency).clamp(max=99)
    return torch.stack([lightness, colour, colour])[:, None, None]


_COSINES, _TABLE = _cosines(), _steps()
_YCC = torch.tensor([_LUMA, (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312)])
_RGB = _YCC.inverse()
