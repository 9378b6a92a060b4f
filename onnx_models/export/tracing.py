"""Turns a module on fake tensors into a graph without weights, the same bytes each time."""

import gzip
import io
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import onnx
import onnx_ir
import torch
from onnxscript import optimizer

from graphs.layers import Numbers, Weighted
from graphs.shapes import Architecture, Flavour, Head, TextShape, VisionShape
from graphs.text import Text
from graphs.vision import Vision

TEMPLATE_VERSION = "1"
OPSET = 23  # the first with RMSNormalization and RotaryEmbedding
IR_VERSION = 11
_CONTRIB = "com.microsoft"
_DYNAMIC = torch.export.Dim.DYNAMIC
_DTYPES = {torch.float32: "fp32", torch.float16: "fp16"}


@dataclass(frozen=True, slots=True)
class Example:
    """Inputs to trace with, which of their axes are dynamic, and the names of the outputs."""

    inputs: dict[str, torch.Tensor]
    axes: dict[str, tuple[int, ...]]
    outputs: tuple[str, ...]


def vision_template(shape: VisionShape, flavour: Flavour) -> onnx.ModelProto:
    """Trace the vision tower."""
    facts = {"folioscope.tower": "vision", "folioscope.architecture": shape.architecture.value}
    return _traced(lambda: Vision(shape, Numbers(flavour)), _vision_example(shape), facts, flavour)


def text_template(
    shape: TextShape, flavour: Flavour, architecture: Architecture
) -> onnx.ModelProto:
    """Trace the language model with its head."""
    facts = {"folioscope.tower": "text", "folioscope.architecture": architecture.value}
    if shape.lora:
        facts["folioscope.tasks"] = json.dumps(shape.lora.tasks)
    return _traced(lambda: Text(shape, Numbers(flavour)), _text_example(shape), facts, flavour)


