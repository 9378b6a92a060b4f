"""Three stages at once: pages are read, embedded and stored, each by a thread of its own.

Reading runs in worker processes and embedding outside of Python's lock, so that the slowest
of the three sets the pace. Queues are short: memory stays flat whatever the documents.
"""

import json
import logging
import queue
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from folioscope.domain.documents import Document
from folioscope.domain.errors import DiskFullError
from folioscope.domain.pages import PageRecord, PageRef, PageVectors
from folioscope.domain.protocols import PreviewStore, TextEncoder, VectorStore
from folioscope.jobs.stages import run_together
from folioscope.jobs.tokens import ChildToken
from folioscope.services.page_making import record
from folioscope.services.page_source import (
    DocumentDone,
    DocumentLost,
    FileDone,
    FileStarted,
    Item,
    PageDone,
    linked,
)
from folioscope.services.patience import PatientWriter

READ_AHEAD = 64  # items
EMBED_BATCH = 16  # pages
_POLL_S = 0.05
_GATHER_S = 0.005  # how long a batch waits for its next page
_UNDER_WAY = "under_way"  # key of the documents that have staged pages
_T = TypeVar("_T")
_logger = logging.getLogger(__name__)


class _End:
    """Says that nothing follows."""


@dataclass(frozen=True, slots=True)
class _Embedded:
    items: tuple[Item, ...]
    vectors: tuple[PageVectors, ...]


@dataclass(slots=True)
class Tally:
    """What a run did."""

    files_read: int = 0
    pages_read: int = 0
    files_relinked: int = 0
    files_removed: int = 0


class Listener(Protocol):
    """Who is told how indexing goes on; called from the pipeline's threads."""

    def file_started(self, started: FileStarted) -> None: ...
    def pages_done(self, count: int) -> None: ...
    def committed(self) -> None: ...


class IndexingPipeline:
    """Takes items to the store, batched across documents and committed document by document."""

    def __init__(
        self,
        store: VectorStore,
        encoder: TextEncoder,
        *,
        previews: PreviewStore,
        writer: PatientWriter,
        fingerprint: str,
        token: ChildToken,
        listener: Listener,
        tally: Tally,
    ) -> None:
        self._encoder = encoder
        self._token = token
        self._listener = listener
        self._keeper = _Keeper(store, previews, writer, fingerprint, listener, tally)

    def run(self, items: Iterator[Item]) -> None:
        """Work through ``items``, adding to the tally; raise Cancelled, or what went wrong."""
        read: queue.Queue[Item | _End] = queue.Queue(READ_AHEAD)
        ready: queue.Queue[_Embedded | _End] = queue.Queue(4)
        run_together(
            [
                lambda: self._read(items, read),
                lambda: self._embed(read, ready),
                lambda: self._keep(ready),
            ],
            self._token,
            name="indexing",
        )

    def forget_orphans(self) -> None:
        """Drop staged pages that no file holds any more; to be called when all were read."""
        self._keeper.forget_orphans()

    def _read(self, items: Iterator[Item], read: "queue.Queue[Item | _End]") -> None:
        for item in items:
            if isinstance(item, FileStarted):
                self._listener.file_started(item)
            else:
                self._put(read, item)
        self._put(read, _End())

    def _embed(
        self, read: "queue.Queue[Item | _End]", ready: "queue.Queue[_Embedded | _End]"
    ) -> None:
        is_open = True
        while is_open:
            batch: list[Item] = []
            pages = 0
            while pages < EMBED_BATCH:
                item = self._get(read) if not batch else _at_once(read)
                if item is None:
                    break
                if isinstance(item, _End):
                    is_open = False
                    break
                batch.append(item)
                pages += isinstance(item, PageDone)
            self._put(ready, self._embedded(batch))
        self._put(ready, _End())

    def _embedded(self, batch: list[Item]) -> _Embedded:
        units = [item.page.units for item in batch if isinstance(item, PageDone)]
        self._token.checkpoint()
        vectors = self._encoder.embed_pages(units, token=self._token) if units else []
        return _Embedded(tuple(batch), tuple(vectors))

    def _keep(self, ready: "queue.Queue[_Embedded | _End]") -> None:
        while not isinstance(batch := self._get(ready), _End):
            self._token.checkpoint()
            self._keeper.keep(batch)

    # queues that a cancelled run leaves at once

    def _put(self, target: "queue.Queue[_T]", item: _T) -> None:
        while True:
            self._token.raise_if_cancelled()
            try:
                target.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return

    def _get(self, source: "queue.Queue[_T]") -> _T:
        while True:
            self._token.raise_if_cancelled()
            try:
                return source.get(timeout=_POLL_S)
            except queue.Empty:
                continue


