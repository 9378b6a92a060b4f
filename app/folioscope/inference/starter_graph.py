"""The starter encoder as an ONNX graph: a BERT of 12 layers, mean-pooled to one vector a text.

Inputs ``input_ids`` and ``attention_mask``, int64 (batch, tokens); output ``embedding``,
float32 (batch, dims), of length 1. Position ids run from 0. Architecture: multilingual-e5-small
(BertModel with the vocabulary of XLM-R). ``com.microsoft`` operators are ONNX Runtime's own.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from folioscope.domain.pages import Float32
from folioscope.inference.starter_divisors import divisors_of
from folioscope.inference.starter_file import BLOCK, StarterFile

# "float32": weights as floats, the reference. "w4a8": 4-bit weights, activations rounded to
# 8 bits a block of 32. "w8a8": weights rounded to 8 bits an output, activations to 8 bits a
# matrix, which is faster and loses more: products named in ``spared``, into which outliers go,
# stay "w4a8". A matrix spans the batch, so vectors differ slightly with their neighbours in it.
Precision = Literal["float32", "w4a8", "w8a8"]
_CONTRIB = "com.microsoft"
_FLOAT, _INT8, _INT32, _INT4 = 1, 3, 6, 22  # as ONNX numbers types
# for each high byte of a float16, the floats with 0 and 1 as their low byte; no scale is infinite
_RANGES = np.nan_to_num(
    np.arange(1 << 16, dtype="<u2").view("<f2").reshape(256, 256)[:, :2].astype(np.float32),
    posinf=0,
    neginf=0,
)


def build_starter_model(
    file: StarterFile, *, precision: Precision, spared: Collection[str] = ()
) -> bytes:
    """Return the serialised ONNX model; ``spared`` names products such as ``l4.fo``."""
    import onnx

    graph = _GraphBuilder(file, precision, frozenset(spared))
    last = graph.embeddings()
    for layer in range(file.shape.layers):
        last = graph.layer(layer, last)
    graph.pool(last)
    model = onnx.helper.make_model(
        graph.finish(),
        opset_imports=[
            onnx.helper.make_opsetid("", 21),  # the first with 4-bit integers
            onnx.helper.make_opsetid(_CONTRIB, 1),
        ],
        ir_version=10,
        producer_name="folioscope",
    )
    serialised: bytes = model.SerializeToString()
    return serialised


@dataclass
class _GraphBuilder:
    """Collects nodes and weights; every method returns the name of a value."""

    file: StarterFile
    precision: Precision
    spared: frozenset[str]
    nodes: list[Any] = field(default_factory=list)
    weights: dict[str, Any] = field(default_factory=dict)

    def node(
        self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: Any
    ) -> str:
        from onnx import helper

        self.nodes.append(
            helper.make_node(kind, inputs, [output], name=output, domain=domain, **attributes)
        )
        return output

    def weight(self, name: str, values: npt.NDArray[Any]) -> str:
        from onnx import numpy_helper

        if name not in self.weights:
            self.weights[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def nibbles(self, name: str, values: npt.NDArray[np.int8]) -> str:
        """Keep integers of -8 to 7, an even number of them, in 4 bits each."""
        from onnx import helper

        pairs = np.ascontiguousarray(values).reshape(-1, 2).view(np.uint8) & 15
        packed = (pairs[:, 0] | pairs[:, 1] << 4).tobytes()
        self.weights[name] = helper.make_tensor(name, _INT4, values.shape, packed, raw=True)
        return name

    def numbers(self, *values: int) -> str:
        name = "n_" + "_".join(str(v).replace("-", "m") for v in values)
        return self.weight(name, np.array(values, np.int64))

    def floats(self, name: str, *shape: int) -> str:
        return self.weight(name, self.file.floats(name, *shape))

    # --- the network

    def embeddings(self) -> str:
        """Sum of word, position and type, normalised."""
        shape = self.file.shape
        self.node("Shape", ["input_ids"], "token_count", start=1, end=2)
        self.node("Slice", [self._positions(), self.numbers(0), "token_count"], "positions")
        self.node("Add", [self._words(), "positions"], "words_placed")
        types = self.file.floats("emb.type", shape.types, shape.hidden)
        self.node("Add", ["words_placed", self.weight("type", types[0])], "embedded")
        self.node("Cast", ["attention_mask"], "mask", to=6)  # int32
        return self.normalised("embedded", "emb.ln", "states")

    def _positions(self) -> str:
        return self.floats("emb.pos", self.file.shape.positions, self.file.shape.hidden)

    def _words(self) -> str:
        """Gather 4-bit rows and only then make floats of them: the table stays small."""
        shape = self.file.shape
        blocks = self.file.blocks("emb.word", shape.words, shape.hidden)
        table = self.weight("word.nibbles", blocks.nibbles)
        self.node("Gather", [table, "input_ids"], "word_bytes")
        low_bits = self.weight("low_bits", np.array(15, np.uint8))
        four = self.weight("four", np.array(4, np.uint8))
        self.node("BitwiseAnd", ["word_bytes", low_bits], "word_low")
        self.node("BitShift", ["word_bytes", four], "word_high", direction="RIGHT")
        self.node("Concat", ["word_low", "word_high"], "word_codes", axis=-1)
        self.node("Cast", ["word_codes"], "word_levels", to=1)
        eight = self.weight("eight", np.array(8, np.float32))
        self.node("Sub", ["word_levels", eight], "word_signed")
        self._word_scales(blocks.scales)
        self.node("Unsqueeze", ["word_scales", self.numbers(-1)], "word_scales_4d")
        self.node("Mul", ["word_signed", "word_scales_4d"], "word_blocks")
        flat = self.numbers(0, 0, shape.hidden)
        return self.node("Reshape", ["word_blocks", flat], "words")

    def _word_scales(self, scales: npt.NDArray[np.float16]) -> None:
        """Gather scales whose high and low bytes lie apart, which packs 0.28 MB smaller.

        Floats of one high byte are evenly spaced, so two tables by it, where they begin and how
        far they are apart, give the exact float.
        """
        halves = np.ascontiguousarray(scales, "<f2").view(np.uint8).reshape(*scales.shape, 2)
        high = self.weight("word.scales_high", halves[..., 1])
        low = self.weight("word.scales_low", halves[..., 0])
        self.node("Gather", [low, "input_ids"], "word_low_byte")
        self.node("Gather", [high, "input_ids"], "word_high_byte")
        self.node("Cast", ["word_high_byte"], "word_ranges", to=_INT32)
        starts = self.weight("range_starts", _RANGES[:, 0])
        steps = self.weight("range_steps", _RANGES[:, 1] - _RANGES[:, 0])
        self.node("Gather", [starts, "word_ranges"], "word_starts")
        self.node("Gather", [steps, "word_ranges"], "word_steps")
        self.node("Cast", ["word_low_byte"], "word_counts", to=_FLOAT)
        self.node("Mul", ["word_counts", "word_steps"], "word_ways")
        self.node("Add", ["word_starts", "word_ways"], "word_scales")

    def layer(self, number: int, states: str) -> str:
        """Attention and feed-forward, each with its residual and normalisation."""
        shape, own = self.file.shape, f"l{number}"
        hidden, inner = shape.hidden, shape.inner
        packed = self.linear(states, [f"{own}.q", f"{own}.k", f"{own}.v"], hidden, hidden)
        parts = [f"{own}.{part}_states" for part in "qkv"]
        self.split(packed, parts)
        self.node(
            "MultiHeadAttention", [*parts, "", "mask"], f"{own}.mixed", _CONTRIB,
            num_heads=shape.heads,
        )  # fmt: skip
        attended = self.linear(f"{own}.mixed", [f"{own}.ao"], hidden, hidden)
        self.node("Add", [states, attended], f"{own}.sum1")
        middle = self.normalised(f"{own}.sum1", f"{own}.aln", f"{own}.middle")
        wide = self.linear(middle, [f"{own}.fi"], inner, hidden)
        self.node("Gelu", [wide], f"{own}.bent")
        narrow = self.linear(f"{own}.bent", [f"{own}.fo"], hidden, inner)
        self.node("Add", [middle, narrow], f"{own}.sum2")
        return self.normalised(f"{own}.sum2", f"{own}.oln", f"{own}.states")

    def pool(self, states: str) -> None:
        """Mean over the tokens of each text, at length 1."""
        self.node("Cast", ["attention_mask"], "counted", to=1)
        self.node("Unsqueeze", ["counted", self.numbers(-1)], "counted_3d")
        self.node("Mul", [states, "counted_3d"], "kept")
        self.node("ReduceSum", ["kept", self.numbers(1)], "total", keepdims=0)
        self.node("ReduceSum", ["counted", self.numbers(1)], "count", keepdims=1)
        self.node("Div", ["total", "count"], "mean")
        self.node("LpNormalization", ["mean"], "embedding", axis=-1, p=2)

    # --- parts

    def normalised(self, states: str, name: str, output: str) -> str:
        hidden = self.file.shape.hidden
        inputs = [states, self.floats(f"{name}.w", hidden), self.floats(f"{name}.b", hidden)]
        epsilon = self.file.shape.epsilon
        return self.node("LayerNormalization", inputs, output, axis=-1, epsilon=epsilon)

    def split(self, packed: str, parts: list[str]) -> None:
        from onnx import helper

        self.nodes.append(
            helper.make_node(
                "Split", [packed], parts, name=packed + "_split", axis=-1, num_outputs=3
            )
        )

    def linear(self, states: str, names: list[str], rows: int, columns: int) -> str:
        """One product for all ``names``, their outputs one behind the other."""
        blocks = [self.file.blocks(f"{name}.w", rows, columns) for name in names]
        biases = np.concatenate([self.file.floats(f"{name}.b", rows) for name in names])
        own = names[0]
        bias = self.weight(f"{own}.bias", biases)
        if self.precision == "w4a8" or own in self.spared:
            codes = np.concatenate([b.codes() for b in blocks])
            scales = np.concatenate([b.scales for b in blocks]).astype(np.float32)
            return self._four_bits(states, own, codes, scales, bias)
        dense = np.concatenate([b.dense() for b in blocks])
        if self.precision == "w8a8":
            levels = np.concatenate([b.codes() for b in blocks]).astype(np.int8) - np.int8(8)
            return self._eight_bits(states, own, dense, levels, bias)
        product = self.node(
            "MatMul", [states, self.weight(f"{own}.dense", dense.T)], f"{own}.product"
        )
        return self.node("Add", [product, bias], f"{own}.out")

    def _four_bits(
        self, states: str, own: str, codes: npt.NDArray[np.uint8], scales: Float32, bias: str
    ) -> str:
        neighbours = codes[..., 0::2] | (codes[..., 1::2] << 4)  # as MatMulNBits packs them
        inputs = [
            states,
            self.weight(f"{own}.codes", neighbours),
            self.weight(f"{own}.scales", scales.reshape(-1)),
        ]
        rows, count, _ = codes.shape
        product = self.node(
            "MatMulNBits", inputs, f"{own}.product", _CONTRIB,
            K=count * BLOCK, N=rows, bits=4, block_size=BLOCK, accuracy_level=4,
        )  # fmt: skip
        return self.node("Add", [product, bias], f"{own}.out")

    def _eight_bits(
        self, states: str, own: str, dense: Float32, levels: npt.NDArray[np.int8], bias: str
    ) -> str:
        scales = np.maximum(np.abs(dense).max(axis=1), 1e-12) / 127
        codes = np.rint(dense / scales[:, None]).astype(np.int8)
        inputs = [
            states,
            self._told(f"{own}.codes", levels, codes),
            self.weight(f"{own}.scales", scales.astype(np.float32)),
            self.weight(f"{own}.zeros", np.zeros(len(codes), np.int8)),
            bias,
        ]
        return self.node("DynamicQuantizeMatMul", inputs, f"{own}.out", _CONTRIB)

    def _told(self, name: str, levels: npt.NDArray[np.int8], codes: npt.NDArray[np.int8]) -> str:
        """Keep codes as levels and divisors, which ONNX Runtime folds when it loads the file.

        It would keep a DequantizeLinear for later, and what it folds lies in memory together
        until all is folded, so there is one step between levels and codes.
        """
        divisors = divisors_of(levels, codes.reshape(levels.shape))
        if divisors is None:
            return self.weight(name, codes.T)
        kept = self.nibbles(f"{name}.levels", levels.reshape(codes.shape).T)
        floats = self.node("Cast", [kept], f"{name}.floats", to=_FLOAT)
        inputs = [floats, self.weight(f"{name}.divisors", divisors.T)]
        return self.node(
            "QuantizeLinear", inputs, name, axis=0, block_size=BLOCK, output_dtype=_INT8
        )

    def finish(self) -> Any:
        from onnx import TensorProto, helper

        texts = [
            helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
            for name in ("input_ids", "attention_mask")
        ]
        vectors = helper.make_tensor_value_info(
            "embedding", TensorProto.FLOAT, ["batch", self.file.shape.hidden]
        )
        return helper.make_graph(
            self.nodes, "starter", texts, [vectors], list(self.weights.values())
        )
