"""Which pages are still to be looked at, and their pictures."""

import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from folioscope.domain.documents import FailureCause
from folioscope.domain.embeddings import EncoderNeeds
from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import PageImage, PageRef
from folioscope.domain.protocols import Cancellation, DocumentReader, VectorStore
from folioscope.services.page_source import failure_of
from folioscope.services.passwords import Passwords
from folioscope.services.present_files import present_path

_CHUNK = 500  # pages listed at once; what comes in meanwhile is listed with the next ones
_LIST_AGAIN_S = 30.0  # so that newer files, and drives that come back, have their turn
# the page can be looked at another time: its file has to come back, or to be unlocked
_PASSING = (FailureCause.LOCKED, FailureCause.GONE, FailureCause.NO_PERMISSION)


@dataclass(frozen=True, slots=True)
class Batch:
    """Pages with their pictures, to be embedded together. ``failed``: why others have none."""

    refs: tuple[PageRef, ...] = ()
    images: tuple[PageImage, ...] = ()
    failed: tuple[tuple[PageRef, str], ...] = ()

    def halves(self) -> "list[Batch]":
        """Return a batch for each page."""
        return [Batch((r,), (i,)) for r, i in zip(self.refs, self.images, strict=True)]


class FailureNotes:
    """Pages that a model could not look at, with the reasons; kept in the library.

    They are not tried again until their file is, or the model's vectors are dropped.
    """

    def __init__(self, store: VectorStore, model: str) -> None:
        self._key = f"look_failed|{model}"
        raw = json.loads(store.value(self._key) or b"{}")
        known = {_ref_of(name): str(reason) for name, reason in raw.items()}
        held = {d.document_id for d in store.documents({ref.document_id for ref in known})}
        self.reasons = {ref: why for ref, why in known.items() if ref.document_id in held}

    def add(self, store: VectorStore, failed: Iterable[tuple[PageRef, str]]) -> None:
        """Note failures; ``store`` is open for writing."""
        self.reasons.update(failed)
        self._write(store)

    def forget(self, store: VectorStore, document_ids: AbstractSet[str]) -> None:
        """Forget the failures of documents."""
        kept = {r: why for r, why in self.reasons.items() if r.document_id not in document_ids}
        if kept != self.reasons:
            self.reasons = kept
            self._write(store)

    def _write(self, store: VectorStore) -> None:
        written = {f"{r.document_id}:{r.page_index}": why for r, why in self.reasons.items()}
        store.set_value(self._key, json.dumps(written).encode())

    def clear(self, store: VectorStore) -> None:
        """Forget all, so that the pages are tried again."""
        self.reasons = {}
        store.set_value(self._key, b"{}")


def forget_failures(store: VectorStore, document_ids: AbstractSet[str]) -> None:
    """Have pages tried again by every model that has looked at the library."""
    for model in store.visual_counts():
        FailureNotes(store, model).forget(store, document_ids)


def _ref_of(name: str) -> PageRef:
    document_id, _, index = name.rpartition(":")
    return PageRef(document_id, int(index))


@dataclass
class Missing:
    """Pages without vectors of a model, newest file first, listed anew as the library grows.

    Passed over are pages under way or failed (``taken``), and documents without a file at hand
    (``away``).
    """

    store: VectorStore
    model: str
    taken: set[PageRef] = field(default_factory=set)
    away: set[str] = field(default_factory=set)
    clock: Callable[[], float] = time.monotonic
    _listed: deque[PageRef] = field(default_factory=deque)
    _listed_at: float = -_LIST_AGAIN_S

    def take(self, count: int) -> list[PageRef]:
        """Return the next pages, none when all are done, away or failed."""
        if self.clock() - self._listed_at > _LIST_AGAIN_S:
            self.away.clear()
            self._listed.clear()
        found: list[PageRef] = []
        while len(found) < count and (self._listed or self._list()):
            ref = self._listed.popleft()
            if ref.document_id not in self.away:
                found.append(ref)
                self.taken.add(ref)
        return found

    def has_any(self) -> bool:
        """Whether any page may be left."""
        return bool(self._listed) or self._list()

    def set_aside(self, ref: PageRef) -> None:
        """Pass over a page's document for a while: no file of it is at hand."""
        self.away.add(ref.document_id)
        self.taken.discard(ref)

    def _list(self) -> bool:
        """List pages; False when there are none left."""
        limit = _CHUNK + len(self.taken)
        while True:
            refs = self.store.visual_missing(self.model, limit=limit)
            left = [r for r in refs if r not in self.taken and r.document_id not in self.away]
            if left or len(refs) < limit:
                break
            limit *= 4
        self._listed = deque(left)
        self._listed_at = self.clock()
        return bool(left)


class PictureSource:
    """Renders the missing pages a batch ahead, so that the model need not wait for pictures."""

    def __init__(
        self,
        missing: Missing,
        reader: DocumentReader,
        *,
        passwords: Passwords,
        needs: EncoderNeeds,
        token: Cancellation,
    ) -> None:
        self._missing = missing
        self._reader = reader
        self._passwords = passwords
        self._needs = needs
        self._token = token
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="picturing")
        self._ahead: Future[Batch] | None = None
        self._returned: deque[Batch] = deque()

    def close(self) -> None:
        """Stop rendering ahead."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def next(self) -> Batch | None:
        """Return the next batch, None when there is nothing left that is at hand."""
        if self._returned:
            return self._returned.popleft()
        ready = self._ahead or self._begin()
        if ready is None:
            return None
        batch = ready.result()
        self._ahead = self._begin()
        return batch

    def put_back(self, batches: Iterable[Batch]) -> None:
        """Give batches back, to be returned again first."""
        self._returned.extendleft(reversed(list(batches)))

    def _begin(self) -> "Future[Batch] | None":
        refs = self._missing.take(max(1, self._needs.batch_pages))
        return self._pool.submit(self._render, refs) if refs else None

    def _render(self, refs: Sequence[PageRef]) -> Batch:
        refs_seen: list[PageRef] = []
        images: list[PageImage] = []
        failed: list[tuple[PageRef, str]] = []
        for ref in refs:
            self._token.raise_if_cancelled()
            outcome = self._picture(ref)
            if isinstance(outcome, str):
                failed.append((ref, outcome))
            elif outcome is not None:
                refs_seen.append(ref)
                images.append(outcome)
        return Batch(tuple(refs_seen), tuple(images), tuple(failed))

    def _picture(self, ref: PageRef) -> PageImage | str | None:
        """Return a page's picture, why there is none, or None where its file is away."""
        path = present_path(self._missing.store, ref.document_id)
        if not path:
            self._missing.set_aside(ref)
            return None
        password = self._passwords.of(ref.document_id)
        longest_px = self._needs.longest_px
        try:
            return self._reader.picture(
                path, ref.page_index, longest_px=longest_px, password=password, token=self._token
            )
        except DocumentError as error:
            failure = failure_of(error)
            if failure.cause in _PASSING or not os.path.exists(path):
                self._missing.set_aside(ref)
                return None
            return failure.message