def _at_once(source: "queue.Queue[Item | _End]") -> "Item | _End | None":
    try:
        return source.get(timeout=_GATHER_S)
    except queue.Empty:
        return None


@dataclass(slots=True)
class _Keeper:
    """The storing end. Every change is all or nothing, and waits for room where there is none."""

    store: VectorStore
    previews: PreviewStore
    writer: PatientWriter
    fingerprint: str
    listener: Listener
    tally: Tally
    _has_preview_room: bool = True
    _under_way: set[str] | None = None

    def keep(self, batch: _Embedded) -> None:
        """Store a batch of pages and verdicts, in their order."""
        vectors = iter(batch.vectors)
        staged: dict[str, list[PageRecord]] = {}
        previews: list[tuple[PageRef, bytes]] = []
        for item in batch.items:
            if isinstance(item, PageDone):
                page = record(item.job.document_id, item.page, next(vectors))
                staged.setdefault(item.job.document_id, []).append(page)
                if item.page.content.preview_jpeg:
                    previews.append((page.ref, item.page.content.preview_jpeg))
            elif isinstance(item, DocumentDone):
                self._stage(item.job.document_id, staged.pop(item.job.document_id, []))
                self._keep_previews(previews)
                previews = []
                self._commit(item)
            elif isinstance(item, DocumentLost):
                staged.pop(item.job.document_id, None)
                self._lose(item)
            elif isinstance(item, FileDone):
                self.writer.write(lambda file=item.file: self.store.put_files([file]))  # type: ignore[misc]
                self.tally.files_relinked += item.is_relinked
        for document_id, pages in staged.items():
            self._note_under_way(document_id)
            self._stage(document_id, pages)
        self._keep_previews(previews)

    def forget_orphans(self) -> None:
        """Drop what is still staged."""
        for document_id in self._known_under_way():
            self.writer.write(lambda i=document_id: self.store.discard_staged(i))  # type: ignore[misc]
        if self._under_way:
            self._under_way.clear()
            self._save_under_way()

    def _stage(self, document_id: str, pages: list[PageRecord]) -> None:
        if not pages:
            return
        self.writer.write(lambda: self.store.stage_pages(document_id, pages))
        self.tally.pages_read += len(pages)
        self.listener.pages_done(len(pages))

    def _commit(self, done: DocumentDone) -> None:
        job = done.job
        document = Document(
            job.document_id,
            job.facts.kind,
            job.facts.page_count,
            job.file.size_bytes,
            self.fingerprint,
            job.title,
            job.failures,
        )
        self.writer.write(lambda: self.store.commit_document(document))
        self.writer.write(lambda: self.store.put_files([linked(job.file, job)]))
        self._forget_under_way(job.document_id)
        self._drop_old_previews(job.file.document_id, job.document_id)
        self.tally.files_read += 1
        self.listener.pages_done(len(job.page_failures))
        self.listener.committed()

    def _lose(self, lost: DocumentLost) -> None:
        self.writer.write(lambda: self.store.discard_staged(lost.job.document_id))
        self._forget_under_way(lost.job.document_id)
        file = lost.file
        if file is not None:
            self.writer.write(lambda: self.store.put_files([file]))

    def _drop_old_previews(self, old_id: str, new_id: str) -> None:
        if old_id not in ("", new_id) and not self.store.files(document_id=old_id):
            self.previews.remove_documents([old_id])

    def _keep_previews(self, previews: list[tuple[PageRef, bytes]]) -> None:
        if not previews or not self._has_preview_room:
            return
        try:
            self.previews.put(previews)
        except DiskFullError:
            self._has_preview_room = False  # pictures are made anew when they are looked at
            _logger.warning("No room for previews")

    # which documents have staged pages, so that none are left behind when a file goes

    def _known_under_way(self) -> set[str]:
        if self._under_way is None:
            self._under_way = set(json.loads(self.store.value(_UNDER_WAY) or b"[]"))
        return self._under_way

    def _note_under_way(self, document_id: str) -> None:
        if document_id not in self._known_under_way():
            self._known_under_way().add(document_id)
            self._save_under_way()

    def _forget_under_way(self, document_id: str) -> None:
        if document_id in self._known_under_way():
            self._known_under_way().discard(document_id)
            self._save_under_way()

    def _save_under_way(self) -> None:
        packed = json.dumps(sorted(self._known_under_way())).encode()
        self.writer.write(lambda: self.store.set_value(_UNDER_WAY, packed))
