"""What visual models promise: encoders of pages and queries, and rerankers."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from folioscope.domain.embeddings import (
    DeviceChoice,
    Embedding,
    EncoderNeeds,
    QueryInput,
    RerankPage,
    TextRole,
)
from folioscope.domain.pages import PageImage
from folioscope.domain.protocols import Cancellation, EncoderSpec


class Encoder(Protocol):
    """A visual model: page pictures and queries in, vectors of one space out.

    Safe from any thread; runs are cancelled within 200 ms. Errors are InferenceError and its
    kin. ``spec.fingerprint`` names everything that shapes the vectors.
    """

    @property
    def spec(self) -> EncoderSpec: ...
    @property
    def needs(self) -> EncoderNeeds: ...
    @property
    def device(self) -> DeviceChoice:
        """What runs it, once it is open."""
        ...

    def open(self) -> None:
        """Load the model; raise ModelMissingError when it is not installed, InferenceError."""
        ...

    def close(self) -> None: ...
    def embed_query(self, query: QueryInput, *, token: Cancellation | None = None) -> Embedding:
        """Embed what is asked: a text, a picture, or a part of one."""
        ...

    def embed_text(
        self, text: str, *, role: TextRole, token: Cancellation | None = None
    ) -> Embedding:
        """Embed a text as what is asked or as what is searched, prompted accordingly."""
        ...

    def embed_pages(
        self, images: Sequence[PageImage], *, token: Cancellation | None = None
    ) -> list[Embedding]:
        """Embed pages of any sizes, batched as the device bears."""
        ...


class Reranker(Protocol):
    """A cross-encoder: reads a query together with a page. Safe from any thread."""

    @property
    def spec(self) -> EncoderSpec: ...
    @property
    def needs(self) -> EncoderNeeds: ...
    @property
    def device(self) -> DeviceChoice:
        """What runs it, once it is open."""
        ...

    def open(self) -> None:
        """Load the model; raise ModelMissingError when it is not installed, InferenceError."""
        ...

    def close(self) -> None: ...
    def scores(
        self, query: QueryInput, pages: Sequence[RerankPage], *, token: Cancellation | None = None
    ) -> Iterator[float]:
        """Yield each page's relevance (0 to 1) in the order given, as soon as it is known.

        Features of pictures are kept by key: a second query over the same pages is cheaper.
        """
        ...
