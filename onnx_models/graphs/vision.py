"""The vision tower: patches of one picture in, merged tokens out."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from .layers import (
    GatedMlp,
    LayerNorm,
    Linear,
    Numbers,
    QuickGeluMlp,
    RmsNorm,
    frequencies,
    full_attention,
    rotate,
)
from .shapes import Architecture, VisionShape

_MERGED = 4  # 2×2 patches make a token
_EXCLUDED = -10_000.0  # added to scores of rows that fill a window; float16 can hold it


class Windows:
    """Where the rows of each window lie; made once a run."""

    def __init__(self, win_idx: Tensor, win_inv: Tensor, dtype: torch.dtype) -> None:
        self.count, self.size = win_idx.shape
        self.rows = win_idx.clamp_min(0).reshape(-1)
        self.back = win_inv
        bias = torch.where(win_idx >= 0, 0.0, _EXCLUDED).to(dtype)
        self.bias = bias.reshape(self.count, 1, 1, self.size)

    def attend(self, q: Tensor, k: Tensor, v: Tensor, heads: int) -> Tensor:
        """Attend within windows; all (1, P, heads*d)."""
        q, k, v = (self._gathered(z, heads) for z in (q, k, v))
        shares = functional.softmax(q @ k.transpose(-1, -2) + self.bias, dim=-1)
        mixed = (shares @ v).transpose(1, 2).reshape(self.count * self.size, -1)
        return mixed.index_select(0, self.back)[None]

    def _gathered(self, z: Tensor, heads: int) -> Tensor:
        rows = z[0].index_select(0, self.rows)
        return rows.reshape(self.count, self.size, heads, -1).transpose(1, 2)


class Block(nn.Module):
    """A transformer block whose attention sees its window, or everything."""

    def __init__(self, shape: VisionShape, number: int, numbers: Numbers) -> None:
        super().__init__()
        place, width = f"visual.blocks.{number}", shape.hidden
        is_newer = shape.architecture is Architecture.QWEN2_5_VL
        norm = RmsNorm if is_newer else LayerNorm
        self.heads, self.is_full = shape.heads, number in shape.full_blocks
        self.norm1 = norm(f"{place}.norm1", width, shape.eps)
        self.norm2 = norm(f"{place}.norm2", width, shape.eps)
        self.qkv = Linear(f"{place}.attn.qkv", width, 3 * width, dtype=numbers.dtype)
        self.proj = Linear(f"{place}.attn.proj", width, width, dtype=numbers.dtype)
        self.mlp: nn.Module = (
            GatedMlp(f"{place}.mlp", width, shape.inner, numbers=numbers, has_bias=True)
            if is_newer
            else QuickGeluMlp(f"{place}.mlp", width, shape.inner, numbers=numbers)
        )

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, windows: Windows | None) -> Tensor:
        """Return the residual stream, float32 (1, P, hidden)."""
        q, k, v = self.qkv(self.norm1(x)).chunk(3, dim=-1)
        q, k = rotate(q, cos, sin, self.heads), rotate(k, cos, sin, self.heads)
        if self.is_full or windows is None:
            mixed = full_attention(q, k, v, self.heads)
        else:
            mixed = windows.attend(q, k, v, self.heads)
        x = x + self.proj(mixed).float()
        return x + self.mlp(self.norm2(x))


class Vision(nn.Module):
    """Patch rows to merged tokens in the order fed; attention scores are scaled in cos and sin."""

    def __init__(self, shape: VisionShape, numbers: Numbers) -> None:
        super().__init__()
        self.shape, self.numbers = shape, numbers
        width, wide = shape.hidden, shape.hidden * _MERGED
        norm = RmsNorm if shape.architecture is Architecture.QWEN2_5_VL else LayerNorm
        self.patch_embed = Linear(
            "visual.patch_embed.proj",
            shape.patch_values,
            width,
            dtype=torch.float32,
            has_bias=False,
            is_quantisable=False,
            transform="conv",
        )
        self.blocks = nn.ModuleList(Block(shape, n, numbers) for n in range(shape.depth))
        self.ln_q = norm("visual.merger.ln_q", width, shape.eps)
        self.merger_in = Linear("visual.merger.mlp.0", wide, wide, dtype=numbers.dtype)
        self.merger_out = Linear("visual.merger.mlp.2", wide, shape.out, dtype=numbers.dtype)

    def settle(self) -> None:
        """Make the constants, outside of fake tensors."""
        head_dim = self.shape.hidden // self.shape.heads
        self.inv_freq = frequencies(head_dim // 2, self.shape.theta)
        self.score_scale = float(head_dim) ** -0.25

    def forward(
        self,
        pixel_values: Tensor,
        pos_hw: Tensor,
        win_idx: Tensor | None = None,
        win_inv: Tensor | None = None,
    ) -> Tensor:
        """Return float32 (P/4, out)."""
        angles = (pos_hw.float()[:, :, None] * self.inv_freq).flatten(1)[None]
        cos, sin = angles.cos() * self.score_scale, angles.sin() * self.score_scale
        windows = None
        if win_idx is not None and win_inv is not None:
            windows = Windows(win_idx, win_inv, self.numbers.dtype)
        x = self.patch_embed(pixel_values)[None]
        for block in self.blocks:
            x = block(x, cos, sin, windows)
        merged = self.ln_q(x).reshape(-1, self.shape.hidden * _MERGED)
        return self.merger_out(functional.gelu(self.merger_in(merged))).float()
