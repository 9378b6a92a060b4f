"""Official graphs, with their weights moved beside them.

A joint graph of the CLIP kind is split into its text and vision halves: users look at pictures
far more often than at texts, and each half alone is half the memory. Others stay whole.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from folioscope.domain.errors import InferenceError
from folioscope.inference.external_data import ExternalData
from folioscope.inference.graph_skeleton import load_skeleton
from folioscope.inference.weights import Turn

HALVES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "vision": ("pixel_values", ("image_embeddings", "l2norm_image_embeddings")),
    "text": ("input_ids", ("text_embeddings", "l2norm_text_embeddings")),
}
WHOLE_FILE = "model.onnx"
# architectures whose graph holds two halves side by side, and one behind the other
JOINT, TILED = frozenset({"jina_clip"}), frozenset({"colmodernvbert"})
_LEAST_EXTERNAL = 1_024  # bytes; smaller ones are shapes and scales, which the graph needs inside
_PIECE = 16_000_000
OTHER_GRAPH = "Take the official graph of this model, in the revision that its description names."


def split(joint: Path, folder: Path, turn: Turn) -> dict[str, str]:
    """Write ``vision.onnx`` and ``text.onnx`` with their weights beside them.

    Returns the sha256 of the files of weights. Raises InferenceError where the graph is damaged
    or not of this kind.
    """
    model = load_skeleton(joint)
    hashes = {}
    for half, (source, outputs) in HALVES.items():
        part = _half(model, source, outputs, joint)
        place = folder / f"{half}.onnx"
        hashes[f"{half}.onnx.data"] = move_weights(part, joint, place, turn)
        place.write_bytes(part.SerializeToString())
    return hashes


def take_whole(official: Path, folder: Path, turn: Turn) -> dict[str, str]:
    """Write ``model.onnx`` with its weights beside it; for graphs that have no halves.

    Returns the sha256 of the file of weights. Raises InferenceError where the graph is damaged.
    """
    model = load_skeleton(official)
    place = folder / WHOLE_FILE
    hashes = {f"{place.name}.data": move_weights(model, official, place, turn)}
    place.write_bytes(model.SerializeToString())
    return hashes


def _half(model: Any, source: str, outputs: tuple[str, ...], joint: Path) -> Any:
    """Return a model of what leads to ``outputs``; it must hang on ``source`` alone."""
    graph = model.graph
    known = {value.name: value for value in (*graph.input, *graph.output)}
    if not known.keys() >= {source, *outputs}:
        raise InferenceError(
            f"{joint} has not the inputs and outputs of a graph for texts and pictures.",
            hint=OTHER_GRAPH,
        )
    nodes = leading_to(outputs, list(graph.node))
    read = {name for node in nodes for name in names_read(node)}
    weights = [tensor for tensor in graph.initializer if tensor.name in read]
    weight_names = {tensor.name for tensor in weights}
    inputs = {v.name for v in graph.input if v.name in read and v.name not in weight_names}
    if inputs != {source}:
        raise InferenceError(
            f"The halves of {joint} hang together: {', '.join(sorted(inputs))} lead to"
            f" {outputs[0]}.",
            hint=OTHER_GRAPH,
        )
    return assembled(model, nodes, weights, [known[source]], [known[name] for name in outputs])


def assembled(
    model: Any, nodes: list[Any], weights: list[Any], inputs: list[Any], outputs: list[Any]
) -> Any:
    """Return a model of some nodes of another, with its versions and functions."""
    from onnx import helper

    part = helper.make_model(
        helper.make_graph(nodes, "half", inputs, outputs, weights),
        opset_imports=model.opset_import,
        functions=model.functions,
    )
    part.ir_version = model.ir_version
    return part


def leading_to(outputs: tuple[str, ...], nodes: list[Any]) -> list[Any]:
    """Return the nodes that the outputs need, in their order."""
    needed = set(outputs)
    kept = []
    for node in reversed(nodes):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(names_read(node))
    return kept[::-1]


def names_read(node: Any) -> Iterator[str]:
    """Yield what a node reads, with what graphs inside it read from outside."""
    yield from (name for name in node.input if name)
    for attribute in node.attribute:
        for graph in (attribute.g, *attribute.graphs):
            for inner in graph.node:
                yield from names_read(inner)


def move_weights(part: Any, joint: Path, place: Path, turn: Turn) -> str:
    """Write the larger weights into a file of their own, one at a time."""
    import onnx

    weights = list(part.graph.initializer)
    del part.graph.initializer[:]
    with ExternalData(place.with_name(f"{place.name}.data")) as data:
        for tensor in weights:
            if not is_external(tensor) and tensor.ByteSize() < _LEAST_EXTERNAL:
                part.graph.initializer.append(tensor)
                continue
            dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
            pieces = weight_pieces(tensor, joint, turn)
            part.graph.initializer.append(
                data.add(tensor.name, pieces, dtype=dtype, shape=tuple(tensor.dims))
            )
    return data.sha256


def is_external(tensor: Any) -> bool:
    """Whether a weight's values lie outside of the graph."""
    import onnx

    return bool(tensor.data_location == onnx.TensorProto.EXTERNAL)


def weight_pieces(tensor: Any, joint: Path, turn: Turn) -> Iterator[Any]:
    """Yield a weight's values piece by piece; InferenceError where its file is cut or missing."""
    import onnx

    if not is_external(tensor):
        yield onnx.numpy_helper.to_array(tensor)
        turn(tensor.ByteSize())
        return
    dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
    place = {entry.key: entry.value for entry in tensor.external_data}
    path = joint.parent / Path(place["location"]).name  # beside the graph, wherever it says
    left = int(np.prod(tensor.dims, dtype=np.int64)) * dtype.itemsize
    try:
        with path.open("rb") as file:
            file.seek(int(place.get("offset", 0)))
            while left:
                data = file.read(min(left, _PIECE))
                if not data:
                    raise InferenceError(f"{path} is cut short.", hint="Fetch the file again.")
                yield np.frombuffer(data, dtype)
                left -= len(data)
                turn(len(data))
    except FileNotFoundError as error:
        raise InferenceError(
            f"{path} is missing.", hint="It belongs to the graph beside it."
        ) from error
