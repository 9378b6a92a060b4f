"""Starting a library over with another fingerprint, in one step or not at all."""

import sqlite3

from folioscope.domain.documents import FileState
from folioscope.stores import schema

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
