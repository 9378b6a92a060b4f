"""Cuts a template into the few different pieces that it is made of, so that each can be timed.

A tower is a start, the same few kinds of block over and over, and an end. What flows from block
to block is one value; cut there, and one block of each kind tells what all of them take.
"""

import itertools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from folioscope.domain.errors import InferenceError
from folioscope.inference.templates import Template

_BLOCK = re.compile(r"(?:blocks|layers)\.(\d+)\.")
_FLOAT = 1  # TensorProto.FLOAT: the stream between blocks is float32 in every flavour


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A part of a template that stands ``count`` times in it.

    ``stream``: the input that the value from the block before is given to, "" for the start.
    """

    name: str
    count: int
    template: Template
    stream: str


def cut_into_pieces(template: Template) -> list[Piece]:
    """Return start, one block of each kind, and end; InferenceError where there are no blocks."""
    graph = template.model.graph
    streams = _streams(template)
    if not streams:
        raise InferenceError(
            f"The template {template.path} is not made of blocks that can be timed.",
            hint="Make it again with build.py.",
        )
    nodes = list(graph.node)
    makers = {name: node for node in nodes for name in node.output if name}
    found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for start, end in itertools.pairwise(streams):
        # sorted: what blocks share is computed before or within the first of them
        kinds = tuple(sorted(node.op_type for node in _between(nodes, makers, [end], {start})))
        found.setdefault(kinds, []).append((start, end))
    pieces = [_piece(template, makers, "start", 1, "", [streams[0]])]
    for number, places in enumerate(found.values()):
        start, end = places[-1]
        pieces.append(_piece(template, makers, f"block {number}", len(places), start, [end]))
    outputs = [value.name for value in graph.output]
    return [*pieces, _piece(template, makers, "end", 1, streams[-1], outputs)]


def _streams(template: Template) -> list[str]:
    """Return what flows into each block in turn, and out of the last one.

    The first operator of a block, and of the end, is the norm that takes the stream.
    """
    streams: list[str] = []
    last = -1
    for node in template.model.graph.node:
        slots = [name for name in node.input if name in template.slots]
        if not slots:
            continue
        block = _BLOCK.search(slots[0])
        number = int(block.group(1)) if block else None
        if number is not None and number > last:
            last = number
            streams.append(node.input[0])
        elif number is None and last >= 0:
            return [*streams, node.input[0]]
    return []


def _between(
    nodes: list[Any], makers: dict[str, Any], ends: list[str], starts: Collection[str]
) -> list[Any]:
    """Return the nodes that lead to ``ends`` without what lies before ``starts``, in order."""
    wanted: set[int] = set()
    waiting = list(ends)
    while waiting:
        name = waiting.pop()
        node = makers.get(name)
        if node is None or name in starts or id(node) in wanted:
            continue
        wanted.add(id(node))
        waiting.extend(node.input)
    return [node for node in nodes if id(node) in wanted]


def _piece(
    template: Template,
    makers: dict[str, Any],
    name: str,
    count: int,
    stream: str,
    ends: list[str],
) -> Piece:
    from onnx import helper

    model, graph = template.model, template.model.graph
    nodes = _between(list(graph.node), makers, ends, {stream})
    read = {value for node in nodes for value in node.input}
    inputs = [value for value in graph.input if value.name in read]
    if stream:
        inputs.append(helper.make_tensor_value_info(stream, _FLOAT, [None, None, None]))
    outputs = [helper.make_tensor_value_info(end, _FLOAT, None) for end in ends]
    constants = [tensor for tensor in graph.initializer if tensor.name in read]
    part = helper.make_model(
        helper.make_graph(nodes, name, inputs, outputs, constants),
        opset_imports=model.opset_import,
        functions=model.functions,
        ir_version=model.ir_version,
    )
    slots = {key: slot for key, slot in template.slots.items() if key in read}
    cut = Template(Path(name), part, slots, template.tasks, template.quantisable & slots.keys())
    return Piece(name, count, cut, stream)


def input_names(piece: Piece) -> Iterator[str]:
    """Yield the inputs that are no weights."""
    for value in piece.template.model.graph.input:
        if value.name not in piece.template.slots:
            yield value.name
