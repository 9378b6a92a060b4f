"""One library's store: always open for reading, for writing while somebody needs it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from folioscope.domain.errors import (
    LibraryBusyError,
    LibraryDamagedError,
    StoreBlockedError,
    StoreError,
)
from folioscope.domain.protocols import (
    Access,
    Cancellation,
    PreviewStore,
    VectorStore,
    VerifyReport,
)
from folioscope.services.made_with import looks_refusal, mismatch, refusal


class LibraryStores:
    """Hands out the reading store, and the writing one for as long as it is in use.

    The write lock is held only then, so that another process can index when this one rests.
    ``make_store`` returns a store that is not open. ``is_read_only``: whoever wants to write is
    told in one sentence that only searching is wanted here. Safe from any thread.
    """

    def __init__(
        self,
        make_store: Callable[[], VectorStore],
        *,
        previews: PreviewStore,
        fingerprint: str,
        is_read_only: bool = False,
    ) -> None:
        self._make_store = make_store
        self.is_read_only = is_read_only
        self.previews = previews
        self.fingerprint = fingerprint
        self.reading: VectorStore = make_store()
        self._writing: VectorStore | None = None
        self._users = 0
        self._guard = threading.RLock()

    def open(self, *, accept_any: bool = False) -> None:
        """Open for reading.

        With ``accept_any`` a library of another fingerprint opens too, to be looked at, mended
        or renewed; searching and reading it is refused.
        """
        self.reading.open(Access.READ, fingerprint="")
        try:
            if not accept_any:
                self.check_fingerprint()
        except BaseException:
            self.reading.close()
            raise
        self.previews.open()

    def create(self) -> None:
        """Make the library, or check that it can be written."""
        self._check_is_writable()
        store = self._make_store()
        try:
            store.open(Access.WRITE, fingerprint=self.fingerprint)
        finally:
            store.close()

    def close(self) -> None:
        """Close all stores."""
        self.reading.close()
        self.previews.close()
        with self._guard:
            if self._writing is not None:
                self._writing.close()
                self._writing = None

    def check_fingerprint(self) -> None:
        """Raise FingerprintMismatchError where vectors of two kinds would be mixed."""
        made = self.reading.fingerprint
        if made != self.fingerprint:
            raise mismatch(made, self.fingerprint, others=_others(self.reading))

    @contextmanager
    def writing(self) -> Iterator[VectorStore]:
        """Lend the writing store; raise LibraryBusyError while another process writes."""
        store = self._lend()
        try:
            yield store
        finally:
            self._give_back()
            with suppress(StoreBlockedError):  # it sees what was written when it answers again
                self.reading.refresh()

    def check_not_shared(self) -> None:
        """Raise SharedLibraryError where renewing would take from other machines, too."""
        self._check_is_writable()
        if others := self.reading.stats().other_machines:
            raise refusal(self.reading.fingerprint, self.fingerprint, others=others)

    def check_looks_not_shared(self) -> None:
        """Raise SharedLibraryError where others lose what a visual model saw, too."""
        self._check_is_writable()
        if others := self.reading.stats().other_machines:
            raise looks_refusal(others)

    def renew(self) -> None:
        """Forget all pages and take the present fingerprint; raise LibraryBusyError."""
        with self.writing() as store:
            documents = [d.document_id for d in store.documents()]
            store.renew(self.fingerprint)
            self.previews.remove_documents(documents)

    def repair(self, token: Cancellation) -> VerifyReport:
        """Repair the library, also one that could not be opened; it is open afterwards."""
        self._check_is_writable()
        with self._guard:
            if self._users:
                raise LibraryBusyError("The library is being written.", hint="Stop reading first.")
            self.reading.close()
            store = self._make_store()
            try:
                self._open_for_repair(store)
                report = store.repair(token)
            finally:
                store.close()
            self.open(accept_any=True)
        if not self.reading.fingerprint:  # lost: nobody knows which model made the vectors
            self.renew()
        return report

    def _open_for_repair(self, store: VectorStore) -> None:
        try:
            store.open(Access.WRITE, fingerprint="")
        except LibraryDamagedError:
            return  # repair works on a closed store too

    def _check_is_writable(self) -> None:
        if self.is_read_only:
            raise StoreError(
                "This library was opened for searching only.",
                hint="To change it, choose its server again without --read-only.",
            )

    def _lend(self) -> VectorStore:
        self._check_is_writable()
        with self._guard:
            if self._writing is None:
                store = self._make_store()
                store.open(Access.WRITE, fingerprint="")
                self._writing = store
            self._users += 1
            return self._writing

    def _give_back(self) -> None:
        with self._guard:
            self._users -= 1
            if self._users == 0 and self._writing is not None:
                self._writing.close()
                self._writing = None


def _others(store: VectorStore) -> int:
    """Count the other machines of a library; 0 where it does not tell."""
    with suppress(StoreError):
        return store.stats().other_machines
    return 0
