"""Three stages at once: pages are read, embedded and stored, each by a thread of its own.

Reading runs in worker processes and embedding outside of Python's lock, so that the slowest
of the three sets the pace. Queues are short: memory stays flat whatever the documents.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from folioscope.domain.documents import Document, SourceFile
from folioscope.domain.errors import DiskFullError
from folioscope.domain.pages import PageRecord, PageRef, PageVectors
from folioscope.domain.protocols import PreviewStore, TextEncoder, VectorStore
from folioscope.jobs.tokens import Cancelled, ChildToken
from folioscope.services.page_making import record
from folioscope.services.page_source import (
    DocumentDone,
    FileDone,
    FileStarted,
    Item,
    PageDone,
    linked,
)

_logger = logging.getLogger(__name__)
READ_AHEAD = 64  # items
EMBED_BATCH = 16  # pages
_POLL_S = 0.05
_DISK_WAIT_S = 2.0
_T = TypeVar("_T")


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


class IndexingPipeline:
    """Takes items to the store.

    ``on_pages`` is told of stored pages, ``on_blocked`` of a full disk, and with "" of room.
    """

    def __init__(
        self,
        store: VectorStore,
        encoder: TextEncoder,
        *,
        previews: PreviewStore,
        fingerprint: str,
        token: ChildToken,
        on_started: Callable[[FileStarted], None],
        on_pages: Callable[[int], None],
        on_committed: Callable[[SourceFile], None],
        on_blocked: Callable[[str], None],
    ) -> None:
        self._store = store
        self._encoder = encoder
        self._previews = previews
        self._fingerprint = fingerprint
        self._token = token
        self._on_started = on_started
        self._on_pages = on_pages
        self._on_committed = on_committed
        self._on_blocked = on_blocked
        self._has_preview_room = True
        self._error: BaseException | None = None
        self.tally = Tally()

    def run(self, items: Iterator[Item]) -> None:
        """Work through ``items``; raise Cancelled, or what went wrong in any stage."""
        read: queue.Queue[Item | _End] = queue.Queue(READ_AHEAD)
        ready: queue.Queue[_Embedded | _End] = queue.Queue(4)
        threads = [
            threading.Thread(target=self._guarded, args=(self._read, items, read), name="reading"),
            threading.Thread(target=self._guarded, args=(self._keep, ready), name="storing"),
        ]
        for thread in threads:
            thread.start()
        try:
            self._guarded(self._embed, read, ready)
        finally:
            for thread in threads:
                thread.join()
        if self._error is not None:
            raise self._error
        self._token.raise_if_cancelled()

    def _guarded(self, stage: Callable[..., None], *queues: object) -> None:
        try:
            stage(*queues)
        except BaseException as error:  # noqa: BLE001  (raised again by run, in its own thread)
            if self._error is None or isinstance(self._error, Cancelled):
                self._error = error
            self._token.cancel()

    # --- reading

    def _read(self, items: Iterator[Item], read: "queue.Queue[Item | _End]") -> None:
        for item in items:
            if isinstance(item, FileStarted):
                self._on_started(item)
            self._put(read, item)
        self._put(read, _End())

    # --- embedding

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

    # --- storing

    def _keep(self, ready: "queue.Queue[_Embedded | _End]") -> None:
        while True:
            batch = self._get(ready)
            if isinstance(batch, _End):
                return
            self._keep_batch(batch)

    def _keep_batch(self, batch: _Embedded) -> None:
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
                self._stage(staged.pop(item.job.document_id, []), item.job.document_id)
                self._commit(item)
            elif isinstance(item, FileDone):
                self._when_room(lambda file=item.file: self._store.put_files([file]))  # type: ignore[misc]
                self.tally.files_relinked += item.is_relinked
        for document_id, pages in staged.items():
            self._stage(pages, document_id)
        self._keep_previews(previews)

    def _stage(self, pages: list[PageRecord], document_id: str) -> None:
        if not pages:
            return
        self._when_room(lambda: self._store.stage_pages(document_id, pages))
        self.tally.pages_read += len(pages)
        self._on_pages(len(pages))

    def _commit(self, done: DocumentDone) -> None:
        job = done.job
        document = Document(
            job.document_id,
            job.facts.kind,
            job.facts.page_count,
            job.file.size_bytes,
            self._fingerprint,
            job.title,
            tuple(job.failures),
        )
        file = linked(job.file, job)
        self._when_room(lambda: self._store.commit_document(document))
        self._when_room(lambda: self._store.put_files([file]))
        self.tally.files_read += 1
        self._on_committed(file)

    def _keep_previews(self, previews: list[tuple[PageRef, bytes]]) -> None:
        if not previews or not self._has_preview_room:
            return
        try:
            self._previews.put(previews)
        except DiskFullError:
            self._has_preview_room = False  # pictures are made anew when they are looked at
            _logger.warning("No room for previews")

    def _when_room(self, write: Callable[[], None]) -> None:
        """Write; on a full disk wait until there is room, or the run is cancelled."""
        while True:
            try:
                write()
            except DiskFullError as error:
                self._on_blocked(str(error))
                if self._token.wait(_DISK_WAIT_S):
                    raise
            else:
                self._on_blocked("")
                return

    # --- queues that a cancelled run leaves at once

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
        return source.get(timeout=0.005)
    except queue.Empty:
        return None