def packed(model: onnx.ModelProto) -> bytes:
    """Serialise and compress without a date or a name."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=9) as file:
        file.write(model.SerializeToString(deterministic=True))
    return buffer.getvalue()


def _vision_example(shape: VisionShape) -> Example:
    patches = 192  # three windows
    inputs = {
        "pixel_values": torch.zeros(patches, shape.patch_values),
        "pos_hw": torch.zeros(patches, 2, dtype=torch.int64),
    }
    if shape.has_windows:
        inputs["win_idx"] = torch.zeros(3, 64, dtype=torch.int64)
        inputs["win_inv"] = torch.zeros(patches, dtype=torch.int64)
    return Example(inputs, dict.fromkeys(inputs, (0,)), ("image_embeds",))


def _text_example(shape: TextShape) -> Example:
    batch, length = 2, 9
    inputs = {
        "input_ids": torch.zeros(batch, length, dtype=torch.int64),
        "position_ids": torch.zeros(3, batch, length, dtype=torch.int64),
        "image_embeds": torch.zeros(5, shape.hidden),
        "image_index": torch.zeros(batch, length, dtype=torch.int64),
        "pool": torch.ones(batch, length),
    }
    axes = dict.fromkeys(inputs, (0, 1)) | {"position_ids": (1, 2), "image_embeds": (0,)}
    if shape.lora:
        inputs["task"] = torch.tensor(0)
        axes["task"] = ()
    if shape.head is Head.RANK:
        return Example(inputs, axes, ("logit",))
    return Example(inputs, axes, ("single", "multi") if shape.rows_dim else ("single",))


def _traced(make, example: Example, facts: Mapping[str, str], flavour: Flavour) -> onnx.ModelProto:
    fake = torch._subclasses.FakeTensorMode(allow_non_fake_inputs=True)
    with fake:
        module = make().eval()
    module.settle()
    program = _exported(module, example, fake)
    parameters = dict(module.named_parameters())
    _free_weights(program.model.graph, parameters)
    optimizer.optimize_ir(program.model)
    _name_axes(program.model.graph, example)
    model = onnx_ir.to_proto(program.model)
    table, quantisable = _weight_table(module)
    facts = {
        **facts,
        "folioscope.template": TEMPLATE_VERSION,
        "folioscope.flavour": flavour.value,
        "folioscope.weights": json.dumps(table, separators=(",", ":")),
        "folioscope.quantisable": json.dumps(quantisable, separators=(",", ":")),
    }
    return _tidied(model, facts)


def _exported(module: torch.nn.Module, example: Example, fake) -> torch.onnx.ONNXProgram:
    with fake:
        inputs = {name: fake.from_tensor(value) for name, value in example.inputs.items()}
    shapes = {name: dict.fromkeys(axes, _DYNAMIC) for name, axes in example.axes.items()}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module,
            (),
            kwargs=inputs,
            dynamo=True,
            opset_version=OPSET,
            dynamic_shapes=shapes,
            input_names=list(example.inputs),
            output_names=list(example.outputs),
            optimize=False,  # it would look into fake weights
            verbose=False,
        )
    assert program is not None
    return program


def _free_weights(graph: onnx_ir.Graph, parameters: Mapping[str, torch.Tensor]) -> None:
    """Make inputs of all weights, in the order of the module."""
    for name in parameters:
        value = graph.initializers.pop(name)
        value.const_value = None
        graph.inputs.append(value)


def _weight_table(module: torch.nn.Module) -> tuple[dict[str, object], list[str]]:
    table: dict[str, object] = {}
    quantisable = []
    for place, part in module.named_modules():
        if not isinstance(part, Weighted):
            continue
        for name, source in part.sources.items():
            weight = part.get_parameter(name)
            table[f"{place}.{name}"] = {
                "keys": list(source.keys),
                "transform": source.transform,
                "dtype": _DTYPES[weight.dtype],
                "shape": list(weight.shape),
            }
        quantisable += [f"{place}.{name}" for name in part.quantisable]
    return table, quantisable


_AXIS_NAMES = {
    "pixel_values": ("patches",),
    "pos_hw": ("patches",),
    "win_idx": ("windows",),
    "win_inv": ("patches",),
    "input_ids": ("batch", "length"),
    "position_ids": (None, "batch", "length"),
    "image_embeds": ("tokens",),
    "image_index": ("batch", "length"),
    "pool": ("batch", "length"),
    "single": ("batch",),
    "multi": ("batch", "length"),
    "logit": ("batch",),
}


def _name_axes(graph: onnx_ir.Graph, example: Example) -> None:
    """Give dynamic axes names that mean something; the tracer's own are s0, s27, …"""
    for value in (*graph.inputs[: len(example.inputs)], *graph.outputs):
        names = _AXIS_NAMES.get(value.name or "", ())
        dims = list(value.shape or ())
        for axis, name in enumerate(names):
            if name is not None:
                dims[axis] = onnx_ir.SymbolicDim(name)
        value.shape = onnx_ir.Shape(dims)


def _tidied(model: onnx.ModelProto, facts: Mapping[str, str]) -> onnx.ModelProto:
    """Drop what names this machine or swells the file; shapes are inferred when it is loaded."""
    graph = model.graph
    del graph.value_info[:]
    for node in graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for entry in (*graph.input, *graph.output, *graph.initializer):
        entry.ClearField("metadata_props")
        entry.ClearField("doc_string")
    graph.ClearField("metadata_props")
    graph.ClearField("doc_string")
    graph.name = "folioscope"
    model.ir_version = IR_VERSION
    model.producer_name, model.producer_version = "folioscope", ""
    model.ClearField("functions")
    model.ClearField("doc_string")
    model.ClearField("metadata_props")
    used = {node.domain for node in graph.node}
    versions = {"": OPSET, _CONTRIB: 1}
    del model.opset_import[:]
    for domain in sorted(used):
        model.opset_import.append(onnx.helper.make_opsetid(domain, versions[domain]))
    for key in sorted(facts):
        model.metadata_props.append(onnx.StringStringEntryProto(key=key, value=facts[key]))
    return model
