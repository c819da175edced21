"""How good a map is, in pure functions of maps, masks and scores.

`explanations.json` (of a further model M: `M.explanations.json`) holds what `explain.measure` finds with them on the
test split::

    {
      "modality": key, "model": network, "split": "test", "weights": SHA-256 of the graph, "limit": n,
      "lesions": {"pictures": n, "groups": n, "area": mean share of the picture that is lesion} or null without masks,
      "methods": {
        method key: {
          "localisation":  {"pictures": n, "groups": n, "figures": {energy, energy_ratio, pointing, iou}} or null,
          "faithfulness":  {"pictures": n, "groups": n, "figures": {deletion, insertion}},
          "randomisation": {"pictures": n, "steps": [{"layers": name, "correlation": figure}, ...]} or null
        }
      },
      "baselines": {"gaussian": as a method, "uniform": as a method}
    }

Every figure is {"value", "low", "high"}: a mean over pictures with its 95 % bootstrap interval over groups.

- energy, pointing, iou: 0 to 1, larger is better (`energy_inside`, `pointing`, `best_iou`);
- energy_ratio: energy over that of the centred Gaussian on the same pictures, above 1 is better than that blob;
- deletion: 0 to 1, smaller is better; insertion: 0 to 1, larger is better (`deletion`, `insertion`);
- correlation: -1 to 1, near 0 is better: rank correlation between the map and that of the network whose layers from the
  logits down to the named one were randomised. A method that still draws the same map did not look at the network.

Maps are those of the picture's right label. Slow methods stand on fewer pictures; each part says on how many.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from oncosecure.evaluation import metrics, weighted

#: Standard deviation of the centred Gaussian, as a share of each side.
SPREAD = 0.25

Score = Callable[[np.ndarray], np.ndarray]
"""(N, H, W, 3) uint8 pictures -> (N,) probability of the explained label."""


def energy_inside(heat: np.ndarray, mask: np.ndarray) -> float:
    """Share of a map's sum that lies inside the mask (Wang et al., Score-CAM, 2020); 0 for an empty map.

    Args:
        heat: (H, W), not negative.
        mask: (H, W) bool.
    """
    total = float(heat.sum(dtype=np.float64))
    return float(heat[mask].sum(dtype=np.float64)) / total if total > 0 else 0.0


def pointing(heat: np.ndarray, mask: np.ndarray) -> float:
    """Share of the map's brightest pixels that lie inside the mask (Zhang et al., 2018): 1 or 0 where one is brightest.

    An empty map points nowhere and scores 0, a flat one scores the mask's area.
    """
    top = heat.max()
    return float(mask[heat == top].mean()) if top > 0 else 0.0


def best_iou(heat: np.ndarray, mask: np.ndarray) -> float:
    """Largest intersection over union of mask and {heat >= t} over all thresholds t."""
    order = np.argsort(-heat, axis=None, kind="stable")
    values, inside = heat.ravel()[order], np.cumsum(mask.ravel()[order])
    last = np.append(values[1:] != values[:-1], True)
    union = np.arange(1, len(values) + 1) + mask.sum() - inside
    return float((inside / union)[last].max())


def gaussian(shape: tuple[int, int]) -> np.ndarray:
    """The baseline that any claim must beat: a blob in the middle of an (H, W) picture, float32 in [0, 1]."""
    rows, columns = (np.exp(-(((np.arange(n) + 0.5) / n - 0.5) ** 2) / (2 * SPREAD**2)) for n in shape)
    return np.outer(rows, columns).astype(np.float32)


def uniform(shape: tuple[int, int]) -> np.ndarray:
    """The baseline that knows nothing: (H, W) float32 ones. Its energy inside a mask is the mask's area."""
    return np.ones(shape, np.float32)


