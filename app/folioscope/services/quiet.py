"""When background work may go on, and what it waits for."""

import time
from collections.abc import Callable

from folioscope.services.look_api import LookPhase

QUIET_S = 4.0  # without a sign of the user


class Quiet:
    """Tells why looking has to wait. Safe from any thread.

    ``is_reading``: whether indexing is at work; ``is_on_battery``: whether mains power is off;
    ``on_battery`` and ``while_working`` are the settings that lift the two bounds.
    """

    def __init__(
        self,
        *,
        is_reading: Callable[[], bool],
        is_on_battery: Callable[[], bool],
        on_battery: Callable[[], bool],
        while_working: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_reading = is_reading
        self._is_on_battery = is_on_battery
        self._on_battery = on_battery
        self._while_working = while_working
        self._clock = clock
        self._worked_at = -QUIET_S
        self._was_told_to_go_on = False

    def note_activity(self) -> None:
        """Note that the user is at work."""
        self._worked_at = self._clock()

    def go_on(self) -> None:
        """Look on battery too, until mains power is back or ``forget`` is called."""
        self._was_told_to_go_on = True

    def forget(self) -> None:
        """Let the settings alone say what is done on battery again."""
        self._was_told_to_go_on = False

    @property
    def minds_the_user(self) -> bool:
        """Whether the user's work comes first."""
        return not self._while_working()

    def wait_for(self) -> LookPhase | None:
        """Return what has to be waited for, None where nothing."""
        if not self._is_on_battery():
            self.forget()
        elif not (self._on_battery() or self._was_told_to_go_on):
            return LookPhase.ON_BATTERY
        if self._is_reading() or (self.minds_the_user and self._is_user_at_work()):
            return LookPhase.YIELDING
        return None

    def _is_user_at_work(self) -> bool:
        return self._clock() - self._worked_at < QUIET_S
