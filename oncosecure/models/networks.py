"""Every network that can be trained, by name: how it is built and where its first weights come from.

All of them are flat functional graphs, (B, size, size, 3) float32 RGB in [0, 255] -> (B, n_classes) logits, whose last
feature maps are called `LAST_FEATURES`, are averaged, and pass through one dense layer called `HEAD`; so class
activation maps are exact, and export and engines need not know which network it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras

from oncosecure.models import efficientnet_lite, joint, resnet

LAST_FEATURES, HEAD = efficientnet_lite.LAST_FEATURES, efficientnet_lite.HEAD


@dataclass(frozen=True)
class Network:
    """One network.

    Attributes:
        build: (n_classes, size, dropout, drop_path) -> model without weights.
        imagenet: whether published ImageNet weights can be had for it; else it is trained from scratch.
        parts: the networks whose mean it is; they are trained, each by itself, and it is not.
        int8: whether its exported graph holds weights as 8-bit integers with a scale a channel rather than as float16:
            half the size, and about three times the speed where most of the work is full convolutions.
    """

    build: Callable[[int, int, float, float], keras.Model]
    imagenet: bool
    parts: tuple[str, ...] = ()
    int8: bool = False


def _lite(variant: str) -> Callable[[int, int, float, float], keras.Model]:
    return lambda n_classes, size, dropout, drop_path: efficientnet_lite.build(
        variant, n_classes, size, dropout, drop_path
    )


def _joint(*parts: str) -> Network:
    return Network(lambda n_classes, size, *_: joint.build(parts, n_classes, size), False, parts)


NETWORKS: dict[str, Network] = {
    **{f"efficientnet_lite{i}": Network(_lite(f"efficientnet_lite{i}"), True) for i in range(3)},
    "efficientnet_lite0_s16": Network(_lite("efficientnet_lite0_s16"), True),
    "efficientnet_lite0_lite2": _joint("efficientnet_lite0", "efficientnet_lite2"),
    "resnet50": Network(resnet.build, False, int8=True),
}
