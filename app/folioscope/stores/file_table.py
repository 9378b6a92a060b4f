"""Documents and their files in memory: filters, dates and names."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import PurePath

import numpy as np
import numpy.typing as npt

from folioscope.domain.documents import DocumentKind, SourceFile
from folioscope.domain.queries import PageFilter
from folioscope.domain.tokens import fold, spoken_name, tokens
from folioscope.stores.page_table import Bools, PageTable

_NS_PER_S = 10**9


@dataclass(frozen=True, slots=True)
class _Place:
    """A file as filters see it."""

    path: str
    folder: str
    name: str
    extension: str
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class _Shelved:
    kind: DocumentKind
    places: tuple[_Place, ...]
    name_tokens: tuple[str, ...]


class FileTable:
    """What filters and names need to know of each committed document."""

    def __init__(self) -> None:
        self._documents: dict[str, _Shelved] = {}
        self._named: dict[str, set[str]] = {}
        self._lengths: tuple[int, int, npt.NDArray[np.float64]] | None = None
        self.version = 0
        self._answers: dict[tuple[PageFilter, int], frozenset[str]] = {}

    def put(self, document_id: str, kind: DocumentKind, files: Iterable[SourceFile]) -> None:
        """Insert or replace a document."""
        known = [_place(file) for file in files]
        names: dict[str, None] = {}
        for place in known:
            names.update(dict.fromkeys(tokens(spoken_name(PurePath(place.path).name))))
        self.remove(document_id)
        self._documents[document_id] = _Shelved(kind, tuple(known), tuple(names))
        for token in names:
            self._named.setdefault(token, set()).add(document_id)
        self._changed()

    def put_named(self, document_id: str, kind: DocumentKind, names: Sequence[str]) -> None:
        """Insert or replace a document of which only the tokens of its file names matter."""
        self.remove(document_id)
        self._documents[document_id] = _Shelved(kind, (), tuple(names))
        for token in names:
            self._named.setdefault(token, set()).add(document_id)
        self._changed()

    def remove(self, document_id: str) -> None:
        """Forget a document."""
        shelved = self._documents.pop(document_id, None)
        if shelved is None:
            return
        for token in shelved.name_tokens:
            self._named[token].discard(document_id)
            if not self._named[token]:
                del self._named[token]
        self._changed()

    def has_files(self, document_id: str) -> bool:
        """Whether any file leads to a document."""
        shelved = self._documents.get(document_id)
        return bool(shelved and shelved.places)

    def newest_ns(self, document_id: str) -> int:
        """Return when the newest file of a document was changed, 0 when there is none."""
        shelved = self._documents.get(document_id)
        return max((p.mtime_ns for p in shelved.places), default=0) if shelved else 0

    def named(self, token: str) -> Iterable[str]:
        """Return the documents with a file whose name holds a token."""
        return self._named.get(token, ())

    def name_lengths(self, document_ids: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return how many distinct tokens the file names of documents have."""
        if self._lengths is None or self._lengths[:2] != (self.version, len(document_ids)):
            shelved = (self._documents.get(d) for d in document_ids)
            lengths = np.array([len(s.name_tokens) if s else 0 for s in shelved], np.float64)
            self._lengths = self.version, len(document_ids), lengths
        return self._lengths[2]

    def passing(self, pages: PageTable, page_filter: PageFilter) -> Bools:
        """Tell which rows of ``pages`` are alive and pass the filter."""
        mask: Bools = pages["is_alive"].copy()
        if page_filter.is_empty:
            return mask
        if _asks_documents(page_filter):
            passing = self._passing(page_filter)
            numbers = [pages.number_of(document_id) for document_id in passing]
            allowed = np.zeros(len(pages.document_ids) + 1, bool)
            allowed[numbers] = True
            allowed[-1] = False  # where unknown documents point
            mask &= allowed[pages["owner"]]
        if page_filter.pages:
            mask &= _within(pages["index"], page_filter.pages)
        if page_filter.text_sources:
            mask &= pages.with_sources(page_filter.text_sources)
        return mask

    def _passing(self, page_filter: PageFilter) -> frozenset[str]:
        key = (page_filter, self.version)
        if key not in self._answers:
            if len(self._answers) > 20:
                self._answers.clear()
            test = _Test(page_filter)
            self._answers[key] = frozenset(
                document_id
                for document_id, shelved in self._documents.items()
                if test.passes(document_id, shelved)
            )
        return self._answers[key]

    def _changed(self) -> None:
        self.version += 1
        self._answers.clear()


