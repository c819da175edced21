"""Shared helpers for drawn pictures: noise, soft shapes, warps, PNG.

Masks are float32 in [0, 1]; points and centres are (x, y) in pixels, shapes (height, width), angles degrees.
Whatever is random takes a `numpy.random.Generator`, so that a seed fixes the picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

Shape = tuple[int, int]
Points = Sequence[Sequence[float]] | np.ndarray
_SHIFT = 4  # OpenCV draws at 1/16 pixel with this fixed-point shift


def grid(shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates x (1, W) and y (H, 1) of the pixels, float32; they broadcast to (H, W)."""
    height, width = shape
    return np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]


def noise(shape: Shape, scale: float | tuple[float, float], rng: np.random.Generator, octaves: int = 1) -> np.ndarray:
    """Smooth noise (H, W) with about zero mean and unit deviation.

    `scale` is the size of its features in pixels, or (vertical, horizontal) sizes; each further octave halves
    the size and the amplitude.
    """
    sy, sx = (scale, scale) if np.isscalar(scale) else scale
    finest = 2 ** (octaves - 1)
    small = tuple(max(2, round(n / max(1, s / finest / 5))) for n, s in zip(shape, (sy, sx), strict=True))
    total = np.zeros(small, np.float32)  # five pixels for the finest feature are enough: much faster than full size
    for octave in range(octaves):
        coarse = (max(2, round(shape[0] * 2**octave / sy) + 2), max(2, round(shape[1] * 2**octave / sx) + 2))
        layer = rng.standard_normal(coarse, dtype=np.float32)
        total += cv2.resize(layer, small[::-1], interpolation=cv2.INTER_CUBIC) / 2**octave
    total /= float(total.std()) + 1e-6
    return total if small == shape else cv2.resize(total, shape[::-1], interpolation=cv2.INTER_LINEAR)


def grain(
    shape: Shape, scale: tuple[float, float], angle: float, rng: np.random.Generator, octaves: int = 1
) -> np.ndarray:
    """Noise (H, W) with features of (across, along) `scale` pixels, which run at `angle` degrees."""
    side = math.ceil(1.42 * max(shape))
    square = noise((side, side), scale, rng, octaves)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), angle, 1.0)
    turn[:, 2] += (shape[1] - side) / 2, (shape[0] - side) / 2
    return cv2.warpAffine(square, turn, shape[::-1], borderMode=cv2.BORDER_REFLECT)


