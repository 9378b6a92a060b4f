"""Exact words in the catalogue.

Tokens are numbers of ``vocabulary``. A page keeps its tokens in order (for pairs and phrases);
settled pages also stand in ``postings``, blocks of (page, how often) for each term. Fresh pages
are few, their tokens are held in memory and looked through.

FTS5 would keep the same postings, but cannot say how often a page holds a term without reading
all its positions, nor score every page in a few milliseconds, which the fusion asks for.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from folioscope.stores.schema import BLOCK_BITS, BLOCK_ENTRIES
from folioscope.stores.word_source import MIN_COMPOUND, Postings, TokenIds, may_be_compound

_ENTRY = np.dtype([("page", "<u4"), ("count", "u1")])
_MOST_CACHED = 200_000
_LAST = "\U0010ffff"
Connections = Callable[[], sqlite3.Connection]


class Vocabulary:
    """Numbers of terms, for the one who writes."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def numbers(self, connection: sqlite3.Connection, terms: Iterable[str]) -> dict[str, int]:
        """Return the numbers of terms, giving new ones to those without."""
        if len(self._known) > _MOST_CACHED:
            self._known.clear()
        wanted = set(terms)
        unknown = [term for term in wanted if term not in self._known]
        connection.executemany(
            "INSERT OR IGNORE INTO vocabulary (term, reversed) VALUES (?, ?)",
            ((term, _reversed(term)) for term in sorted(unknown)),
        )
        for term in unknown:
            row = connection.execute("SELECT id FROM vocabulary WHERE term = ?", (term,)).fetchone()
            self._known[term] = row[0]
        return {term: self._known[term] for term in wanted}

    def forget(self) -> None:
        """Forget all numbers: a transaction that gave some was undone."""
        self._known.clear()


class SqlWords:
    """A WordSource over the catalogue; ``fresh`` are the tokens of pages not yet settled."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._fresh: dict[int, TokenIds] = {}
        self._joined: tuple[TokenIds, np.ndarray[tuple[int], np.dtype[np.int64]]] | None = None

    @property
    def fresh(self) -> Mapping[int, TokenIds]:
        """Tokens of pages not yet settled."""
        return self._fresh

    def put_fresh(self, pages: Mapping[int, TokenIds]) -> None:
        """Take in pages not yet settled."""
        self._fresh |= pages
        self._joined = None

    def drop_fresh(self, ids: Iterable[int]) -> None:
        """Forget pages that were settled or removed."""
        for page_id in list(ids):
            self._fresh.pop(page_id, None)
        self._joined = None

    def term_ids(self, terms: Sequence[str]) -> dict[str, int]:
        """Return the numbers of those terms that any page ever held."""
        connection = self._connections()
        select = "SELECT id FROM vocabulary WHERE term = ?"
        found = ((term, connection.execute(select, (term,)).fetchone()) for term in terms)
        return {term: int(row[0]) for term, row in found if row}

    def postings(self, term_id: int) -> Postings:
        """Return the pages that hold a term."""
        rows = self._connections().execute(
            "SELECT entries FROM postings WHERE key >= ? AND key < ?",
            (term_id << BLOCK_BITS, (term_id + 1) << BLOCK_BITS),
        )
        entries = np.frombuffer(b"".join(row[0] for row in rows), _ENTRY)
        tokens, owners = self._all_fresh()
        ids, counts = np.unique(owners[tokens == term_id], return_counts=True)
        settled = entries["page"].astype(np.int64)
        if len(ids):  # settled by another process, and not heard of yet
            is_new = ~np.isin(ids, settled)
            ids, counts = ids[is_new], np.minimum(counts[is_new], 255)
        return Postings(
            np.concatenate([settled, ids]),
            np.concatenate([entries["count"], counts]).astype(np.float32),
        )

    def page_tokens(self, page_ids: Sequence[int]) -> list[TokenIds]:
        """Return the tokens of pages in order; none for a page that went meanwhile."""
        connection = self._connections()
        found: list[TokenIds] = []
        for page_id in page_ids:
            tokens = self._fresh.get(page_id)
            if tokens is None:
                row = connection.execute(
                    "SELECT tokens FROM page_tokens WHERE id = ?", (page_id,)
                ).fetchone()
                tokens = np.frombuffer(row[0] if row else b"", "<u4")
            found.append(tokens)
        return found

    def beginning_with(self, start: str, *, limit: int) -> list[int]:
        """Return longer terms that begin so."""
        rows = self._connections().execute(
            "SELECT id FROM vocabulary WHERE term > ? AND term < ?"
            " ORDER BY pages DESC, term LIMIT ?",
            (start, start + _LAST, limit),
        )
        return [int(row[0]) for row in rows]

    def ending_with(self, end: str, *, limit: int) -> list[int]:
        """Return longer terms that end so."""
        reverse = end[::-1]
        rows = self._connections().execute(
            "SELECT id FROM vocabulary WHERE reversed > ? AND reversed < ?"
            " ORDER BY pages DESC, term LIMIT ?",
            (reverse, reverse + _LAST, limit),
        )
        return [int(row[0]) for row in rows]

    def _all_fresh(self) -> tuple[TokenIds, "np.ndarray[tuple[int], np.dtype[np.int64]]"]:
        if self._joined is None:
            arrays = list(self._fresh.values())
            ids = np.fromiter(self._fresh, np.int64, len(self._fresh))
            tokens = np.concatenate([np.zeros(0, np.uint32), *arrays])
            self._joined = tokens, np.repeat(ids, [len(a) for a in arrays])
        return self._joined


def settle_words(connection: sqlite3.Connection, pages: Mapping[int, TokenIds]) -> None:
    """Write the postings of pages, within the caller's transaction."""
    ids = np.repeat(np.fromiter(pages, np.int64, len(pages)), [len(t) for t in pages.values()])
    terms = np.concatenate([np.zeros(0, np.uint32), *pages.values()]).astype(np.int64)
    if not len(terms):  # pages without a word
        return
    held, counts = np.unique((terms << 32) | ids, return_counts=True)
    entries = np.empty(len(held), _ENTRY)
    entries["page"], entries["count"] = held & 0xFFFFFFFF, np.minimum(counts, 255)
    numbers, starts = np.unique(held >> 32, return_index=True)
    ends = [*starts[1:].tolist(), len(held)]
    for term_id, start, end in zip(numbers.tolist(), starts.tolist(), ends, strict=True):
        _append(connection, term_id, entries[start:end])


