"""Starting a library over with another fingerprint, and making its statistics anew."""

import sqlite3

from folioscope.domain.documents import FileState
from folioscope.domain.protocols import Cancellation
from folioscope.stores import schema
from folioscope.stores.database import Database
from folioscope.stores.index_reading import statistics_name
from folioscope.stores.library_index import LibraryIndex

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
