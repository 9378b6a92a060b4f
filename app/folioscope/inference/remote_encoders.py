"""Encoders and rerankers that run on a server. Nothing is sent before somebody agreed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from folioscope.domain.embeddings import (
    DeviceChoice,
    Embedding,
    EncoderNeeds,
    PictureQuery,
    QueryInput,
    RerankPage,
    TextRole,
)
from folioscope.domain.errors import InferenceError
from folioscope.domain.pages import Float32, PageImage, PageVectors
from folioscope.domain.protocols import Cancellation, EncoderSpec, PageUnits
from folioscope.domain.remote_models import RemoteModel, RemoteOffer, RemoteTask
from folioscope.domain.store_places import ElasticSecret
from folioscope.inference.batching import has_meaning
from folioscope.inference.picture_preparing import asked_part
from folioscope.inference.remote_client import InferenceClient, RefusedInputError
from folioscope.inference.remote_vectors import PICTURES_AT_ONCE, Endpoint

_LONGEST_PX = 1_024  # of a picture that is sent
_MOST_TOKENS = 512
_ELASTIC = "elastic"  # the one service that reranks pictures
_UNTOLD_TEXT = 0.0  # the relevance of a page of which there is nothing to read


class _Remote:
    """What all models on servers have in common: a name, a connection, and where they run."""

    def __init__(self, model: RemoteModel, secret: ElasticSecret) -> None:
        self._model = model
        self._client = InferenceClient(model.place, secret)
        self._endpoint: Endpoint | None = None

    @property
    def spec(self) -> EncoderSpec:
        """What shapes the vectors; known without asking the server."""
        offer = self._model.offer
        return EncoderSpec(
            self._model.name, offer.model, "float32", offer.dim, _MOST_TOKENS, self._fingerprint
        )

    @property
    def device(self) -> DeviceChoice:
        """What runs it."""
        return DeviceChoice("elasticsearch", f"runs on the server {self._client.server}")

    def open(self) -> None:
        """Connect, and see that the endpoint is what it was; raise InferenceError, its kin."""
        if self._endpoint is not None:
            return
        self._client.open()
        try:
            now = self._client.offer(self._model.offer.endpoint)
            _check_is_same(self._model.offer, now, self._client.server)
        except BaseException:
            self._client.close()
            raise
        self._endpoint = Endpoint(self._client, self._model.offer)

    def close(self) -> None:
        """Close the connection."""
        self._endpoint = None
        self._client.close()

    @property
    def _fingerprint(self) -> str:
        return self._model.fingerprint

    def _opened(self, token: Cancellation | None) -> Endpoint:
        if self._endpoint is None:
            raise InferenceError(f"The model {self._model.name} is not open.")
        if token is not None:
            token.raise_if_cancelled()
        return self._endpoint


class RemoteTextEncoder(_Remote):
    """A TextEncoder: texts of pages are sent to the server, pictures never."""

    def embed_query(self, text: str, *, token: Cancellation | None = None) -> Float32:
        """Embed a query: float32 (dim,), of length 1."""
        vectors = self._opened(token).vectors([text], is_query=True, token=token)
        return np.asarray(vectors[0])

    def embed_queries(self, texts: Sequence[str], *, token: Cancellation | None = None) -> Float32:
        """Embed queries in few requests: float32 (n, dim)."""
        return self._opened(token).vectors(texts, is_query=True, token=token)

    def embed_pages(
        self, pages: Sequence[PageUnits], *, token: Cancellation | None = None
    ) -> list[PageVectors]:
        """Embed pages together, each different text once."""
        endpoint = self._opened(token)
        if token is not None:
            token.checkpoint()
        rows: dict[str, int] = {}
        for page in pages:
            whole = [page.page] if has_meaning(page.page) else []
            for text in (*whole, *page.regions, page.title):
                rows.setdefault(text, len(rows))
        vectors = endpoint.vectors(list(rows), is_query=False, token=token)
        return [_page_vectors(page, rows, vectors) for page in pages]


class RemotePictureEncoder(_Remote):
    """An Encoder of pictures of pages, which are sent to the server. It has no rows."""

    @property
    def needs(self) -> EncoderNeeds:
        """How large pictures are made."""
        return EncoderNeeds(longest_px=_LONGEST_PX, batch_pages=PICTURES_AT_ONCE)

    @property
    def _fingerprint(self) -> str:
        return f"{self._model.fingerprint}/{_LONGEST_PX}"

    def open(self) -> None:
        """Connect; raise InferenceError for an endpoint that takes no pictures."""
        if not self._model.takes_pictures:
            raise InferenceError(
                f"The model {self._model.name} reads texts and sees no pictures.",
                hint="Use it for the texts of pages, or choose another visual model.",
            )
        super().open()

    def embed_query(self, query: QueryInput, *, token: Cancellation | None = None) -> Embedding:
        """Embed what is asked: a text, a picture, or a part of one."""
        if isinstance(query, str):
            return self.embed_text(query, role=TextRole.QUERY, token=token)
        rows = self._opened(token).vectors([asked_part(query)], is_query=False, token=token)
        return Embedding(rows[0])

    def embed_text(
        self, text: str, *, role: TextRole, token: Cancellation | None = None
    ) -> Embedding:
        """Embed a text as what is asked or as what is searched."""
        is_query = role is TextRole.QUERY
        rows = self._opened(token).vectors([text], is_query=is_query, token=token)
        return Embedding(rows[0])

    def embed_pages(
        self, images: Sequence[PageImage], *, token: Cancellation | None = None
    ) -> list[Embedding]:
        """Embed pictures, a few in each request."""
        rows = self._opened(token).vectors(images, is_query=False, token=token)
        return [Embedding(row) for row in rows]


class RemoteReranker(_Remote):
    """A Reranker. It is sent pictures where the endpoint takes them, else the pages' texts."""

    @property
    def needs(self) -> EncoderNeeds:
        """How large pictures are made."""
        return EncoderNeeds(longest_px=_LONGEST_PX)

    def scores(
        self, query: QueryInput, pages: Sequence[RerankPage], *, token: Cancellation | None = None
    ) -> Iterator[float]:
        """Yield each page's relevance (0 to 1) in the order given."""
        endpoint = self._opened(token)
        if isinstance(query, PictureQuery) and not self._model.takes_pictures:
            raise InferenceError(
                f"The model {self._model.name} reads texts and sees no pictures.",
                hint="Type what you look for.",
            )
        asked = query if isinstance(query, str) else asked_part(query)
        for page in pages:
            if token is not None:
                token.checkpoint()
            content = self._content(page)
            if isinstance(content, str) and not content.strip():
                yield _UNTOLD_TEXT
            else:
                yield endpoint.score(asked, content, token=token)

    def _content(self, page: RerankPage) -> str | PageImage:
        if self._model.takes_pictures and page.load is not None:
            return page.load()
        return page.text