class _Test:
    """A filter made ready for many documents."""

    def __init__(self, page_filter: PageFilter) -> None:
        self._filter = page_filter
        self._folders = [_wanted_folder(folder) for folder in page_filter.folders]
        self._names = [fold(name) for name in page_filter.file_names]
        self._extensions = {fold(e).lstrip(".") for e in page_filter.extensions}
        self._after = start_ns(page_filter.after)
        self._before = start_ns(page_filter.before)
        self._needs_file = bool(
            self._folders
            or self._names
            or self._extensions
            or page_filter.after
            or page_filter.before
        )

    def passes(self, document_id: str, shelved: _Shelved) -> bool:
        f = self._filter
        if f.kinds and shelved.kind not in f.kinds:
            return False
        if f.documents and document_id not in f.documents:
            return False
        return not self._needs_file or any(self._fits(place) for place in shelved.places)

    def _fits(self, place: _Place) -> bool:
        """Whether one and the same file fits all that is asked of files."""
        if self._folders and not any(_lies_in(place, w) for w in self._folders):
            return False
        if not all(name in place.name for name in self._names):
            return False
        if self._extensions and place.extension not in self._extensions:
            return False
        if self._after is not None and place.mtime_ns < self._after:
            return False
        return self._before is None or place.mtime_ns < self._before


def newest_first(table: FileTable, pages: PageTable, mask: Bools) -> npt.NDArray[np.intp]:
    """Return the rows of ``mask``, newest file first, then by document and page."""
    rows = np.flatnonzero(mask)
    times = np.array([table.newest_ns(d) for d in pages.document_ids], np.int64)
    if not len(rows):
        return rows
    owners = pages["owner"][rows]
    return rows[np.lexsort((pages["index"][rows], _name_order(pages)[owners], -times[owners]))]


def _name_order(pages: PageTable) -> npt.NDArray[np.intp]:
    order = np.empty(len(pages.document_ids), np.intp)
    ranked = sorted(range(len(order)), key=pages.document_ids.__getitem__)
    order[ranked] = np.arange(len(order))
    return order


def _asks_documents(f: PageFilter) -> bool:
    return bool(
        f.folders or f.file_names or f.kinds or f.extensions or f.after or f.before or f.documents
    )


def _within(indices: npt.NDArray[np.int32], ranges: Sequence[tuple[int, int]]) -> Bools:
    mask = np.zeros(len(indices), bool)
    for first, last in ranges:
        mask |= (indices >= first) & (indices <= last)
    return mask


def _place(file: SourceFile) -> _Place:
    path = PurePath(file.path)
    return _Place(
        path=shape_of(file.path),
        folder=shape_of(str(path.parent)),
        name=fold(path.name),
        extension=fold(path.suffix).lstrip("."),
        mtime_ns=file.mtime_ns,
    )


def shape_of(path: str) -> str:
    """Return a path as filters compare it, case aside."""
    return path.casefold().replace("\\", "/") if os.sep == "\\" else path.casefold()


def _wanted_folder(folder: str) -> tuple[bool, str]:
    return PurePath(folder).is_absolute(), shape_of(folder).rstrip("/")


def _lies_in(place: _Place, wanted: tuple[bool, str]) -> bool:
    is_absolute, folder = wanted
    if is_absolute:
        return place.path == folder or place.path.startswith(folder + "/")
    return folder in place.folder


def start_ns(day: date | None) -> int | None:
    """Return when a day begins where the user is."""
    if day is None:
        return None
    try:
        local = datetime.combine(day, time()).astimezone()
    except (OverflowError, OSError, ValueError):  # years that the system's clock cannot tell
        local = datetime.combine(day, time(), tzinfo=UTC)
    return int(local.timestamp()) * _NS_PER_S
