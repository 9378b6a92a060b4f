"""Documents on the server: which version of each is committed, and what else lies about.

A document's pages carry the *generation* under which they were staged. One write to the
document says which generation counts, so its pages appear together, and a process that is
killed before or after leaves either version whole. Pages of other generations (staged, or
replaced and not deleted yet) are named ``unlisted``: searches leave them out, and whoever reads
an answer checks each page against its document.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from folioscope.domain.documents import Document, DocumentKind, Failure, FailureCause
from folioscope.domain.errors import StoreError
from folioscope.stores.elastic.connection import ElasticConnection, Version
from folioscope.stores.elastic.errors import ConflictError
from folioscope.stores.elastic.mapping import Json
from folioscope.stores.elastic.quick_json import read_json

DOCUMENT = "document"
_ATTEMPTS = 20  # to change a document that others change too
_AT_ONCE = 5000


class RowState(StrEnum):
    """Where a document stands. HIDDEN: committed, but no file leads to it any more."""

    STAGED = "staged"
    SHOWN = "shown"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """What is known of a document. ``staged``: generations under way, by machine.

    ``dead``: generations whose pages are still to be deleted. ``waiting``: pages that OCR has
    still to read. ``names``: distinct tokens of its file names. ``edits``: how often pages were
    replaced one by one.
    """

    document_id: str
    document: Document | None = None
    generation: str = ""
    pages: int = 0
    waiting: int = 0
    is_hidden: bool = False
    has_files: bool = False
    newest_ns: int = 0
    names: tuple[str, ...] = ()
    staged: tuple[tuple[str, str], ...] = ()
    dead: tuple[str, ...] = ()
    edits: int = 0

    @property
    def state(self) -> RowState:
        """Where it stands."""
        if self.document is None:
            return RowState.STAGED
        return RowState.HIDDEN if self.is_hidden else RowState.SHOWN

    @property
    def is_shown(self) -> bool:
        """Whether its pages can be found."""
        return self.state is RowState.SHOWN

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing of it any more."""
        return self.document is None and not self.staged and not self.dead

    def staged_by(self, machine: str) -> str:
        """Return the generation that a machine has under way, "" for none."""
        return dict(self.staged).get(machine, "")

    def source(self) -> Json:
        """Return it as it is sent to the server."""
        hidden = [self.generation] if self.generation and not self.is_shown else []
        document = self.document
        return {
            "what": DOCUMENT,
            "document_id": self.document_id,
            "kind": document.kind.value if document else "",
            "state": self.state.value,
            "pages": self.pages,
            "waiting": self.waiting,
            "has_files": self.has_files,
            "newest_ns": self.newest_ns,
            "names": " ".join(self.names),
            "name_length": len(self.names),
            "name_weight": len(self.names) * self.pages,
            "unlisted": [*(generation for _, generation in self.staged), *self.dead, *hidden],
            "facts": json.dumps(
                {
                    "generation": self.generation,
                    "staged": dict(self.staged),
                    "dead": self.dead,
                    "edits": self.edits,
                    "document": _packed(document) if document else None,
                }
            ),
        }


def row_of(source: Mapping[str, Any]) -> DocumentRow:
    """Undo ``DocumentRow.source``; raises ValueError or KeyError where it is damaged."""
    facts = read_json(source["facts"])
    document = facts["document"]
    return DocumentRow(
        document_id=source["document_id"],
        document=_unpacked(source["document_id"], document) if document else None,
        generation=facts["generation"],
        pages=source["pages"],
        waiting=source["waiting"],
        is_hidden=source["state"] == RowState.HIDDEN,
        has_files=source["has_files"],
        newest_ns=source["newest_ns"],
        names=tuple(source["names"].split()),
        staged=tuple(sorted(facts["staged"].items())),
        dead=tuple(facts["dead"]),
        edits=facts["edits"],
    )


def _packed(document: Document) -> Json:
    return {
        "kind": document.kind.value,
        "page_count": document.page_count,
        "size_bytes": document.size_bytes,
        "fingerprint": document.fingerprint,
        "title": document.title,
        "failures": packed_failures(document.failures),
    }


def _unpacked(document_id: str, packed: Mapping[str, Any]) -> Document:
    return Document(
        document_id=document_id,
        kind=DocumentKind(packed["kind"]),
        page_count=packed["page_count"],
        size_bytes=packed["size_bytes"],
        fingerprint=packed["fingerprint"],
        title=packed["title"],
        failures=unpacked_failures(packed["failures"]),
    )


