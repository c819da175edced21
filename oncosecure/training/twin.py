"""A torch twin of a Keras convolutional graph, for training on CPUs.

Keras on the torch backend spells batch normalisation out in elementary operations and runs
EfficientNet-Lite0 at half the speed of torch's fused ones. The twin holds the same layers under the
same names, in channels-last memory, trains, and hands its weights back to the Keras model, which
stays the only definition of the network.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

# PyTorch keeps kernels as (out, in / groups, h, w); Keras as (h, w, in, out or multiplier).
_CONV_AXES, _DEPTHWISE_AXES = (3, 2, 0, 1), (2, 3, 0, 1)
_CONV_BACK, _DEPTHWISE_BACK = (2, 3, 1, 0), (2, 3, 0, 1)


class SameConv2d(nn.Conv2d):
    """Convolution with Keras' "same" padding: the odd pixel goes to the bottom right."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        if stride == 1:
            return F.conv2d(x, self.weight, None, 1, kernel // 2, groups=self.groups)
        rows, columns = (_missing(side, kernel, stride) for side in x.shape[2:])
        x = F.pad(x, (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2))
        return F.conv2d(x, self.weight, None, stride, groups=self.groups)


class SameMaxPool2d(nn.MaxPool2d):
    """Max pooling with Keras' "same" padding."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        rows, columns = (_missing(side, self.kernel_size, self.stride) for side in x.shape[2:])
        padding = (columns // 2, columns - columns // 2, rows // 2, rows - rows // 2)
        return F.max_pool2d(F.pad(x, padding, value=-torch.inf), self.kernel_size, self.stride)


def _missing(side: int, kernel: int, stride: int) -> int:
    """Pixels that "same" padding adds to a side in all."""
    return max((-(-side // stride) - 1) * stride + kernel - side, 0)


class Rescale(nn.Module):
    """Keras' Rescaling."""

    def __init__(self, scale: float, offset: float) -> None:
        super().__init__()
        self.scale, self.offset = scale, offset

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale + self.offset


class DropPath(nn.Module):
    """Stochastic depth (Huang et al., 2016): drop the branch of a picture, rescale the rest."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        keep = torch.rand(x.shape[0], 1, 1, 1, device=x.device) >= self.rate
        return x * keep / (1 - self.rate)


class Sum(nn.Module):
    """Keras' Add of two."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return x + y


class SideBySide(nn.Module):
    """Keras' Concatenate of feature maps: their channels after one another."""

    def forward(self, *maps: torch.Tensor) -> torch.Tensor:
        return torch.cat(maps, 1)


class Twin(nn.Module):
    """The graph of `model` in torch: (B, 3, H, W) -> (B, n_classes) logits, any H and W.

    Raises:
        NotImplementedError: if the graph holds a layer that the twin does not know.
    """

    def __init__(self, model: keras.Model) -> None:
        super().__init__()
        self.steps: list[tuple[str, list[str]]] = []
        self.nodes = nn.ModuleDict()
        for layer in model.layers[1:]:
            sources = [t._keras_history.operation.name for t in _as_list(layer.input)]
            self.steps.append((layer.name, sources))
            self.nodes[layer.name] = _module(layer)
        self.source = model.layers[0].name
        self.n_classes = int(model.output.shape[-1])
        self.is_depthwise = any(getattr(node, "groups", 1) > 1 for node in self.nodes.values())
        self.frozen: tuple[str, ...] = ()
        self.read(model)
        self.to(memory_format=torch.channels_last)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        values = {self.source: x}
        for name, sources in self.steps:
            with torch.set_grad_enabled(torch.is_grad_enabled() and name not in self.frozen):
                values[name] = self._run(name, [values[s] for s in sources])
        return values[self.steps[-1][0]]

    def _run(self, name: str, inputs: list[torch.Tensor]) -> torch.Tensor:
        return self.nodes[name](*inputs)

    def freeze_until(self, layer: str) -> None:
        """Keep every layer up to and including `layer` at its weights and statistics.

        Raises:
            ValueError: if there is no such layer.
        """
        names = [name for name, _ in self.steps]
        self.frozen = tuple(names[: names.index(layer) + 1])
        for name in self.frozen:
            self.nodes[name].requires_grad_(False)

    def train(self, mode: bool = True) -> Twin:
        super().train(mode)
        for name in self.frozen:
            self.nodes[name].eval()
        return self

    @torch.no_grad()
    def read(self, model: keras.Model) -> None:
        """Copy the Keras model's weights into the twin."""
        for name, module in self.nodes.items():
            for target, value in zip(_tensors(module), model.get_layer(name).get_weights(), strict=True):
                target.copy_(torch.from_numpy(np.ascontiguousarray(_to_torch(module, value))))

    def write(self, model: keras.Model) -> None:
        """Copy the twin's weights into the Keras model."""
        for name, module in self.nodes.items():
            values = [t.detach().float().cpu().numpy() for t in _tensors(module)]
            if values:
                model.get_layer(name).set_weights([_to_keras(module, v) for v in values])


def _as_list(x) -> list:
    return list(x) if isinstance(x, Sequence) else [x]


def _module(layer: keras.Layer) -> nn.Module:
    """The torch module of one Keras layer."""
    if isinstance(layer, keras.layers.DepthwiseConv2D):
        channels = layer.input.shape[-1]
        return SameConv2d(channels, channels, layer.kernel_size, layer.strides, groups=channels, bias=False)
    if isinstance(layer, keras.layers.Conv2D):
        return SameConv2d(layer.input.shape[-1], layer.filters, layer.kernel_size, layer.strides, bias=False)
    if isinstance(layer, keras.layers.BatchNormalization):
        return nn.BatchNorm2d(layer.input.shape[-1], layer.epsilon, 1 - layer.momentum)
    if isinstance(layer, keras.layers.ReLU):
        return nn.ReLU6() if layer.max_value == 6 else nn.ReLU()
    if isinstance(layer, keras.layers.GlobalAveragePooling2D):
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    if isinstance(layer, keras.layers.Dropout):
        return DropPath(layer.rate) if layer.noise_shape else nn.Dropout(layer.rate)
    if isinstance(layer, keras.layers.Dense):
        return nn.Linear(layer.input.shape[-1], layer.units)
    if isinstance(layer, keras.layers.Rescaling):
        return Rescale(layer.scale, layer.offset)
    if isinstance(layer, keras.layers.MaxPooling2D):
        return SameMaxPool2d(layer.pool_size[0], layer.strides[0])
    if isinstance(layer, keras.layers.Add):
        return Sum()
    if isinstance(layer, keras.layers.Concatenate):
        return SideBySide()
    raise NotImplementedError(f"no torch twin for {type(layer).__name__}")


def _tensors(module: nn.Module) -> list[torch.Tensor]:
    """A module's weights in Keras' order."""
    if isinstance(module, nn.BatchNorm2d):
        return [module.weight, module.bias, module.running_mean, module.running_var]
    if isinstance(module, nn.Linear):
        return [module.weight, module.bias]
    return [module.weight] if isinstance(module, nn.Conv2d) else []


def _to_torch(module: nn.Module, value: np.ndarray) -> np.ndarray:
    if value.ndim == 4:
        return value.transpose(_DEPTHWISE_AXES if module.groups > 1 else _CONV_AXES)
    return value.T if value.ndim == 2 else value


def _to_keras(module: nn.Module, value: np.ndarray) -> np.ndarray:
    if value.ndim == 4:
        return value.transpose(_DEPTHWISE_BACK if module.groups > 1 else _CONV_BACK)
    return value.T if value.ndim == 2 else value
