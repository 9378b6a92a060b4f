"""Runs a model a slice at a time, so that one too large for memory can be proven all the same.

Each slice is a session of its own over the same file of weights; what one computes is fed to
the next.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from folioscope.domain.protocols import Cancellation
from folioscope.inference.sessions import SessionWishes, open_session

Array = npt.NDArray[Any]
Turn = Callable[[int], None]
_SLICE_BYTES = 400_000_000  # sessions pack weights anew, so that about twice this is in memory
_WISHES = SessionWishes(keeps_arena=False)


def run_sliced(
    model: Path,
    runs: Sequence[Mapping[str, Array]],
    *,
    token: Cancellation | None = None,
    turn: Turn | None = None,
    slice_bytes: int = _SLICE_BYTES,
) -> list[dict[str, Array]]:
    """Return all outputs for the inputs of each run; raise InferenceError.

    ``turn`` is told of bytes of weights that were used. Writes a small file beside ``model``
    meanwhile.
    """
    import onnx

    whole = onnx.load(str(model), load_external_data=False)
    wanted = {value.name for value in whole.graph.output}
    weights = {tensor.name: tensor for tensor in whole.graph.initializer}
    slices = list(_slices(list(whole.graph.node), weights, slice_bytes))
    values = [dict(inputs) for inputs in runs]
    place = model.with_name(f"{model.stem}.slice.onnx")
    try:
        for nodes, needed in zip(slices, _needed_later(slices, wanted), strict=True):
            part, outputs = _part(whole, nodes, weights, values[0], needed)
            place.write_bytes(part.SerializeToString())
            _run_part(place, outputs, values, token)
            values = [_kept(each, needed) for each in values]
            if turn is not None:
                turn(sum(_size(tensor) for tensor in part.graph.initializer))
    finally:
        place.unlink(missing_ok=True)
    return [_kept(each, wanted) for each in values]


def _run_part(
    place: Path,
    outputs: list[str],
    values: Sequence[dict[str, Array]],
    token: Cancellation | None,
) -> None:
    """Add what a slice computes to the values of each run; its session is closed behind."""
    session = open_session(place, _WISHES)
    for each in values:
        fed = {name: each[name] for name in session.inputs}
        each.update(zip(outputs, session.run_all(outputs, fed, token=token), strict=True))


def _kept(values: Mapping[str, Array], names: set[str]) -> dict[str, Array]:
    return {name: value for name, value in values.items() if name in names}


def _slices(nodes: list[Any], weights: Mapping[str, Any], slice_bytes: int) -> Iterator[list[Any]]:
    part: list[Any] = []
    size = 0
    for node in nodes:
        own = sum(_size(weights[name]) for name in node.input if name in weights)
        if part and size + own > slice_bytes:
            yield part
            part, size = [], 0
        part.append(node)
        size += own
    yield part


def _size(tensor: Any) -> int:
    length = next((entry.value for entry in tensor.external_data if entry.key == "length"), None)
    return int(length) if length is not None else int(tensor.ByteSize())


def _needed_later(slices: list[list[Any]], wanted: set[str]) -> list[set[str]]:
    """Return, for each slice, the names that later slices or the caller read."""
    needed = set(wanted)
    answer = []
    for nodes in reversed(slices):
        answer.append(set(needed))
        needed |= {name for node in nodes for name in node.input}
    return answer[::-1]


def _part(
    whole: Any,
    nodes: list[Any],
    weights: Mapping[str, Any],
    values: Mapping[str, Array],
    needed: set[str],
) -> tuple[Any, list[str]]:
    """Return a model of some nodes, and which of their values are to be kept."""
    from onnx import helper

    read = {name for node in nodes for name in node.input}
    made = [name for node in nodes for name in node.output if name]
    outputs = [name for name in made if name in needed]
    fed = sorted(name for name in read & values.keys() if name not in weights)
    graph = helper.make_graph(
        nodes,
        "slice",
        [_described(name, values[name]) for name in fed],
        [helper.make_empty_tensor_value_info(name) for name in outputs],
        [weights[name] for name in sorted(read) if name in weights],
    )
    model = helper.make_model(graph, opset_imports=whole.opset_import, functions=whole.functions)
    model.ir_version = whole.ir_version
    return model, outputs


def _described(name: str, value: Array) -> Any:
    from onnx import helper

    kind = helper.np_dtype_to_tensor_dtype(np.asarray(value).dtype)
    sizes = [f"{name}.{axis}" for axis in range(np.ndim(value))]
    return helper.make_tensor_value_info(name, kind, sizes)
