"""What a server is, can and allows: asked of it, never guessed from its version alone."""

import contextlib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from folioscope.domain.errors import StoreBlockedError, StoreError
from folioscope.domain.protocols import Cancellation
from folioscope.domain.store_places import UNKNOWN, ElasticFacts, ElasticPlace
from folioscope.stores.elastic import errors
from folioscope.stores.elastic.asking import WRITING, Asker
from folioscope.system.server_trust import address_of

OLDEST = (8, 14)
ICU = "analysis-icu"
_FULL = "index.blocks.read_only_allow_delete"
_NOT_TOLD = "This user may not ask for version and licence: the cluster right “monitor” is missing."
# what writing asks of indices: `manage` is for aliases and mappings
_READ_RIGHTS = ("read", "view_index_metadata")
_WRITE_RIGHTS = ("write", "create_index", "manage")
_KINDS = ("bbq_hnsw", "int8_hnsw", "hnsw")
_PROBE_DIM = 512
_KNOWS_BBQ, _KNOWS_RANK_VECTORS = (8, 18), (8, 18)
_WITH_ALL = frozenset({"trial", "enterprise"})


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers. ``numbers``: its version as (major, minor), or () where it is not told."""

    name: str
    version: str
    numbers: tuple[int, ...]
    is_serverless: bool


def ask_identity(asker: Asker, token: Cancellation | None = None) -> Identity:
    """Ask who is there; raise UntrustedServerError where it is of no use."""
    try:
        said = asker.ask("GET", "/", token=token, timeout_s=10.0)
    except errors.UnknownUserError:
        raise
    except errors.DeniedError:  # this user may do this and that, but not ask for the version
        _check_is_server(asker, token)
        return Identity(asker.server, UNKNOWN, (), is_serverless=False)
    if not isinstance(said, Mapping) or "version" not in said:
        raise errors.not_elasticsearch(asker.server)
    version = str(said["version"].get("number", ""))
    is_serverless = said["version"].get("build_flavor") == "serverless"
    numbers = tuple(int(n) for n in re.findall(r"\d+", version)[:2])
    if not is_serverless and numbers < OLDEST:
        raise errors.too_old(asker.server, version, ".".join(map(str, OLDEST)))
    return Identity(str(said.get("cluster_name", asker.server)), version, numbers, is_serverless)


def _check_is_server(asker: Asker, token: Cancellation | None) -> None:
    """Ask what everybody may: below an address that is none, everything is denied as well."""
    try:
        said = asker.ask("GET", "/_security/_authenticate", token=token, timeout_s=10.0)
    except errors.RefusedError as error:
        raise errors.not_elasticsearch(asker.server) from error
    if not isinstance(said, Mapping) or "username" not in said:
        raise errors.not_elasticsearch(asker.server)


def ask_facts(
    asker: Asker, place: ElasticPlace, identity: Identity, token: Cancellation | None = None
) -> ElasticFacts:
    """Ask for everything that the store's choices depend on."""
    asking = _Asking(asker, place, identity, token)
    licence, plugins = asking.licence(), asking.plugins()
    is_told = plugins is not None
    rights = asking.rights()
    can_read = all(rights[r] for r in _READ_RIGHTS)
    can_write = can_read and not place.is_read_only and all(rights[r] for r in _WRITE_RIGHTS)
    vector_index, has_rank_vectors = asking.vector_indices(licence, can_write=can_write)
    has_fusion = can_read and asking.has_fusion()
    if not is_told and can_write and asking.has_icu():
        plugins = (ICU,)
    lacks_icu = ICU not in (plugins or ()) and (is_told or can_write)
    return ElasticFacts(
        name=identity.name,
        version=identity.version,
        licence=licence,
        plugins=plugins or (),
        vector_index=vector_index,
        has_rank_vectors=has_rank_vectors,
        has_fusion=has_fusion,
        can_read=can_read,
        can_write=can_write,
        missing=(
            *([_NOT_TOLD] if identity.version == UNKNOWN else []),
            *([errors.disk_full(asker.server).what] if asking.is_full() else []),
            *_missing(place, rights, lacks_icu=lacks_icu, fuses=has_fusion),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    asker: Asker
    place: ElasticPlace
    identity: Identity
    token: Cancellation | None

    def licence(self) -> str:
        """The licence's type, as the server calls it."""
        said = self._asked("GET", "/_license") or {}
        return str(said.get("license", {}).get("type", UNKNOWN))

    def plugins(self) -> tuple[str, ...] | None:
        """Plugins and modules that every node has, None where this user is not told."""
        wanted = "nodes.*.plugins.name,nodes.*.modules.name"
        said = self._asked("GET", "/_nodes/plugins", params={"filter_path": wanted})
        if said is None:
            return None
        nodes = [
            {p["name"] for kind in ("plugins", "modules") for p in node.get(kind, ())}
            for node in said.get("nodes", {}).values()
        ]
        return tuple(sorted(set.intersection(*nodes))) if nodes else ()

    def rights(self) -> dict[str, bool]:
        """What this user may do with the library's indices; all where nobody is kept out."""
        wanted = (*_READ_RIGHTS, *_WRITE_RIGHTS)
        names = f"{self.place.prefix}-*"
        body = {"index": [{"names": [names], "privileges": list(wanted)}]}
        try:
            said = self._ask("POST", "/_security/user/_has_privileges", body)
        except errors.RefusedError:  # security is off or not there
            return dict.fromkeys(wanted, True)
        except errors.DeniedError:
            return dict.fromkeys(wanted, False)
        return {right: bool(said["index"][names][right]) for right in wanted}

    def vector_indices(self, licence: str, *, can_write: bool) -> tuple[str, bool]:
        """Return the best kind of vector index, and whether multi-vectors can be searched."""
        if not can_write:
            return self._by_version(licence)
        kinds = (k for k in _KINDS if self._takes({"type": "dense_vector", **_probe(k)}))
        return next(kinds, "flat"), self._takes({"type": "rank_vectors"})

    def is_full(self) -> bool:
        """Whether an index only lets read, as the server's disk is nearly full."""
        path = f"/{self.place.prefix}-*/_settings/{_FULL}"
        said = self._asked("GET", path, params={"flat_settings": "true"}) or {}
        return any(one["settings"].get(_FULL) == "true" for one in said.values())

    def has_icu(self) -> bool:
        """Whether an index can be cut into words by ICU, where plugins are not told."""
        analyzer = {"said": {"type": "custom", "tokenizer": "icu_tokenizer"}}
        return self._takes({"type": "text", "analyzer": "said"}, {"analysis.analyzer": analyzer})

    def has_fusion(self) -> bool:
        """Whether results of several searches can be fused by the server (RRF)."""
        one: dict[str, Any] = {"standard": {"query": {"match_all": {}}}}
        body = {"size": 1, "retriever": {"rrf": {"retrievers": [one, one]}}}
        params = {"ignore_unavailable": "true", "allow_no_indices": "true"}
        try:
            self._ask("POST", f"/{self.place.prefix}-*/_search", body, params=params)
        except (errors.RefusedError, errors.DeniedError):
            return False
        return True

    def _by_version(self, licence: str) -> tuple[str, bool]:
        numbers = self.identity.numbers
        is_new = self.identity.is_serverless
        kind = "bbq_hnsw" if is_new or numbers >= _KNOWS_BBQ else "int8_hnsw"
        return kind, (is_new or numbers >= _KNOWS_RANK_VECTORS) and licence in _WITH_ALL

    def _takes(self, field: Mapping[str, Any], analysis: Mapping[str, Any] | None = None) -> bool:
        """Whether an index can have a field: tried with one that is deleted at once."""
        name = f"{self.place.prefix}-trial-{uuid.uuid4().hex[:12]}"
        settings: dict[str, Any] = (
            {} if self.identity.is_serverless else {"index.number_of_replicas": 0}
        )
        settings |= analysis or {}
        body = {"settings": settings, "mappings": {"properties": {"v": dict(field)}}}
        params = {"wait_for_active_shards": "0"}
        try:
            self._ask("PUT", f"/{name}", body, params=params)
        except StoreBlockedError:
            raise
        except StoreError:
            return False
        finally:
            with contextlib.suppress(StoreError):
                self._ask("DELETE", f"/{name}", params={"ignore_unavailable": "true"})
        return True

    def _asked(
        self, method: str, path: str, params: Mapping[str, str] | None = None
    ) -> Mapping[str, Any] | None:
        """Ask what may be kept from us; None then."""
        try:
            said = self._ask(method, path, params=params)
        except StoreBlockedError:
            raise
        except StoreError:
            return None
        return said if isinstance(said, Mapping) else None

    def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        params: Mapping[str, str] | None = None,
    ) -> Any:
        return self.asker.ask(method, path, body, params=params, token=self.token, patience=WRITING)


def _probe(kind: str) -> dict[str, Any]:
    return {"dims": _PROBE_DIM, "index": True, "index_options": {"type": kind}}


def _missing(
    place: ElasticPlace, rights: Mapping[str, bool], *, lacks_icu: bool, fuses: bool
) -> list[str]:
    told: list[str] = []
    address = address_of(place)
    if address.scheme == "http" and not address.is_here:
        told.append("The connection is not encrypted: others on the network can read along.")
    lacking = [r for r in _READ_RIGHTS if not rights[r]]
    if not place.is_read_only:
        lacking += [r for r in _WRITE_RIGHTS if not rights[r]]
    if lacking:
        names = ", ".join(lacking)
        told.append(f"You lack these rights on {place.prefix}-*: {names}.")
    if lacks_icu:
        told.append("Without the analysis-icu plugin some scripts are cut into words less well.")
    if not fuses:
        told.append("The server does not fuse results (RRF), so Folioscope does.")
    return told
