"""Texts and pictures to vectors, and pages to scores, by an endpoint: what is sent, what comes."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import Float32, PageImage
from folioscope.domain.protocols import Cancellation
from folioscope.domain.remote_models import RemoteOffer, RemoteTask
from folioscope.inference.png import png_of
from folioscope.inference.remote_client import (
    BRIEF,
    PATIENT,
    InferenceClient,
    RefusedInputError,
    Waiting,
)

TEXTS_AT_ONCE = 16
PICTURES_AT_ONCE = 4
_MOST_CHARS = 60_000  # in a request
_LONGEST_TEXT = 8_000  # characters; models cut what they cannot read
_NO_TEXT = "-"  # services refuse texts with nothing in them
_OWN_MODELS = "elasticsearch"  # its rerankers answer with logits
_VECTOR_KEYS = ("text_embedding", "embeddings", "text_embedding_bytes", "embeddings_bytes")

Content = str | PageImage


@dataclass
class Endpoint:
    """One endpoint of a server. ``dim`` is checked where it is known (not 0).

    How roles are told (``input_type``) differs by version and service: it is left out once the
    endpoint refused it.
    """

    client: InferenceClient
    offer: RemoteOffer
    _tells_role: bool = field(default=True)

    def vectors(
        self, contents: Sequence[Content], *, is_query: bool, token: Cancellation | None
    ) -> Float32:
        """Embed in as many requests as are needed: float32 (n, dim), rows of length 1.

        A pause holds pages between two requests and never a query.
        """
        rows: list[Float32] = []
        for some in _batches(contents):
            if token is not None and not is_query:
                token.checkpoint()
            rows += self._embedded(some, is_query=is_query, token=token)
        return np.stack(rows) if rows else np.zeros((0, self.offer.dim), np.float32)

    def score(self, query: Content, page: Content, *, token: Cancellation | None = None) -> float:
        """Judge a page: its relevance, from 0 to 1."""
        body = {"query": _ranked(query), "input": [_ranked(page)]}
        said = self.client.infer(RemoteTask.RERANK, self.offer.endpoint, body, token=token)
        try:
            (ranked,) = said["rerank"]
            value = float(ranked.get("relevance_score", ranked.get("score")))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._strange() from error
        if not np.isfinite(value):
            raise self._strange()
        if self.offer.service == _OWN_MODELS:
            return float(1.0 / (1.0 + np.exp(-np.clip(value, -60, 60))))
        return float(np.clip(value, 0.0, 1.0))

    def _embedded(
        self, contents: Sequence[Content], *, is_query: bool, token: Cancellation | None
    ) -> list[Float32]:
        try:
            said = self._asked(contents, is_query=is_query, token=token)
        except RefusedInputError as refused:
            if refused.status != 413 or len(contents) == 1:
                raise
            middle = len(contents) // 2
            return [
                row
                for part in (contents[:middle], contents[middle:])
                for row in self._embedded(part, is_query=is_query, token=token)
            ]
        return self._rows(said, len(contents))

    def _asked(
        self, contents: Sequence[Content], *, is_query: bool, token: Cancellation | None
    ) -> dict[str, Any]:
        task, endpoint = self.offer.task, self.offer.endpoint
        body: dict[str, object] = {"input": [_embeddable(one) for one in contents]}
        role = {"input_type": "search" if is_query else "ingest"}
        waiting: Waiting = BRIEF if is_query else PATIENT
        if self._tells_role:
            try:
                return self.client.infer(task, endpoint, body | role, token=token, waiting=waiting)
            except RefusedInputError as refused:
                if "input_type" not in refused.reason and "input type" not in refused.reason:
                    raise
                self._tells_role = False
        return self.client.infer(task, endpoint, body, token=token, waiting=waiting)

    def _rows(self, said: dict[str, Any], count: int) -> list[Float32]:
        found = next((said[key] for key in _VECTOR_KEYS if key in said), None)
        try:
            rows = np.array([one["embedding"] for one in found or ()], np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise self._strange() from error
        if rows.ndim != 2 or len(rows) != count:
            raise self._strange()
        if self.offer.dim not in (0, rows.shape[1]):
            raise InferenceError(
                f"The model {self.offer.endpoint} on {self.client.server} now makes vectors of"
                f" {rows.shape[1]} numbers, and made {self.offer.dim} before.",
                hint="It was changed there; choose a model again.",
            )
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        if not (np.isfinite(rows).all() and (lengths > 0).all()):
            raise self._strange()
        return list(rows / lengths)

    def _strange(self) -> InferenceError:
        return InferenceError(
            f"The model {self.offer.endpoint} on {self.client.server} answers with something that"
            " Folioscope cannot use.",
            hint="Choose another model.",
        )


def _batches(contents: Sequence[Content]) -> Iterator[Sequence[Content]]:
    batch: list[Content] = []
    chars = 0
    for one in contents:
        size = len(one) if isinstance(one, str) else _MOST_CHARS // PICTURES_AT_ONCE
        size = min(size, _LONGEST_TEXT) if isinstance(one, str) else size
        if batch and (len(batch) == TEXTS_AT_ONCE or chars + size > _MOST_CHARS):
            yield batch
            batch, chars = [], 0
        batch.append(one)
        chars += size
    if batch:
        yield batch


def _embeddable(content: Content) -> object:
    if isinstance(content, str):
        return sendable(content)
    return {"content": _picture(content)}


def _ranked(content: Content) -> object:
    return sendable(content) if isinstance(content, str) else _picture(content)


def _picture(image: PageImage) -> dict[str, str]:
    data = base64.b64encode(png_of(image)).decode()
    return {"type": "image", "format": "base64", "value": f"data:image/png;base64,{data}"}


def sendable(text: str) -> str:
    """Return text that services take: no lone surrogates, no runs of space, never empty."""
    joined = " ".join(text[: _LONGEST_TEXT * 4].split())[:_LONGEST_TEXT]
    return joined.replace("\x00", "").encode("utf-8", "replace").decode("utf-8") or _NO_TEXT
