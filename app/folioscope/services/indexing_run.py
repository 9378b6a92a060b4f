"""One run of indexing: scan, read, recognise, tidy, and tell how far it is."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from folioscope.domain.documents import FileState, SourceFile
from folioscope.domain.errors import DiskFullError, StoreBlockedError
from folioscope.domain.protocols import DocumentReader, TextEncoder, VectorStore
from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.tokens import Cancelled, ChildToken
from folioscope.services.api import IndexPhase, IndexReport, IndexState
from folioscope.services.folders import is_within
from folioscope.services.indexing_pipeline import IndexingPipeline, Tally
from folioscope.services.library_stores import LibraryStores
from folioscope.services.pacing import Expectation, PaceKeeper
from folioscope.services.page_source import FileStarted, PageProducer
from folioscope.services.passwords import Passwords
from folioscope.services.patience import PatientWriter
from folioscope.services.recognising import Recogniser
from folioscope.services.reconciling import Changes, Reconciler

_REFRESH_S = 0.7
_LOOK_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Rooms:
    """What indexing works with. ``is_readable`` tells by a file's first bytes what is read.

    ``apart`` are paths that are never looked into: the library's own.
    """

    stores: LibraryStores
    reader: DocumentReader
    encoder: TextEncoder
    passwords: Passwords
    is_readable: Callable[[str], bool]
    apart: tuple[str, ...] = ()


class IndexRun:
    """A run from its start to its end; ``state`` may be asked from any thread.

    ``tally`` is added to: what a run did whose store was away for a while counts too.
    """

    def __init__(
        self,
        rooms: Rooms,
        ctx: JobContext,
        *,
        only: Sequence[str],
        ignore_patterns: Sequence[str],
        reads_pictures: bool,
        tally: Tally,
    ) -> None:
        self._rooms = rooms
        self._tally = tally
        self._ctx = ctx
        self._only = tuple(only)
        self._ignore_patterns = ignore_patterns
        self._reads_pictures = reads_pictures
        self.token = ChildToken(ctx.token)
        self._writer = PatientWriter(self.token, self._block)
        self._phase = IndexPhase.SCANNING
        self._reading = PaceKeeper()
        self._recognising = PaceKeeper()
        self._expected = Expectation()
        self._blocked = ""
        self._current = ""
        self._refreshed_at = 0.0
        self.report: IndexReport | None = None

    def state(self) -> IndexState:
        """Take a snapshot."""
        if self.token.is_paused:
            self._reading.rest()
            self._recognising.rest()
        return IndexState(
            phase=IndexPhase.BLOCKED if self._blocked else self._phase,
            is_paused=self.token.is_paused,
            reading=self._reading.pace(),
            recognising=self._recognising.pace(),
            current_file=self._current,
            message=self._blocked,
            may_pass=bool(self._blocked) and self._writer.may_pass,
        )

    def go(self, store: VectorStore) -> None:
        """Do it all; resumes what an earlier run left. Sets ``report``."""
        started, tally = time.monotonic(), self._tally
        changes = self._scan(store)
        tally.files_relinked += changes.relinked
        tally.files_removed += changes.removed
        self._show(at_once=True)
        self._read(store)
        if self._reads_pictures:
            self._recognise(store)
        self._tidy(store)
        self.report = IndexReport(
            files_read=tally.files_read,
            pages_read=tally.pages_read,
            files_relinked=tally.files_relinked,
            files_removed=tally.files_removed,
            failed=tuple(f.path for f in store.files() if has_failed(f) and self._concerns(f)),
            elapsed_s=time.monotonic() - started,
        )

    # --- steps

    def _scan(self, store: VectorStore) -> Changes:
        rooms = self._rooms
        reconciler = Reconciler(
            store,
            rooms.stores.previews,
            writer=self._writer,
            is_readable=rooms.is_readable,
            ignore_patterns=self._ignore_patterns,
            apart=rooms.apart,
            token=self.token,
        )
        return reconciler.reconcile(self._only)

    def wait_for(self, store: VectorStore, error: StoreBlockedError) -> None:
        """Wait until a store that could not even be read answers again; raise Cancelled."""
        self._writer.may_pass = not isinstance(error, DiskFullError)
        self._block(str(error))
        if self.token.wait(_LOOK_AGAIN_S):
            raise Cancelled
        self._writer.write(store.refresh)
        self._writer.may_pass = False
        self._block("")

    def _read(self, store: VectorStore) -> None:
        waiting = store.files(states=frozenset({FileState.WAITING}))
        files = [f for f in waiting if not f.is_away and self._concerns(f)]
        self._phase = IndexPhase.READING
        self._expected.begin(files)
        self._reading.expect(self._expected.pages())
        # a stage that fails ends the others by a token of theirs: were it the run's, the run
        # would be taken for cancelled before it can say what went wrong
        stages = ChildToken(self.token)
        try:
            self._read_files(store, files, stages)
        finally:
            stages.release()
        self._current = ""
        self._show(at_once=True)

    def _read_files(
        self, store: VectorStore, files: Sequence[SourceFile], token: ChildToken
    ) -> None:
        pipeline = self._pipeline(store, token)
        producer = PageProducer(
            store,
            self._rooms.reader,
            passwords=self._rooms.passwords,
            fingerprint=self._rooms.stores.fingerprint,
            token=token,
        )
        if files:
            pipeline.run(producer.items(files))
        if not self._only:
            pipeline.forget_orphans()

    def _pipeline(self, store: VectorStore, token: ChildToken) -> IndexingPipeline:
        return IndexingPipeline(
            store,
            self._rooms.encoder,
            previews=self._rooms.stores.previews,
            writer=self._writer,
            fingerprint=self._rooms.stores.fingerprint,
            token=token,
            listener=self,
            tally=self._tally,
        )

    def _recognise(self, store: VectorStore) -> None:
        recogniser = Recogniser(
            store,
            self._rooms.reader,
            self._rooms.encoder,
            writer=self._writer,
            passwords=self._rooms.passwords,
            token=self.token,
            on_page=self._recognised,
        )
        count = recogniser.look_for_work()
        if not count:
            return
        self._phase = IndexPhase.RECOGNISING
        self._recognising.expect(count)
        recogniser.run()
        self._show(at_once=True)

    def _tidy(self, store: VectorStore) -> None:
        self.token.checkpoint()
        if store.needs_compaction():
            self._phase = IndexPhase.TIDYING
            self._writer.write(lambda: store.compact(self.token))
            self._rooms.stores.previews.compact()

    # --- telling

    def file_started(self, started: FileStarted) -> None:
        """Note which file is read now, and how many pages it has."""
        self._current = started.file.path
        self._expected.learn(started.file, started.pages)
        self._reading.expect(self._expected.pages())

    def pages_done(self, count: int) -> None:
        """Count pages that were read."""
        self._count(self._reading, count)

    def committed(self) -> None:
        """Let searches find what was committed."""
        self._show()

    def _recognised(self) -> None:
        self._count(self._recognising, 1)
        self._show()

    def _count(self, keeper: PaceKeeper, count: int) -> None:
        keeper.add(count)
        pace = keeper.pace()
        self._ctx.report(
            Progress(pace.done, pace.total, self._phase.value, pace.per_second, pace.left_s)
        )

    def _show(self, *, at_once: bool = False) -> None:
        """Let searches see what was committed, at most about once a second."""
        now = time.monotonic()
        if at_once or now - self._refreshed_at > _REFRESH_S:
            self._refreshed_at = now
            self._rooms.stores.reading.refresh()

    def _block(self, message: str) -> None:
        self._blocked = message
        self._reading.rest()
        self._recognising.rest()

    def _concerns(self, file: SourceFile) -> bool:
        return not self._only or any(is_within(file.path, path) for path in self._only)


def has_failed(file: SourceFile) -> bool:
    """Whether a file, or a page of it, could not be read."""
    if file.state is FileState.INDEXED:
        return bool(file.failures)
    return file.state in (FileState.FAILED, FileState.LOCKED)
