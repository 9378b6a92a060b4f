"""Makes the halves of ColModernVBERT from its official graph, in any precision.

Each half becomes a template, whose weights lie in the official file, and is bound like those of
other models. The last product, from a token to its row, stays in float32: it is small, and every
row passes it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from folioscope.domain.errors import InferenceError
from folioscope.domain.models import Precision
from folioscope.domain.pages import Float32
from folioscope.inference.attention_joining import join_attentions
from folioscope.inference.binding import bind
from folioscope.inference.official_graphs import (
    is_external,
    leading_to,
    move_weights,
    names_read,
    weight_pieces,
)
from folioscope.inference.templates import Template, WeightSlot
from folioscope.inference.tile_checking import Reference, measuring_file
from folioscope.inference.tile_halves import BLANK_ROWS, BY_PAGE, FEATURES, Whole, measuring
from folioscope.inference.visual_files import GRAPHS, TEXT
from folioscope.inference.weights import Turn

PROBE_FILE = "whole.onnx"
_LEAST_BYTES = 1_024  # smaller ones are shapes and scales, which stay in the graph
_FLOAT = 1  # TensorProto.FLOAT


def write_probe(whole: Whole, folder: Path, turn: Turn) -> Path:
    """Write the whole graph, twice, with its weights beside it: to be run in slices.

    Returns the graph to compare with; beside it lies one that measures, see ``measuring_file``.
    """
    model, place = whole.probe(), folder / PROBE_FILE
    move_weights(model, whole.path, place, turn)
    place.write_bytes(model.SerializeToString())
    if (measures := measuring(model)) is not None:
        measuring_file(place).write_bytes(measures.SerializeToString())
    return place


def write_halves(
    whole: Whole, folder: Path, precision: Precision, *, reference: Reference, turn: Turn
) -> dict[str, str]:
    """Write both halves; returns the sha256 of their files of weights."""
    from onnx import helper

    hashes = {}
    for part, file in GRAPHS.items():
        model = whole.half(part)
        values = model.graph.input if part == TEXT else model.graph.output
        for value in values:
            if value.name == FEATURES:
                sizes = [f"{FEATURES}.{axis}" for axis in range(reference.rank)]
                value.CopyFrom(helper.make_tensor_value_info(FEATURES, _FLOAT, sizes))
        notes = {BLANK_ROWS: str(reference.blank_rows), BY_PAGE: str(int(reference.is_by_page))}
        helper.set_model_props(model, notes)
        join_attentions(model.graph, reference.shapes)
        template, weights = _as_template(model, whole.path, turn, keeps_last=part == TEXT)
        hashes[f"{file}.data"] = bind(template, weights, folder / file, precision)
    return hashes


@dataclass(slots=True)
class OfficialWeights:
    """Reads weights that lie in or beside an official graph; a Weights.

    ``turned``: names of products' weights that are kept as (outputs, inputs).
    """

    path: Path
    turn: Turn
    tensors: dict[str, Any] = field(default_factory=dict)
    turned: set[str] = field(default_factory=set)

    def dense(self, slot: WeightSlot) -> Iterator[Float32]:
        """Yield a weight as the graph takes it."""
        name = str(slot.keys[0])
        if name in self.turned:
            yield np.ascontiguousarray(self._matrix(name).T)
        else:
            yield from self._checked(name)

    def rows(self, slot: WeightSlot) -> Iterator[Float32]:
        """Yield a product's weight as (outputs, inputs)."""
        name = str(slot.keys[0])
        matrix = self._matrix(name)
        yield matrix if name in self.turned else np.ascontiguousarray(matrix.T)

    def _matrix(self, name: str) -> Float32:
        pieces = [piece.ravel() for piece in self._checked(name)]
        return np.concatenate(pieces).reshape(tuple(self.tensors[name].dims))

    def _checked(self, name: str) -> Iterator[Float32]:
        for piece in weight_pieces(self.tensors[name], self.path, self.turn):
            if not (np.isfinite(piece.max(initial=0)) and np.isfinite(piece.min(initial=0))):
                raise InferenceError(
                    f"The weight `{name}` in {self.path} holds values that are no numbers.",
                    hint="Fetch the file again.",
                )
            yield piece


