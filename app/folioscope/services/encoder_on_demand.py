"""An encoder that loads its model when it is first needed."""

import threading
from collections.abc import Sequence

import numpy as np

from folioscope.domain.pages import Float32, PageVectors
from folioscope.domain.protocols import (
    Cancellation,
    EncoderSpec,
    ManyQueriesEncoder,
    PageUnits,
    TextEncoder,
)


class EncoderOnDemand:
    """A TextEncoder around another one; whoever comes first opens it, the others wait."""

    def __init__(self, encoder: TextEncoder) -> None:
        self._encoder = encoder
        self._guard = threading.Lock()
        self._is_open = False

    @property
    def spec(self) -> EncoderSpec:
        """What shapes the vectors."""
        return self._encoder.spec

    def open(self) -> None:
        """Load the model if that was not done yet; raise InferenceError."""
        with self._guard:
            if not self._is_open:
                self._encoder.open()
                self._is_open = True

    def close(self) -> None:
        """Let the model go."""
        with self._guard:
            if self._is_open:
                self._encoder.close()
                self._is_open = False

    def embed_query(self, text: str, *, token: Cancellation | None = None) -> Float32:
        """Embed a query: float32 (dim,)."""
        self.open()
        return self._encoder.embed_query(text, token=token)

    def embed_queries(self, texts: Sequence[str], *, token: Cancellation | None = None) -> Float32:
        """Embed queries, together where that is cheaper: float32 (n, dim)."""
        self.open()
        if isinstance(self._encoder, ManyQueriesEncoder):
            return self._encoder.embed_queries(texts, token=token)
        return np.stack([self._encoder.embed_query(text, token=token) for text in texts])

    def embed_pages(
        self, pages: Sequence[PageUnits], *, token: Cancellation | None = None
    ) -> list[PageVectors]:
        """Embed pages, batched across them."""
        self.open()
        return self._encoder.embed_pages(pages, token=token)
