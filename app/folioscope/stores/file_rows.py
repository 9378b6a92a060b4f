"""Files and documents in the catalogue."""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from folioscope.domain.documents import (
    Document,
    DocumentKind,
    Failure,
    FailureCause,
    FileState,
    SourceFile,
)
from folioscope.domain.protocols import PageCount
from folioscope.stores.page_blobs import decode_text, encode_text
from folioscope.stores.schema import DocumentState, note_change

_FILE_COLUMNS = (
    "path, folder, size_bytes, mtime_ns, state, document_id, failures, is_away"  # as _file reads
)
_DOCUMENT_COLUMNS = "document_id, kind, page_count, size_bytes, fingerprint, title, failures"
SELECT_FILES = f"SELECT {_FILE_COLUMNS} FROM files"


def put_files(connection: sqlite3.Connection, files: Sequence[SourceFile]) -> set[str]:
    """Insert or replace files; returns the documents they lead to or led to."""
    touched = {file.document_id for file in files}
    for file in files:
        path = os.fsencode(file.path)
        row = connection.execute("SELECT document_id FROM files WHERE path = ?", (path,)).fetchone()
        if row:
            touched.add(row[0])
    connection.executemany(
        "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_file_row, files)
    )
    return touched - {""}


def remove_files(connection: sqlite3.Connection, paths: Iterable[str]) -> set[str]:
    """Delete files; returns the documents they led to."""
    touched: set[str] = set()
    for path in paths:
        row = connection.execute(
            "DELETE FROM files WHERE path = ? RETURNING document_id", (os.fsencode(path),)
        ).fetchone()
        if row:
            touched.add(row[0])
    return touched - {""}


def list_files(
    connection: sqlite3.Connection,
    *,
    folder: str | None = None,
    states: frozenset[FileState] | None = None,
    document_id: str | None = None,
) -> list[SourceFile]:
    """List files, by path."""
    tests: list[str] = []
    values: list[object] = []
    if folder is not None:
        tests.append("folder = ?")
        values.append(os.fsencode(folder))
    if document_id is not None:
        tests.append("document_id = ?" + (" AND document_id <> ''" if document_id else ""))
        values.append(document_id)
    if states is not None:
        tests.append(f"state IN ({', '.join('?' * len(states))})")
        values.extend(state.value for state in states)
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    return [
        read_file(row) for row in connection.execute(f"{SELECT_FILES}{where} ORDER BY path", values)
    ]


def count_pages(connection: sqlite3.Connection) -> list[PageCount]:
    """Count the pages of each folder; copies within it count once."""
    rows = connection.execute(
        "SELECT f.folder, SUM(f.files), MIN(f.is_away), SUM(COALESCE(p.pages, 0)) FROM"
        " (SELECT folder, document_id, COUNT(*) files, MIN(is_away) is_away FROM files"
        "  GROUP BY folder, document_id) f"
        " LEFT JOIN documents d ON d.document_id = f.document_id AND d.state = ?"
        " LEFT JOIN (SELECT owner, COUNT(*) pages FROM pages WHERE is_staged = 0 GROUP BY owner) p"
        " ON p.owner = d.number GROUP BY f.folder ORDER BY f.folder",
        (DocumentState.SHOWN,),
    )
    return [PageCount(os.fsdecode(r[0]), int(r[3]), int(r[1]), bool(r[2])) for r in rows]


def list_documents(
    connection: sqlite3.Connection, ids: Iterable[str] | None = None
) -> list[Document]:
    """List the documents that can be found (of these ids, in their order)."""
    select = f"SELECT {_DOCUMENT_COLUMNS} FROM documents WHERE state = {DocumentState.SHOWN}"
    if ids is None:
        return [_document(row) for row in connection.execute(f"{select} ORDER BY number")]
    found = (
        connection.execute(f"{select} AND document_id = ?", (document_id,)).fetchone()
        for document_id in dict.fromkeys(ids)
    )
    return [_document(row) for row in found if row]