def _as_template(
    model: Any, path: Path, turn: Turn, *, keeps_last: bool
) -> tuple[Template, OfficialWeights]:
    """Turn weights into inputs that wait for them, and products into plain ones."""
    weights = OfficialWeights(path, turn)
    weights.tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    products = _plain_products(model.graph, weights)
    slots, kept = {}, []
    read = {name for node in model.graph.node for name in names_read(node)}
    for name, tensor in weights.tensors.items():
        if name not in read:
            continue
        if tensor.data_type != _FLOAT or not _is_large(tensor):
            kept.append(_inside(tensor, path))
            continue
        shape = tuple(tensor.dims)[:: -1 if name in weights.turned else 1]
        kind = "transpose" if name in products else "same"
        slots[name] = WeightSlot(keys=(name,), transform=kind, dtype="fp32", shape=shape)
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    model.graph.input.extend(_input(name, slot) for name, slot in slots.items())
    quantisable = products[:-1] if keeps_last else products
    return Template(path, model, slots, (), frozenset(quantisable)), weights


def _plain_products(graph: Any, weights: OfficialWeights) -> list[str]:
    """Write every product with a constant matrix as MatMul; return the matrices' names in order."""
    makers = {name: node for node in graph.node for name in node.output}
    uses: dict[str, int] = {}
    for node in graph.node:
        for name in node.input:
            uses[name] = uses.get(name, 0) + 1
    names, nodes = [], []
    for node in graph.node:
        found = _matrix_of(node, makers, weights)
        if found is None or uses[found[0]] != 1 or not _is_large(weights.tensors[found[0]]):
            nodes.append(node)
            continue
        name, is_turned = found
        names.append(name)
        if is_turned:
            weights.turned.add(name)
        nodes += _plain(node, name)
    _replace(graph, nodes)
    return names


def _matrix_of(
    node: Any, makers: dict[str, Any], weights: OfficialWeights
) -> tuple[str, bool] | None:
    """Return the constant matrix that a node multiplies with, and whether it lies turned."""
    if node.op_type not in ("MatMul", "Gemm"):
        return None
    attributes = {each.name: each for each in node.attribute}
    is_turned = False
    if node.op_type == "Gemm":
        is_plain = all(attributes[key].f == 1.0 for key in ("alpha", "beta") if key in attributes)
        if not is_plain or ("transA" in attributes and attributes["transA"].i):
            return None
        is_turned = "transB" in attributes and bool(attributes["transB"].i)
    name = node.input[1]
    maker = makers.get(name)
    if maker is not None and maker.op_type == "Transpose" and list(_order(maker)) == [1, 0]:
        name, is_turned = maker.input[0], not is_turned
    tensor = weights.tensors.get(name)
    if tensor is None or len(tensor.dims) != 2 or tensor.data_type != _FLOAT:
        return None
    return name, is_turned


def _order(node: Any) -> list[int]:
    return next((list(each.ints) for each in node.attribute if each.name == "perm"), [1, 0])


def _plain(node: Any, name: str) -> Iterator[Any]:
    from onnx import helper

    added = node.input[2] if len(node.input) > 2 else ""
    product = f"{node.output[0]}.product" if added else node.output[0]
    yield helper.make_node("MatMul", [node.input[0], name], [product], name=node.name)
    if added:
        yield helper.make_node("Add", [product, added], [node.output[0]], name=f"{node.name}.sum")


def _replace(graph: Any, nodes: list[Any]) -> None:
    """Put nodes into a graph, less those that nothing reads any more."""
    copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
    ends = tuple(value.name for value in graph.output)
    del graph.node[:]
    graph.node.extend(leading_to(ends, copies))


def _is_large(tensor: Any) -> bool:
    return is_external(tensor) or tensor.ByteSize() >= _LEAST_BYTES


def _inside(tensor: Any, path: Path) -> Any:
    """Return a tensor with its values in it."""
    from onnx import numpy_helper

    if not is_external(tensor):
        return tensor
    pieces = [piece.ravel() for piece in weight_pieces(tensor, path, lambda size: None)]
    return numpy_helper.from_array(np.concatenate(pieces).reshape(tuple(tensor.dims)), tensor.name)


def _input(name: str, slot: WeightSlot) -> Any:
    from onnx import helper

    return helper.make_tensor_value_info(name, _FLOAT, list(slot.shape))
