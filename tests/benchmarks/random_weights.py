"""Checkpoints that are nothing but random numbers, made while they are read.

Full-size models cannot be had everywhere, and speed does not depend on what the weights are.
Every tensor is a stretch of one bank of random numbers, chosen by its name, so that all
precisions of a model are made from the same weights.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from folioscope.inference.templates import Template, WeightSlot

_BANK_VALUES = 1 << 23
_PATCH = (3, 2, 14, 14)


@dataclass(frozen=True, slots=True)
class RandomTensor:
    """Looks like a tensor of a safetensors file."""

    name: str
    shape: tuple[int, ...]
    spread: float
    middle: float
    bank: np.ndarray
    kind: str = "F32"
    path: Path = Path("random")

    @property
    def size_bytes(self) -> int:
        """As if it lay in a file."""
        return 4 * math.prod(self.shape)

    def raw(self, first: int = 0, end: int | None = None) -> np.ndarray:
        """Make rows of it."""
        rows = self.shape[0] if self.shape else 1
        end = rows if end is None else min(end, rows)
        each = math.prod(self.shape[1:])
        seed = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:4], "little")
        start = (seed + first * each) % _BANK_VALUES
        wanted = (end - first) * each
        repeats = -(-(start + wanted) // _BANK_VALUES)
        values = np.concatenate([self.bank] * repeats)[start : start + wanted]
        return (values * self.spread + self.middle).reshape(end - first, *self.shape[1:])


class RandomCheckpoint:
    """Stands for the files of a checkpoint with all weights that a template asks for."""

    adapter = None
    folder = Path("random")

    def __init__(self, template: Template) -> None:
        self._bank = np.random.default_rng(1).standard_normal(_BANK_VALUES, np.float32)
        self.tensors: dict[str, RandomTensor] = {}
        for slot in template.slots.values():
            for key in slot.keys:
                if key is not None:
                    self.tensors[key] = self._tensor(key, slot)

    def tensor(self, key: str) -> RandomTensor:
        """Return a weight by its canonical name."""
        return self.tensors[key]

    def _tensor(self, key: str, slot: WeightSlot) -> RandomTensor:
        shape = stored_shape(slot)
        is_norm = "norm" in key or "ln_q" in key
        if len(shape) == 1:
            return RandomTensor(key, shape, 0.05, float(is_norm and ".weight" in key), self._bank)
        if key.endswith("embed_tokens.weight"):
            return RandomTensor(key, shape, 1.0, 0.0, self._bank)
        spread = 0.1 if slot.kind == "lora_b" else 1.0
        return RandomTensor(key, shape, spread / math.sqrt(math.prod(shape[1:])), 0.0, self._bank)


def stored_shape(slot: WeightSlot) -> tuple[int, ...]:
    """Return the shape in a checkpoint of what a slot wants."""
    shape: Sequence[int] = slot.shape
    if slot.kind == "conv":
        return (shape[1], *_PATCH)
    if slot.kind in ("transpose", "scaled"):
        return (shape[1], shape[0])
    if slot.kind in ("lora_a", "lora_b"):
        return (shape[2], shape[1])
    return tuple(shape)