def tried(model: RemoteModel, endpoint: Endpoint, token: Cancellation | None) -> RemoteModel:
    """Return the model with its length of vectors, and whether it takes pictures, as tried.

    It is sent the word “word”, and a grey square where it might take pictures.
    """
    offer, grey = model.offer, PageImage(np.full((32, 32, 3), 128, np.uint8))
    if offer.task is RemoteTask.RERANK:
        endpoint.score("word", "word", token=token)
        sees = offer.service == _ELASTIC and _is_taken(
            lambda: endpoint.score("word", grey, token=token)
        )
        return replace(model, takes_pictures=sees)
    dim = endpoint.vectors(["word"], is_query=True, token=token).shape[1]
    sees = offer.task is RemoteTask.EMBEDDING and _is_taken(
        lambda: endpoint.vectors([grey], is_query=True, token=token)
    )
    return replace(model, offer=replace(offer, dim=dim), takes_pictures=sees)


def _is_taken(trial: Callable[[], object]) -> bool:
    try:
        trial()
    except RefusedInputError:
        return False
    return True


def _page_vectors(page: PageUnits, rows: dict[str, int], vectors: Float32) -> PageVectors:
    own = [rows[text] for text in page.regions]
    return PageVectors(
        page=vectors[rows[page.page]].copy() if has_meaning(page.page) else None,
        title=vectors[rows[page.title]].copy(),
        regions=vectors[own].reshape(len(own), vectors.shape[1]),
    )


def _check_is_same(agreed: RemoteOffer, now: RemoteOffer, server: str) -> None:
    """Refuse an endpoint that means another model, or another provider, than was agreed to."""
    if (agreed.task, agreed.service, agreed.model) != (now.task, now.service, now.model):
        raise InferenceError(
            f"The model {agreed.endpoint} on {server} was changed: it is now"
            f" {now.model or now.endpoint} of {now.service}.",
            hint="Choose it again to agree to that.",
        )
