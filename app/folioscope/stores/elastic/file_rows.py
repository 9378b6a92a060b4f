"""Files by machine, and small values: what a machine keeps of its own on the server.

A file of a version of the library that is gone counts as waiting to be read, so that renewing
a library is one step for all machines.
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from folioscope.domain.documents import FileState, SourceFile
from folioscope.domain.tokens import fold, spoken_name, tokens
from folioscope.stores.elastic.bulk import BulkAction, Write
from folioscope.stores.elastic.connection import ElasticConnection
from folioscope.stores.elastic.document_rows import packed_failures, unpacked_failures
from folioscope.stores.elastic.mapping import MOST_LETTERS, Json
from folioscope.stores.elastic.page_documents import decoded, encoded
from folioscope.stores.file_table import shape_of

FILE, VALUE = "file", "value"
_AT_ONCE = 5000
_LOOKED_AHEAD = 200  # documents
_MOMENT_S = 5.0  # searches see what others write as late as that anyway
_KEPT_STATES = (FileState.WAITING, FileState.UNSUPPORTED)  # when a library is renewed


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What a document knows of its files on all machines."""

    count: int = 0
    newest_ns: int = 0
    names: tuple[str, ...] = ()


class FileRows:
    """The files of one machine, and what documents need to know of those of all.

    ``version`` is that of the library.
    """

    def __init__(self, connection: ElasticConnection, index: str, *, machine: str) -> None:
        self._connection = connection
        self._index = index
        self._machine = machine
        self.version = 1
        self._recent: dict[str, tuple[float, list[SourceFile]]] = {}

    def forget(self) -> None:
        """Forget the files of documents that were asked for just now."""
        self._recent = {}

    # values

    def value(self, key: str) -> bytes | None:
        """Return a small value of this machine."""
        own_id = self._id(VALUE, key.encode("utf-8", "surrogatepass"))
        found = self._connection.get_many(self._index, [own_id]).get(own_id)
        return decoded(found.source["data"]) if found else None

    def set_value(self, key: str, value: bytes) -> None:
        """Keep a small value of this machine."""
        own_id = self._id(VALUE, key.encode("utf-8", "surrogatepass"))
        source = {"what": VALUE, "machine": self._machine, "name": key, "data": encoded(value)}
        self._connection.put(self._index, own_id, source)

    def values(self) -> dict[str, bytes]:
        """Return all small values of this machine."""
        is_value = {"bool": {"filter": [{"term": {"what": VALUE}}, self._is_own()]}}
        sources = (hit["_source"] for hit in self._hits(is_value))
        return {source["name"]: decoded(source["data"]) for source in sources}

    # files

    def put(self, files: Iterable[SourceFile]) -> None:
        """Insert or replace files by path."""
        self.forget()
        self._connection.bulk(
            BulkAction(self._index, self._file_id(file.path), self._source(file))
            for file in {file.path: file for file in files}.values()
        )

    def remove(self, paths: Iterable[str]) -> None:
        """Forget files; unknown ones are passed over."""
        self.forget()
        self._connection.bulk(
            BulkAction(self._index, self._file_id(path), write=Write.DELETE) for path in set(paths)
        )

    def wait_again(self, ids: Iterable[str]) -> None:
        """Let the files of documents, on all machines, wait to be read."""
        self.forget()
        chosen: list[Json] = [{"term": {"what": FILE}}, {"terms": {"document_id": list(ids)}}]
        self._connection.bulk(
            BulkAction(self._index, hit["_id"], _waiting(hit["_source"]))
            for hit in self._hits({"bool": {"filter": chosen}})
        )

    def get(self, paths: Iterable[str]) -> list[SourceFile]:
        """Return those of some paths that are known, as they are now."""
        ids = [self._file_id(path) for path in set(paths)]
        found = self._connection.get_many(self._index, ids)
        return [self._file(stored.source) for stored in found.values()]

    def listed(
        self,
        *,
        folder: str | None = None,
        states: frozenset[FileState] | None = None,
        document_id: str | None = None,
    ) -> list[SourceFile]:
        """List files of this machine by path; of a document that has none here, those elsewhere.

        What lies on another machine counts as away.
        """
        if document_id is not None:
            files = self._of_document(document_id)
        else:
            chosen: list[Json] = [{"term": {"what": FILE}}, self._is_own()]
            if folder is not None:
                chosen.append({"term": {"place": _digest(folder)}})
            hits = self._hits({"bool": {"filter": chosen}})
            files = [self._file(hit["_source"]) for hit in hits]
        passing = (
            file
            for file in files
            if (states is None or file.state in states) and folder in (None, file.folder)
        )
        return sorted(passing, key=lambda file: path_bytes(file.path))

    def _of_document(self, document_id: str) -> list[SourceFile]:
        asked, files = self._recent.get(document_id, (0.0, []))
        if asked and time.monotonic() - asked < _MOMENT_S:
            return files
        return self._read_documents([document_id])[document_id]

    def look_ahead(self, ids: Sequence[str]) -> None:
        """Read the files of documents at once, as they will be asked for one by one."""
        if len(ids) <= _LOOKED_AHEAD:
            now, found = time.monotonic(), self._read_documents(ids)
            self._recent = {document_id: (now, files) for document_id, files in found.items()}

    def _read_documents(self, ids: Sequence[str]) -> dict[str, list[SourceFile]]:
        chosen: list[Json] = [{"term": {"what": FILE}}, {"terms": {"document_id": list(ids)}}]
        own: dict[str, list[SourceFile]] = {document_id: [] for document_id in ids}
        others: dict[str, list[SourceFile]] = {document_id: [] for document_id in ids}
        for hit in self._hits({"bool": {"filter": chosen}}):
            file = self._file(hit["_source"])
            if hit["_source"]["machine"] == self._machine:
                own.get(file.document_id, []).append(file)
            else:
                others.get(file.document_id, []).append(replace(file, is_away=True))
        return {document_id: own[document_id] or others[document_id] for document_id in ids}

    def count(self) -> int:
        """Count the files of this machine."""
        query = {"bool": {"filter": [{"term": {"what": FILE}}, self._is_own()]}}
        return self._connection.count(self._index, query)

    def other_machines(self) -> int:
        """Count the other machines that have files."""
        query = {"bool": {"filter": [{"term": {"what": FILE}}], "must_not": [self._is_own()]}}
        counted: Json = {"of": {"cardinality": {"field": "machine"}}}
        body = {"size": 0, "query": query, "aggs": counted}
        answer = self._connection.search(body, self._index)
        return int(answer["aggregations"]["of"]["value"])

    def has_any(self, state: FileState) -> bool:
        """Whether a file of any machine is in a state."""
        is_in: list[Json] = [{"term": {"what": FILE}}, {"term": {"state": state.value}}]
        if state is FileState.WAITING:  # so are those read for a version that is gone
            kept = [kept.value for kept in _KEPT_STATES]
            others = [{"terms": {"state": kept}}, {"term": {"version": self.version}}]
            is_in[1] = {"bool": {"should": [is_in[1], {"bool": {"must_not": others}}]}}
        return self._connection.count(self._index, {"bool": {"filter": is_in}}) > 0

    def facts_of(self, ids: Iterable[str]) -> dict[str, FileFacts]:
        """Return what documents need to know of their files on all machines."""
        wanted = sorted(set(ids) - {""})
        found: dict[str, list[SourceFile]] = defaultdict(list)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            chosen: list[Json] = [{"term": {"what": FILE}}, {"terms": {"document_id": part}}]
            for hit in self._hits({"bool": {"filter": chosen}}):
                file = self._file(hit["_source"])
                found[file.document_id].append(file)
        return {document_id: _facts(found.get(document_id, ())) for document_id in wanted}

    def documents_elsewhere(self, query: Json) -> list[str]:
        """Return the documents of all files, on any machine, that a query finds."""
        found: list[str] = []
        after: Json = {}
        while True:
            source = {"sources": [{"id": {"terms": {"field": "document_id"}}}], "size": 10_000}
            body = {
                "size": 0,
                "query": {"bool": {"filter": [{"term": {"what": FILE}}, query]}},
                "aggs": {"of": {"composite": source | after}},
            }
            answer = self._connection.search(body, self._index)["aggregations"]["of"]
            found += [bucket["key"]["id"] for bucket in answer["buckets"]]
            if "after_key" not in answer:
                return found
            after = {"after": answer["after_key"]}

    def _hits(self, query: Json) -> list[Any]:
        body: Json = {"query": query, "size": _AT_ONCE}
        hits = list(self._connection.search(body, self._index)["hits"]["hits"])
        if len(hits) < _AT_ONCE:
            return hits
        return list(self._connection.scan(self._index, query, at_once=_AT_ONCE))

    def _is_own(self) -> Json:
        return {"term": {"machine": self._machine}}

    def _file_id(self, path: str) -> str:
        return self._id(FILE, path_bytes(path))

    def _id(self, what: str, name: bytes) -> str:
        own = f"{what}\0{self._machine}\0".encode()
        return hashlib.sha256(own + name).hexdigest()

    def _source(self, file: SourceFile) -> Json:
        path = PurePath(file.path)
        return {
            "what": FILE,
            "machine": self._machine,
            "version": self.version,
            "document_id": file.document_id,
            "state": file.state.value,
            "is_away": file.is_away,
            "mtime_ns": file.mtime_ns,
            "place": _digest(file.folder),
            "path": sendable(shape_of(file.path)),
            "folder": sendable(shape_of(str(path.parent))),
            "name": sendable(fold(path.name)),
            "extension": sendable(fold(path.suffix).lstrip(".")),
            "facts": json.dumps(
                [file.path, file.folder, file.size_bytes, packed_failures(file.failures)]
            ),
        }

    def _file(self, source: Mapping[str, Any]) -> SourceFile:
        path, folder, size_bytes, failures = json.loads(source["facts"])
        file = SourceFile(
            path=path,
            folder=folder,
            size_bytes=size_bytes,
            mtime_ns=source["mtime_ns"],
            state=FileState(source["state"]),
            document_id=source["document_id"],
            failures=unpacked_failures(failures),
            is_away=source["is_away"],
        )
        if source["version"] == self.version or file.state in _KEPT_STATES:
            return file
        return replace(file, state=FileState.WAITING, document_id="", failures=())


def _waiting(source: Mapping[str, Any]) -> Json:
    path, folder, size_bytes, _ = json.loads(source["facts"])
    facts = json.dumps([path, folder, size_bytes, ()])
    return {**source, "state": FileState.WAITING.value, "document_id": "", "facts": facts}


def path_bytes(path: str) -> bytes:
    """Return what paths are ordered and told apart by."""
    return path.encode("utf-8", "surrogatepass")


def sendable(text: str) -> str:
    """Return a name that can be sent; bytes that are no text become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _digest(text: str) -> str:
    return hashlib.sha256(path_bytes(text)).hexdigest()[:32]


def _facts(files: Iterable[SourceFile]) -> FileFacts:
    known = sorted(files, key=lambda file: path_bytes(file.path))
    names: dict[str, None] = {}
    for file in known:
        spoken = tokens(spoken_name(PurePath(file.path).name))
        names.update(dict.fromkeys(word[:MOST_LETTERS] for word in spoken))
    newest = max((file.mtime_ns for file in known), default=0)
    return FileFacts(len(known), newest, tuple(names))
