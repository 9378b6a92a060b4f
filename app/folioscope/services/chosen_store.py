"""Chooses where a library's pages are kept, and moves them there."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from folioscope.domain.errors import (
    FolioscopeError,
    LibraryDamagedError,
    LibraryMissingError,
    StoreError,
)
from folioscope.domain.protocols import Access, Cancellation, VectorStore
from folioscope.domain.store_places import (
    ElasticFacts,
    ElasticPlace,
    ElasticSecret,
    StoreKind,
    StorePlace,
)
from folioscope.jobs.progress import JobContext
from folioscope.jobs.stages import run_together
from folioscope.services.made_with import MadeWith
from folioscope.services.store_api import CopyReport, StoreFacts, StoreHealth
from folioscope.services.store_choice import read_place, write_place

COPY_LOG = "copying.log"


class Secrets(Protocol):
    """Where secrets of servers are."""

    def find(self, place: ElasticPlace) -> ElasticSecret: ...
    def keep(self, place: ElasticPlace, secret: ElasticSecret) -> None: ...


class StoreRooms(Protocol):
    """Makes what the composition root knows."""

    def store(self, place: StorePlace, secret: ElasticSecret) -> VectorStore:
        """Return a store of the library that is not open."""
        ...

    def ask(
        self, place: ElasticPlace, secret: ElasticSecret, token: Cancellation | None
    ) -> ElasticFacts:
        """Connect to a server and ask it; raise StoreError in one sentence."""
        ...


class ChosenStore:
    """A StoreService of the library in ``directory``."""

    def __init__(self, directory: Path, rooms: StoreRooms, secrets: Secrets) -> None:
        self._directory = directory
        self._rooms = rooms
        self._secrets = secrets

    @property
    def place(self) -> StorePlace:
        """Where pages are kept now; raise StoreError where that cannot be read."""
        return read_place(self._directory)

    def maker(self) -> Callable[[], VectorStore]:
        """Return what makes stores, not open yet, of the place where pages are kept now.

        It stays with that place and its secret, whatever is chosen later: what is read and
        what is written must be the same.
        """
        place = self.place
        return partial(self._rooms.store, place, self._secret(place))

    def facts(self) -> StoreFacts:
        """Tell where pages are kept and what is there."""
        place = self.place
        where = str(self._directory) if place.elastic is None else place.elastic.url
        server: ElasticFacts | None = None
        try:
            secret = self._secret(place)
            if place.elastic is not None:
                server = self._rooms.ask(place.elastic, secret, None)
            store = self._rooms.store(place, secret)
            store.open(Access.READ, fingerprint="")
        except FolioscopeError as error:
            return StoreFacts(place, where, _health(error), message=str(error), server=server)
        try:
            stats = store.stats()
        except FolioscopeError as error:
            return StoreFacts(place, where, _health(error), message=str(error), server=server)
        finally:
            store.close()
        return StoreFacts(
            place,
            where,
            StoreHealth.WORKING,
            pages=stats.pages,
            documents=stats.documents,
            files=stats.files,
            disk_bytes=stats.disk_bytes,
            server=server,
            other_machines=stats.other_machines,
        )

    def made_with(self) -> MadeWith | None:
        """Tell which model the library was made with, None where it does not tell."""
        try:
            place = self.place
            store = self._rooms.store(place, self._secret(place))
            store.open(Access.READ, fingerprint="")
        except FolioscopeError:
            return None
        try:
            return MadeWith(store.fingerprint, store.stats().other_machines)
        except FolioscopeError:
            return None
        finally:
            store.close()

    def has_secret(self, place: StorePlace) -> bool:
        """Whether a key or password for the server is known from somewhere."""
        return _is_given(self._secret(place))

    def test(self, place: StorePlace, secret: ElasticSecret, ctx: JobContext) -> ElasticFacts:
        """Ask a server who it is and what it allows; raise StoreError."""
        elastic = place.elastic
        if elastic is None:
            raise StoreError("There is no server to be tested.", hint="Give its address.")
        known = secret if _is_given(secret) else self._secrets.find(elastic)
        found: list[ElasticFacts] = []
        # in a thread of its own: a server that does not answer must not hold up a cancel
        run_together(
            [lambda: found.append(self._rooms.ask(elastic, known, ctx.token))],
            ctx.token,
            name="testing",
        )
        return found[0]

    def use(self, place: StorePlace, secret: ElasticSecret, ctx: JobContext) -> None:
        """Keep pages there from the next opening on, once the place was tested."""
        if place.elastic is not None:
            facts = self.test(place, secret, ctx)
            _check_rights(place.elastic, facts)
            if place.is_read_only:
                self._check_is_there(place, secret)
            self._keep(place.elastic, secret)
        write_place(self._directory, place)

    def give_secret(self, value: str) -> None:
        """Keep another key or password of the present server in the keyring; SettingsError."""
        place = self.place
        if place.elastic is None:
            raise StoreError("There is no server that wants a key.")
        server = replace(place.elastic, api_key_file="", password_file="")
        typed = ElasticSecret(api_key=value.strip())
        if server.user:
            typed = ElasticSecret(password=value)
        self._secrets.keep(server, typed)
        write_place(self._directory, replace(place, elastic=server))

    def copy(self, place: StorePlace, secret: ElasticSecret, ctx: JobContext) -> CopyReport:
        """Copy the library there, or go on with it."""
        now = self.place
        if _name(place) == _name(now):
            raise StoreError(f"The pages are kept in {_name(now)} already.")
        if place.elastic is not None:
            _check_rights(place.elastic, self.test(place, secret, ctx), for_writing=True)
        from folioscope.services.store_copy_log import CopyLog
        from folioscope.services.store_moving import StoreCopy  # needs NumPy

        known = self._given_or_found(place, secret)
        copy = StoreCopy(
            self._rooms.store(now, self._secret(now)),
            self._rooms.store(place, known),
            CopyLog(self._directory / COPY_LOG, _name(place)),
            is_private=place.kind is StoreKind.LOCAL,
        )
        return copy.run(ctx)

    def _secret(self, place: StorePlace) -> ElasticSecret:
        return ElasticSecret() if place.elastic is None else self._secrets.find(place.elastic)

    def _given_or_found(self, place: StorePlace, secret: ElasticSecret) -> ElasticSecret:
        return secret if _is_given(secret) else self._secret(place)

    def _keep(self, place: ElasticPlace, secret: ElasticSecret) -> None:
        """Keep what was typed; what is in a file or the environment stays there."""
        is_known = False
        with suppress(FolioscopeError):
            is_known = self._secrets.find(place) == secret
        if _is_given(secret) and not is_known:
            self._secrets.keep(place, secret)

    def _check_is_there(self, place: StorePlace, secret: ElasticSecret) -> None:
        store = self._rooms.store(place, self._given_or_found(place, secret))
        try:
            store.open(Access.READ, fingerprint="")
        finally:
            store.close()


def _is_given(secret: ElasticSecret) -> bool:
    return bool(secret.api_key or secret.password)


def _name(place: StorePlace) -> str:
    """Return a short text for the place, the same for the same pages."""
    if place.elastic is None:
        return "the library's own folder"
    return f"{place.elastic.url.rstrip('/')} ({place.elastic.prefix}-…)"


def _health(error: FolioscopeError) -> StoreHealth:
    if isinstance(error, LibraryMissingError):
        return StoreHealth.EMPTY
    is_damaged = isinstance(error, LibraryDamagedError)
    return StoreHealth.DAMAGED if is_damaged else StoreHealth.UNREACHABLE


def _check_rights(
    place: ElasticPlace, facts: ElasticFacts, *, for_writing: bool | None = None
) -> None:
    writes = not place.is_read_only if for_writing is None else for_writing
    if not facts.can_read:
        raise StoreError(
            f"This user may not read the indices {place.prefix}-… on {place.url}.",
            hint="Ask who runs the server for the rights “read” and “view_index_metadata”.",
        )
    if writes and not facts.can_write:
        raise StoreError(
            f"This user may not write the indices {place.prefix}-… on {place.url}.",
            hint="Ask for the rights “write”, “create_index” and “manage”, or only search:"
            " --read-only.",
        )