def packed_failures(failures: Sequence[Failure]) -> list[tuple[str, str, int | None]]:
    """Return failures as plain lists."""
    return [(failure.cause.value, failure.message, failure.page_index) for failure in failures]


def unpacked_failures(packed: Iterable[Sequence[Any]]) -> tuple[Failure, ...]:
    """Undo ``packed_failures``."""
    return tuple(Failure(FailureCause(cause), message, index) for cause, message, index in packed)


@dataclass(frozen=True, slots=True)
class Known:
    """A document as it was read or written last; nothing where there is none."""

    row: DocumentRow | None = None
    version: Version | None = None


Change = Callable[[DocumentRow | None], DocumentRow | None]


class DocumentRows:
    """Reads and changes documents. Changes are made to the newest state, or made again."""

    def __init__(self, connection: ElasticConnection, index: str) -> None:
        self._connection = connection
        self._index = index

    def get(self, ids: Iterable[str]) -> dict[str, DocumentRow]:
        """Return documents by id as they are now, also those searches do not see yet."""
        found = self._connection.get_many(self._index, row_ids(ids))
        rows = (row_of(stored.source) for stored in found.values())
        return {row.document_id: row for row in rows}

    def read(self, document_id: str) -> Known:
        """Return a document as it is now, to be changed."""
        own_id = row_ids([document_id])[0]
        stored = self._connection.get_many(self._index, [own_id]).get(own_id)
        return Known(row_of(stored.source), stored.version) if stored else Known()

    def change(self, document_id: str, change: Change, *, known: Known | None = None) -> Known:
        """Put what ``change`` makes of a document; None makes nothing of it, and deletes it.

        ``change`` may be called several times, when others change the document too. ``known``
        spares reading it first. Returns the document as it is then.
        """
        meant = None
        for _ in range(_ATTEMPTS):
            old = known or self.read(document_id)
            # of a write whose answer was lost, the conflict is with this same write
            new = meant if meant is not None and old.row == meant else change(old.row)
            if new == old.row:
                return old
            try:
                return self._put(document_id, new, old.version)
            except ConflictError:
                known, meant = None, new
        raise StoreError("Others keep changing the same document.", hint="Try again later.")

    def _put(self, document_id: str, row: DocumentRow | None, version: Version | None) -> Known:
        own_id = row_ids([document_id])[0]
        if row is not None:
            source, is_new = row.source(), version is None
            put = self._connection.put
            return Known(row, put(self._index, own_id, source, only_if=version, is_new=is_new))
        if version is not None:
            params = {
                "if_seq_no": str(version.seq_no),
                "if_primary_term": str(version.primary_term),
            }
            path = f"/{self._index}/_doc/{own_id}"
            self._connection.change("DELETE", path, params=params)
        return Known()

    def find(
        self, *, query: Json, sort: Sequence[Json] = (), limit: int | None = None
    ) -> list[DocumentRow]:
        """Return the documents that a query finds."""
        if limit is not None and limit <= _AT_ONCE:
            body: Json = {"query": is_document(query), "size": limit, "sort": list(sort)}
            hits = self._connection.search(body, self._index)["hits"]["hits"]
        else:
            hits = self._connection.scan(
                self._index, is_document(query), sort=sort, at_once=_AT_ONCE
            )
        return [row_of(hit["_source"]) for hit in hits]


def row_ids(ids: Iterable[str]) -> list[str]:
    """Return under which ids documents are kept, apart from what else is in their index."""
    return [f"d-{document_id}" for document_id in ids]


def is_document(query: Json) -> Json:
    """Let a query find documents only."""
    return {"bool": {"filter": [{"term": {"what": DOCUMENT}}, query]}}


def shown() -> Json:
    """Return the query of documents that can be found."""
    return {"term": {"state": RowState.SHOWN.value}}


def without_staged(row: DocumentRow, machine: str, *, is_dead: bool) -> DocumentRow:
    """Return the document without what a machine has under way."""
    own = row.staged_by(machine)
    staged = tuple(pair for pair in row.staged if pair[0] != machine)
    return replace(row, staged=staged, dead=(*row.dead, own) if own and is_dead else row.dead)
