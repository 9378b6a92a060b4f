"""The services of the open library, and jobs that use them."""

import logging
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from folioscope.domain.errors import FolioscopeError
from folioscope.gui.job_runner import JobHandle, JobRunner, Lane
from folioscope.gui.sentences import translated
from folioscope.gui.words import tr
from folioscope.jobs.progress import JobContext
from folioscope.services.api import Services

_logger = logging.getLogger(__name__)
Work = Callable[[Services, JobContext], Any]


def sentence_of(error: object) -> str:
    """Return what to tell of an error: its own sentences if it was expected."""
    if isinstance(error, FolioscopeError):
        return " ".join(filter(None, (translated(error.what), translated(error.hint))))
    return tr("That did not work because of a fault in Folioscope. The log has the details.")


class LibrarySession(QObject):
    """Opens the services behind the window, and hands them out once they are there."""

    opened = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        open_services: Callable[[], Services],
        runner: JobRunner,
        *,
        open_for_repair: Callable[[], Services] | None = None,
        leave_server: Callable[[], None] | None = None,
        give_secret: Callable[[str], None] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._open_services = open_services
        self._open_for_repair = open_for_repair
        self._leave_server = leave_server
        self._give_secret = give_secret
        self.runner = runner
        self._services: Services | None = None
        self.is_read_only = False  # known once it is open: then nothing may be added or changed
        self._is_opening = False

    def services(self) -> Services | None:
        """Return the services; None while they are being opened, and when closing."""
        return None if self.runner.is_closed else self._services

    @property
    def can_repair(self) -> bool:
        """Whether a library that does not open as it is can be opened to mend it."""
        return self._open_for_repair is not None

    @property
    def can_open_here(self) -> bool:
        """Whether pages are on a server, so that what is in the folder can be opened instead."""
        return self._leave_server is not None

    def open_here(self) -> None:
        """Keep pages in the library's folder from now on, and open what is there."""
        leave = self._leave_server

        def opening() -> Services:
            if leave is not None:
                leave()
            return self._open_services()

        self._open(opening)

    @property
    def can_give_secret(self) -> bool:
        """Whether another key or password can be kept for the library's server."""
        return self._give_secret is not None

    def open_with_secret(self, value: str) -> None:
        """Keep another key or password for the library's server, and open it with that."""
        give = self._give_secret

        def opening() -> Services:
            if give is not None:
                give(value)
            return self._open_services()

        self._open(opening)

    def open(self, *, mend: Work | None = None) -> None:
        """Open in the background; again after a failure. ``mend`` is run on it before use."""
        opening = self._open_services if mend is None else self._open_for_repair
        if opening is not None:
            self._open(opening, mend)

    def _open(self, opening: Callable[[], Services], mend: Work | None = None) -> None:
        if self._is_opening or self._services is not None:
            return
        self._is_opening = True

        def work(ctx: JobContext) -> Services:
            services = opening()
            if mend is not None:
                mend(services, ctx)
            return services

        handle = self.runner.submit(work, Lane.OTHER)
        handle.succeeded.connect(self._take)
        handle.failed.connect(self._give_up)

    def _take(self, services: Services) -> None:
        self._is_opening = False
        self._services = services
        self.is_read_only = services.store.place.is_read_only
        self.opened.emit(services)

    def _give_up(self, error: Exception) -> None:
        self._is_opening = False
        _log_fault(error)
        self.failed.emit(error)

    def submit(
        self,
        work: Work,
        *,
        then: Callable[[Any], None] | None = None,
        otherwise: Callable[[Exception], None] | None = None,
        lane: Lane = Lane.OTHER,
    ) -> JobHandle | None:
        """Run ``work(services, ctx)`` in a lane; None while nothing is open, or when closing."""
        services = self.services()
        if services is None:
            return None
        handle = self.runner.submit(lambda ctx: work(services, ctx), lane)
        if then:
            handle.succeeded.connect(then)
        handle.failed.connect(_log_fault)
        if otherwise:
            handle.failed.connect(otherwise)
        return handle


def _log_fault(error: Exception) -> None:
    if not isinstance(error, FolioscopeError):
        _logger.error("A job failed", exc_info=error)
