"""Facts about a library, and its upkeep."""

import os
from collections.abc import Sequence

from folioscope.domain.documents import FileState, SourceFile
from folioscope.domain.protocols import PageCount, StoreStats, VerifyReport
from folioscope.jobs.progress import JobContext
from folioscope.jobs.stages import run_together
from folioscope.services.api import FileReport
from folioscope.services.folders import drop_folders, is_within, known_folders
from folioscope.services.indexing_run import has_failed
from folioscope.services.library_stores import LibraryStores


class LibraryUpkeep:
    """A LibraryService over one library's stores."""

    def __init__(self, stores: LibraryStores, *, name: str, directory: str) -> None:
        self._stores = stores
        self._name = name
        self._directory = directory

    @property
    def name(self) -> str:
        """The library's name, that of its folder."""
        return self._name

    @property
    def directory(self) -> str:
        """The library's folder."""
        return self._directory

    def folders(self) -> list[PageCount]:
        """Return the added folders with their pages, those without any too."""
        counts = {c.folder: c for c in self._stores.reading.page_counts()}
        added = known_folders(self._stores.reading)
        return [counts.get(f) or PageCount(f, 0, 0, not os.path.exists(f)) for f in added]

    def failures(self) -> list[FileReport]:
        """Return files (and pages of files) that failed or are locked."""
        return [_report(f) for f in self._stores.reading.files() if has_failed(f)]

    def left_out(self) -> list[FileReport]:
        """Return files that are listed but not supported."""
        states = frozenset({FileState.UNSUPPORTED})
        return [_report(f) for f in self._stores.reading.files(states=states)]

    def remove(self, paths: Sequence[str]) -> int:
        """Forget folders or files; returns how many pages went."""
        wanted = [os.path.abspath(p) for p in paths]
        with self._stores.writing() as store:
            before = store.stats().pages
            files = [f for f in store.files() if any(is_within(f.path, w) for w in wanted)]
            drop_folders(store, wanted)  # first: a scan beside this must not bring them back
            store.remove_files([f.path for f in files])
            kept = {d.document_id for d in store.documents({f.document_id for f in files})}
            self._stores.previews.remove_documents(
                {f.document_id for f in files if f.document_id} - kept
            )
            return before - store.stats().pages

    def stats(self) -> StoreStats:
        """Return the library's figures."""
        return self._stores.reading.stats()

    def refresh(self) -> bool:
        """Take in what another process wrote."""
        return self._stores.reading.refresh()

    def compact(self, ctx: JobContext) -> None:
        """Give back the room of what was removed."""
        with self._stores.writing() as store:
            run_together([lambda: store.compact(ctx.token)], ctx.token, name="compacting")
        self._stores.previews.compact()

    def verify(self, ctx: JobContext) -> VerifyReport:
        """Read everything once and tell what cannot be read."""
        return self._stores.reading.verify(ctx.token)

    def repair(self, ctx: JobContext) -> VerifyReport:
        """Drop what cannot be read, so that the next run reads it again."""
        return self._stores.repair(ctx.token)


def _report(file: SourceFile) -> FileReport:
    return FileReport(file.path, file.folder, file.state, file.failures, file.is_away)
