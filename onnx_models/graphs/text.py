"""The language model with its head: token ids and image tokens in, vectors or a logit out.

Batches are padded on the right and attention is causal, so that no row ever sees padding and
no mask is needed.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from .layers import (
    GatedMlp,
    Linear,
    Numbers,
    RmsNorm,
    Source,
    Weighted,
    causal_attention,
    frequencies,
    rotate,
)
from .shapes import Head, LoraShape, TextShape


class Embedding(Weighted):
    """Token ids to rows of the table."""

    def __init__(self, place: str, rows: int, size: int, dtype: torch.dtype) -> None:
        super().__init__()
        self.weight_of("weight", (rows, size), Source((f"{place}.weight",), "same"), dtype)

    def forward(self, ids: Tensor) -> Tensor:
        """Return float32 (B, S, size)."""
        return functional.embedding(ids, self.weight).float()


class Layer(nn.Module):
    """A decoder layer."""

    def __init__(self, shape: TextShape, number: int, numbers: Numbers) -> None:
        super().__init__()
        place, lora, kind = f"text.layers.{number}", shape.lora, numbers.dtype
        width, narrow = shape.hidden, shape.head_dim * shape.kv_heads
        self.heads, self.kv_heads = shape.heads, shape.kv_heads
        self.input_layernorm = RmsNorm(f"{place}.input_layernorm", width, shape.eps)
        self.post_attention_layernorm = RmsNorm(
            f"{place}.post_attention_layernorm", width, shape.eps
        )
        attn = f"{place}.self_attn"
        self.q_proj = Linear(f"{attn}.q_proj", width, width, dtype=kind, lora=lora)
        self.k_proj = Linear(f"{attn}.k_proj", width, narrow, dtype=kind, lora=lora)
        self.v_proj = Linear(f"{attn}.v_proj", width, narrow, dtype=kind, lora=lora)
        self.o_proj = Linear(f"{attn}.o_proj", width, width, dtype=kind, has_bias=False, lora=lora)
        self.mlp = GatedMlp(
            f"{place}.mlp", width, shape.inner, numbers=numbers, has_bias=False, lora=lora
        )

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, task: Tensor | None) -> Tensor:
        """Return the residual stream, float32 (B, S, hidden)."""
        y = self.input_layernorm(x)
        q = rotate(self.q_proj(y, task), cos, sin, self.heads)
        k = rotate(self.k_proj(y, task), cos, sin, self.kv_heads)
        mixed = causal_attention(q, k, self.v_proj(y, task), self.heads, self.kv_heads)
        x = x + self.o_proj(mixed, task).float()
        return x + self.mlp(self.post_attention_layernorm(x), task)


class Text(nn.Module):
    """Ids, positions and image tokens to what the head makes of them."""

    def __init__(self, shape: TextShape, numbers: Numbers) -> None:
        super().__init__()
        self.shape = shape
        width = shape.hidden
        self.embed_tokens = Embedding("text.embed_tokens", shape.vocabulary, width, numbers.dtype)
        self.layers = nn.ModuleList(Layer(shape, n, numbers) for n in range(shape.layers))
        self.norm = RmsNorm("text.norm", width, shape.eps)
        if shape.head is Head.RANK:
            self.score_in = _small("score.0", width, width)
            self.score_out = _small("score.2", width, 1)
        elif shape.rows_dim:
            self.projector = _small(
                "multi_vector_projector", width, shape.rows_dim, lora=shape.lora
            )

    def settle(self) -> None:
        """Make the constants, outside of fake tensors."""
        self.inv_freq = frequencies(self.shape.head_dim, self.shape.theta)
        self.axes = torch.repeat_interleave(torch.arange(3), torch.tensor(self.shape.mrope))
        self.score_scale = float(self.shape.head_dim) ** -0.25

    def forward(
        self,
        input_ids: Tensor,
        position_ids: Tensor,
        image_embeds: Tensor,
        image_index: Tensor,
        pool: Tensor,
        task: Tensor | None = None,
    ) -> tuple[Tensor, ...]:
        """Return (single, multi), (single,) or (logit,), float32."""
        x = self._merged(input_ids, image_embeds, image_index)
        places = position_ids.float().index_select(0, self.axes).permute(1, 2, 0)
        angles = places * self.inv_freq
        cos, sin = angles.cos() * self.score_scale, angles.sin() * self.score_scale
        for layer in self.layers:
            x = layer(x, cos, sin, task)
        x = self.norm(x)
        pooled = (pool[:, None, :] @ x)[:, 0] / pool.sum(1, keepdim=True)
        if self.shape.head is Head.RANK:
            return (self.score_out(functional.relu(self.score_in(pooled)))[:, 0],)
        single = functional.normalize(pooled, dim=-1)
        if not self.shape.rows_dim:
            return (single,)
        return single, functional.normalize(self.projector(x, task), dim=-1)

    def _merged(self, ids: Tensor, image_embeds: Tensor, image_index: Tensor) -> Tensor:
        """Put image tokens where their index is not -1."""
        rows = image_embeds.index_select(0, image_index.clamp_min(0).reshape(-1))
        tokens = self.embed_tokens(ids)
        return torch.where((image_index >= 0)[..., None], rows.reshape(tokens.shape), tokens)


def _small(place: str, inputs: int, outputs: int, lora: LoraShape | None = None) -> Linear:
    """Make a head's layer: float32, never quantised."""
    return Linear(place, inputs, outputs, dtype=torch.float32, is_quantisable=False, lora=lora)
