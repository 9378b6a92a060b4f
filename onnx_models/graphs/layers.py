"""Layers with their weights as (in, out), and what keeps float16 from overflowing.

In the float16 flavour weights and products are float16; norms, rotary embedding, the residual
stream and small heads are float32. What goes into the last projection of a block is kept 64 times
too small, which is made good in float32: Qwen's largest activations pass 65,504, before it and
behind it. (Scaling that projection's weights instead would take precision from small ones, and it
is they that meet the largest activations.)
"""

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from .shapes import Flavour, LoraShape

INNER_SCALE = 64.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a weight comes from: canonical keys of the checkpoint and what is done to them."""

    keys: tuple[str | None, ...]
    transform: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The types and scales of a flavour."""

    flavour: Flavour

    @property
    def dtype(self) -> torch.dtype:
        """Type of weights and products."""
        return torch.float16 if self.flavour is Flavour.FP16 else torch.float32

    @property
    def inner_scale(self) -> float:
        """How many times too small the input of a block's last projection is kept."""
        return INNER_SCALE if self.flavour is Flavour.FP16 else 1.0


class Weighted(nn.Module):
    """A module whose parameters know their sources; ``sources`` is by the parameter's name."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: dict[str, Source] = {}
        self.quantisable: tuple[str, ...] = ()

    def weight_of(
        self, name: str, shape: tuple[int, ...], source: Source, dtype: torch.dtype
    ) -> None:
        """Register a parameter without values and where they come from."""
        self.register_parameter(name, nn.Parameter(torch.empty(shape, dtype=dtype)))
        self.sources[name] = source


class Linear(Weighted):
    """x @ W + b, and the adapter of a task where the place has one.

    ``in_scale``: the input is that many times too small, which is made good in float32.
    """

    def __init__(
        self,
        place: str,
        inputs: int,
        outputs: int,
        *,
        dtype: torch.dtype,
        has_bias: bool = True,
        lora: LoraShape | None = None,
        in_scale: float = 1.0,
        is_quantisable: bool = True,
        transform: str = "transpose",
    ) -> None:
        super().__init__()
        self.dtype, self.in_scale = dtype, in_scale
        self.weight_of("weight", (inputs, outputs), Source((f"{place}.weight",), transform), dtype)
        self.has_bias, self.lora = has_bias, lora if lora and place in lora.places else None
        if has_bias:
            kind = torch.float32 if in_scale != 1.0 else dtype
            self.weight_of("bias", (outputs,), Source((f"{place}.bias",), "same"), kind)
        if self.lora:
            self._add_adapters(place, inputs, outputs, self.lora)
        self.quantisable = ("weight",) if is_quantisable else ()

    def _add_adapters(self, place: str, inputs: int, outputs: int, lora: LoraShape) -> None:
        count = len(lora.tasks)
        shapes = {"lora_A": (count, inputs, lora.rank), "lora_B": (count, lora.rank, outputs)}
        for name, shape in shapes.items():
            keys = tuple(lora.key(place, name, task) for task in lora.tasks)
            self.weight_of(name, shape, Source(keys, name.lower()), self.dtype)

    def forward(self, x: Tensor, task: Tensor | None = None) -> Tensor:
        """Return float32 where the input was scaled, and the type of the weights otherwise."""
        x = x.to(self.dtype)
        y = self._rescaled(x @ self.weight)
        if self.has_bias:
            y = y + self.bias
        if self.lora is not None and task is not None:
            y = y + self._rescaled((x @ self.lora_A[task]) @ self.lora_B[task])
        return y

    def _rescaled(self, y: Tensor) -> Tensor:
        return y if self.in_scale == 1.0 else y.float() * self.in_scale


class RmsNorm(Weighted):
    """RMSNorm in float32."""

    def __init__(self, place: str, size: int, eps: float) -> None:
        super().__init__()
        self.weight_of("weight", (size,), Source((f"{place}.weight",), "same"), torch.float32)
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Return float32."""
        return functional.rms_norm(x, (x.shape[-1],), self.weight, self.eps)


