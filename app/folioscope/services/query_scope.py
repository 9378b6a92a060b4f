"""Filters set in the window joined with those typed in the query: both must hold."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePath
from typing import TypeVar

from folioscope.domain.documents import SourceFile
from folioscope.domain.queries import PageFilter

T = TypeVar("T")
NOTHING = PageFilter(documents=("",))  # no document has an empty id


def both(scope: PageFilter, typed: PageFilter) -> PageFilter:
    """Join two filters so that both hold; NOTHING when they exclude each other.

    Folders are left to ``needs_files`` and ``within_folders``: two lists of folders do not
    make one.
    """
    lists = (
        (scope.kinds, typed.kinds),
        (scope.extensions, typed.extensions),
        (scope.documents, typed.documents),
        (scope.text_sources, typed.text_sources),
    )
    pages = _common_ranges(scope.pages, typed.pages)
    if any(a and b and not set(a) & set(b) for a, b in lists):
        return NOTHING
    if scope.pages and typed.pages and not pages:
        return NOTHING
    return PageFilter(
        folders=scope.folders or typed.folders,
        file_names=scope.file_names + typed.file_names,
        kinds=_common(scope.kinds, typed.kinds),
        extensions=_common(scope.extensions, typed.extensions),
        after=max(filter(None, (scope.after, typed.after)), default=None),
        before=min(filter(None, (scope.before, typed.before)), default=None),
        pages=pages,
        documents=_common(scope.documents, typed.documents),
        text_sources=_common(scope.text_sources, typed.text_sources),
    )


def needs_files(scope: PageFilter, typed: PageFilter) -> bool:
    """Whether both name folders, so that the paths themselves must be looked at."""
    return bool(scope.folders and typed.folders)


def within_folders(
    joined: PageFilter, typed: PageFilter, files: Iterable[SourceFile]
) -> PageFilter:
    """Narrow a filter to the documents that lie in the folders of both."""
    found = {
        file.document_id
        for file in files
        if file.document_id and any(lies_in(file.path, folder) for folder in typed.folders)
    }
    if joined.documents:
        found &= set(joined.documents)
    return replace(joined, documents=tuple(sorted(found))) if found else NOTHING


def lies_in(path: str, folder: str) -> bool:
    """Whether a file lies in a folder: an absolute one, or else any part of its path."""
    wanted = folder.casefold().rstrip("/\\")
    place = path.casefold()
    if PurePath(folder).is_absolute():
        return place == wanted or place.startswith((wanted + "/", wanted + "\\"))
    return wanted in str(PurePath(place).parent)


def _common(first: tuple[T, ...], second: tuple[T, ...]) -> tuple[T, ...]:
    if not first or not second:
        return first or second
    return tuple(value for value in first if value in second)


def _common_ranges(
    first: tuple[tuple[int, int], ...], second: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    if not first or not second:
        return first or second
    return tuple(
        (max(a, c), min(b, d)) for a, b in first for c, d in second if max(a, c) <= min(b, d)
    )
