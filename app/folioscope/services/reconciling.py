"""Bringing the list of files in step with what lies in the folders, without reading pages."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from folioscope.domain.documents import Failure, FailureCause, FileState, SourceFile
from folioscope.domain.errors import DocumentError
from folioscope.domain.protocols import Cancellation, PreviewStore, VectorStore
from folioscope.services.folders import is_within, known_folders, left_out
from folioscope.services.hashing import content_hash
from folioscope.services.patience import PatientWriter
from folioscope.services.scanning import SeenFile, Sight, look_into

NO_PERMISSION = "No permission to read it. Change that and try again."
CLOUD_ONLY = "Only in the cloud. Folioscope does not download files."
NOT_SUPPORTED = "Not a kind of file that Folioscope reads."
# these end without the file itself changing
_PASSING = (FailureCause.NO_PERMISSION, FailureCause.GONE)


@dataclass(slots=True)
class Changes:
    """What reconciling found."""

    relinked: int = 0
    removed: int = 0


@dataclass(slots=True)
class _Found:
    """What one or several folders told: files to read, and files that are gone."""

    waiting: list[SourceFile] = field(default_factory=list)
    missing: list[SourceFile] = field(default_factory=list)


class Reconciler:
    """Compares folders with the library.

    ``is_readable`` tells from a file's first bytes whether a reader knows it, and raises
    DocumentError when they cannot be had. ``apart`` are paths that are never looked at.
    """

    def __init__(
        self,
        store: VectorStore,
        previews: PreviewStore,
        *,
        writer: PatientWriter,
        is_readable: Callable[[str], bool],
        ignore_patterns: Sequence[str],
        apart: Sequence[str],
        token: Cancellation,
    ) -> None:
        self._store = store
        self._previews = previews
        self._writer = writer
        self._is_readable = is_readable
        self._ignore_patterns = ignore_patterns
        self._apart = apart
        self._token = token
        self._changes = Changes()

    def reconcile(self, only: Sequence[str] = ()) -> Changes:
        """Note new and changed files as waiting, relink moved ones, forget deleted ones.

        With ``only``, folders that hold (or lie below) one of these paths.
        """
        added = known_folders(self._store)
        known = {f.path: f for f in self._store.files()}
        by_folder: dict[str, dict[str, SourceFile]] = {folder: {} for folder in ("", *added)}
        for path, file in known.items():
            by_folder[_owner(path, added)][path] = file
        found = _Found(missing=list(by_folder.pop("").values()))
        for folder, inside in by_folder.items():
            if not only or any(is_within(folder, p) or is_within(p, folder) for p in only):
                apart = {*self._apart, *left_out(self._store), *added} - {folder}
                sight = look_into(folder, self._ignore_patterns, apart=apart, token=self._token)
                self._compare(folder, sight, inside, found)
        self._relink(found)
        self._forget(found.missing)
        return self._changes

    def _compare(
        self, folder: str, sight: Sight, inside: dict[str, SourceFile], found: _Found
    ) -> None:
        if _is_away(sight, inside):
            self._put([replace(f, is_away=True) for f in inside.values() if not f.is_away])
            return
        found.waiting += self._take_in(folder, sight, inside)
        found.missing += [f for p, f in inside.items() if _is_missing(p, sight)]

    def _take_in(self, folder: str, sight: Sight, known: dict[str, SourceFile]) -> list[SourceFile]:
        """Put new, changed and returned files; return those that are to be read."""
        puts: list[SourceFile] = []
        waiting: list[SourceFile] = []
        for seen in sight.files.values():
            self._token.checkpoint()
            before = known.get(seen.path)
            if before is not None and _is_unchanged(before, seen):
                file = replace(before, is_away=False, folder=folder)
            else:
                file = self._judged(seen, folder, before)
            if file != before:
                puts.append(file)
            if file.state is FileState.WAITING:
                waiting.append(file)
        blind = [_blind(path, folder, error) for path, error in sight.blind.items()]
        self._put([*puts, *(file for file in blind if known.get(file.path) != file)])
        return waiting

    def _judged(self, seen: SeenFile, folder: str, before: SourceFile | None) -> SourceFile:
        """Decide whether a file is read, or only listed with a reason.

        A changed file keeps leading to its old pages until the new ones are there.
        """
        old_id = before.document_id if before is not None else ""
        file = SourceFile(seen.path, folder, seen.size_bytes, seen.mtime_ns, document_id=old_id)
        if seen.is_cloud_only:
            return _listed(file, FileState.UNSUPPORTED, FailureCause.CLOUD_ONLY, CLOUD_ONLY)
        try:
            if self._is_readable(seen.path):
                return file
        except DocumentError as error:
            failure = getattr(error, "failure", Failure(FailureCause.UNREADABLE, str(error)))
            return replace(file, state=FileState.FAILED, failures=(failure,), document_id="")
        if seen.size_bytes == 0:
            return _listed(file, FileState.FAILED, FailureCause.EMPTY, "The file is empty.")
        return _listed(file, FileState.UNSUPPORTED, FailureCause.UNSUPPORTED, NOT_SUPPORTED)

    def _relink(self, found: _Found) -> None:
        """Find moved and renamed files by size, then by content."""
        sizes = {f.size_bytes for f in found.missing if f.document_id}
        lost = {f.document_id for f in found.missing if f.document_id}
        known = {d.document_id: d for d in self._store.documents(lost)} if lost else {}
        moved: list[SourceFile] = []
        for file in found.waiting:
            if file.size_bytes not in sizes:
                continue
            try:
                document = known.get(content_hash(file.path, self._token))
            except OSError:
                continue  # told when it is to be read
            if document is not None:
                state, failures = FileState.INDEXED, document.failures
                moved.append(
                    replace(file, state=state, document_id=document.document_id, failures=failures)
                )
        self._put(moved)
        self._changes.relinked += len(moved)

    def _forget(self, missing: Sequence[SourceFile]) -> None:
        if not missing:
            return
        self._writer.write(lambda: self._store.remove_files([f.path for f in missing]))
        self._changes.removed += len(missing)
        ids = {f.document_id for f in missing if f.document_id}
        kept = {d.document_id for d in self._store.documents(ids)}
        self._previews.remove_documents(ids - kept)

    def _put(self, files: Sequence[SourceFile]) -> None:
        if files:
            self._writer.write(lambda: self._store.put_files(files))


def _is_unchanged(before: SourceFile, seen: SeenFile) -> bool:
    if any(f.cause in _PASSING for f in before.failures) and os.access(seen.path, os.R_OK):
        return False
    was_cloud_only = any(f.cause is FailureCause.CLOUD_ONLY for f in before.failures)
    if was_cloud_only != seen.is_cloud_only and before.state is not FileState.INDEXED:
        return False
    return before.size_bytes == seen.size_bytes and before.mtime_ns == seen.mtime_ns


def _is_away(sight: Sight, inside: dict[str, SourceFile]) -> bool:
    """Whether a folder is gone as a whole: an unplugged drive, and not files deleted."""
    return sight.is_missing or (sight.is_empty and bool(inside))


def _is_missing(path: str, sight: Sight) -> bool:
    return path not in sight.files and not any(is_within(path, blind) for blind in sight.blind)


def _owner(path: str, added: Iterable[str]) -> str:
    """Return the innermost added folder that holds the path, "" for none."""
    return max((folder for folder in added if is_within(path, folder)), key=len, default="")


def _blind(path: str, folder: str, error: OSError) -> SourceFile:
    if isinstance(error, PermissionError):
        failure = Failure(FailureCause.NO_PERMISSION, NO_PERMISSION)
    else:
        message = f"The drive did not give the folder ({error.strerror}). Try again."
        failure = Failure(FailureCause.UNREADABLE, message)
    return SourceFile(path, folder, 0, 0, FileState.FAILED, failures=(failure,))


def _listed(file: SourceFile, state: FileState, cause: FailureCause, message: str) -> SourceFile:
    return replace(file, state=state, failures=(Failure(cause, message),), document_id="")
