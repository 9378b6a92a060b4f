"""Keeping a library in step with its folders."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from folioscope.domain.documents import FileState
from folioscope.domain.errors import DocumentError, StoreBlockedError
from folioscope.domain.protocols import VectorStore
from folioscope.jobs.progress import JobContext
from folioscope.jobs.stages import run_together
from folioscope.services.api import DropSummary, IndexPhase, IndexReport, IndexState
from folioscope.services.folders import add_folders, is_within
from folioscope.services.hashing import content_hash
from folioscope.services.indexing_pipeline import Tally
from folioscope.services.indexing_run import IndexRun, Rooms
from folioscope.services.look_work import forget_failures
from folioscope.services.scanning import count_roughly


class LibraryIndexer:
    """Reads what changed in the library's folders; an IndexingService.

    ``ignore_patterns`` and ``reads_pictures`` are asked at the start of every run. A file
    added from ``own_folder`` (where pasted pictures are kept) brings that folder as a whole.
    """

    def __init__(
        self,
        rooms: Rooms,
        *,
        ignore_patterns: Callable[[], Sequence[str]],
        reads_pictures: Callable[[], bool],
        own_folder: Path,
    ) -> None:
        self._rooms = rooms
        self._stores = rooms.stores
        self._ignore_patterns = ignore_patterns
        self._reads_pictures = reads_pictures
        self._own_folder = str(own_folder)
        self._running = threading.Lock()  # one run at a time
        self._run: IndexRun | None = None
        self._rest = IndexState()

    def summarise(self, paths: Sequence[str]) -> DropSummary:
        """Look at dropped paths without reading them."""
        folders, files, others = count_roughly(paths)
        readable = sum(self._can_read(p) for p in paths if os.path.isfile(p))
        return DropSummary(folders, readable, files - readable + others)

    def add(self, paths: Sequence[str]) -> None:
        """Remember folders or single files as part of the library."""
        named = (os.path.abspath(path) for path in paths)
        wanted = [self._own_folder if is_within(p, self._own_folder) else p for p in named]
        with self._stores.writing() as store:
            add_folders(store, list(dict.fromkeys(wanted)), self._ignore_patterns())

    def retry(self, paths: Sequence[str]) -> None:
        """Mark failed files to be read again by the next run; what is held of them stays."""
        wanted = set(paths)
        with self._stores.writing() as store:
            again = [f for f in store.files() if f.path in wanted]
            ids = {f.document_id for f in again if f.document_id}
            for document in store.documents(ids):
                store.commit_document(replace(document, fingerprint=""))  # stale: to be read
            forget_failures(store, ids)  # pages that a visual model could not look at, too
            store.put_files(replace(f, state=FileState.WAITING, failures=()) for f in again)

    def unlock(self, path: str, password: str) -> bool:
        """Try a password; on success it is kept in memory and the file marked to be read."""
        try:
            self._rooms.reader.inspect(path, password=password)
            document_id = content_hash(path)
        except (DocumentError, OSError):
            return False
        self._rooms.passwords.remember(document_id, password)
        self.retry([path])
        return True

    def rebuild(self, *, for_everybody: bool = False) -> None:
        """Forget all pages and take the present fingerprint; the next run reads everything.

        A run under way is ended first. Raises SharedLibraryError where other machines would
        have to read their files again as well, unless that is wanted ``for_everybody``.
        """
        if not for_everybody:
            self._stores.check_not_shared()  # first: what is refused ends no run either
        run = self._run
        if run is not None:
            run.token.cancel()
        with self._running:
            self._stores.renew()

    def state(self) -> IndexState:
        """Take a snapshot."""
        run = self._run
        return run.state() if run is not None else self._rest

    def run(self, ctx: JobContext, *, only: Sequence[str] = ()) -> IndexReport:
        """Scan, read what changed, OCR, compact; resumes what an earlier run left.

        Raises FingerprintMismatchError for a library made with another model,
        LibraryBusyError while another process writes.
        """
        tally = Tally()
        with self._running:
            run = self._begun(ctx, only, tally)
            try:
                with self._stores.writing() as store:
                    self._stores.check_fingerprint()
                    while (blocked := _carried_out(run, store)) is not None:
                        run.token.release()
                        run = self._begun(ctx, only, tally)
                        run.wait_for(store, blocked)
            finally:
                self._end(run)
        assert run.report is not None
        return run.report

    def _begun(self, ctx: JobContext, only: Sequence[str], tally: Tally) -> IndexRun:
        self._run = IndexRun(
            self._rooms,
            ctx,
            only=[os.path.abspath(path) for path in only],
            ignore_patterns=self._ignore_patterns(),
            reads_pictures=self._reads_pictures(),
            tally=tally,
        )
        return self._run

    def _end(self, run: IndexRun) -> None:
        run.token.release()
        self._rest = replace(
            run.state(),
            phase=IndexPhase.IDLE,
            is_paused=False,
            current_file="",
            message="",
            may_pass=False,
        )
        self._run = None

    def _can_read(self, path: str) -> bool:
        try:
            return self._rooms.is_readable(path)
        except DocumentError:
            return False


def _carried_out(run: IndexRun, store: VectorStore) -> StoreBlockedError | None:
    """Carry out a run; returns why the store could not be read, where that may pass by itself.

    Writing waits within the run; what was read and embedded before is kept for the next one.
    """
    try:
        # in a thread of its own: whatever a file system does, a cancel is heard at once
        run_together([lambda: run.go(store)], run.token, name="index run")
    except StoreBlockedError as blocked:
        return blocked
    return None
