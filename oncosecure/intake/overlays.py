"""What a scanner burned into an ultrasound picture: calipers, writing, colour, the marker of the probe's side.

A B-mode picture is grey, soft at every edge and speckled; what is drawn over it is coloured, or white with sharp edges.
The limits were chosen by looking at training pictures of `breast_ultrasound`.
"""

from __future__ import annotations

import cv2
import numpy as np

KINDS = ("calipers", "writing", "colour", "corner")
#: Difference of the channels from which a pixel counts as coloured; a JPEG of a grey picture stays below.
CHROMA = 30
#: Grey levels by which a cross stands out from what lies between its arms; where one does, others may be fainter.
CROSS, FAINT_CROSS = 42, 28
#: Arm lengths of crosses in pixels, for pictures whose longer side is 384.
ARMS = (4, 5, 6, 8)


def find(pixels: np.ndarray) -> dict[str, np.ndarray]:
    """Where each kind of mark lies, (H, W) bool, of an (H, W, 3) uint8 RGB picture."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    marks = {
        "calipers": _calipers(grey),
        "writing": _writing(grey),
        "colour": _colour(pixels),
        "corner": _corner(grey),
    }
    return {kind: cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0 for kind, mask in marks.items()}


def erase(pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The picture with an (H, W) bool `mask` filled from around it (Telea's inpainting, 2004)."""
    return cv2.inpaint(np.ascontiguousarray(pixels), mask.astype(np.uint8), 4, cv2.INPAINT_TELEA)


def _colour(pixels: np.ndarray) -> np.ndarray:
    return np.ptp(pixels, axis=2) > CHROMA


def _calipers(grey: np.ndarray) -> np.ndarray:
    """Crosses, the digits beside them and the dotted lines between them."""
    mask, beside = np.zeros(grey.shape, np.uint8), np.zeros(grey.shape, np.uint8)
    crosses = _crosses(grey)
    for x, y, arm in crosses:
        cv2.drawMarker(mask, (x, y), 1, cv2.MARKER_CROSS, 2 * arm + 3, 2)
        cv2.circle(beside, (x, y), 16, 1, -1)
    for i, (x, y, _) in enumerate(crosses):
        for other, down, _ in crosses[:i]:
            if _is_dotted(grey, (x, y), (other, down)):
                cv2.line(mask, (x, y), (other, down), 1, 1)
    return (mask > 0) | ((beside > 0) & _ink(grey))


def _crosses(grey: np.ndarray) -> list[tuple[int, int, int]]:
    """Column, row and arm length of every cross; none where no cross is clear."""
    clear, _ = _best_cross(grey, 0)
    if clear.max() < CROSS:
        return []
    # A digit often stands in one corner of a cross, so the fainter ones need only three dark corners.
    score, arms = _best_cross(grey, 1)
    peaks = ((score >= FAINT_CROSS) | (clear >= CROSS)) & (score == cv2.dilate(score, np.ones((9, 9))))
    _, _, _, centres = cv2.connectedComponentsWithStats(peaks.astype(np.uint8))
    return [(round(x), round(y), int(arms[round(y), round(x)])) for x, y in centres[1:]]


def _best_cross(grey: np.ndarray, spared: int) -> tuple[np.ndarray, np.ndarray]:
    """Score of the best cross at every pixel and its arm length, both (H, W) int16."""
    scores = np.stack([_cross_score(grey, arm, spared) for arm in ARMS])
    return scores.max(0), np.asarray(ARMS, np.int16)[scores.argmax(0)]