def step(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Smooth step from 0 at `low` to 1 at `high` (which may be the smaller one)."""
    t = np.multiply(values, 1.0 / (high - low), dtype=np.float32)
    t -= low / (high - low)
    np.clip(t, 0.0, 1.0, out=t)
    return t * t * (3.0 - 2.0 * t)


def ellipse(shape: Shape, centre: Sequence[float], radii: Sequence[float], angle: float = 0, soft: float = 1.5):
    """Mask (H, W) of an ellipse whose edge fades over about `soft` pixels."""
    x, y = grid(shape)
    c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    (a, b), dx, dy = radii, x - float(centre[0]), y - float(centre[1])
    r = cv2.magnitude(c / a * dx + s / a * dy, c / b * dy - s / b * dx)
    return np.clip((1.0 - r) * (min(a, b) / soft) + 0.5, 0.0, 1.0)


def spline(points: Points, closed: bool = True, pieces: int = 8) -> np.ndarray:
    """Catmull-Rom curve (N, 2) through the points, `pieces` segments between two of them."""
    p = np.asarray(points, np.float32)
    p = np.vstack([p[-1:], p, p[:2]]) if closed else np.vstack([p[:1], p, p[-1:]])
    t = (np.arange(pieces, dtype=np.float32) / pieces)[None, :, None]
    a, b, c, d = (p[i : len(p) - 3 + i, None] for i in range(4))
    curve = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
    curve = curve.reshape(-1, 2)
    return curve if closed else np.vstack([curve, p[-1:]])


def _fixed(points: Points) -> np.ndarray:
    return np.round(np.asarray(points, np.float32) * 2**_SHIFT).astype(np.int32)


def _soften(mask: np.ndarray, soft: float) -> np.ndarray:
    """The mask (H, W) uint8 blurred, where it holds anything, and scaled to [0, 1]."""
    if soft > 0:
        x, y, width, height = cv2.boundingRect(mask)
        pad = int(4 * soft) + 1
        part = mask[max(0, y - pad) : y + height + pad, max(0, x - pad) : x + width + pad]
        if part.size:
            cv2.GaussianBlur(part, (0, 0), soft, dst=part, borderType=cv2.BORDER_REPLICATE)
    return mask * np.float32(1 / 255)


def area(shape: Shape, points: Points, soft: float = 0, smooth: bool = True) -> np.ndarray:
    """Mask (H, W) inside the closed (smooth) curve through the points, blurred by `soft` pixels."""
    mask = np.zeros(shape, np.uint8)
    outline = spline(points) if smooth else points
    cv2.fillPoly(mask, [_fixed(outline)], 255, cv2.LINE_AA, _SHIFT)
    return _soften(mask, soft)


def lines(shape: Shape, curves: Sequence[Points], width: int = 1, soft: float = 0) -> np.ndarray:
    """Mask (H, W) of open curves, `width` pixels wide, blurred by `soft` pixels."""
    mask = np.zeros(shape, np.uint8)
    cv2.polylines(mask, [_fixed(c) for c in curves], False, 255, width, cv2.LINE_AA, _SHIFT)
    return _soften(mask, soft)


def line(shape: Shape, points: Points, width: int = 1, soft: float = 0) -> np.ndarray:
    """Mask (H, W) of one smooth open curve through the points."""
    return lines(shape, [spline(points, closed=False)], width, soft)


def outline(
    centre: Sequence[float], radii: Sequence[float], rng: np.random.Generator, rough: float = 0.1, waves: int = 7
) -> np.ndarray:
    """Outline (96, 2) of an irregular blob: an ellipse whose radius is modulated by `waves` random harmonics.

    `rough` is the deviation of the relative radius; more waves make a more jagged border.
    """
    theta = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    order = np.arange(2, 2 + waves)[:, None]
    weight = rng.uniform(0.5, 1.5, (waves, 1)) * order**-0.8
    ripple = (weight * np.cos(order * theta + rng.uniform(0, 2 * np.pi, (waves, 1)))).sum(0)
    r = np.maximum(1 + rough * ripple / (ripple.std() + 1e-6), 0.15)
    return np.stack([centre[0] + radii[0] * r * np.cos(theta), centre[1] + radii[1] * r * np.sin(theta)], 1)


def walk(
    start: Sequence[float],
    heading: float,
    length: float,
    rng: np.random.Generator,
    bend: float = 0.3,
    stride: float = 3,
) -> np.ndarray:
    """A wandering curve (N, 2) from `start`: `heading` in radians turns by `bend` (deviation) every `stride` pixels."""
    count = max(2, round(length / stride))
    angles = heading + np.cumsum(rng.normal(0, bend, count)) * 0.7
    moves = stride * np.stack([np.cos(angles), np.sin(angles)], 1)
    return np.vstack([start, np.asarray(start) + np.cumsum(moves, 0)]).astype(np.float32)


def depth(mask: np.ndarray) -> np.ndarray:
    """Distance (H, W) in pixels from each point inside the mask (above 0.5) to its border; 0 outside."""
    return cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5)


def scatter(shape: Shape, gap: float, rng: np.random.Generator, jitter: float = 0.2) -> np.ndarray:
    """Points (N, 2) about `gap` pixels apart inside the shape: a staggered grid moved by `jitter` gaps (deviation)."""
    xs, ys = (np.arange(gap / 4, side, gap) for side in shape[::-1])
    points = np.stack(np.meshgrid(xs, ys), -1)
    points[1::2, :, 0] += gap / 2
    points = points.reshape(-1, 2) + rng.normal(0, jitter * gap, (points.size // 2, 2))
    return points[((points >= 0) & (points < shape[::-1])).all(1)]


def cells(shape: Shape, seeds: np.ndarray) -> np.ndarray:
    """Distance (H, W) in pixels to the nearest border of the Voronoi cells of the seeds (N, 2): 0 on the borders."""
    ground = np.full(shape, 255, np.uint8)
    ground[seeds[:, 1].astype(int), seeds[:, 0].astype(int)] = 0
    _, label = cv2.distanceTransformWithLabels(ground, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    inner = np.ones(shape, np.uint8)
    inner[:, 1:] &= label[:, 1:] == label[:, :-1]
    inner[1:] &= label[1:] == label[:-1]
    return cv2.distanceTransform(inner, cv2.DIST_L2, 5)


def paint(canvas: np.ndarray, mask: np.ndarray, value: float | Sequence[float] | np.ndarray) -> None:
    """Lay `value` over the canvas (H, W[, C]) in place, as opaque as the mask says."""
    if canvas.ndim == 3 and mask.ndim == 2:
        mask = mask[..., None]
    canvas += mask * (np.asarray(value, np.float32) - canvas)


def warp(image: np.ndarray, dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """The image (H, W[, C]) with every pixel fetched from (x + dx, y + dy)."""
    x, y = grid(image.shape[:2])
    fx, fy = (np.ascontiguousarray(np.broadcast_to(f, image.shape[:2]), np.float32) for f in (x + dx, y + dy))
    return cv2.remap(image, fx, fy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def bulge(image: np.ndarray, centre: Sequence[float], reach: float, shift: float) -> np.ndarray:
    """The image with its contents pushed away from `centre` by up to `shift` pixels: a mass effect."""
    x, y = grid(image.shape[:2])
    dx, dy = x - float(centre[0]), y - float(centre[1])
    r = np.hypot(dx, dy) + 1e-3
    pull = -shift * np.exp(-((r / reach) ** 2)) * np.minimum(1.0, r / (0.4 * reach)) / r
    return warp(image, dx * pull, dy * pull)


def rician(image: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    """Magnitude of the signal with complex Gaussian noise, as MR scanners show it."""
    real, imaginary = rng.standard_normal((2, *image.shape), dtype=np.float32) * sigma
    return np.hypot(image + real, imaginary)


def rgb(grey: np.ndarray) -> np.ndarray:
    """A grey picture (H, W) as uint8 (H, W, 3), clipped to [0, 255]."""
    return cv2.cvtColor(np.clip(grey + 0.5, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2RGB)


def jpeg(image: np.ndarray) -> bytes:
    """The picture (H, W, 3) uint8 RGB as a JPEG file, which is what the public data sets hold."""
    return cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