def deletion(score: Score, pixels: np.ndarray, heat: np.ndarray, steps: int = 10) -> float:
    """Area under the score while the pixels are removed, the brightest of the map first (Petsiuk et al., RISE, 2018).

    A removed pixel takes the picture's mean colour. A map that names what the network used makes the score fall early.

    Args:
        score: probability of the explained label.
        pixels: (H, W, 3) uint8.
        heat: (H, W); ties are broken at random, with a fixed seed.
        steps: equal steps from the whole picture to none of it.

    Returns:
        0 to 1, smaller is better.
    """
    blank = np.broadcast_to(pixels.mean((0, 1)).astype(np.uint8), pixels.shape)
    return _area(score, pixels, blank, heat, steps)


def insertion(score: Score, pixels: np.ndarray, heat: np.ndarray, steps: int = 10) -> float:
    """Area under the score while the pixels are brought back into a blurred copy, the brightest of the map first.

    See `deletion`; here larger is better.
    """
    blurred = cv2.GaussianBlur(pixels, (0, 0), max(pixels.shape[:2]) / 20)
    return _area(score, blurred, pixels, heat, steps)


def _area(score: Score, start: np.ndarray, end: np.ndarray, heat: np.ndarray, steps: int) -> float:
    changed = ranks(heat)[..., None] < np.linspace(0, heat.size, steps + 1).round()[:, None, None, None]
    scores = score(np.where(changed, end, start))
    return float(np.trapezoid(scores, dx=1 / steps))


def ranks(heat: np.ndarray) -> np.ndarray:
    """(H, W) place of every pixel, 0 for the brightest; ties in random order, the same for the same size."""
    order = np.lexsort((np.random.default_rng(0).random(heat.size), -heat.ravel()))
    place = np.empty(heat.size, int)
    place[order] = np.arange(heat.size)
    return place.reshape(heat.shape)


def rank_correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's rank correlation of two maps of one size, -1 to 1; 0 where either is flat."""
    pair = [_shared_ranks(m) for m in (first, second)]
    if any(np.ptp(m) == 0 for m in pair):
        return 0.0
    return float(np.corrcoef(*pair)[0, 1])


def _shared_ranks(heat: np.ndarray) -> np.ndarray:
    """(H * W,) place of every pixel, 1 for the darkest; equal pixels share the mean of their places."""
    _, number, count = np.unique(heat.ravel(), return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[number]


def hottest_overlap(first: np.ndarray, second: np.ndarray, share: float = 0.1) -> float:
    """Share of the hottest tenth of one map that also belongs to the hottest tenth of the other, 0 to 1."""
    n = max(1, round(share * first.size))
    return float(np.mean((ranks(first) < n)[ranks(second) < n]))


def randomised(weights: list[np.ndarray], seed: int = 0) -> list[np.ndarray]:
    """The weights of a layer with its kernel in random order: as large as before, and nothing learned is left of it.

    Biases and the statistics of batch normalisation stay, since shuffled scales would silence the network, and the map
    of a silent network is no test.
    """
    rng = np.random.default_rng(seed)
    return [rng.permutation(w.ravel()).reshape(w.shape) if w.ndim > 1 else w for w in weights]


def mean_with_interval(values: np.ndarray, groups: np.ndarray, draws: int = 1000, seed: int = 0) -> dict[str, float]:
    """Mean over pictures with a 95 % interval from a bootstrap that draws whole groups.

    Args:
        values: (N,).
        groups: (N,) group of every picture.

    Returns:
        value, low, high.
    """
    return ratio_with_interval(values, np.ones(len(values)), groups, draws, seed)


def ratio_with_interval(
    values: np.ndarray, over: np.ndarray, groups: np.ndarray, draws: int = 1000, seed: int = 0
) -> dict[str, float]:
    """Mean of `values` over mean of `over`, both (N,) of the same pictures; see `mean_with_interval`."""
    weights = weighted.draws(np.asarray(groups), draws, seed)
    return metrics.interval(float(np.sum(values) / np.sum(over)), (values @ weights) / (over @ weights))
