"""Tiny models in the format of the starter's data file, with random weights."""

import struct
from dataclasses import dataclass, field

import numpy as np

from folioscope.inference.starter_file import MAGIC

HIDDEN, LAYERS, HEADS, INNER, POSITIONS, TYPES = 64, 2, 4, 128, 24, 2
PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    "▁query",
    "▁passage",
    ":",
    "a",
    "b",
    "▁page",
    "<mask>",
]
EPSILON = 1e-12


@dataclass
class TinyModel:
    """The bytes of a data file, where its tensors lie, and the weights as floats."""

    data: bytes
    weights: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def array(self) -> np.ndarray:
        return np.frombuffer(self.data, np.uint8)


def tiny_model(seed: int = 0) -> TinyModel:
    rng = np.random.default_rng(seed)
    tensors = dict(_random_tensors(rng))
    head = _head()
    directory_bytes = sum(2 + len(name) + struct.calcsize("<BIQQ") for name in tensors)
    at = len(head) + 4 + directory_bytes
    directory, body = struct.pack("<i", len(tensors)), b""
    for name, (raw, weights) in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 0, weights.size, at + len(body), len(raw))
        body += raw
    return TinyModel(head + directory + body, {n: w for n, (_, w) in tensors.items()})


def _head() -> bytes:
    sizes = (HIDDEN, LAYERS, HEADS, INNER, len(PIECES), POSITIONS, TYPES)
    encoded = [piece.encode() for piece in PIECES]
    offsets = np.concatenate([[0], np.cumsum([len(p) for p in encoded])]).astype("<u4")
    scores = np.array([0.0 if p.startswith("<") else -float(i) for i, p in enumerate(PIECES)])
    text = b"".join(encoded)
    return b"".join(
        [
            MAGIC,
            struct.pack("<i", 1),
            struct.pack("<7ifi", *sizes, EPSILON, 32),
            struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(text)),
            offsets.tobytes(),
            scores.astype("<f4").tobytes(),
            text,
            struct.pack("<iI", 0, 0),
        ]
    )


def _random_tensors(rng):
    yield "emb.word", _four_bits(rng, len(PIECES), HIDDEN)
    yield "emb.pos", _floats(rng.normal(0, 0.1, (POSITIONS, HIDDEN)))
    yield "emb.type", _floats(rng.normal(0, 0.1, (TYPES, HIDDEN)))
    yield from _normalisation(rng, "emb.ln")
    for layer in range(LAYERS):
        for part in ("q", "k", "v", "ao"):
            yield from _linear(rng, f"l{layer}.{part}", HIDDEN, HIDDEN)
        yield from _linear(rng, f"l{layer}.fi", INNER, HIDDEN)
        yield from _linear(rng, f"l{layer}.fo", HIDDEN, INNER)
        yield from _normalisation(rng, f"l{layer}.aln")
        yield from _normalisation(rng, f"l{layer}.oln")


def _linear(rng, name, rows, columns):
    yield f"{name}.w", _four_bits(rng, rows, columns)
    yield f"{name}.b", _floats(rng.normal(0, 0.1, rows))


def _normalisation(rng, name):
    yield f"{name}.w", _floats(rng.normal(1, 0.1, HIDDEN))
    yield f"{name}.b", _floats(rng.normal(0, 0.1, HIDDEN))


def _floats(values):
    values = values.astype("<f4")
    return values.tobytes(), values


def _four_bits(rng, rows, columns):
    """Return blocks as they are stored, and the weights that they stand for, one by one."""
    raw, weights = b"", np.zeros((rows, columns), np.float32)
    for row in range(rows):
        for first in range(0, columns, 32):
            scale = np.float16(rng.uniform(0.02, 0.06) * (-1) ** row)  # real ones have both signs
            codes = rng.integers(0, 16, 32)
            raw += scale.tobytes() + bytes(
                int(codes[i]) | (int(codes[i + 16]) << 4) for i in range(16)
            )
            weights[row, first : first + 32] = (codes - 8) * np.float32(scale)
    return raw, weights


def reference_embedding(weights: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """Compute the vector of one text in float64, step by step as BERT is written down."""
    from math import erf, sqrt

    def norm(x, name):
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + EPSILON)
        return scaled * weights[f"{name}.w"] + weights[f"{name}.b"]

    def linear(x, name):
        return x @ weights[f"{name}.w"].T.astype(np.float64) + weights[f"{name}.b"]

    gelu = np.vectorize(lambda v: 0.5 * v * (1 + erf(v / sqrt(2))))
    x = weights["emb.word"][ids] + weights["emb.pos"][: len(ids)] + weights["emb.type"][0]
    x = norm(x.astype(np.float64), "emb.ln")
    size = HIDDEN // HEADS
    for layer in range(LAYERS):
        q, k, v = (linear(x, f"l{layer}.{part}") for part in "qkv")
        mixed = []
        for head in range(HEADS):
            own = slice(head * size, (head + 1) * size)
            logits = q[:, own] @ k[:, own].T / sqrt(size)
            shares = np.exp(logits - logits.max(-1, keepdims=True))
            mixed.append(shares / shares.sum(-1, keepdims=True) @ v[:, own])
        x = norm(x + linear(np.concatenate(mixed, -1), f"l{layer}.ao"), f"l{layer}.aln")
        x = norm(x + linear(gelu(linear(x, f"l{layer}.fi")), f"l{layer}.fo"), f"l{layer}.oln")
    mean = x.mean(0)
    return mean / np.linalg.norm(mean)
