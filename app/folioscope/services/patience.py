"""Writing where a disk may be full or a server away: wait until it goes, lose nothing."""

from collections.abc import Callable
from typing import TypeVar

from folioscope.domain.errors import DiskFullError, StoreBlockedError
from folioscope.jobs.tokens import Cancelled, CancelToken, heeding

T = TypeVar("T")
_LOOK_EVERY_S = 2.0


class PatientWriter:
    """Does again what found no room, or nobody to take it.

    ``on_blocked`` is told why, and "" when it goes on. ``may_pass``: it waits for a server that
    is away or busy, and not for somebody to make room.
    """

    def __init__(
        self,
        token: CancelToken,
        on_blocked: Callable[[str], None],
        *,
        look_every_s: float = _LOOK_EVERY_S,
    ) -> None:
        self._token = token
        self._on_blocked = on_blocked
        self._look_every_s = look_every_s
        self.may_pass = False

    def write(self, change: Callable[[], T]) -> T:
        """Make a change that is all or nothing; raise Cancelled while waiting."""
        is_blocked = False
        while True:
            try:
                with heeding(self._token):
                    done = change()
            except StoreBlockedError as error:
                is_blocked = True
                self.may_pass = not isinstance(error, DiskFullError)
                self._on_blocked(str(error))
                if self._token.wait(self._look_every_s):
                    raise Cancelled from error
            else:
                if is_blocked:
                    self.may_pass = False
                    self._on_blocked("")
                return done
