"""The numbers that a graph is made from. No torch here: reading a config needs none."""

from dataclasses import dataclass
from enum import StrEnum


class Architecture(StrEnum):
    """Families of models that templates can be made for."""

    QWEN2_5_VL = "qwen2_5_vl"
    QWEN2_VL = "qwen2_vl"


class Flavour(StrEnum):
    """In what numbers a graph computes."""

    FP32 = "fp32"
    FP16 = "fp16"


class Head(StrEnum):
    """What the text graph ends in."""

    EMBED = "embed"
    RANK = "rank"


@dataclass(frozen=True, slots=True)
class VisionShape:
    """A vision tower. ``full_blocks``: blocks without windows, all of them in Qwen2-VL."""

    architecture: Architecture
    hidden: int
    heads: int
    inner: int
    depth: int
    out: int
    full_blocks: frozenset[int]
    patch_values: int = 1176
    theta: float = 10_000.0
    eps: float = 1e-6

    @property
    def has_windows(self) -> bool:
        """Whether any block looks at windows."""
        return len(self.full_blocks) < self.depth


@dataclass(frozen=True, slots=True)
class LoraShape:
    """Adapters that lie beside each other. ``places``: canonical names that have one.

    ``missing``: (place, task) pairs without an adapter, filled with zeros. ``unnamed``: the task
    whose adapter has no name in the file, as PEFT writes one that stands alone.
    """

    tasks: tuple[str, ...]
    rank: int
    places: frozenset[str]
    missing: frozenset[tuple[str, str]] = frozenset()
    unnamed: str = ""

    def key(self, place: str, part: str, task: str) -> str | None:
        """Return the canonical name of ``lora_A`` or ``lora_B``, None where it is missing."""
        if (place, task) in self.missing:
            return None
        return f"{place}.{part}.weight" if task == self.unnamed else f"{place}.{part}.{task}.weight"


@dataclass(frozen=True, slots=True)
class TextShape:
    """A language model and its head. ``mrope``: frequencies driven by time, row and column.

    ``rows_dim`` is the size of late-interaction rows, 0 where there is no projector.
    """

    head: Head
    hidden: int
    heads: int
    kv_heads: int
    inner: int
    layers: int
    vocabulary: int
    eps: float
    theta: float
    mrope: tuple[int, int, int]
    rows_dim: int = 0
    lora: LoraShape | None = None
    max_tokens: int = 32_768

    @property
    def head_dim(self) -> int:
        """Size of an attention head."""
        return self.hidden // self.heads
