"""A server on loopback that speaks the documented ``_inference`` API, errors and limits too."""

import base64
import hashlib
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.answering_server import Answer, AnsweringServer, Asked

DIM = 16
ENDPOINTS: tuple[dict[str, Any], ...] = (
    {
        "inference_id": ".jina-embeddings-v3",
        "task_type": "text_embedding",
        "service": "elastic",
        "service_settings": {"model_id": "jina-embeddings-v3", "dimensions": DIM},
    },
    {
        "inference_id": "omni",
        "task_type": "embedding",
        "service": "elastic",
        "service_settings": {"model_id": "jina-embeddings-v5-omni", "similarity": "cosine"},
    },
    {
        "inference_id": "blind",
        "task_type": "embedding",
        "service": "jinaai",
        "service_settings": {"model_id": "jina-embeddings-v5-text"},
    },
    {
        "inference_id": "ranks",
        "task_type": "rerank",
        "service": "jinaai",
        "service_settings": {"model_id": "jina-reranker-v2"},
    },
    {
        "inference_id": "ranks-pictures",
        "task_type": "rerank",
        "service": "elastic",
        "service_settings": {"model_id": "jina-reranker-m0"},
    },
    {
        "inference_id": ".rerank-v1-elasticsearch",
        "task_type": "rerank",
        "service": "elasticsearch",
        "service_settings": {"model_id": ".rerank-v1"},
    },
    {"inference_id": "chat", "task_type": "chat_completion", "service": "elastic"},
)
SEES = frozenset({"omni", "ranks-pictures"})


class InferenceServer:
    """Answers for ENDPOINTS; ``fault`` may answer in its place. ``sent``: all inputs that came.

    ``takes_roles``: whether ``input_type`` is known, as it is in newer versions.
    """

    def __init__(self) -> None:
        self.endpoints = [dict(one) for one in ENDPOINTS]
        self.fault: Callable[[Asked], Answer | None] = lambda _asked: None
        self.takes_roles = True
        self.most_inputs = 100
        self.sent: list[Any] = []
        self.roles: list[str] = []
        self.served = AnsweringServer(self._answer)
        self.url = self.served.url

    def __enter__(self) -> "InferenceServer":
        self.served.__enter__()
        return self

    def __exit__(self, *given: object) -> None:
        self.served.__exit__(*given)

    def _answer(self, asked: Asked) -> Answer:
        if (said := self.fault(asked)) is not None:
            return said
        parts = asked.path.strip("/").split("/")
        if parts[0] != "_inference":
            return refused("invalid_index_name_exception", "no such path", 400)
        if asked.method == "GET":
            wanted = parts[1] if len(parts) > 1 else None
            found = [one for one in self.endpoints if wanted in (None, one["inference_id"])]
            if wanted and not found:
                return self._missing(wanted)
            return Answer(body={"endpoints": found})
        _, task, name = parts
        if not any((e["inference_id"], e["task_type"]) == (name, task) for e in self.endpoints):
            return self._missing(name)
        return self._infer(task, name, asked.json)

    def _missing(self, name: str) -> Answer:
        return refused(
            "resource_not_found_exception", f"Inference endpoint not found [{name}]", 404
        )

    def _infer(self, task: str, name: str, body: dict[str, Any]) -> Answer:
        inputs = body["input"] if isinstance(body["input"], list) else [body["input"]]
        if "input_type" in body and not self.takes_roles:
            return refused("parse_exception", "unknown field [input_type]", 400)
        if len(inputs) > self.most_inputs:
            return Answer(413, "<html>Request Entity Too Large</html>", {})
        if name not in SEES and not all(isinstance(one, str) for one in inputs):
            return refused("status_exception", "only texts are supported", 400)
        self.sent += inputs
        self.roles.append(body.get("input_type", ""))
        if task == "rerank":
            scores = [_likeness(body["query"], one) for one in inputs]
            if name.startswith(".rerank"):
                scores = [10 * score - 5 for score in scores]  # logits
            ranked = [{"index": i, "relevance_score": s} for i, s in enumerate(scores)]
            return Answer(body={"rerank": sorted(ranked, key=lambda one: -one["relevance_score"])})
        key = "text_embedding" if task == "text_embedding" else "embeddings"
        return Answer(body={key: [{"embedding": (3 * _vector(one)).tolist()} for one in inputs]})


def refused(kind: str, reason: str, status: int) -> Answer:
    """An error as Elasticsearch tells it."""
    return Answer(status, {"error": {"type": kind, "reason": reason}, "status": status})


def pixels_of(content: Any) -> np.ndarray:
    """Read the picture of an input: uint8 (height, width, 3)."""
    data = base64.b64decode(content["value"].partition(",")[2])
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    start = data.index(b"IDAT") + 4
    (size,) = struct.unpack(">I", data[start - 8 : start - 4])
    lines = np.frombuffer(zlib.decompress(data[start : start + size]), np.uint8)
    return lines.reshape(height, 1 + 3 * width)[:, 1:].reshape(height, width, 3)


def _vector(content: Any) -> np.ndarray:
    content = content.get("content", content) if isinstance(content, dict) else content
    words = content.lower().split() if isinstance(content, str) else [_key(content)]
    total = np.full(DIM, 0.05)
    for word in words:
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest())
        total += np.random.default_rng(seed).normal(size=DIM)
    return np.asarray(total / np.linalg.norm(total))


def _key(picture: Any) -> str:
    return hashlib.blake2b(pixels_of(picture).tobytes()).hexdigest()


def _likeness(one: Any, other: Any) -> float:
    return float(np.clip(_vector(one) @ _vector(other), 0, 1))
