"""Pages in the catalogue."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from folioscope.domain.errors import StoreError
from folioscope.domain.pages import PageRecord, PageRef, TextSource
from folioscope.stores.page_blobs import (
    decode_text,
    encode_text,
    pack_regions,
    pack_text,
    pack_vectors,
    unpack_regions,
    unpack_text,
)
from folioscope.stores.page_facts import PageFacts, digest_of, facts_of
from folioscope.stores.records import no_vectors
from folioscope.stores.schema import DEAD_PAGES, DocumentState, number, set_number
from folioscope.stores.word_source import TokenIds

_FACTS = (
    "SELECT p.id, p.is_settled, d.document_id, p.page_index, p.source, p.told, p.ink, p.digest,"
    " p.length, p.looks FROM pages p JOIN documents d ON d.number = p.owner"
    f" WHERE p.is_staged = 0 AND d.state = {DocumentState.SHOWN}"
)
_BODY = (
    "SELECT p.id, p.width_pt, p.height_pt, p.source, p.ink, p.looks, b.text, b.regions,"
    " b.title_line FROM documents d JOIN pages p ON p.owner = d.number AND p.is_staged = 0"
    " AND p.page_index = ? JOIN page_bodies b ON b.id = p.id"
    f" WHERE d.document_id = ? AND d.state = {DocumentState.SHOWN}"
)
T = TypeVar("T")
PageRow = tuple[int, bool, PageFacts]


def put_page(
    connection: sqlite3.Connection,
    record: PageRecord,
    *,
    owner: int,
    is_staged: bool,
    page_tokens: Sequence[str],
    token_ids: TokenIds,
) -> int:
    """Write a fresh page, replacing the one at its place; returns its id."""
    place = (owner, is_staged, record.ref.page_index)
    old = connection.execute(
        "SELECT id FROM pages WHERE owner = ? AND is_staged = ? AND page_index = ?", place
    ).fetchone()
    if old:
        delete_pages(connection, [old[0]])
    facts = facts_of(record, page_tokens)
    cursor = connection.execute(
        "INSERT INTO pages (owner, is_staged, page_index, is_settled, source, told, ink, digest,"
        " length, looks, width_pt, height_pt) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *place,
            facts.source.value,
            facts.told,
            facts.ink,
            _signed(digest_of(page_tokens)),
            facts.length,
            np.ascontiguousarray(record.looks, "<f4").tobytes(),
            record.width_pt,
            record.height_pt,
        ),
    )
    page_id = int(cursor.lastrowid or 0)
    connection.execute(
        "INSERT INTO page_bodies VALUES (?, ?, ?, ?)",
        (
            page_id,
            pack_text(record.text),
            pack_regions(record.regions),
            encode_text(record.title_line),
        ),
    )
    connection.execute("INSERT INTO page_tokens VALUES (?, ?)", (page_id, token_ids.tobytes()))
    connection.execute(
        "INSERT INTO fresh_vectors VALUES (?, ?)", (page_id, pack_vectors(record.vectors))
    )
    return page_id


def delete_pages(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Delete pages; what of them is in bulk goes at the next compaction."""
    settled = 0
    for page_id in ids:
        row = connection.execute(
            "DELETE FROM pages WHERE id = ? RETURNING is_settled", (page_id,)
        ).fetchone()
        settled += bool(row and row[0])
    for table in ("page_bodies", "page_tokens", "fresh_vectors"):
        connection.executemany(f"DELETE FROM {table} WHERE id = ?", ((i,) for i in ids))
    if settled:
        set_number(connection, DEAD_PAGES, number(connection, DEAD_PAGES) + settled)


def publish_staged(connection: sqlite3.Connection, owner: int) -> None:
    """Let a document's staged pages, if any, take the place of the ones it has."""
    if pages_of(connection, owner, is_staged=True):
        old = pages_of(connection, owner, is_staged=False)
        delete_pages(connection, old)
        connection.executemany(
            "INSERT INTO changes (kind, page) VALUES ('x', ?)", ((page_id,) for page_id in old)
        )
        connection.execute(
            "UPDATE pages SET is_staged = 0 WHERE owner = ? AND is_staged = 1", (owner,)
        )
    connection.execute(
        "INSERT INTO changes (kind, page) SELECT 'p', id FROM pages"
        " WHERE owner = ? AND is_staged = 0 ORDER BY page_index",
        (owner,),
    )


def pages_of(connection: sqlite3.Connection, owner: int, *, is_staged: bool) -> list[int]:
    """Return the ids of a document's pages."""
    rows = connection.execute(
        "SELECT id FROM pages WHERE owner = ? AND is_staged = ? ORDER BY page_index",
        (owner, is_staged),
    )
    return [int(row[0]) for row in rows]


def staged_indices(connection: sqlite3.Connection, document_id: str) -> frozenset[int]:
    """Return which pages of a document are staged."""
    rows = connection.execute(
        "SELECT p.page_index FROM pages p JOIN documents d ON d.number = p.owner"
        " WHERE d.document_id = ? AND p.is_staged = 1",
        (document_id,),
    )
    return frozenset(row[0] for row in rows)


