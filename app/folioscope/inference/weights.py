"""Weights of a checkpoint in the layout that a template's inputs want."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import Float32
from folioscope.inference.checkpoint import Checkpoint, is_unused
from folioscope.inference.safetensors_files import StoredTensor, as_floats
from folioscope.inference.templates import WeightSlot

_PART = 4_000_000  # values in memory as floats at a time; also how soon a cancel is heard
_LARGEST_HALF = 65_504.0
_AGAIN = "Fetch the checkpoint again; if that does not help, it is broken at its source."
Turn = Callable[[int], None]  # is told of bytes read, and may raise Cancelled


class Weights(Protocol):
    """Where weights come from: a checkpoint, or chance where only speed matters."""

    def dense(self, slot: WeightSlot) -> Iterator[Float32]: ...
    def rows(self, slot: WeightSlot) -> Iterator[Float32]: ...


@dataclass(frozen=True, slots=True, eq=False)
class WeightReader:
    """Reads what slots ask for, in parts that fit into little memory."""

    checkpoint: Checkpoint
    turn: Turn

    def dense(self, slot: WeightSlot) -> Iterator[Float32]:
        """Yield a weight in the layout of the graph, front to back, in float32."""
        if slot.kind in ("lora_a", "lora_b"):
            yield from (self._adapter(slot, key, task) for task, key in enumerate(slot.keys))
        elif slot.kind == "same":
            yield from self._parts(self._tensor(slot))
        else:
            yield from self._turned(slot)

    def rows(self, slot: WeightSlot) -> Iterator[Float32]:
        """Yield a weight that will be transposed as (outputs, inputs), some rows at a time."""
        tensor = self._tensor(slot)
        for part in self._parts(tensor):
            flat = part.reshape(len(part), -1)
            yield flat / np.float32(slot.divisor) if slot.divisor != 1 else flat

    def _tensor(self, slot: WeightSlot) -> StoredTensor:
        return self.checkpoint.tensor(str(slot.keys[0]))

    def _parts(self, tensor: StoredTensor) -> Iterator[Float32]:
        count = tensor.shape[0] if tensor.shape else 1
        step = max(1, _PART * count // max(math.prod(tensor.shape), 1))
        for first in range(0, count, step):
            raw = tensor.raw(first, first + step)
            yield _checked(tensor, as_floats(raw))
            self.turn(raw.nbytes)

    def _turned(self, slot: WeightSlot) -> Iterator[Float32]:
        """Yield (inputs, outputs). The stored weight is whole in memory, as floats in parts."""
        tensor = self._tensor(slot)
        stored = tensor.raw()
        stored = stored.reshape(len(stored), -1)
        inputs = stored.shape[1]
        step = max(1, _PART // max(len(stored), 1))
        for first in range(0, inputs, step):
            part = stored[:, first : first + step]
            floats = _checked(tensor, as_floats(np.ascontiguousarray(part.T)))
            yield floats / np.float32(slot.divisor) if slot.divisor != 1 else floats
            self.turn(part.nbytes)

    def _adapter(self, slot: WeightSlot, key: str | None, task: int) -> Float32:
        shape = slot.shape[1:]
        if key is None:
            return np.zeros(shape, np.float32)
        tensor = self.checkpoint.tensor(key)
        floats = _checked(tensor, as_floats(tensor.raw())).T
        self.turn(tensor.size_bytes)
        config = self.checkpoint.adapter
        return floats * np.float32(config.scale) if slot.kind == "lora_b" and config else floats


def halves(parts: Iterator[Float32], name: str) -> Iterator[npt.NDArray[np.float16]]:
    """Turn parts into float16; InferenceError where a value is too large for it."""
    for part in parts:
        if part.size and max(part.max(), -part.min()) > _LARGEST_HALF:
            raise InferenceError(
                f"The weight `{name}` holds values that float16 cannot.",
                hint="Install the model in another precision.",
            )
        yield part.astype(np.float16)


def _checked(tensor: StoredTensor, floats: Float32) -> Float32:
    if floats.size and not (np.isfinite(floats.max()) and np.isfinite(floats.min())):
        raise InferenceError(
            f"The weight `{tensor.name}` in {tensor.path} holds values that are no numbers.",
            hint=_AGAIN,
        )
    return floats


def check_fit(slots: Mapping[str, WeightSlot], checkpoint: Checkpoint) -> None:
    """Raise InferenceError where a weight is missing or has another shape; reads no weights."""
    for slot in slots.values():
        for key in slot.keys:
            if key is not None:
                _check_shape(slot, checkpoint.tensor(key), checkpoint)


def check_all_used(used: set[str], checkpoint: Checkpoint) -> None:
    """Raise InferenceError where the checkpoint has weights that no graph takes."""
    unknown = sorted(key for key in checkpoint.tensors if key not in used and not is_unused(key))
    if unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise InferenceError(
            f"The checkpoint in {checkpoint.folder} has a weight that this model does not know:"
            f" `{unknown[0]}`{more}.",
            hint="It is another model or another version; make a template for it with build.py.",
        )


def _check_shape(slot: WeightSlot, tensor: StoredTensor, checkpoint: Checkpoint) -> None:
    wanted = _stored_shape(slot, tensor.shape)
    if wanted == tensor.shape:
        return
    if slot.kind in ("lora_a", "lora_b"):
        rank_of = slot.shape[2] if slot.kind == "lora_a" else slot.shape[1]
        has = tensor.shape[0] if slot.kind == "lora_a" else tensor.shape[-1]
        if rank_of != has:
            raise InferenceError(
                f"The adapter weight `{tensor.name}` in {tensor.path} has rank {has}, and this"
                f" model's adapters have rank {rank_of}.",
                hint="Take the model's own adapters, or make a template with build.py.",
            )
    raise InferenceError(
        f"The weight `{tensor.name}` in {tensor.path} has the shape {_shown(tensor.shape)} where"
        f" {_shown(wanted)} belongs.",
        hint="It is another model or another version; make a template for it with build.py.",
    )


def _stored_shape(slot: WeightSlot, stored: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that a stored weight must have to fill the slot."""
    if slot.kind == "same":
        return slot.shape
    if slot.kind in ("lora_a", "lora_b"):
        return slot.shape[:0:-1]
    inputs, outputs = slot.shape
    fits = slot.kind == "conv" and stored[:1] == (outputs,) and math.prod(stored[1:]) == inputs
    return stored if fits else (outputs, inputs)


def _shown(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "of a single number"


def source_bytes(slots: Mapping[str, WeightSlot], checkpoint: Checkpoint) -> int:
    """Return how many bytes of the checkpoint the slots will read."""
    keys = {key for slot in slots.values() for key in slot.keys if key is not None}
    return sum(checkpoint.tensor(key).size_bytes for key in keys)


def keys_of(slots: Mapping[str, WeightSlot]) -> set[str]:
    """Return the names of all weights that the slots read."""
    return {key for slot in slots.values() for key in slot.keys if key is not None}