def purge_words(connection: sqlite3.Connection, live: np.ndarray, term_ids: Sequence[int]) -> None:
    """Drop pages that are not ``live`` (bool by page id) from the postings of some terms."""
    for term_id in term_ids:
        low, high = term_id << BLOCK_BITS, (term_id + 1) << BLOCK_BITS
        rows = connection.execute(
            "SELECT entries FROM postings WHERE key >= ? AND key < ?", (low, high)
        )
        entries = np.frombuffer(b"".join(row[0] for row in rows), _ENTRY)
        kept = entries[live[entries["page"]]]
        if len(kept) == len(entries):
            continue
        connection.execute("DELETE FROM postings WHERE key >= ? AND key < ?", (low, high))
        connection.execute(
            "UPDATE vocabulary SET pages = 0, last_block = 0, entries = 0 WHERE id = ?", (term_id,)
        )
        if len(kept):
            _append(connection, term_id, kept)


def _append(connection: sqlite3.Connection, term_id: int, entries: np.ndarray) -> None:
    """Add entries behind those a term has, filling up its last block first."""
    block, filled = connection.execute(
        "SELECT last_block, entries FROM vocabulary WHERE id = ?", (term_id,)
    ).fetchone()
    total, start = len(entries), 0
    while start < total:
        if filled == BLOCK_ENTRIES:
            block, filled = block + 1, 0
        part = entries[start : start + BLOCK_ENTRIES - filled]
        connection.execute(
            "INSERT INTO postings VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET entries = CAST(entries || excluded.entries AS BLOB)",
            ((term_id << BLOCK_BITS) | block, part.tobytes()),
        )
        filled += len(part)
        start += len(part)
    connection.execute(
        "UPDATE vocabulary SET pages = pages + ?, last_block = ?, entries = ? WHERE id = ?",
        (total, block, filled, term_id),
    )


def _reversed(term: str) -> str | None:
    """Return what ends of words are looked up by, for words that may be compounds."""
    is_word = len(term) > MIN_COMPOUND and may_be_compound(term)
    is_bigram = len(term) == 2
    return term[::-1] if is_word or is_bigram else None
