"""Turns a module on fake tensors into a graph without weights, the same bytes each time."""

import gzip
import io
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
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
class Plan:
    """A graph to be traced: its module, and inputs to trace with.

    ``axes``: which of the inputs' axes are dynamic; ``facts``: for the file's metadata.
    """

    make: Callable[[Numbers], Vision | Text]
    inputs: dict[str, torch.Tensor]
    axes: dict[str, tuple[int, ...]]
    outputs: tuple[str, ...]
    facts: dict[str, str]


def vision_plan(shape: VisionShape) -> Plan:
    """Plan the vision tower."""
    patches = 192  # three windows
    inputs = {
        "pixel_values": torch.zeros(patches, shape.patch_values),
        "pos_hw": torch.zeros(patches, 2, dtype=torch.int64),
    }
    if shape.has_windows:
        inputs["win_idx"] = torch.zeros(3, 64, dtype=torch.int64)
        inputs["win_inv"] = torch.zeros(patches, dtype=torch.int64)
    facts = {"folioscope.tower": "vision", "folioscope.architecture": shape.architecture.value}
    axes = dict.fromkeys(inputs, (0,))
    return Plan(lambda numbers: Vision(shape, numbers), inputs, axes, ("image_embeds",), facts)


def text_plan(shape: TextShape, architecture: Architecture) -> Plan:
    """Plan the language model with its head."""
    batch, length = 2, 9
    inputs = {
        "input_ids": torch.zeros(batch, length, dtype=torch.int64),
        "position_ids": torch.zeros(3, batch, length, dtype=torch.int64),
        "image_embeds": torch.zeros(5, shape.hidden),
        "image_index": torch.zeros(batch, length, dtype=torch.int64),
        "pool": torch.ones(batch, length),
    }
    axes = dict.fromkeys(inputs, (0, 1)) | {"position_ids": (1, 2), "image_embeds": (0,)}
    facts = {"folioscope.tower": "text", "folioscope.architecture": architecture.value}
    if shape.lora:
        inputs["task"], axes["task"] = torch.tensor(0), ()
        facts["folioscope.tasks"] = json.dumps(shape.lora.tasks)
    outputs = ("single", "multi") if shape.rows_dim else ("single",)
    if shape.head is Head.RANK:
        outputs = ("logit",)
    return Plan(lambda numbers: Text(shape, numbers), inputs, axes, outputs, facts)


def packed(model: onnx.ModelProto) -> bytes:
    """Serialise and compress without a date or a name."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0, compresslevel=9) as file:
        file.write(model.SerializeToString(deterministic=True))
    return buffer.getvalue()


def weight_table(plan: Plan, flavour: Flavour) -> dict[str, dict[str, object]]:
    """Tell what the graph's weights are made from, without tracing; see README.md."""
    with _fakes():
        module = plan.make(Numbers(flavour))
    return _weight_table(module)


def traced(plan: Plan, flavour: Flavour) -> onnx.ModelProto:
    """Trace the graph; its weights are inputs."""
    fakes = _fakes()
    with fakes:
        module = plan.make(Numbers(flavour)).eval()
    module.settle()
    program = _exported(module, plan, fakes)
    _free_weights(program.model.graph, dict(module.named_parameters()))
    optimizer.optimize_ir(program.model)
    _name_axes(program.model.graph, plan)
    facts = plan.facts | {
        "folioscope.template": TEMPLATE_VERSION,
        "folioscope.flavour": flavour.value,
        "folioscope.weights": _json(_weight_table(module)),
        "folioscope.quantisable": _json(_quantisable(module)),
    }
    return _tidied(onnx_ir.to_proto(program.model), facts)


def _fakes() -> torch._subclasses.FakeTensorMode:
    return torch._subclasses.FakeTensorMode(allow_non_fake_inputs=True)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _exported(
    module: torch.nn.Module, plan: Plan, fakes: torch._subclasses.FakeTensorMode
) -> torch.onnx.ONNXProgram:
    with fakes:
        inputs = {name: fakes.from_tensor(value) for name, value in plan.inputs.items()}
    shapes = {name: dict.fromkeys(axes, _DYNAMIC) for name, axes in plan.axes.items()}
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module,
            (),
            kwargs=inputs,
            dynamo=True,
            opset_version=OPSET,
            dynamic_shapes=shapes,
            input_names=list(plan.inputs),
            output_names=list(plan.outputs),
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


def _weighted(module: torch.nn.Module) -> Iterator[tuple[str, Weighted]]:
    for place, part in module.named_modules():
        if isinstance(part, Weighted):
            yield place, part


def _weight_table(module: torch.nn.Module) -> dict[str, dict[str, object]]:
    return {
        f"{place}.{name}": {
            "keys": list(source.keys),
            "transform": source.transform,
            "dtype": _DTYPES[part.get_parameter(name).dtype],
            "shape": list(part.get_parameter(name).shape),
        }
        for place, part in _weighted(module)
        for name, source in part.sources.items()
    }


def _quantisable(module: torch.nn.Module) -> list[str]:
    return [f"{place}.{name}" for place, part in _weighted(module) for name in part.quantisable]


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


def _name_axes(graph: onnx_ir.Graph, plan: Plan) -> None:
    """Give dynamic axes names that mean something; the tracer's own are s0, s27, …"""
    for value in (*graph.inputs[: len(plan.inputs)], *graph.outputs):
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
