"""Bringing the list of files in step with what lies in the folders, without reading pages."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from folioscope.domain.documents import Failure, FailureCause, FileState, SourceFile
from folioscope.domain.errors import DocumentError
from folioscope.domain.protocols import Cancellation, VectorStore
from folioscope.services.folders import is_within
from folioscope.services.hashing import content_hash
from folioscope.services.scanning import SeenFile, Sight, look_into

NO_PERMISSION = "No permission to read it. Change that and try again."
CLOUD_ONLY = "Only in the cloud. Folioscope does not download files."
NOT_SUPPORTED = "Not a kind of file that Folioscope reads."


@dataclass(slots=True)
class Changes:
    """What reconciling found."""

    relinked: int = 0
    removed: int = 0


class Reconciler:
    """Compares folders with the library.

    ``is_readable`` tells from a file's first bytes whether a reader knows it, and raises
    DocumentError when they cannot be had.
    """

    def __init__(
        self,
        store: VectorStore,
        *,
        is_readable: Callable[[str], bool],
        ignore_patterns: Sequence[str],
        token: Cancellation,
    ) -> None:
        self._store = store
        self._is_readable = is_readable
        self._ignore_patterns = ignore_patterns
        self._token = token
        self._changes = Changes()

    def reconcile(self, folders: Iterable[str]) -> Changes:
        """Note new and changed files as waiting, relink moved ones, forget deleted ones."""
        known = {f.path: f for f in self._store.files()}
        new: list[SourceFile] = []
        missing: list[SourceFile] = []
        for folder in folders:
            inside = {p: f for p, f in known.items() if is_within(p, folder)}
            sight = look_into(folder, self._ignore_patterns, token=self._token)
            if _is_away(folder, sight, inside):
                self._mark_away(inside.values())
                continue
            new += self._take_in(folder, sight, inside)
            missing += [f for p, f in inside.items() if _is_missing(p, sight)]
        self._relink(new, missing)
        if missing:
            self._store.remove_files([f.path for f in missing])
            self._changes.removed += len(missing)
        return self._changes

    def _mark_away(self, files: Iterable[SourceFile]) -> None:
        self._store.put_files([replace(f, is_away=True) for f in files if not f.is_away])

    def _take_in(
        self, folder: str, sight: Sight, inside: dict[str, SourceFile]
    ) -> list[SourceFile]:
        """Put new, changed and returned files; return those that are to be read."""
        puts: list[SourceFile] = []
        for seen in sight.files.values():
            self._token.checkpoint()
            before = inside.get(seen.path)
            if before is not None and _is_unchanged(before, seen):
                if before.is_away or before.folder != folder:
                    puts.append(replace(before, is_away=False, folder=folder))
                continue
            puts.append(self._judged(seen, folder, before))
        puts += [_blind(path, folder) for path in sight.blind]
        self._store.put_files(puts)
        return [f for f in puts if f.state is FileState.WAITING]

    def _judged(self, seen: SeenFile, folder: str, before: SourceFile | None) -> SourceFile:
        """Decide whether a file is read, or only listed with a reason.

        A changed file keeps leading to its old pages until the new ones are there.
        """
        old_id = before.document_id if before is not None else ""
        file = SourceFile(seen.path, folder, seen.size_bytes, seen.mtime_ns, document_id=old_id)
        if seen.is_cloud_only:
            return _listed(file, FileState.FAILED, FailureCause.UNREADABLE, CLOUD_ONLY)
        try:
            if self._is_readable(seen.path):
                return file
        except DocumentError as error:
            failure = getattr(error, "failure", Failure(FailureCause.UNREADABLE, str(error)))
            return replace(file, state=FileState.FAILED, failures=(failure,), document_id="")
        if seen.size_bytes == 0:
            return _listed(file, FileState.FAILED, FailureCause.EMPTY, "The file is empty.")
        return _listed(file, FileState.UNSUPPORTED, FailureCause.UNSUPPORTED, NOT_SUPPORTED)

    def _relink(self, new: list[SourceFile], missing: list[SourceFile]) -> None:
        """Find moved and renamed files by size, then by content."""
        sizes = {f.size_bytes for f in missing if f.document_id}
        lost = {f.document_id for f in missing if f.document_id}
        known = {d.document_id: d for d in self._store.documents(lost)} if lost else {}
        moved: list[SourceFile] = []
        for file in new:
            if file.size_bytes not in sizes:
                continue
            try:
                document = known.get(content_hash(file.path, self._token))
            except OSError:
                continue
            if document is not None:
                moved.append(
                    replace(
                        file,
                        state=FileState.INDEXED,
                        document_id=document.document_id,
                        failures=document.failures,
                    )
                )
        self._store.put_files(moved)
        self._changes.relinked += len(moved)


def _is_unchanged(before: SourceFile, seen: SeenFile) -> bool:
    if before.state is FileState.WAITING:
        return before.size_bytes == seen.size_bytes and before.mtime_ns == seen.mtime_ns
    if any(f.cause in (FailureCause.NO_PERMISSION, FailureCause.GONE) for f in before.failures):
        return not os.access(seen.path, os.R_OK)
    return before.size_bytes == seen.size_bytes and before.mtime_ns == seen.mtime_ns


def _is_away(folder: str, sight: Sight, inside: dict[str, SourceFile]) -> bool:
    """Whether a folder is gone as a whole: an unplugged drive, and not files deleted."""
    if not inside:
        return sight.is_away
    was_file = folder in inside
    if sight.is_away:
        return not (was_file and os.path.isdir(os.path.dirname(folder)))
    return not was_file and not sight.files and not sight.blind


def _is_missing(path: str, sight: Sight) -> bool:
    return path not in sight.files and not any(is_within(path, blind) for blind in sight.blind)


def _blind(path: str, folder: str) -> SourceFile:
    failure = Failure(FailureCause.NO_PERMISSION, NO_PERMISSION)
    return SourceFile(path, folder, 0, 0, FileState.FAILED, failures=(failure,))


def _listed(file: SourceFile, state: FileState, cause: FailureCause, message: str) -> SourceFile:
    return replace(file, state=state, failures=(Failure(cause, message),), document_id="")
