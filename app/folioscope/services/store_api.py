"""What the two faces may ask about where a library's pages are kept."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from folioscope.domain.store_places import ElasticFacts, ElasticSecret, StorePlace
from folioscope.jobs.progress import JobContext


class StoreHealth(StrEnum):
    """How a store is, as far as opening it tells."""

    WORKING = "working"
    EMPTY = "empty"  # nothing was ever put there
    UNREACHABLE = "unreachable"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """Where pages are kept, and what is there. ``message`` says what is wrong, if anything.

    ``other_machines`` have files there as well.
    ``where``: a folder, or a server's address. ``server`` is None for a folder, and where the
    server did not answer.
    """

    place: StorePlace
    where: str
    health: StoreHealth
    pages: int = 0
    documents: int = 0
    files: int = 0
    disk_bytes: int = 0
    message: str = ""
    server: ElasticFacts | None = None
    other_machines: int = 0


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What was copied and compared. ``checksum``: sha256 of all contents, the same in both.

    ``looks``: pages of visual models. ``queries``: how many questions both answered alike; 0
    where either holds pages of others. ``left_there``: documents that only others have.
    """

    documents: int
    pages: int
    looks: int
    files: int
    checksum: str
    queries: int
    elapsed_s: float
    left_there: int = 0


class StoreService(Protocol):
    """Chooses where a library's pages are kept, and moves them. Every method may block."""

    @property
    def place(self) -> StorePlace:
        """Where they are kept now."""
        ...

    def facts(self) -> StoreFacts:
        """Tell where pages are kept and what is there; an error becomes its ``message``."""
        ...

    def has_secret(self, place: StorePlace) -> bool:
        """Whether a key or password for the server is known from somewhere."""
        ...

    def test(self, place: StorePlace, secret: ElasticSecret, ctx: JobContext) -> ElasticFacts:
        """Ask a server who it is and what it allows; raise StoreError in one sentence."""
        ...

    def use(self, place: StorePlace, secret: ElasticSecret, ctx: JobContext) -> None:
        """Keep pages there from the next opening on, once the place was tested.

        A secret is kept in the system's keyring, where it is not empty. Raises StoreError, and
        then nothing is changed.
        """
        ...

    def copy(self, place: StorePlace, secret: ElasticSecret, ctx: JobContext) -> CopyReport:
        """Copy the library there, or go on with it; ``use`` is not changed.

        Reports pages, labelled "copying" and "checking", or with why it waits. Raises StoreError,
        LibraryBusyError while the library is written.
        """
        ...
