"""Where a library's pages are kept: in its own folder, or on a server."""

from dataclasses import dataclass
from enum import StrEnum

UNKNOWN = "unknown"  # a version or licence that is not told to everybody


class StoreKind(StrEnum):
    """The stores that there are."""

    LOCAL = "local"
    ELASTICSEARCH = "elasticsearch"


@dataclass(frozen=True, slots=True)
class ElasticPlace:
    """An Elasticsearch server and the indices of one library on it.

    Secrets are not part of it: they come from the system's keyring, the environment, or the
    files named here. ``ca_file`` or ``fingerprint`` (sha256 of the server's certificate, hex)
    says whom to trust beyond the system's own authorities. Indices are named ``prefix-…``.
    """

    url: str
    prefix: str = "folioscope"
    ca_file: str = ""
    fingerprint: str = ""
    user: str = ""
    api_key_file: str = ""
    password_file: str = ""
    is_read_only: bool = False


@dataclass(frozen=True, slots=True)
class StorePlace:
    """The choice of a library; ``elastic`` is set for Elasticsearch and None otherwise."""

    kind: StoreKind = StoreKind.LOCAL
    elastic: ElasticPlace | None = None

    @property
    def is_read_only(self) -> bool:
        """Whether pages may only be searched here."""
        return self.elastic is not None and self.elastic.is_read_only


@dataclass(frozen=True, slots=True)
class ElasticSecret:
    """What a server is shown: an API key, or a user's password. Never printed, never logged."""

    api_key: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Say nothing."""
        return "ElasticSecret(…)"


@dataclass(frozen=True, slots=True)
class ElasticFacts:
    """What a server said of itself when it was asked.

    ``missing`` names what it cannot do that Folioscope would use, as sentences; ``rights``:
    whether this user may read and write the library's indices.
    """

    name: str
    version: str
    licence: str
    plugins: tuple[str, ...]
    vector_index: str
    has_rank_vectors: bool
    has_fusion: bool
    can_read: bool
    can_write: bool
    missing: tuple[str, ...] = ()

    @property
    def is_told(self) -> bool:
        """Whether this user may know the version; where not, it is “unknown”."""
        return self.version != UNKNOWN
