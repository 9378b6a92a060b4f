"""Reads what the index keeps in memory out of the catalogue."""

import ctypes
import sqlite3
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from folioscope.domain.documents import DocumentKind, SourceFile
from folioscope.domain.pages import PageVectors
from folioscope.domain.protocols import Cancellation
from folioscope.stores.file_rows import SELECT_FILES, list_files, read_file
from folioscope.stores.file_table import FileTable
from folioscope.stores.page_blobs import unpack_vectors
from folioscope.stores.page_rows import PageRow, iterate_facts
from folioscope.stores.schema import DocumentState
from folioscope.stores.statistics import (
    UNREADABLE_STATISTICS,
    LibraryStatistics,
    default_statistics,
    unpack_statistics,
)
from folioscope.stores.word_source import TokenIds

T = TypeVar("T")
_AT_ONCE = 2048


def read_all_facts(connection: sqlite3.Connection) -> Iterator[list[PageRow]]:
    """Yield the pages that can be found, some at a time."""
    waiting: list[PageRow] = []
    for row in iterate_facts(connection):
        waiting.append(row)
        if len(waiting) == _AT_ONCE:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def read_fresh_tokens(
    connection: sqlite3.Connection, ids: Sequence[int] | None = None
) -> dict[int, TokenIds]:
    """Return the tokens of pages (of these) that can be found and are not settled."""
    select = (
        "SELECT t.id, t.tokens FROM pages p JOIN page_tokens t ON t.id = p.id"
        " WHERE p.is_settled = 0 AND p.is_staged = 0"
    )
    if ids is None:
        rows = list(connection.execute(select))
    else:
        found = (connection.execute(f"{select} AND p.id = ?", (i,)).fetchone() for i in ids)
        rows = [row for row in found if row]
    return {page_id: np.frombuffer(tokens, "<u4") for page_id, tokens in rows}


def read_fresh_vectors(
    connection: sqlite3.Connection, ids: Sequence[int]
) -> dict[int, PageVectors]:
    """Return the vectors of those pages that are not settled."""
    found: dict[int, PageVectors] = {}
    for page_id in ids:
        row = connection.execute(
            "SELECT vectors FROM fresh_vectors WHERE id = ?", (page_id,)
        ).fetchone()
        if row:
            found[page_id] = unpack_vectors(row[0])
    return found


def statistics_version(connection: sqlite3.Connection) -> int:
    """Return the version of the library's statistics, 0 when it has none of its own."""
    row = connection.execute("SELECT MAX(version) FROM statistics").fetchone()
    return int(row[0] or 0)


def read_statistics(connection: sqlite3.Connection, dim: int) -> tuple[LibraryStatistics, str]:
    """Return the library's statistics, or the shipped ones, and a name for just these."""
    row = connection.execute(
        "SELECT version, data FROM statistics ORDER BY version DESC LIMIT 1"
    ).fetchone()
    default = default_statistics(max(dim, 1))
    if row is None:
        return default, "0"
    try:
        found = unpack_statistics(row[1], version=row[0])
    except UNREADABLE_STATISTICS:  # they can be made anew; until then the shipped ones do
        found = replace(default, version=row[0])
    return found, statistics_name(row[0], row[1])


def statistics_name(version: int, packed: bytes) -> str:
    """Return a name for just these statistics."""
    return f"{version}-{zlib.crc32(packed):08x}"


def read_file_table(connection: sqlite3.Connection) -> FileTable:
    """Return all documents that can be found, with their files."""
    table = FileTable()
    by_document: dict[str, list[SourceFile]] = defaultdict(list)
    for row in connection.execute(f"{SELECT_FILES} WHERE document_id <> ''"):
        file = read_file(row)
        by_document[file.document_id].append(file)
    shown = f"SELECT document_id, kind FROM documents WHERE state = {DocumentState.SHOWN}"
    for document_id, kind in connection.execute(shown):
        table.put(document_id, DocumentKind(kind), by_document.get(document_id, ()))
    return table


def put_into_table(connection: sqlite3.Connection, table: FileTable, document_id: str) -> None:
    """Take in what became of a document and its files."""
    row = connection.execute(
        "SELECT kind FROM documents WHERE document_id = ? AND state = ?",
        (document_id, DocumentState.SHOWN),
    ).fetchone()
    if row is None:
        table.remove(document_id)
    else:
        files = list_files(connection, document_id=document_id)
        table.put(document_id, DocumentKind(row[0]), files)


def heeding(token: Cancellation | None, work: Iterable[T]) -> Iterator[T]:
    """Pass on what ``work`` yields until it is cancelled."""
    for part in work:
        if token is not None:
            token.raise_if_cancelled()
        yield part


def give_back_memory() -> None:
    """Let the C library return what loading has freed; it would keep some 200 MB for later."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:  # not every C library has it
            trim(0)
