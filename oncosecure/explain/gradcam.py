"""Grad-CAM (Selvaraju et al., 2017) by tf-keras-vis, on the Keras engine."""

from __future__ import annotations

import numpy as np

from oncosecure.models import efficientnet_lite
from oncosecure.models.engine import KerasEngine


def coarse(engine: KerasEngine, picture: np.ndarray, label: int) -> np.ndarray:
    """Grad-CAM of one class at the size of the last feature maps.

    The network ends in logits, so nothing saturates; the layer is the last activation, since
    tf-keras-vis would otherwise pick the convolution before batch normalisation.

    Args:
        engine: the Keras engine.
        picture: (S, S, 3) uint8, as `preprocess.fit` makes it.
        label: index of the class.

    Returns:
        (h, w) float32, not negative, not scaled.
    """
    from tf_keras_vis.gradcam import Gradcam
    from tf_keras_vis.utils.scores import CategoricalScore

    maps = Gradcam(engine.model, clone=False)(
        CategoricalScore([label]),
        picture[None].astype(np.float32),
        penultimate_layer=efficientnet_lite.LAST_FEATURES,
        seek_penultimate_conv_layer=False,
        expand_cam=False,
        normalize_cam=False,
    )
    return np.asarray(maps[0], np.float32)
