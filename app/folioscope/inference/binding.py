"""Puts weights into a template: the graph and, beside it, one file with all its weights."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from folioscope.domain.models import Precision
from folioscope.inference.external_data import ExternalData
from folioscope.inference.quantising import (
    BLOCK,
    quantise_blocks,
    quantise_rows,
    zeros_of_rows,
)
from folioscope.inference.templates import Template, WeightSlot
from folioscope.inference.weights import WeightReader, halves

CONTRIB = "com.microsoft"
_BITS = {Precision.INT8: 8, Precision.INT4: 4}
_ACCURACY = 4  # activations in 8 bits inside the product; anything finer takes 2.5 times as long
_FLOAT = 1  # TensorProto.FLOAT


def bind(template: Template, reader: WeightReader, model: Path, precision: Precision) -> str:
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
    reader: WeightReader
    data: ExternalData
    precision: Precision
    uses: dict[str, list[tuple[Any, int]]] = field(default_factory=lambda: defaultdict(list))
    after: dict[int, Any] = field(default_factory=dict)  # nodes that follow others, by id

    def bind(self) -> None:
        graph = self.template.model.graph
        for node in graph.node:
            for place, name in enumerate(node.input):
                self.uses[name].append((node, place))
        for name, slot in self.template.slots.items():
            graph.initializer.extend(self._initializers(name, slot))
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
        parts = [quantise_rows(rows) for rows in self.reader.rows(slot)]
        codes = np.concatenate([part[0] for part in parts])
        names = [f"{name}.codes", f"{name}.scales", f"{name}.zeros"]
        outputs = slot.shape[1]
        made = [self._add(names[0], [codes.T], np.uint8, slot.shape)]
        made.append(self._add(names[1], [scales for _, scales in parts], np.float32, (outputs,)))
        made.append(self._add(names[2], [zeros_of_rows(outputs)], np.uint8, (outputs,)))
        self._become(product, "DynamicQuantizeMatMul", [product.input[0], *names])
        return made

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
        if not self.after:
            return
        nodes = []
        for node in graph.node:
            nodes.append(node)
            if id(node) in self.after:
                nodes.append(self.after[id(node)])
        copies = [type(node).FromString(node.SerializeToString()) for node in nodes]
        del graph.node[:]
        graph.node.extend(copies)

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