class LayerNorm(Weighted):
    """LayerNorm with bias, in float32."""

    def __init__(self, place: str, size: int, eps: float) -> None:
        super().__init__()
        self.weight_of("weight", (size,), Source((f"{place}.weight",), "same"), torch.float32)
        self.weight_of("bias", (size,), Source((f"{place}.bias",), "same"), torch.float32)
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """Return float32."""
        return functional.layer_norm(x, (x.shape[-1],), self.weight, self.bias, self.eps)


class GatedMlp(nn.Module):
    """SwiGLU: down(silu(gate(x)) * up(x)), float32 out."""

    def __init__(
        self,
        place: str,
        hidden: int,
        inner: int,
        *,
        numbers: Numbers,
        has_bias: bool,
        lora: LoraShape | None = None,
    ) -> None:
        super().__init__()
        linear = partial(Linear, dtype=numbers.dtype, has_bias=has_bias, lora=lora)
        self.scale = numbers.inner_scale
        self.gate_proj = linear(f"{place}.gate_proj", hidden, inner)
        self.up_proj = linear(f"{place}.up_proj", hidden, inner)
        self.down_proj = linear(f"{place}.down_proj", inner, hidden, in_scale=self.scale)

    def forward(self, x: Tensor, task: Tensor | None = None) -> Tensor:
        """Return float32 of the shape of ``x``."""
        gate = functional.silu(self.gate_proj(x, task))
        return self.down_proj(shrunk(gate, self.scale) * self.up_proj(x, task), task)


class QuickGeluMlp(nn.Module):
    """fc2(quick_gelu(fc1(x))), float32 out."""

    def __init__(self, place: str, hidden: int, inner: int, *, numbers: Numbers) -> None:
        super().__init__()
        self.scale = numbers.inner_scale
        self.fc1 = Linear(f"{place}.fc1", hidden, inner, dtype=numbers.dtype)
        self.fc2 = Linear(f"{place}.fc2", inner, hidden, dtype=numbers.dtype, in_scale=self.scale)

    def forward(self, x: Tensor) -> Tensor:
        """Return float32 of the shape of ``x``."""
        y = self.fc1(x)
        return self.fc2(shrunk(y * torch.sigmoid(1.702 * y), self.scale))


def shrunk(x: Tensor, scale: float) -> Tensor:
    """Return ``x`` that many times smaller."""
    return x if scale == 1.0 else x * (1.0 / scale)


def rotate(x: Tensor, cos: Tensor, sin: Tensor, heads: int) -> Tensor:
    """Turn pairs of halves of each head in float32; returns the type of ``x``.

    ``x`` (B, S, heads*d), ``cos`` and ``sin`` float32 (B, S, d/2).
    """
    turned = torch.onnx.ops.rotary_embedding(x.float(), cos, sin, num_heads=heads)
    return turned.to(x.dtype)


def full_attention(q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
    """Attend from all to all; q, k (scaled before) and v are (B, S, heads*d)."""
    return torch.onnx.ops.symbolic(
        "com.microsoft::MultiHeadAttention",
        [q, k, v],
        {"num_heads": heads, "scale": 1.0},
        dtype=q.dtype,
        shape=q.shape,
        version=1,
    )


def causal_attention(q: Tensor, k: Tensor, v: Tensor, heads: int, kv_heads: int) -> Tensor:
    """Attend backwards with shared key heads; q (B, S, heads*d), k and v (B, S, kv_heads*d).

    The keys and values that it hands out for a next step are taken by nobody, but the kernel for
    CUDA writes them without asking whether there is a place for them.
    """
    batch, length, width = k.shape
    cache = (batch, kv_heads, length, width // kv_heads)
    total = torch.ones((), dtype=torch.int32) * length
    last = torch.zeros((batch,), dtype=torch.int32) + (total - 1)
    mixed, _, _ = torch.onnx.ops.symbolic_multi_out(
        "com.microsoft::GroupQueryAttention",
        [q, k, v, None, None, last, total],
        {"num_heads": heads, "kv_num_heads": kv_heads, "scale": 1.0},
        dtypes=(q.dtype, q.dtype, q.dtype),
        shapes=(q.shape, cache, cache),
        version=1,
    )
    return mixed


def frequencies(size: int, theta: float) -> Tensor:
    """Return the ``size`` / 2 frequencies of a rotary embedding, float32."""
    steps = torch.arange(0, size, 2, dtype=torch.float32) / size
    return 1.0 / (theta**steps)
