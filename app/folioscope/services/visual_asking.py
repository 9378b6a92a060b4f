"""Queries as the visual model sees them, embedded once."""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

import numpy as np

from folioscope.domain.embeddings import Embedding, PictureQuery, QueryInput, VisualQuery
from folioscope.domain.encoders import Encoder
from folioscope.domain.errors import FolioscopeError, InferenceError
from folioscope.domain.protocols import Cancellation, VectorStore
from folioscope.domain.queries import StoreQuery
from folioscope.services.model_keeper import ModelKeeper

_KEPT = 64  # queries
_ANY_TEXT = "page"
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class SeenQuery:
    """A query's embedding, and the fingerprint of the model that made it."""

    model: str
    embedding: Embedding

    @property
    def by_rows(self) -> bool:
        """Whether the model makes rows alone, and no vector."""
        return not len(self.embedding.single)

    def as_visual(self) -> VisualQuery:
        """Return it as a store is asked."""
        multi = self.embedding.multi
        return VisualQuery(self.model, self.embedding.single, None if multi is None else multi.rows)


class VisualAsker:
    """Embeds queries with the chosen visual model. Safe from any thread.

    ``waits``: load the model when it is not loaded yet; else texts go without it until it is.
    ``before``: called before the model is put to work, so that background work makes room.
    """

    def __init__(
        self,
        store: VectorStore,
        encoders: ModelKeeper[Encoder],
        *,
        waits: bool = False,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._encoders = encoders
        self._waits = waits
        self._before = before
        self._guard = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Embedding] = OrderedDict()
        self._pages = ("", 0)  # fingerprint, pages known to have its vectors

    def text(self, text: str, *, token: Cancellation | None = None) -> SeenQuery | None:
        """Embed a text; None where no model is chosen, loaded, or was used on any page yet.

        A model that does not work costs its share of the search and nothing else.
        """
        if not text or not self._encoders.choice.name:
            return None
        try:
            if not self._has_pages():
                return None
            with self._lent() as encoder:
                return None if encoder is None else self._embedded(encoder, text, token)
        except InferenceError as error:
            _logger.warning("Searching without the visual model: %s", error)
            return None

    def picture(self, picture: PictureQuery, *, token: Cancellation | None = None) -> SeenQuery:
        """Embed a picture, loading the model first if need be; raise InferenceError, its kin."""
        with self._encoders.lend() as encoder:
            return self._embedded(encoder, picture, token)

    def warm_up(self) -> None:
        """Load ahead what the first query would wait for, where any page has vectors."""
        try:
            if not self._encoders.choice.name or not self._has_pages():
                return
            spec = self._encoders.spec()
            if spec.dim:
                any_vector = np.eye(1, spec.dim, dtype=np.float32)[0]
                self._load_vectors(SeenQuery(spec.fingerprint, Embedding(any_vector)))
        except FolioscopeError:
            return
        self._encoders.warm_up()
        if not spec.dim:  # of a model that makes rows alone only the model knows their size
            self._load_vectors(self.text(_ANY_TEXT))

    def _load_vectors(self, query: SeenQuery | None) -> None:
        """Have the store load what every search by look needs."""
        if query is not None:
            self._store.search(StoreQuery(visual=query.as_visual()), limit=1)

    def forget(self) -> None:
        """Forget embedded queries."""
        with self._guard:
            self._kept.clear()

    @contextmanager
    def _lent(self) -> Iterator[Encoder | None]:
        lending: AbstractContextManager[Encoder | None]
        lending = self._encoders.lend() if self._waits else self._encoders.lend_if_open()
        with lending as encoder:
            yield encoder

    def _has_pages(self) -> bool:
        """Whether any page can answer; looked up until there is one."""
        model = self._encoders.spec().fingerprint
        if self._pages[0] != model or not self._pages[1]:
            self._pages = (model, self._store.visual_counts().get(model, 0))
        return self._pages[1] > 0

    def _embedded(
        self, encoder: Encoder, query: QueryInput, token: Cancellation | None
    ) -> SeenQuery:
        model = encoder.spec.fingerprint
        key = (model, _key(query))
        with self._guard:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
        if known is None:
            self._before()
            known = encoder.embed_query(query, token=token)
            with self._guard:
                self._kept[key] = known
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return SeenQuery(model, known)


def _key(query: QueryInput) -> str:
    if isinstance(query, str):
        return f"text {query}"
    digest = hashlib.blake2b(query.image.rgb.tobytes(), digest_size=16).hexdigest()
    return f"picture {query.image.rgb.shape} {query.box} {digest}"
