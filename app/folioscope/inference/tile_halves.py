"""Where the official graph of ColModernVBERT comes apart: vision half and text half.

The file is one graph that takes tiles and token numbers. Tiles become features; features take
the places of tokens; what follows is text. Exporters name things as they like and write each
step in operators of their own, so nothing is looked for by name but inputs: the cut is the last
value that all of the tiles' pixels pass through.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from folioscope.domain.errors import InferenceError
from folioscope.inference.attention_joining import find_attentions, measured_values
from folioscope.inference.official_graphs import OTHER_GRAPH, assembled, leading_to, names_read

PIXELS, INPUT_IDS, MASK = "pixel_values", "input_ids", "attention_mask"
FEATURES = "image_features"
SHAPE_OF = "shape of "  # outputs of the probe that tell the shapes of values inside
BY_PAGE = "folioscope.features_by_page"  # "1" where a page's features lie together
BLANK_ROWS = "folioscope.blank_rows"  # how many features the whole graph makes of a blank tile
_FLOAT, _INT64 = 1, 7  # of TensorProto
_MEASURING = frozenset({"Shape", "Size"})
_SIZED_BY_ALL = frozenset(
    {"NonZero", "Compress", "Unique", "Range", "ConstantOfShape", "If", "Loop"}
)
_SIZED_BY_OTHERS = frozenset(
    {"Reshape", "Slice", "Expand", "Tile", "Pad", "Resize", "Split", "TopK"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """The official graph, and the value that it is cut at. Weights lie in or beside ``path``."""

    path: Path
    model: Any
    cut: str
    output: str

    def half(self, name: str) -> Any:
        """Return ``vision`` or ``text`` as a model of its own."""
        if name == "vision":
            return _part(self, [self.cut], feature=None)
        return _part(self, [self.output], feature=self.cut)

    def probe(self) -> Any:
        """Return the whole graph with the features as a second output."""
        from onnx import helper

        made = type(self.model).FromString(self.model.SerializeToString())
        graph = made.graph
        nodes = leading_to((self.output,), list(graph.node))
        _rename(nodes, self.cut)
        _replace_nodes(graph, nodes)
        del graph.output[1:], graph.value_info[:]
        graph.output.append(helper.make_tensor_value_info(FEATURES, _FLOAT, None))
        return made


def measuring(probe: Any) -> Any | None:
    """Return a probe that tells the shapes of values within attention; None without any."""
    from onnx import helper

    made = type(probe).FromString(probe.SerializeToString())
    graph = made.graph
    inside = dict.fromkeys(measured_values(find_attentions(list(graph.node))))
    if not inside:
        return None
    _replace_nodes(graph, _measured(list(graph.node), inside))
    del graph.output[:]
    shapes = (helper.make_tensor_value_info(f"{SHAPE_OF}{n}", _INT64, None) for n in inside)
    graph.output.extend(shapes)
    return made


def _replace_nodes(graph: Any, nodes: Iterable[Any]) -> None:
    copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(copies)


def _measured(nodes: list[Any], names: Container[str]) -> Iterator[Any]:
    """Yield nodes, with a measure right behind each value."""
    from onnx import helper

    for node in nodes:
        yield node
        for name in node.output:
            if name in names:
                yield helper.make_node("Shape", [name], [f"{SHAPE_OF}{name}"])


def find_halves(model: Any, path: Path) -> Whole:
    """Find the cut of a graph without its weights; InferenceError where it is none of this kind."""
    graph = model.graph
    weights = {tensor.name for tensor in graph.initializer}
    inputs = {value.name for value in graph.input} - weights
    if inputs != {PIXELS, INPUT_IDS, MASK} or not graph.output:
        raise InferenceError(
            f"{path} takes {', '.join(sorted(inputs)) or 'nothing'}, and a graph of this model"
            f" takes {', '.join(sorted((PIXELS, INPUT_IDS, MASK)))}.",
            hint=OTHER_GRAPH,
        )
    output = graph.output[0].name
    nodes = leading_to((output,), list(graph.node))
    cut = _last_narrow_place(nodes, output)
    if cut is None:
        raise InferenceError(
            f"The graph {path} cannot be parted into what sees tiles and what reads tokens.",
            hint=OTHER_GRAPH,
        )
    return Whole(path, model, cut, output)


def _last_narrow_place(nodes: list[Any], output: str) -> str | None:
    """Return the last value that hangs on pixels alone, and without which the output does not."""
    seen, read = _hanging_on(nodes, PIXELS), _hanging_on(nodes, INPUT_IDS, MASK)
    if output not in seen:
        return None
    alone = [v for node in nodes for v in node.output if v in seen and v not in read]
    for value in reversed(alone):
        if output not in _hanging_on(nodes, PIXELS, without=value):
            return str(value)
    return None


def _hanging_on(nodes: list[Any], *sources: str, without: str = "") -> set[str]:
    """Return all values that follow from what the sources hold.

    What follows from their shapes does not count, for those are known beforehand.
    """
    held, sized = set(sources), set[str]()  # what follows from them: contents, and mere sizes
    for node in nodes:
        reads = set(names_read(node))
        if node.op_type in _MEASURING:
            hangs, is_sized = bool(sized & reads), False
        else:
            hangs = bool((held | sized) & reads)
            is_sized = bool(sized & reads) or bool(held & _deciding(node, reads))
        outputs = {name for name in node.output if name and name != without}
        held |= outputs if hangs else set()
        sized |= outputs if is_sized else set()
    return held


def _deciding(node: Any, reads: set[str]) -> set[str]:
    """Return the inputs whose contents decide how large the outputs are."""
    if node.op_type in _SIZED_BY_ALL or len(reads) > len(set(node.input)):  # graphs inside: any
        return reads
    return set(node.input[1:]) if node.op_type in _SIZED_BY_OTHERS else set()


def _part(whole: Whole, ends: list[str], *, feature: str | None) -> Any:
    from onnx import helper

    model = whole.model
    nodes = [type(n).FromString(n.SerializeToString()) for n in model.graph.node]
    if feature is not None:  # what makes the features stays behind
        nodes = [node for node in nodes if feature not in node.output]
    nodes = leading_to(tuple(ends), nodes)
    _rename(nodes, whole.cut)
    read = {name for node in nodes for name in names_read(node)}
    weights = [tensor for tensor in model.graph.initializer if tensor.name in read]
    known = {tensor.name for tensor in weights}
    inputs = [v for v in model.graph.input if v.name in read and v.name not in known]
    features = helper.make_tensor_value_info(FEATURES, _FLOAT, None)
    if feature is not None:
        outputs = [v for v in model.graph.output if v.name == whole.output]
        return assembled(model, nodes, weights, [*inputs, features], outputs)
    return assembled(model, nodes, weights, inputs, [features])


def _rename(nodes: list[Any], value: str) -> None:
    """Call a value FEATURES, in graphs inside nodes too."""
    for node in nodes:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                if name == value:
                    names[place] = FEATURES
        for graph in _graphs_in(node):
            _rename(list(graph.node), value)


def _graphs_in(node: Any) -> Iterator[Any]:
    for attribute in node.attribute:
        yield attribute.g
        yield from attribute.graphs