def _cross_score(grey: np.ndarray, arm: int, spared: int) -> np.ndarray:
    """The darkest pixel of the arms minus the brightest corner between them, `spared` corners left out."""
    soft = cv2.GaussianBlur(grey, (3, 3), 0.6)
    along = [cv2.erode(soft, np.ones(shape, np.uint8)) for shape in ((1, 2 * arm - 1), (2 * arm - 1, 1))]
    between = cv2.blur(grey, (3, 3)).astype(np.int16)
    reach = max(3, arm // 2 + 1)
    corners = [np.roll(between, (dy, dx), (0, 1)) for dy in (-reach, reach) for dx in (-reach, reach)]
    score = np.minimum(*along).astype(np.int16) - np.partition(corners, 3 - spared, axis=0)[3 - spared]
    inside = np.zeros(grey.shape, bool)
    inside[arm + 1 : -arm - 1, arm + 1 : -arm - 1] = True
    return np.where(inside, score, np.int16(-255))


def _is_dotted(grey: np.ndarray, start: tuple[int, int], end: tuple[int, int]) -> bool:
    """Whether the straight line between two points is brighter than what runs beside it, nearly all along."""
    (x0, y0), (x1, y1) = start, end
    length = float(np.hypot(x1 - x0, y1 - y0))
    if length < 16:
        return False
    across = np.array([y0 - y1, x1 - x0]) / length
    steps = np.linspace(0.1, 0.9, int(length))
    points = np.stack([x0 + steps * (x1 - x0), y0 + steps * (y1 - y0)], axis=1)
    on = np.max([_sample(grey, points + d * across) for d in (-1, 0, 1)], axis=0)
    beside = np.max([_sample(grey, points + d * across) for d in (-4, 4)], axis=0)
    pieces = np.array_split(on - beside, 8)
    return float(np.median([piece.mean() for piece in pieces])) > 18 and min(p.mean() for p in pieces) > -15


def _sample(grey: np.ndarray, points: np.ndarray) -> np.ndarray:
    x, y = (np.ascontiguousarray(points[:, i : i + 1], np.float32) for i in (0, 1))
    return cv2.remap(grey, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0].astype(np.float32)


def _ink(grey: np.ndarray) -> np.ndarray:
    """White pixels of strokes thinner than nine pixels."""
    return (cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, np.ones((9, 9), np.uint8)) > 70) & (grey > 130)


def _writing(grey: np.ndarray) -> np.ndarray:
    """Rows of at least three letters: small white pieces of one height, side by side."""
    strong = (cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, np.ones((9, 9), np.uint8)) > 90) & (grey > 150)
    stats = cv2.connectedComponentsWithStats(strong.astype(np.uint8))[2][1:]
    letters = stats[(stats[:, 3] >= 4) & (stats[:, 3] <= 14) & (stats[:, 2] <= 14)]
    letters = np.array([letter for letter in letters if _box(grey, letter).max() > 205]).reshape(-1, 5)
    rows = np.zeros(grey.shape, np.uint8)
    for x, y, width, height, _ in letters:
        rows[y : y + height, max(0, x - 3) : x + width + 3] = 1
    mask = np.zeros(grey.shape, bool)
    for box in cv2.connectedComponentsWithStats(rows)[2][1:]:
        if _is_row(box, letters):
            x, y, width, height, _ = box
            mask[y : y + height, max(0, x - 2 * height) : x + width + 2 * height] = True
    return mask & _ink(grey)


def _is_row(box: np.ndarray, letters: np.ndarray) -> bool:
    """Whether a box holds three letters or more, on one line and of one height."""
    x, y, width, height, _ = box
    inside = (letters[:, 0] >= x) & (letters[:, 0] < x + width) & (letters[:, 1] >= y) & (letters[:, 1] < y + height)
    members = letters[inside]
    tall = members[:, 3]
    return len(members) >= 3 and np.ptp(members[:, 1] + tall) <= 3 and np.ptp(tall) <= 3 and width > 1.5 * height


def _box(picture: np.ndarray, box: np.ndarray) -> np.ndarray:
    x, y, width, height = box[:4]
    return picture[y : y + height, x : x + width]


def _corner(grey: np.ndarray) -> np.ndarray:
    """The probe's marker: sharp white pieces in one of the upper corners."""
    side = max(10, round(0.035 * max(grey.shape)))
    edge = np.abs(cv2.Laplacian(grey, cv2.CV_16S, ksize=1))
    mask = np.zeros(grey.shape, bool)
    for columns in (slice(0, side), slice(-side, None)):
        if (edge[:side, columns] > 110).mean() > 0.06:
            mask[:side, columns] = True
    return mask
