"""Starting a library over with another fingerprint, and making its statistics anew."""

import sqlite3

from folioscope.domain.documents import FileState
from folioscope.domain.protocols import Cancellation
from folioscope.stores import schema
from folioscope.stores.database import Database
from folioscope.stores.index_reading import statistics_name, statistics_version
from folioscope.stores.library_index import LibraryIndex
from folioscope.stores.statistics import LibraryStatistics, carried_statistics

_EMPTIED = (
    "pages",
    "page_bodies",
    "page_tokens",
    "fresh_vectors",
    "vocabulary",
    "postings",
    "statistics",
    "documents",
)
_READ_ANEW = (FileState.INDEXED.value, FileState.FAILED.value, FileState.LOCKED.value)


def renew(connection: sqlite3.Connection, *, fingerprint: str) -> None:
    """Forget all documents and take the fingerprint; files are kept, to be read again.

    The vectors lie in the present generation; with the next one they are out of use, and go
    when the library is opened for writing.
    """
    for table in _EMPTIED:
        connection.execute(f"DELETE FROM {table}")
    connection.execute(
        "UPDATE files SET state = ?, document_id = '', failures = x'' WHERE state IN (?, ?, ?)",
        (FileState.WAITING.value, *_READ_ANEW),
    )
    connection.execute(
        "UPDATE small_values SET value = ? WHERE key = 'fingerprint'", (fingerprint.encode(),)
    )
    generation = schema.number(connection, schema.GENERATION)
    schema.set_number(connection, schema.GENERATION, generation + 1)
    for key in (schema.DIM, schema.DEAD_PAGES, schema.STATISTICS_PAGES, schema.STATISTICS_SEQ):
        schema.set_number(connection, key, 0)
    # readers see that changes are missing in between, and load all anew
    for _ in range(2):
        schema.note_change(connection, "s")
    connection.execute("DELETE FROM changes WHERE seq < (SELECT MAX(seq) FROM changes)")


def renew_statistics(
    database: Database, index: LibraryIndex, token: Cancellation | None = None
) -> None:
    """Compute whitening and percentiles anew from the library's own pages."""
    seq = index.latest()
    statistics = index.steadily(lambda: index.make_statistics(token))
    if statistics is None:
        return
    _keep(database, index, statistics, seq=seq, token=token)


def packed_statistics(connection: sqlite3.Connection) -> bytes | None:
    """Return the library's own statistics as they lie in the catalogue."""
    row = connection.execute("SELECT data FROM statistics ORDER BY version DESC").fetchone()
    return bytes(row[0]) if row else None


def carry_statistics(database: Database, index: LibraryIndex, packed: bytes) -> None:
    """Take the statistics of another store for all pages that are there by now."""
    seq = index.latest()
    with database.reading() as connection:
        is_known = packed_statistics(connection) == packed
        version = statistics_version(connection) + 1
        dim = schema.number(connection, schema.DIM) or None
    if is_known:
        with database.writing() as connection:
            schema.set_number(connection, schema.STATISTICS_SEQ, seq)
        return
    found = carried_statistics(packed, version=version, dim=dim)
    _keep(database, index, found, seq=seq)


def _keep(
    database: Database,
    index: LibraryIndex,
    statistics: LibraryStatistics,
    *,
    seq: int,
    token: Cancellation | None = None,
) -> None:
    packed = statistics.packed()
    # codes first: whoever sees the new statistics finds them ready
    name = statistics_name(statistics.version, packed)
    index.write_codes(statistics, name, token)
    with database.writing() as connection:
        connection.execute("DELETE FROM statistics")
        connection.execute("INSERT INTO statistics VALUES (?, ?)", (statistics.version, packed))
        schema.set_number(connection, schema.STATISTICS_PAGES, statistics.pages)
        schema.set_number(connection, schema.STATISTICS_SEQ, seq)
    index.refresh()
