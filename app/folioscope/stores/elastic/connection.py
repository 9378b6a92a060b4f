"""A connection to an Elasticsearch server: what the store asks of it, in its own words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from folioscope.domain.errors import StoreError
from folioscope.domain.protocols import Cancellation
from folioscope.domain.store_places import ElasticFacts, ElasticPlace, ElasticSecret
from folioscope.stores.elastic import errors
from folioscope.stores.elastic.asking import READING, WRITING, Asker, Patience
from folioscope.stores.elastic.bulk import BulkAction, BulkReport, BulkWriter
from folioscope.stores.elastic.facts import Identity, ask_facts, ask_identity

Json = Mapping[str, Any]
_GET_AT_ONCE = 500
_KEEP_ALIVE = "3m"
_SLOW_S = 600.0  # merging and the like
_WHOLE = {"allow_partial_search_results": "false"}


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of a document it is, to change it only if nobody else did."""

    seq_no: int
    primary_term: int


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """A document as it is kept: what was asked of ``_source``, and of stored fields."""

    id: str
    source: dict[str, Any]
    fields: dict[str, list[Any]]
    version: Version


class ElasticConnection:
    """Talks to one server. Safe from any thread.

    All methods raise StoreError and its kin: StoreBlockedError where the same call may succeed
    later. Waiting ends within 200 ms of a cancel: of ``token``, or of the token that is heeded
    around the call (jobs.tokens.heeding).
    """

    def __init__(
        self,
        place: ElasticPlace,
        secret: ElasticSecret,
        *,
        reading: Patience = READING,
        writing: Patience = WRITING,
    ) -> None:
        self.place = place
        self._reading = reading
        self._writing = writing
        self._asker = Asker(place, secret)
        self._bulk = BulkWriter(self._asker, patience=writing)
        self._identity: Identity | None = None
        self._facts: ElasticFacts | None = None

    def open(self, token: Cancellation | None = None) -> None:
        """Connect and ask who is there.

        Raises ServerAwayError, UntrustedServerError (certificate, product, version), DeniedError.
        """
        self._asker.open()
        try:
            self._identity = ask_identity(self._asker, token)
        except BaseException:
            self._asker.close()
            raise

    def close(self) -> None:
        """Close connections."""
        self._asker.close()

    @property
    def server(self) -> str:
        """What people call the server: host and port."""
        return self._asker.server

    @property
    def identity(self) -> Identity:
        """Who answered when it was opened."""
        if self._identity is None:
            raise StoreError(f"The connection to {self.server} is not open.")
        return self._identity

    def facts(self, token: Cancellation | None = None) -> ElasticFacts:
        """Ask what the server can do and what this user may; known from then on."""
        if self._facts is None:
            self._facts = ask_facts(self._asker, self.place, self.identity, token)
        return self._facts

    # --- reading

    def search(self, body: Json, index: str, *, token: Cancellation | None = None) -> Any:
        """Search; a shard that fails fails all."""
        return self.read("POST", f"/{index}/_search", body, params=_WHOLE, token=token)

    def msearch(
        self, searches: Sequence[tuple[str, Json]], *, token: Cancellation | None = None
    ) -> list[Any]:
        """Make several searches (index, body) in one round trip."""
        lines: list[object] = []
        for index, body in searches:
            lines += [{"index": index, "allow_partial_search_results": False}, body]
        answers = self.read("POST", "/_msearch", lines, token=token)["responses"]
        for answer in answers:
            if "error" in answer:
                raise errors.refused(self.server, int(answer["status"]), answer)
        return list(answers)

    def count(self, index: str, query: Json, *, token: Cancellation | None = None) -> int:
        """Count the documents that a query finds."""
        answer = self.read("POST", f"/{index}/_count", {"query": query}, token=token)
        return int(answer["count"])

    def get_many(
        self,
        index: str,
        ids: Sequence[str],
        *,
        source: bool | Sequence[str] = True,
        stored: Sequence[str] = (),
        token: Cancellation | None = None,
    ) -> dict[str, Stored]:
        """Fetch documents by id, also those that searches do not see yet; by id, without gaps.

        ``source`` names the fields of ``_source`` that are wanted, ``stored`` stored fields.
        """
        found: dict[str, Stored] = {}
        params = {"_source": _listed(source)}
        if stored:
            params["stored_fields"] = ",".join(stored)
        for start in range(0, len(ids), _GET_AT_ONCE):
            some = list(ids[start : start + _GET_AT_ONCE])
            body = {"ids": some}
            answer = self.read("POST", f"/{index}/_mget", body, params=params, token=token)
            for one in answer["docs"]:
                if "error" in one:
                    raise errors.refused(self.server, 404, one)
                if one["found"]:
                    found[one["_id"]] = _stored(one)
        return found

    def scan(
        self,
        index: str,
        query: Json,
        *,
        sort: Sequence[Json] = (),
        fields: Json | None = None,
        at_once: int = 1_000,
        token: Cancellation | None = None,
    ) -> Iterator[Any]:
        """Yield all hits of a query as they were at the first: by point in time.

        ``fields`` is merged into each request: ``_source``, ``docvalue_fields`` and the like.
        """
        opened = self.read(
            "POST", f"/{index}/_pit", params={"keep_alive": _KEEP_ALIVE}, token=token
        )
        point = opened["id"]
        body: dict[str, Any] = {
            "query": query,
            "size": at_once,
            "sort": list(sort) or [{"_shard_doc": "asc"}],
            "track_total_hits": False,
            **(fields or {}),
        }
        try:
            while True:
                body["pit"] = {"id": point, "keep_alive": _KEEP_ALIVE}
                answer = self.read("POST", "/_search", body, params=_WHOLE, token=token)
                point = answer.get("pit_id", point)
                hits = answer["hits"]["hits"]
                yield from hits
                if len(hits) < at_once:
                    return
                body["search_after"] = hits[-1]["sort"]
        finally:
            self._forget_point(point)

    def _forget_point(self, point: str) -> None:
        try:
            self._asker.ask("DELETE", "/_pit", {"id": point}, patience=Patience(tries=1))
        except StoreError:
            return  # it ends by itself

    def read(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, str] | None = None,
        token: Cancellation | None = None,
    ) -> Any:
        """Make any request that changes nothing."""
        return self._asker.ask(
            method, path, body, params=params, token=token, patience=self._reading
        )

    # --- writing

    def bulk(
        self,
        actions: Iterable[BulkAction],
        *,
        refresh: bool = False,
        token: Cancellation | None = None,
    ) -> BulkReport:
        """Write many documents; see BulkWriter.write."""
        return self._bulk.write(actions, refresh=refresh, token=token)

    def change(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, str] | None = None,
        timeout_s: float = 60.0,
        token: Cancellation | None = None,
    ) -> Any:
        """Make any request that changes something, and that may be made twice."""
        return self._asker.ask(
            method,
            path,
            body,
            params=params,
            token=token,
            timeout_s=timeout_s,
            patience=self._writing,
            is_write=True,
        )

    def put(
        self,
        index: str,
        document_id: str,
        source: Json,
        *,
        only_if: Version | None = None,
        is_new: bool = False,
        refresh: bool = False,
        token: Cancellation | None = None,
    ) -> Version:
        """Write one document; raise ConflictError where ``only_if`` or ``is_new`` do not hold.

        After a lost answer the conflict may be with this same call.
        """
        params = {"refresh": str(refresh).lower()}
        if only_if is not None:
            params["if_seq_no"] = str(only_if.seq_no)
            params["if_primary_term"] = str(only_if.primary_term)
        if is_new:
            params["op_type"] = "create"
        path = f"/{index}/_doc/{quote(document_id, safe='')}"
        answer = self.change("PUT", path, source, params=params, token=token)
        return Version(answer["_seq_no"], answer["_primary_term"])

    def refresh(self, index: str, *, token: Cancellation | None = None) -> None:
        """Let searches see all that was written."""
        self.change("POST", f"/{index}/_refresh", token=token)

    # --- indices

    def has_index(self, name: str, *, token: Cancellation | None = None) -> bool:
        """Whether an index or alias is there."""
        try:
            self.read("GET", f"/{name}", params={"filter_path": "*.aliases"}, token=token)
        except errors.MissingIndexError:
            return False
        return True

    def put_index(
        self,
        name: str,
        *,
        settings: Json,
        mappings: Json,
        aliases: Json | None = None,
        token: Cancellation | None = None,
    ) -> bool:
        """Make an index; False where it is there already."""
        body = {"settings": settings, "mappings": mappings, "aliases": aliases or {}}
        try:
            self.change("PUT", f"/{name}", body, token=token)
        except errors.RefusedError as error:
            if error.kind != "resource_already_exists_exception":
                raise
            return False
        return True

    def put_mapping(self, index: str, mappings: Json, *, token: Cancellation | None = None) -> None:
        """Add fields to an index; raise MappingConflictError where they do not go with it."""
        self.change("PUT", f"/{index}/_mapping", mappings, token=token)

    def put_alias(self, alias: str, index: str, *, token: Cancellation | None = None) -> None:
        """Let an alias mean this index and no other, from one moment to the next."""
        body = {
            "actions": [
                {"remove": {"index": "*", "alias": alias, "must_exist": False}},
                {"add": {"index": index, "alias": alias, "is_write_index": True}},
            ]
        }
        self.change("POST", "/_aliases", body, token=token)

    def delete_index(self, name: str, *, token: Cancellation | None = None) -> None:
        """Delete an index by its whole name, if it is there."""
        try:
            self.change("DELETE", f"/{name}", token=token)
        except errors.MissingIndexError:
            return

    def merge(self, index: str, *, token: Cancellation | None = None) -> None:
        """Give back the room of deleted documents."""
        params = {"only_expunge_deletes": "true", "flush": "true"}
        path = f"/{index}/_forcemerge"
        self.change("POST", path, params=params, timeout_s=_SLOW_S, token=token)


def _listed(names: bool | Sequence[str]) -> str:  # noqa: FBT001
    return str(names).lower() if isinstance(names, bool) else ",".join(names)


def _stored(one: Json) -> Stored:
    return Stored(
        one["_id"],
        one.get("_source", {}),
        one.get("fields", {}),
        Version(one["_seq_no"], one["_primary_term"]),
    )
