"""Puts weights into a template: the graph and, beside it, one file with all its weights."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from folioscope.domain.models import Precision
from folioscope.inference.byte_products import are_signed_products_exact
from folioscope.inference.external_data import ExternalData
from folioscope.inference.quantising import (
    BLOCK,
    quantise_blocks,
    quantise_rows,
    zeros_of_rows,
)
from folioscope.inference.templates import Template, WeightSlot
from folioscope.inference.weights import Weights, halves

CONTRIB = "com.microsoft"
_BITS = {Precision.INT8: 8, Precision.INT4: 4}
_ACCURACY = 4  # activations in 8 bits inside the product; anything finer takes 2.5 times as long
_FLOAT = 1  # TensorProto.FLOAT
_AXES_ARE_INPUTS = 18  # the opset since when reductions take their axes so
_LAST_AXIS, _SMALLEST = "w8a8.last_axis", "w8a8.smallest"


def bind(template: Template, reader: Weights, model: Path, precision: Precision) -> str:
    """Write ``model`` and ``model.data``, one weight in memory at a time; return data's sha256.

    The template's graph is used up.
    """
    with ExternalData(model.with_name(model.name + ".data")) as data:
        binder = _Binder(template, reader, data, precision)
        binder.bind()
    model.write_bytes(template.model.SerializeToString())
    return data.sha256


@dataclass
class _Binder:
    template: Template
    reader: Weights
    data: ExternalData
    precision: Precision
    uses: dict[str, list[tuple[Any, int]]] = field(default_factory=lambda: defaultdict(list))
    after: dict[int, Any] = field(default_factory=dict)  # nodes that follow others, by id
    behind: dict[str, list[Any]] = field(default_factory=dict)  # and those that follow values
    levelled: dict[str, tuple[str, str]] = field(default_factory=dict)

    def bind(self) -> None:
        graph = self.template.model.graph
        for node in graph.node:
            for place, name in enumerate(node.input):
                self.uses[name].append((node, place))
        for name, slot in self.template.slots.items():
            graph.initializer.extend(self._initializers(name, slot))
        if self.levelled:
            graph.initializer.extend(self._constants())
        inputs = [value for value in graph.input if value.name not in self.template.slots]
        del graph.input[:]
        graph.input.extend(inputs)
        self._rebuild_nodes()
        self._finish()

    def _initializers(self, name: str, slot: WeightSlot) -> list[Any]:
        product = self._product(name, slot)
        if product is not None and self.precision in _BITS:
            return self._in_blocks(name, slot, product)
        if product is not None and self.precision is Precision.W8A8:
            return self._in_bytes(name, slot, product)
        parts: Iterator[Any] = self.reader.dense(slot)
        if slot.dtype == "fp16" or self._is_table(name):
            if slot.dtype == "fp32":
                self._widen_after_gather(name)
            return [self._add(name, halves(parts, name), np.float16, slot.shape)]
        return [self._add(name, parts, np.float32, slot.shape)]

    def _add(self, name: str, parts: Any, dtype: Any, shape: tuple[int, ...]) -> Any:
        return self.data.add(name, parts, dtype=dtype, shape=shape)

    # --- what may be quantised

    def _product(self, name: str, slot: WeightSlot) -> Any | None:
        """Return the one MatMul that takes the weight, if it may be touched."""
        if name not in self.template.quantisable or slot.kind not in (
            "transpose",
            "conv",
            "scaled",
        ):
            return None
        uses = self.uses[name]
        if len(uses) != 1 or uses[0][0].op_type != "MatMul" or uses[0][1] != 1:
            return None
        return uses[0][0]

    def _in_blocks(self, name: str, slot: WeightSlot, product: Any) -> list[Any]:
        bits = _BITS[self.precision]
        inputs, outputs = slot.shape
        blocks = -(-inputs // BLOCK)
        scales, zeros = [], []

        def codes() -> Iterator[Any]:
            for rows in self.reader.rows(slot):
                part = quantise_blocks(rows, bits=bits)
                scales.append(part.scales)
                zeros.append(part.zeros)
                yield part.codes

        kind = np.float16 if slot.dtype == "fp16" else np.float32
        names = [f"{name}.codes", f"{name}.scales", f"{name}.zeros"]
        shape = (outputs, blocks, BLOCK * bits // 8)
        made = [self._add(names[0], codes(), np.uint8, shape)]
        made.append(self._add(names[1], scales, kind, (outputs * blocks,)))
        made.append(self._add(names[2], zeros, np.uint8, (outputs * -(-blocks * bits // 8),)))
        self._become(product, "MatMulNBits", [product.input[0], *names])
        _set_integers(
            product, K=inputs, N=outputs, bits=bits, block_size=BLOCK, accuracy_level=_ACCURACY
        )
        return made

    def _in_bytes(self, name: str, slot: WeightSlot, product: Any) -> list[Any]:
        is_signed = are_signed_products_exact()
        kind = np.int8 if is_signed else np.uint8
        parts = [quantise_rows(rows, is_signed=is_signed) for rows in self.reader.rows(slot)]
        codes = np.concatenate([part[0] for part in parts])
        names = [f"{name}.codes", f"{name}.scales", f"{name}.zeros"]
        outputs = slot.shape[1]
        made = [self._add(names[0], [codes.T], kind, slot.shape)]
        made.append(self._add(names[1], [scales for _, scales in parts], np.float32, (outputs,)))
        zeros = zeros_of_rows(outputs, is_signed=is_signed)
        made.append(self._add(names[2], [zeros], kind, (outputs,)))
        levelled, peaks = self._levelled(product)
        self._become(product, "DynamicQuantizeMatMul", [levelled, *names])
        self._rescale(product, peaks)
        return made

    # The operator takes one scale for all tokens, and Qwen has tokens whose activations are
    # hundreds of times those of others: measured, the others then come out as zeros. So each
    # token is divided by its own peak before and multiplied by it behind, at a tenth of the time.

    def _levelled(self, product: Any) -> tuple[str, str]:
        """Return the product's input with each token's peak at 1, and the peaks."""
        value = product.input[0]
        if value not in self.levelled:
            from onnx import helper

            names = [f"{value}.{part}" for part in ("sizes", "top", "peaks", "levelled")]
            sizes, top, peaks, levelled = names
            self.behind[value] = [
                helper.make_node("Abs", [value], [sizes], name=sizes),
                self._largest(sizes, top),
                helper.make_node("Max", [top, _SMALLEST], [peaks], name=peaks),
                helper.make_node("Div", [value, peaks], [levelled], name=levelled),
            ]
            self.levelled[value] = (levelled, peaks)
        return self.levelled[value]

    def _largest(self, sizes: str, top: str) -> Any:
        from onnx import helper

        if self._opset >= _AXES_ARE_INPUTS:
            axes = [sizes, _LAST_AXIS]
            return helper.make_node("ReduceMax", axes, [top], name=top, keepdims=1)
        return helper.make_node("ReduceMax", [sizes], [top], name=top, axes=[-1], keepdims=1)

    @property
    def _opset(self) -> int:
        opsets = {each.domain: each.version for each in self.template.model.opset_import}
        return int(opsets.get("", 1))

    def _rescale(self, product: Any, peaks: str) -> None:
        from onnx import helper

        full = product.output[0]
        product.output[0] = f"{full}.levelled"
        self.after[id(product)] = helper.make_node(
            "Mul", [product.output[0], peaks], [full], name=f"{full}.full"
        )

    def _constants(self) -> list[Any]:
        from onnx import numpy_helper

        axis, smallest = np.array([-1], np.int64), np.array(1e-12, np.float32)
        return [
            numpy_helper.from_array(axis, _LAST_AXIS),
            numpy_helper.from_array(smallest, _SMALLEST),
        ]

    def _is_table(self, name: str) -> bool:
        """Whether only rows are taken from it, and the model is kept in fewer bits anyway."""
        uses = self.uses[name]
        reduced = self.precision in (*_BITS, Precision.W8A8)
        return reduced and bool(uses) and all(n.op_type == "Gather" and p == 0 for n, p in uses)

    # --- the graph

    def _become(self, node: Any, kind: str, inputs: list[str]) -> None:
        node.op_type, node.domain = kind, CONTRIB
        del node.input[:]
        node.input.extend(inputs)

    def _widen_after_gather(self, name: str) -> None:
        from onnx import helper

        for node, _ in self.uses[name]:
            wide = node.output[0]
            node.output[0] = f"{wide}.half"
            self.after[id(node)] = helper.make_node(
                "Cast", [node.output[0]], [wide], name=f"{wide}.wide", to=_FLOAT
            )

    def _rebuild_nodes(self) -> None:
        graph = self.template.model.graph
        if not self.after and not self.behind:
            return
        nodes = [node for value in graph.input for node in self.behind.get(value.name, ())]
        for node in graph.node:
            nodes += self._with_followers(node)
        copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
        del graph.node[:]
        graph.node.extend(copies)

    def _with_followers(self, node: Any) -> Iterator[Any]:
        yield node
        if id(node) in self.after:
            yield from self._with_followers(self.after[id(node)])
        for value in node.output:
            yield from self.behind.get(value, ())

    def _finish(self) -> None:
        from onnx import helper

        model = self.template.model
        del model.graph.value_info[:]  # types of values that are computed otherwise now
        if all(opset.domain != CONTRIB for opset in model.opset_import):
            model.opset_import.append(helper.make_opsetid(CONTRIB, 1))
        kept = [entry for entry in model.metadata_props if entry.key != "folioscope.weights"]
        del model.metadata_props[:]
        model.metadata_props.extend(kept)


def _set_integers(node: Any, **values: int) -> None:
    from onnx import helper

    del node.attribute[:]
    node.attribute.extend(helper.make_attribute(key, value) for key, value in values.items())
