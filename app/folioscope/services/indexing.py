"""Keeping a library in step with its folders."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from folioscope.domain.documents import FileState, SourceFile
from folioscope.domain.errors import DocumentError
from folioscope.domain.protocols import DocumentReader, TextEncoder, VectorStore
from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.tokens import ChildToken
from folioscope.services.api import DropSummary, IndexPhase, IndexReport, IndexState
from folioscope.services.folders import add_folders, is_within, known_folders
from folioscope.services.hashing import content_hash
from folioscope.services.indexing_pipeline import IndexingPipeline, Tally
from folioscope.services.library_stores import LibraryStores
from folioscope.services.pacing import PaceKeeper
from folioscope.services.page_source import FileStarted, PageProducer
from folioscope.services.passwords import Passwords
from folioscope.services.recognising import Recogniser
from folioscope.services.reconciling import Changes, Reconciler
from folioscope.services.scanning import count_roughly

_REFRESH_S = 0.7


class LibraryIndexer:
    """Reads what changed in the library's folders; an IndexingService.

    ``is_readable`` tells from a file's first bytes whether the reader knows its kind.
    ``ignore_patterns`` and ``reads_pictures`` are asked at the start of every run.
    """

    def __init__(
        self,
        stores: LibraryStores,
        reader: DocumentReader,
        encoder: TextEncoder,
        *,
        passwords: Passwords,
        is_readable: Callable[[str], bool],
        ignore_patterns: Callable[[], Sequence[str]],
        reads_pictures: Callable[[], bool],
    ) -> None:
        self._stores = stores
        self._reader = reader
        self._encoder = encoder
        self._passwords = passwords
        self._is_readable = is_readable
        self._ignore_patterns = ignore_patterns
        self._reads_pictures = reads_pictures
        self._reading = PaceKeeper()
        self._recognising = PaceKeeper()
        self._expected = Expectation()
        self._phase = IndexPhase.IDLE
        self._blocked = ""
        self._current = ""
        self._token: ChildToken | None = None
        self._parent_is_paused: Callable[[], bool] = lambda: False
        self._refreshed_at = 0.0
        self._running = threading.Lock()

    # --- what the faces ask

    def summarise(self, paths: Sequence[str]) -> DropSummary:
        """Look at dropped paths without reading them."""
        folders, files, others = count_roughly(paths)
        readable = sum(self._can_read(p) for p in paths if os.path.isfile(p))
        return DropSummary(folders, readable, files - readable + others)

    def add(self, paths: Sequence[str]) -> None:
        """Remember folders or single files as part of the library."""
        with self._stores.writing() as store:
            add_folders(store, paths)

    def retry(self, paths: Sequence[str]) -> None:
        """Mark failed files to be read again by the next run."""
        wanted = set(paths)
        with self._stores.writing() as store:
            again = [f for f in store.files() if f.path in wanted]
            store.remove_documents({f.document_id for f in again if f.failures and f.document_id})
            store.put_files([_waiting(f) for f in again])

    def unlock(self, path: str, password: str) -> bool:
        """Try a password; on success it is kept in memory and the file marked to be read."""
        try:
            self._reader.inspect(path, password=password)
        except DocumentError:
            return False
        self._passwords.remember(content_hash(path), password)
        self.retry([path])
        return True

    def rebuild(self) -> None:
        """Empty the library and take the present fingerprint; the next run reads everything."""
        self._stores.recreate()

    def state(self) -> IndexState:
        """Take a snapshot."""
        is_blocked = bool(self._blocked)
        return IndexState(
            phase=IndexPhase.BLOCKED if is_blocked else self._phase,
            is_paused=self._parent_is_paused(),
            reading=self._reading.pace(),
            recognising=self._recognising.pace(),
            current_file=self._current,
            message=self._blocked,
        )

    def run(self, ctx: JobContext, *, only: Sequence[str] = ()) -> IndexReport:
        """Scan, read what changed, OCR, compact; resumes what an earlier run left."""
        with self._running:
            started = time.monotonic()
            token = self._token = ChildToken(ctx.token)
            self._parent_is_paused = lambda: ctx.token.is_paused
            try:
                with self._stores.writing() as store:
                    changes, tally = self._run(store, only, ctx=ctx, token=token)
                    failed = _failed(store.files(), only)
            finally:
                token.release()
                self._phase, self._blocked, self._current = IndexPhase.IDLE, "", ""
                self._parent_is_paused = lambda: False
                self._stores.reading.refresh()
            return IndexReport(
                files_read=tally.files_read,
                pages_read=tally.pages_read,
                files_relinked=tally.files_relinked + changes.relinked,
                files_removed=changes.removed,
                failed=failed,
                elapsed_s=time.monotonic() - started,
            )

    # --- one run

    def _run(
        self, store: VectorStore, only: Sequence[str], *, ctx: JobContext, token: ChildToken
    ) -> tuple[Changes, Tally]:
        self._phase = IndexPhase.SCANNING
        self._reading.reset()
        self._recognising.reset()
        changes = self._scan(store, only, token)
        self._stores.reading.refresh()
        waiting = store.files(states=frozenset({FileState.WAITING}))
        files = [f for f in waiting if not f.is_away and _concerns(f.path, only)]
        tally = Tally()
        if files:
            self._encoder.open()
            tally = self._read(store, files, ctx=ctx, token=token)
        if self._reads_pictures():
            self._recognise(store, ctx=ctx, token=token)
        if store.needs_compaction():
            self._phase = IndexPhase.TIDYING
            store.compact(token)
        return changes, tally

    def _scan(self, store: VectorStore, only: Sequence[str], token: ChildToken) -> Changes:
        folders = known_folders(store)
        if only:
            folders = tuple(f for f in folders if any(_touches(f, p) for p in only))
        reconciler = Reconciler(
            store,
            is_readable=self._is_readable,
            ignore_patterns=self._ignore_patterns(),
            token=token,
        )
        return reconciler.reconcile(folders)

    def _read(
        self,
        store: VectorStore,
        files: list[SourceFile],
        *,
        ctx: JobContext,
        token: ChildToken,
    ) -> Tally:
        self._phase = IndexPhase.READING
        self._expected.begin(files)
        self._reading.expect(self._expected.pages())
        producer = PageProducer(
            store,
            self._reader,
            passwords=self._passwords,
            fingerprint=self._stores.fingerprint,
            token=token,
        )
        pipeline = IndexingPipeline(
            store,
            self._encoder,
            previews=self._stores.previews,
            fingerprint=self._stores.fingerprint,
            token=token,
            on_started=self._start_file,
            on_pages=lambda count: self._count(self._reading, count, ctx),
            on_committed=lambda _file: self._show(),
            on_blocked=self._block,
        )
        pipeline.run(producer.items(files))
        self._show(at_once=True)
        return pipeline.tally

    def _recognise(self, store: VectorStore, *, ctx: JobContext, token: ChildToken) -> None:
        waiting = store.stats().pages_waiting_for_ocr
        if not waiting:
            return
        self._phase = IndexPhase.RECOGNISING
        self._encoder.open()
        self._recognising.expect(waiting)

        def on_page() -> None:
            self._count(self._recognising, 1, ctx)
            self._show()

        Recogniser(
            store,
            self._reader,
            self._encoder,
            passwords=self._passwords,
            token=token,
            on_page=on_page,
        ).run()
        self._show(at_once=True)

    # --- telling

    def _start_file(self, started: FileStarted) -> None:
        self._current = started.file.path
        self._expected.learn(started.file, started.pages)
        self._reading.expect(self._expected.pages())

    def _count(self, keeper: PaceKeeper, count: int, ctx: JobContext) -> None:
        keeper.add(count)
        pace = keeper.pace()
        ctx.report(Progress(pace.done, pace.total, self._phase.value, pace.per_second, pace.left_s))

    def _show(self, *, at_once: bool = False) -> None:
        """Let searches see what was committed, at most about once a second."""
        now = time.monotonic()
        if at_once or now - self._refreshed_at > _REFRESH_S:
            self._refreshed_at = now
            self._stores.reading.refresh()

    def _block(self, message: str) -> None:
        self._blocked = message
        if message:
            self._reading.pause()

    def _can_read(self, path: str) -> bool:
        try:
            return self._is_readable(path)
        except DocumentError:
            return False


class Expectation:
    """How many pages a run will read; files not opened yet are guessed from their bytes."""

    def __init__(self) -> None:
        self._unopened: dict[str, int] = {}
        self._pages = 0
        self._bytes = 0

    def begin(self, files: Iterable[SourceFile]) -> None:
        """Start over with these files."""
        self._unopened = {f.path: f.size_bytes for f in files}
        self._pages = self._bytes = 0

    def learn(self, file: SourceFile, pages: int) -> None:
        """Take in how many pages a file has."""
        self._unopened.pop(file.path, None)
        self._pages += pages
        self._bytes += file.size_bytes

    def pages(self) -> int:
        """Return the pages known and guessed."""
        left_bytes = sum(self._unopened.values())
        guessed = left_bytes * self._pages // self._bytes if self._bytes else 0
        return self._pages + max(len(self._unopened), guessed)


def _waiting(file: SourceFile) -> SourceFile:
    return replace(file, state=FileState.WAITING, failures=())


def _concerns(path: str, only: Sequence[str]) -> bool:
    return not only or any(is_within(path, os.path.abspath(p)) for p in only)


def _touches(folder: str, path: str) -> bool:
    full = os.path.abspath(path)
    return is_within(full, folder) or is_within(folder, full)


def _failed(files: Iterable[SourceFile], only: Sequence[str]) -> tuple[str, ...]:
    return tuple(f.path for f in files if _concerns(f.path, only) and has_failed(f))


def has_failed(file: SourceFile) -> bool:
    """Whether a file, or a page of it, could not be read."""
    if file.state is FileState.INDEXED:
        return bool(file.failures)
    return file.state in (FileState.FAILED, FileState.LOCKED)