def drop_staged(connection: sqlite3.Connection, owner: int) -> None:
    """Delete a document's staged pages, and the document if it is nothing else."""
    delete_pages(connection, pages_of(connection, owner, is_staged=True))
    connection.execute(
        "DELETE FROM documents WHERE number = ? AND state = ?", (owner, DocumentState.STAGED)
    )


def is_committed(connection: sqlite3.Connection, ref: PageRef) -> bool:
    """Whether a page is in the library, be it hidden for want of a file."""
    row = connection.execute(
        "SELECT 1 FROM documents d JOIN pages p ON p.owner = d.number"
        " WHERE d.document_id = ? AND d.state <> ? AND p.is_staged = 0 AND p.page_index = ?",
        (ref.document_id, DocumentState.STAGED, ref.page_index),
    ).fetchone()
    return row is not None


def drop_document(connection: sqlite3.Connection, document_id: str) -> None:
    """Delete a document with all its pages, staged ones too."""
    row = connection.execute(
        "SELECT number FROM documents WHERE document_id = ?", (document_id,)
    ).fetchone()
    if row is None:
        return
    shown = pages_of(connection, row[0], is_staged=False)
    delete_pages(connection, shown + pages_of(connection, row[0], is_staged=True))
    connection.executemany(
        "INSERT INTO changes (kind, page) VALUES ('x', ?)", ((page_id,) for page_id in shown)
    )
    connection.execute("DELETE FROM documents WHERE number = ?", (row[0],))
    connection.execute("INSERT INTO changes (kind, document) VALUES ('d', ?)", (document_id,))


def find_shown(connection: sqlite3.Connection, ref: PageRef) -> tuple[int, int]:
    """Return owner and id of a page of a committed document; StoreError when it is gone."""
    row = connection.execute(
        "SELECT d.number, p.id FROM documents d JOIN pages p ON p.owner = d.number"
        " WHERE d.document_id = ? AND d.state <> ? AND p.is_staged = 0 AND p.page_index = ?",
        (ref.document_id, DocumentState.STAGED, ref.page_index),
    ).fetchone()
    if row is None:
        raise StoreError("A page to be replaced is no longer in the library.")
    return int(row[0]), int(row[1])


def iterate_facts(connection: sqlite3.Connection) -> Iterator[PageRow]:
    """Yield id, whether it is settled, and facts of all pages that can be found."""
    return map(_facts, connection.execute(f"{_FACTS} ORDER BY p.id"))


def read_facts(connection: sqlite3.Connection, ids: Iterable[int]) -> list[PageRow]:
    """Return the same of some pages."""
    found = (connection.execute(f"{_FACTS} AND p.id = ?", (i,)).fetchone() for i in ids)
    return [_facts(row) for row in found if row]


def read_page(connection: sqlite3.Connection, ref: PageRef) -> tuple[int, PageRecord] | None:
    """Return a page that can be found, without its vectors, and its id."""
    row = connection.execute(_BODY, (ref.page_index, ref.document_id)).fetchone()
    if row is None:
        return None
    page_id, width_pt, height_pt, source, ink, looks, text, regions, title_line = row
    record = PageRecord(
        ref=ref,
        width_pt=width_pt,
        height_pt=height_pt,
        text=unpack_text(text),
        text_source=TextSource(source),
        regions=unpack_regions(regions),
        looks=np.frombuffer(looks, "<f4").astype(np.float32),
        title_line=decode_text(title_line),
        ink=ink,
        vectors=no_vectors(),
    )
    return int(page_id), record


def read_waiting(connection: sqlite3.Connection, *, limit: int) -> list[PageRef]:
    """Return pages that OCR has still to read, fewest-page documents first."""
    rows = connection.execute(
        "SELECT d.document_id, p.page_index FROM pages p JOIN documents d ON d.number = p.owner"
        " WHERE p.source = 'waiting' AND p.is_staged = 0 AND d.state = ?"
        " ORDER BY (SELECT COUNT(*) FROM pages q WHERE q.owner = p.owner AND q.is_staged = 0),"
        " d.document_id, p.page_index LIMIT ?",
        (DocumentState.SHOWN, limit),
    )
    return [PageRef(row[0], row[1]) for row in rows]


def batches(ids: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a list into pieces."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _facts(row: Sequence[Any]) -> PageRow:
    page_id, is_settled, document_id, index, source, told, ink, digest, length, looks = row
    facts = PageFacts(
        document_id=str(document_id),
        page_index=index,
        source=TextSource(source),
        told=told,
        ink=ink,
        digest=int(digest) & (2**64 - 1),
        length=length,
        looks=np.frombuffer(looks, "<f4"),
    )
    return int(page_id), bool(is_settled), facts


def _signed(value: int) -> int:
    """Fit 64 bits into SQLite's signed integer."""
    return value - 2**64 if value >= 2**63 else value
