"""Whether a picture looks usable: too small, too dark, clipped, flat, empty or out of focus.

The notes inform, they refuse nothing. All thresholds were chosen on 300 random pictures each of brain_mri,
breast_ultrasound, lung_ct and skin_lesion and on degraded copies of them; see `check` for what was measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

#: Longest side in pixels at which pictures are judged; smaller ones are judged as they are.
SIDE = 224
#: Variance of the Laplacian below which a picture counts as blurred. Real pictures: 8 and more; blurred: 4.8 and less.
SHARP = 6.0
#: Share of 250 and above among the pixels above black. Real pictures: a 99th percentile of 0.12 in the brightest set.
CLIPPED = 0.13
#: The same share where not even the darkest pixels are dark (a 1st percentile of 100 or more).
CLIPPED_WITHOUT_BLACK = 0.008
#: 99th percentile below which a picture is dark. Real pictures: 86 and more.
DARK = 60
#: Range from the 0.5th to the 99.5th percentile below which contrast is low. Real pictures: 46 and more.
CONTRAST = 35
#: Share of pixels that differ from the commonest grey by more than 3. Real pictures: 0.085 and more.
CONTENT = 0.04
#: Greys up to this are background: around a brain or a chest most of the picture is black, and rightly so.
BLACK = 15

_MESSAGES = {
    "small": "The picture is very small; fine detail that the model looks for may be missing.",
    "bright": "The picture is overexposed: bright parts are clipped to white and have lost their detail.",
    "empty": "The picture is almost empty.",
    "dark": "The picture is very dark.",
    "contrast": "The picture has very little contrast.",
    "blurred": "The picture is blurred or out of focus.",
}


@dataclass(frozen=True)
class QualityNote:
    """One concern: a code ("small", "bright", "empty", "dark", "contrast", "blurred") and a sentence for people."""

    code: str
    message: str


def check(pixels: np.ndarray, *, small: int = 96) -> tuple[QualityNote, ...]:
    """Judge a picture; no note means that nothing was found.

    At most one of bright, empty, dark and contrast is given, and blurred only where none of them is: on a dark or
    flat picture sharpness cannot be told.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        small: side in pixels below which the picture is noted as very small; a modality of small patches lowers it.

    Measured on the public training sets, at 0.15 ms a picture of 224 x 224: a note on 0.6 % of 6175
    brain_mri, 0 of 662 breast_ultrasound, 0.4 % of 928 lung_ct, 0.1 % of 5008 skin_lesion, 1.9 % of 5301
    breast_histology (with `small=50`) and 2.5 % of 200 PH2 pictures. Of 300 copies each of the first four:
    all noted after a blur of sigma 4 (at 224 px), at 0.15 of the brightness, at 0.1 of the contrast and with 150
    added to every grey; at three times the brightness 88, 98, 75 and 100 %. A blur of sigma 2 is seen on nearly all
    skin pictures, which show coarse structure, and on 3 to 26 % of the others. Patches of 50 px are too small for
    the blur to be seen.
    """
    notes = ["small"] if min(pixels.shape[:2]) < small else []
    grey = _grey(pixels)
    tone = _tone(cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel())
    if tone is not None:
        notes.append(tone)
    elif _sharpness(grey) < SHARP:
        notes.append("blurred")
    return tuple(QualityNote(code, _MESSAGES[code]) for code in notes)


def _grey(pixels: np.ndarray) -> np.ndarray:
    """(h, w) uint8 with a longest side of at most `SIDE`."""
    scale = SIDE / max(pixels.shape[:2])
    if scale < 1:
        size = [max(1, round(side * scale)) for side in pixels.shape[1::-1]]
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)


def _sharpness(grey: np.ndarray) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al., ICPR 2000)."""
    _, deviation = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
    return float(deviation[0, 0]) ** 2


def _tone(counts: np.ndarray) -> str | None:
    """The concern about the greys, of which `counts` (256,) is the histogram."""
    share = counts / counts.sum()
    below = np.cumsum(share)
    span = np.searchsorted(below, 0.995) - np.searchsorted(below, 0.005)
    common = int(share.argmax())
    content = 1 - share[max(0, common - 3) : common + 4].sum()
    most = CLIPPED_WITHOUT_BLACK if np.searchsorted(below, 0.01) >= 100 else CLIPPED
    if share[250:].sum() > most * share[BLACK + 1 :].sum():
        return "bright"
    if span < 4 or (content < CONTENT and span >= CONTRAST):
        return "empty"
    if np.searchsorted(below, 0.99) < DARK:
        return "dark"
    return "contrast" if span < CONTRAST else None
