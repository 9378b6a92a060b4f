"""Stages of one job, each in a thread of its own."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

from folioscope.jobs.apart import start_apart
from folioscope.jobs.tokens import Cancelled, CancelToken

_GRACE_S = 0.1  # for stages to end by themselves once the work is cancelled
Stage = Callable[[], None]


class _Crew:
    """Runs stages and remembers what went wrong first."""

    def __init__(self, token: CancelToken) -> None:
        self._token = token
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._at_work = 0
        self._error: BaseException | None = None

    def start(self, stages: Sequence[Stage], name: str) -> None:
        """Start a thread for each stage."""
        self._at_work = len(stages)
        for number, stage in enumerate(stages):
            label = f"{name} {number + 1}"
            start_apart(partial(self._run, stage), name=label)

    def _run(self, stage: Stage) -> None:
        error: BaseException | None = None
        try:
            stage()
        except BaseException as raised:  # noqa: BLE001  (raised again where the job runs)
            error = raised
        with self._changed:
            self._at_work -= 1
            if self._error is None:  # what comes after a failure or a cancel is its echo
                self._error = error
            self._changed.notify_all()
        if error is not None:
            self._token.cancel()

    def wake(self) -> None:
        """Let whoever waits look at the token."""
        with self._changed:
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait for all stages, after a cancel no longer than the grace; raise their error."""
        with self._changed:
            self._changed.wait_for(lambda: not self._at_work or self._token.is_cancelled)
            self._changed.wait_for(lambda: not self._at_work, timeout=_GRACE_S)
            if self._error is not None:
                raise self._error
            if self._at_work:
                raise Cancelled


def run_together(stages: Sequence[Stage], token: CancelToken, *, name: str = "stage") -> None:
    """Run stages until all have ended; the first error ends the others and is raised.

    A stage that still runs a moment after a cancel (a file system that hangs, a model being
    loaded) is left to end apart: whatever it does next meets the cancelled token.
    """
    crew = _Crew(token)
    forget = token.on_cancel(crew.wake)
    try:
        crew.start(stages, name)
        crew.wait()
    finally:
        forget()