def document_number(connection: sqlite3.Connection, document_id: str) -> int:
    """Return a document's number, giving it one if need be."""
    row = connection.execute(
        "SELECT number FROM documents WHERE document_id = ?", (document_id,)
    ).fetchone()
    if row:
        return int(row[0])
    cursor = connection.execute(
        "INSERT INTO documents (document_id, state) VALUES (?, ?)",
        (document_id, DocumentState.STAGED),
    )
    return int(cursor.lastrowid or 0)


def put_document(connection: sqlite3.Connection, document: Document) -> None:
    """Write down a document that can be found from now on."""
    connection.execute(
        "UPDATE documents SET kind = ?, page_count = ?, size_bytes = ?, fingerprint = ?,"
        " title = ?, failures = ?, state = ? WHERE document_id = ?",
        (
            document.kind.value,
            document.page_count,
            document.size_bytes,
            document.fingerprint,
            encode_text(document.title),
            _pack_failures(document.failures),
            DocumentState.SHOWN,
            document.document_id,
        ),
    )


def has_files(connection: sqlite3.Connection, document_id: str) -> bool:
    """Whether any file leads to a document."""
    row = connection.execute(
        "SELECT 1 FROM files WHERE document_id = ? AND document_id <> '' LIMIT 1", (document_id,)
    ).fetchone()
    return row is not None


def relink(connection: sqlite3.Connection, document_ids: Iterable[str], *, lost: bool) -> None:
    """Bring documents in line with their files after these changed.

    ``lost``: whether files may have gone, so that a document without any is to be hidden.
    """
    for document_id in document_ids:
        row = connection.execute(
            "SELECT number, state FROM documents WHERE document_id = ?", (document_id,)
        ).fetchone()
        if row is None or row[1] == DocumentState.STAGED:
            continue
        found = has_files(connection, document_id)
        state = row[1]
        if found:
            state = DocumentState.SHOWN
        elif lost:
            state = DocumentState.HIDDEN
        if state != row[1]:
            connection.execute("UPDATE documents SET state = ? WHERE number = ?", (state, row[0]))
            kind = "p" if state == DocumentState.SHOWN else "x"
            connection.execute(
                "INSERT INTO changes (kind, page) SELECT ?, id FROM pages"
                " WHERE owner = ? AND is_staged = 0 ORDER BY page_index",
                (kind, row[0]),
            )
        note_change(connection, "d", document=document_id)


def read_file(row: Sequence[Any]) -> SourceFile:
    """Turn a row of ``SELECT_FILES`` into a file."""
    path, folder, size_bytes, mtime_ns, state, document_id, failures, is_away = row
    return SourceFile(
        path=os.fsdecode(path),
        folder=os.fsdecode(folder),
        size_bytes=size_bytes,
        mtime_ns=mtime_ns,
        state=FileState(state),
        document_id=str(document_id),
        failures=_unpack_failures(failures),
        is_away=bool(is_away),
    )


def _file_row(file: SourceFile) -> tuple[object, ...]:
    return (
        os.fsencode(file.path),
        os.fsencode(file.folder),
        file.size_bytes,
        file.mtime_ns,
        file.state.value,
        file.document_id,
        _pack_failures(file.failures),
        file.is_away,
    )


def _document(row: Sequence[Any]) -> Document:
    document_id, kind, page_count, size_bytes, fingerprint, title, failures = row
    return Document(
        document_id=str(document_id),
        kind=DocumentKind(kind),
        page_count=page_count,
        size_bytes=size_bytes,
        fingerprint=str(fingerprint),
        title=decode_text(title),
        failures=_unpack_failures(failures),
    )


def _pack_failures(failures: Sequence[Failure]) -> bytes:
    if not failures:
        return b""
    return msgspec.msgpack.encode(
        [(f.cause.value, encode_text(f.message), f.page_index) for f in failures]
    )


def _unpack_failures(data: bytes) -> tuple[Failure, ...]:
    if not data:
        return ()
    return tuple(
        Failure(FailureCause(cause), decode_text(message), page_index)
        for cause, message, page_index in msgspec.msgpack.decode(data)
    )
