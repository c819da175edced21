"""Whether text is burned into an ultrasound picture: such text may name a person, and no attribute tells of it.

Letters that a scanner draws are thin strokes, brighter than all around them, of one height and on one line. Where at
least `LETTERS` such marks stand in a row, the person is warned; what they say is never read.
"""

from __future__ import annotations

import cv2
import numpy as np

from oncosecure.intake.quality import QualityNote

#: Modalities whose pictures are looked through.
MODALITIES = frozenset({"breast_ultrasound"})
#: Marks in a row that count as text; single letters and the digits beside calipers do not.
LETTERS = 3
#: Longest side in pixels at which pictures are looked through; smaller ones are as they are.
SIDE = 768
#: How much brighter than its surroundings a stroke is, and how bright by itself (0 to 255): on dark ground, on bright.
STROKES = ((70, 120), (40, 215), (100, 200))
#: Pixels within which the surroundings of a stroke begin, and the heights of letters.
_REACH, _LOWEST, _HIGHEST = 9, 6, 34

NOTE = QualityNote(
    "text",
    "There seems to be text burned into the picture. If it names a person, cut it off before you use, save or show "
    "the picture: the app removes no text from pixels.",
)


def check(pixels: np.ndarray) -> tuple[QualityNote, ...]:
    """A note where text is burned in.

    Args:
        pixels: (H, W, 3) uint8 RGB.

    Measured on 288 random pictures of breast_ultrasound, labelled by eye before; the thresholds were chosen on half of
    them. On the other half: all 19 pictures with a line of text found, 1 false alarm on 122 without (a scanner's mark
    in the corner); of 3 with two letters, none. Calipers raise none. A banner drawn above each of the 144 was always
    found. 3 ms of computing for a picture of 384 px. Dark letters on bright ground are not looked for, and on lung_ct
    one picture in seven would raise a false alarm, which is why other modalities are not looked through.
    """
    return (NOTE,) if len(find(pixels)) >= LETTERS else ()


def find(pixels: np.ndarray) -> np.ndarray:
    """The longest row of letters, (N, 4) int: left, top, width and height in pixels of the picture.

    Args:
        pixels: (H, W, 3) uint8 RGB.
    """
    scale = min(1.0, SIDE / max(pixels.shape[:2]))
    if scale < 1:
        size = [max(1, round(side * scale)) for side in pixels.shape[1::-1]]
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    raised = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, np.ones((_REACH, _REACH), np.uint8))
    rows = [_longest_row(_marks((raised > rise) & (grey > least))) for rise, least in STROKES]
    return np.rint(max(rows, key=len) / scale).astype(int)


def _marks(strokes: np.ndarray) -> np.ndarray:
    """(N, 4) boxes of connected strokes with the proportions of letters, from left to right."""
    _, _, boxes, _ = cv2.connectedComponentsWithStats(strokes.astype(np.uint8), connectivity=8)
    boxes = boxes[1:]
    _, _, width, height, area = boxes.T
    fit = (height >= _LOWEST) & (height <= _HIGHEST) & (width <= 1.7 * height + 2) & (area >= 0.2 * width * height)
    boxes = boxes[fit, :4]
    return boxes[np.argsort(boxes[:, 0], kind="stable")]


def _longest_row(boxes: np.ndarray) -> np.ndarray:
    """The longest chain of boxes, each of which follows the one before on the same line and at the same size."""
    if not len(boxes):
        return boxes
    count, before = np.ones(len(boxes), int), np.full(len(boxes), -1)
    for i in range(1, len(boxes)):
        ahead = np.flatnonzero(_follows(boxes[:i], boxes[i]))
        if ahead.size:
            before[i] = ahead[count[ahead].argmax()]
            count[i] += count[before[i]]
    chain = [int(count.argmax())]
    while before[chain[-1]] >= 0:
        chain.append(int(before[chain[-1]]))
    return boxes[chain[::-1]]


def _follows(boxes: np.ndarray, box: np.ndarray) -> np.ndarray:
    """(N,) bool, which boxes end closely before `box`, with the same base line and height."""
    left, top, width, height = boxes.T
    tall = np.maximum(height, box[3])
    gap = box[0] - (left + width)
    level = np.abs((box[1] + box[3]) - (top + height)) <= np.maximum(1, 0.2 * tall)
    return level & (np.abs(box[3] - height) <= np.maximum(1, 0.25 * tall)) & (gap <= 2.2 * tall) & (gap >= -0.2 * tall)
