"""The indices of one library: made, found, renewed, and kept in step with what was written."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from folioscope.domain.errors import StoreError
from folioscope.stores.elastic import mapping
from folioscope.stores.elastic.connection import ElasticConnection
from folioscope.stores.elastic.document_rows import DocumentRows, is_document, shown
from folioscope.stores.elastic.errors import MissingIndexError
from folioscope.stores.elastic.file_rows import FileRows
from folioscope.stores.elastic.mapping import UNSTORED, Json
from folioscope.stores.elastic.names import Names, version_of, versioned
from folioscope.stores.records import checked_dim

_MOST_UNLISTED = 10_000


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the indices say of themselves. ``dim`` is 0 before the first page."""

    fingerprint: str
    version: int
    dim: int
    has_codes: bool = False


class ServerLibrary:
    """The indices behind a store. Safe from any thread."""

    def __init__(self, connection: ElasticConnection, *, prefix: str, machine: str) -> None:
        self.connection = connection
        self.machine = machine
        self.names = Names(prefix)
        self.documents = DocumentRows(connection, self.names.documents)
        self.files = FileRows(connection, self.names.files, machine=machine)
        self._facts = _Facts("", 0, 0)
        self._lock = threading.RLock()
        self._unseen: set[str] = set()  # indices written to, and not refreshed since
        self._unlisted: tuple[str, ...] | None = None
        self._kind = ""

    # what there is

    @property
    def fingerprint(self) -> str:
        """The fingerprint the library was made with."""
        return self._facts.fingerprint

    @property
    def dim(self) -> int:
        """Dimension of the vectors, 0 before there are any."""
        return self._facts.dim

    @property
    def has_codes(self) -> bool:
        """Whether pages may have codes to be scored by."""
        return self._facts.has_codes

    def take_codes(self) -> None:
        """Let pages that are written have codes, in a library that an older version made."""
        if not self.has_codes:
            self.connection.put_mapping(self.names.pages, {"properties": mapping.CODES})
            self.load()

    @property
    def read_indices(self) -> tuple[str, str]:
        """The aliases of what is read of files."""
        return self.names.pages, self.names.documents

    def load(self) -> bool:
        """Read what the indices say of themselves; False where there are none."""
        names = self.names
        try:
            found = self.connection.read("GET", f"/{names.documents},{names.pages}/_mapping")
        except MissingIndexError:
            return False
        mappings = {name: index["mappings"] for name, index in found.items()}
        facts: Json = {}
        dim, has_codes = 0, False
        for said in mappings.values():
            facts = said.get("_meta", facts)
            dim = said["properties"].get("title", {}).get("dims", dim)
            has_codes |= "codes" in said["properties"]
        if facts.get("format") != mapping.FORMAT:
            raise StoreError(
                f"The library on {self.connection.server} is of another version of Folioscope.",
                hint="Update Folioscope, or use another prefix.",
            )
        self._facts = _Facts(facts["fingerprint"], facts["version"], dim, has_codes)
        self.files.version = facts["version"]
        return True

    def create(self, fingerprint: str) -> None:
        """Make the indices; those of documents last, for they say that there is a library."""
        self._make(self.names.files, mapping.files(), version=1)
        self._make_read(fingerprint, version=1, is_current=True)
        if not self.load():
            raise StoreError(f"The library on {self.connection.server} could not be made.")

    def _make_read(self, fingerprint: str, *, version: int, is_current: bool) -> None:
        """Make the indices of what is read of files."""
        names = self.names
        documents = mapping.documents(fingerprint=fingerprint, version=version)
        self._make(names.pages, mapping.pages(), version=version, is_current=is_current)
        self._make(names.documents, documents, version=version, is_current=is_current)

    def _make(self, alias: str, layout: Json, *, version: int, is_current: bool = True) -> None:
        self.connection.put_index(
            versioned(alias, version),
            settings=self.settings(is_bulky=alias == self.names.pages),
            mappings=layout,
            aliases={alias: {"is_write_index": True}} if is_current else None,
        )

    def settings(self, *, is_bulky: bool) -> Json:
        """Return the settings of an index on this server."""
        is_serverless = self.connection.identity.is_serverless
        has_icu = "analysis-icu" in self.connection.facts().plugins
        return mapping.settings(is_serverless=is_serverless, has_icu=has_icu, is_bulky=is_bulky)

    def renew(self, fingerprint: str) -> None:
        """Take the place of all documents and pages with empty indices, in one step."""
        old, names = self._facts.version, self.names
        version = old + 1
        for alias in (names.pages, names.documents):
            self.connection.delete_index(versioned(alias, version))  # of an attempt that ended
        self._make_read(fingerprint, version=version, is_current=False)
        actions: list[Json] = []
        for alias in (names.pages, names.documents):
            new = {"index": versioned(alias, version), "alias": alias, "is_write_index": True}
            actions += [
                {"remove": {"index": versioned(alias, old), "alias": alias, "must_exist": False}},
                {"add": new},
            ]
        self.connection.change("POST", "/_aliases", {"actions": actions})
        for alias in (names.pages, names.documents):
            self.connection.delete_index(versioned(alias, old))
        with self._lock:
            self._unseen -= {names.pages, names.documents}
            self._unlisted = None
        self.load()

    def tidy(self) -> None:
        """Delete indices that a renewal left behind when it was killed."""
        for alias in (self.names.pages, self.names.documents):
            found = self.connection.read("GET", f"/{alias}-v*", params={"filter_path": "*.aliases"})
            for index, said in (found or {}).items():
                is_older = 0 < version_of(index) < self._facts.version
                if is_older and alias not in said.get("aliases", {}):
                    self.connection.delete_index(index)

    def vector_kind(self) -> str:
        """Return the kind of vector index that the server has."""
        if not self._kind:
            self._kind = self.connection.facts().vector_index
        return self._kind

    def take_dim(self, records: Sequence[Any]) -> None:
        """Check the size of pages' vectors; the first ones decide on it."""
        dim = checked_dim(records, self.dim or None)
        if dim and not self.dim:
            layout = mapping.vectors(dim=dim, kind=self.vector_kind())
            self.connection.put_mapping(self.names.pages, layout)
            self.load()
            checked_dim(records, self.dim)  # somebody else's may have been first

    # what searches see

    def wrote(self, *indices: str) -> None:
        """Note that searches do not see yet what was written to some indices."""
        with self._lock:
            self._unseen.update(indices)
            if self.names.documents in indices:
                self._unlisted = None

    def settle(self, *indices: str) -> None:
        """Let searches see what was written to these indices, or (none given) to all."""
        with self._lock:
            unseen = self._unseen & set(indices) if indices else set(self._unseen)
            for index in sorted(unseen, reverse=True):  # pages before documents
                self._unseen.discard(index)
                try:
                    self.connection.refresh(index)
                except MissingIndexError:  # a visual model was forgotten meanwhile
                    continue
                except BaseException:
                    self._unseen.add(index)
                    raise

    def forget(self) -> None:
        """Forget what others may have changed."""
        self._unlisted = None

    def unlisted(self) -> tuple[str, ...]:
        """Return the generations whose pages nobody should find."""
        known = self._unlisted
        if known is None:
            self.settle(self.names.documents)
            known = self._unlisted = self.unlisted_of(
                self.connection.search(self.unlisted_query(), self.names.documents)
            )
        return known

    def note_unlisted(self, unlisted: tuple[str, ...]) -> bool:
        """Take in what a search found; False where it was asked with something else."""
        if unlisted == self._unlisted:
            return True
        self._unlisted = unlisted
        return False

    @staticmethod
    def unlisted_query() -> Json:
        """Return the search for generations that nobody should find."""
        return {
            "query": {"exists": {"field": "unlisted"}},
            "size": _MOST_UNLISTED,
            **UNSTORED,
            "docvalue_fields": ["unlisted"],
        }

    @staticmethod
    def unlisted_of(answer: Any) -> tuple[str, ...]:
        """Read the answer to ``unlisted_query``."""
        hits = answer["hits"]["hits"]
        return tuple(sorted(g for hit in hits for g in hit["fields"]["unlisted"]))

    def signature(self) -> str:
        """Return a text that changes whenever any document that can be found does."""
        self.settle(self.names.documents)
        body = {
            "size": 0,
            "track_total_hits": True,
            "query": is_document(shown()),
            "aggs": {"changes": {"sum": {"field": "_seq_no"}}},
        }
        answer = self.connection.search(body, self.names.documents)
        count = answer["hits"]["total"]["value"]
        return f"{self._facts.version}/{count}/{int(answer['aggregations']['changes']['value'])}"

    def scan_pages(
        self, query: Json, *, fields: Sequence[str], source: bool = False, at_once: int = 200
    ) -> Iterator[Any]:
        """Yield the hits of all pages that a query finds; their ids only with ``source``."""
        self.settle(self.names.pages, self.names.documents)
        asked = {"docvalue_fields": list(fields), **({} if source else UNSTORED)}
        yield from self.connection.scan(self.names.pages, query, fields=asked, at_once=at_once)
