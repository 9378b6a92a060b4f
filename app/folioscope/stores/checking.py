"""Reads a whole library once and names the documents that are no longer whole."""

import sqlite3
import struct
import zlib
from collections import defaultdict
from dataclasses import dataclass, field, replace

import numpy as np

from folioscope.domain.errors import StoreError
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Cancellation, Health, VerifyReport
from folioscope.stores.database import Database
from folioscope.stores.lance_vectors import LanceVectors
from folioscope.stores.page_blobs import unpack_vectors
from folioscope.stores.page_rows import batches, read_page
from folioscope.stores.schema import GENERATION, DocumentState, number

_UNREADABLE = (sqlite3.Error, StoreError, ValueError, TypeError, struct.error, zlib.error)
_ENGINE = (RuntimeError, ValueError, OSError)
_AT_ONCE = 256


@dataclass
class _Findings:
    pages: int = 0
    damaged: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    messages: list[str] = field(default_factory=list)

    def report(self) -> VerifyReport:
        messages = list(self.messages)
        if lost := sum(self.damaged.values()):
            documents = len(self.damaged)
            messages.append(f"{lost} pages of {documents} documents cannot be read.")
        health = Health.DAMAGED if messages else Health.SOUND
        return VerifyReport(health, self.pages, tuple(sorted(self.damaged)), tuple(messages))


def check(
    database: Database, vectors: LanceVectors, token: Cancellation | None = None
) -> VerifyReport:
    """Read everything and report."""
    found = _Findings()
    with database.reading() as connection:
        if not is_catalogue_sound(connection):
            found.messages.append("The library's catalogue is damaged.")
        try:
            readable = readable_vectors(connection, vectors, token)
            _check_pages(connection, readable, found, token)
        except sqlite3.Error:
            found.messages.append("The list of pages cannot be read to its end.")
    return found.report()


def with_damage(report: VerifyReport, messages: tuple[str, ...]) -> VerifyReport:
    """Return the report with more damage that costs no document, if any."""
    if not messages:
        return report
    return replace(report, health=Health.DAMAGED, messages=(*report.messages, *messages))


def is_catalogue_sound(connection: sqlite3.Connection) -> bool:
    """Let SQLite look through its file."""
    try:
        return bool(connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False


def readable_vectors(
    connection: sqlite3.Connection, vectors: LanceVectors, token: Cancellation | None
) -> set[int]:
    """Return the settled pages whose vectors can be read."""
    generation = number(connection, GENERATION)
    found: set[int] = set()
    try:
        for ids, batch in vectors.scan(generation):
            _stop_if_cancelled(token)
            sound = np.isfinite(batch.title).all(axis=1)
            found.update(ids[sound].tolist())
    except _ENGINE:
        rows = connection.execute("SELECT id FROM pages WHERE is_settled = 1 ORDER BY id")
        settled = [row[0] for row in rows if row[0] not in found]
        for part in batches(settled, _AT_ONCE):  # what does not touch the damage is still good
            _stop_if_cancelled(token)
            try:
                found.update(vectors.fetch(generation, part))
            except _ENGINE:
                continue
    return found


def _check_pages(
    connection: sqlite3.Connection,
    readable: set[int],
    found: _Findings,
    token: Cancellation | None,
) -> None:
    rows = connection.execute(
        "SELECT p.id, p.is_settled, p.length, p.page_index, d.document_id FROM pages p"
        " JOIN documents d ON d.number = p.owner WHERE p.is_staged = 0 AND d.state = ?",
        (DocumentState.SHOWN,),
    ).fetchall()
    for page_id, is_settled, length, index, document_id in rows:
        _stop_if_cancelled(token)
        found.pages += 1
        is_whole = page_id in readable if is_settled else _is_fresh_whole(connection, page_id)
        ref = PageRef(document_id, index)
        if not (is_whole and _is_text_whole(connection, ref, page_id, length)):
            found.damaged[document_id] += 1


def _is_fresh_whole(connection: sqlite3.Connection, page_id: int) -> bool:
    try:
        row = connection.execute(
            "SELECT vectors FROM fresh_vectors WHERE id = ?", (page_id,)
        ).fetchone()
        return row is not None and bool(np.isfinite(unpack_vectors(row[0]).title).all())
    except _UNREADABLE:
        return False


def _is_text_whole(connection: sqlite3.Connection, ref: PageRef, page_id: int, length: int) -> bool:
    try:
        tokens = connection.execute(
            "SELECT LENGTH(tokens) FROM page_tokens WHERE id = ?", (page_id,)
        ).fetchone()
        return (
            read_page(connection, ref) is not None
            and tokens is not None
            and tokens[0] == 4 * length
        )
    except _UNREADABLE:
        return False


def _stop_if_cancelled(token: Cancellation | None) -> None:
    if token is not None:
        token.raise_if_cancelled()
