"""Skin tone from the skin around a lesion: the individual typology angle (Chardon et al., 1991).

As in Kinyanjui et al., "Fairness of classifiers across skin tones in dermatology" (2020), who estimated it on
dermoscopic pictures with masks. It is a property of the picture: light and camera enter as well.
"""

from __future__ import annotations

import cv2
import numpy as np

#: Lower ends of the bands in degrees (Del Bino and Bernerd, 2013), the lightest first.
BANDS = ((55, "very light"), (41, "light"), (28, "intermediate"), (10, "tan"), (-30, "brown"), (-180, "dark"))
#: How far from the lesion's border skin begins, as a share of the longer side: its margin is often red or shaded.
MARGIN = 0.04
#: Skin that must be in view for an estimate, as a share of the picture.
LEAST = 0.02
#: b* below which the picture has a blue or pink cast: no skin is that blue, and the angle would run to 90 degrees.
CAST = 2.0
#: Skin is at least this bright, as a share of the picture's bright parts; the lens' corners are darker.
DIM = 0.45

LIMITS = (
    "No skin type is stated, so it was estimated: the individual typology angle, arctan((L* - 50) / b*), of the skin "
    "around the lesion, in the usual bands. Light, camera, redness and contact gel move it, so it sorts pictures "
    "rather than people, and the bands are not Fitzpatrick types. Pictures with a blue or pink cast are left out, as "
    "the angle says nothing there."
)


def angle(pixels: np.ndarray, mask: np.ndarray) -> float:
    """The angle in degrees, from the median L* and b* of the skin; nan with too little skin in view or a colour cast.

    Args:
        pixels: (H, W, 3) uint8 RGB.
        mask: (H, W) bool, the lesion.
    """
    skin = surroundings(pixels, mask)
    if skin.mean() < LEAST:
        return float("nan")
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[skin]
    lightness, _, yellow = np.median(lab, axis=0)
    return float(np.degrees(np.arctan2(lightness - 50, yellow))) if yellow >= CAST else float("nan")


def surroundings(pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(H, W) bool: skin outside the lesion and its margin, without hair, ruler ink and the dark corners of the lens."""
    if mask.shape != pixels.shape[:2]:
        mask = cv2.resize(mask.astype(np.uint8), pixels.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    reach = 2 * max(1, round(MARGIN * max(mask.shape))) + 1
    near = cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))) > 0
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    outside = ~near & (grey > DIM * np.percentile(grey, 90)) & (grey < 250)
    middle = np.median(grey[outside]) if outside.any() else 0
    return outside & (np.abs(grey - middle) < 0.3 * middle)


def band(degrees: float) -> str:
    """The band of an angle; "" for nan."""
    return "" if np.isnan(degrees) else next(name for low, name in BANDS if degrees > low)
