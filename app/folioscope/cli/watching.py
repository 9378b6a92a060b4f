"""Long work under the eyes of a terminal: progress, Ctrl+C, and what stands in its way."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

from folioscope.cli.showing import counted
from folioscope.cli.terminal import ProgressLine, is_terminal, safe
from folioscope.domain.errors import FolioscopeError
from folioscope.jobs.apart import start_apart
from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.tokens import Cancelled, CancelToken

if TYPE_CHECKING:
    from types import FrameType

    from typing_extensions import TypeIs

    from folioscope.services.api import IndexState, Pace
    from folioscope.services.look_api import LookState

T = TypeVar("T")
_EVERY_S = 0.1
_PATIENCE_S = 5.0  # for a script that nobody watches, when work cannot go on
_SERVER_PATIENCE_S = 300.0  # the same, when it can as soon as a server is back


class Interrupted(Exception):  # noqa: N818  (an outcome, not an error)
    """The user pressed Ctrl+C, or the system asked to end; ``code`` is the exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class _Work(Generic[T]):
    """Work in a thread of its own, so that signals are always heard at once."""

    def __init__(self, work: Callable[[JobContext], T], context: JobContext) -> None:
        self._work = work
        self._context = context
        self._error: BaseException | None = None
        self._result: list[T] = []

    def start(self) -> threading.Thread:
        """Begin; Ctrl+C pressed twice leaves it to the program's end."""
        return start_apart(self._run, name="command")

    def _run(self) -> None:
        try:
            self._result.append(self._work(self._context))
        except BaseException as error:  # noqa: BLE001  (raised again in the main thread)
            self._error = error

    def result(self) -> T:
        """Return what the work returned, or raise what it raised."""
        if self._error is not None:
            raise self._error
        return self._result[0]


def run_watched(
    work: Callable[[JobContext], T],
    *,
    state: Callable[[], IndexState | LookState] | None = None,
    words: Callable[[Progress], str] | None = None,
    label: str,
) -> T:
    """Run ``work`` to its end; raise Interrupted once it was cancelled by a signal.

    The line shows ``state``, or what the work reports put into ``words``.

    Where nobody looks on and the work is blocked (a full disk) for some seconds, it is
    cancelled with a FolioscopeError that says why; what is done stays.
    """
    token = CancelToken()
    line = ProgressLine(sys.stderr)
    reported: list[Progress] = []
    job = _Work(work, JobContext(token, lambda now: reported.__setitem__(slice(None), [now])))
    blocked = _Blocked(token)
    with _signals(token) as received:
        thread = job.start()
        while thread.is_alive():
            thread.join(_EVERY_S)
            now = state() if state else None
            if words is not None and reported:
                line.show(words(reported[0]), share=_share_of(reported[0]))
            else:
                line.show(*_words(now, label), share=_share(now))
            blocked.look(now)
        line.clear()
    try:
        return job.result()
    except Cancelled:
        blocked.raise_if_given_up()
        raise Interrupted(128 + received[0] if received else 130) from None


class _Blocked:
    """Gives up on blocked work when there is nobody to mend what blocks it."""

    def __init__(self, token: CancelToken) -> None:
        self._token = token
        self._looks = 0
        self._reason = ""

    def look(self, now: IndexState | LookState | None) -> None:
        if now is None or now.phase.value != "blocked" or is_terminal(sys.stderr):
            self._looks = 0
            return
        self._looks += 1
        patience_s = _SERVER_PATIENCE_S if now.may_pass else _PATIENCE_S
        if self._looks * _EVERY_S >= patience_s and not self._reason:
            self._reason = now.message
            self._token.cancel()

    def raise_if_given_up(self) -> None:
        if self._reason:
            raise FolioscopeError(self._reason)


@contextmanager
def _signals(token: CancelToken) -> Iterator[list[int]]:
    """Cancel on Ctrl+C and on SIGTERM; a second Ctrl+C ends the program the hard way."""
    received: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        if received and number == signal.SIGINT:
            raise KeyboardInterrupt
        received.append(number)
        token.cancel()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _words(now: IndexState | LookState | None, label: str) -> tuple[str]:
    if now is None or now.phase.value in ("idle", "off"):
        return (label,)
    if now.phase.value == "blocked":
        return (now.message,)
    if is_look(now):
        return (_look_words(now),)
    if now.phase.value == "reading":
        return (f"{_pace('Reading', now.reading)}  {safe(now.current_file)}",)
    if now.phase.value == "recognising":
        return (_pace("Reading pictures:", now.recognising),)
    return ({"scanning": "Looking for files", "tidying": "Tidying up"}[now.phase.value],)


def is_look(now: IndexState | LookState) -> TypeIs[LookState]:
    """Whether it is a state of looking, and not of reading."""
    return not hasattr(now, "reading")


def _look_words(now: LookState) -> str:
    words = f"Looked at {now.done:,} of {counted(now.total, 'page')}"
    if now.phase.value in ("yielding", "on_battery"):
        waits = {"yielding": "waiting for others", "on_battery": "waiting for mains power"}
        return f"{words}, {now.message or waits[now.phase.value]}"
    rate = now.per_second
    pace = "" if not rate else f"{rate:.1f} a second" if rate >= 1 else f"{1 / rate:.1f} s a page"
    return progress_words(words, pace, now.left_s)


def _pace(verb: str, pace: Pace) -> str:
    words = f"{verb} {pace.done:,} of {counted(pace.total, 'page')}"
    if pace.per_second is not None:
        words += f", {pace.per_second:.1f} a second"
    if pace.left_s is not None:
        words += f", {_duration(pace.left_s)} left"
    return words


def progress_words(what: str, pace: str, left_s: float | None) -> str:
    """Return how far something is, with its pace and the time left where they are known."""
    left = f"{_duration(left_s)} left" if left_s is not None else ""
    return ", ".join(part for part in (what, pace, left) if part)


def _share_of(now: Progress) -> float | None:
    return now.done / now.total if now.total else None


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def _share(now: IndexState | LookState | None) -> float | None:
    if now is None:
        return None
    if is_look(now):
        return now.done / now.total if now.total else None
    pace = {"reading": now.reading, "recognising": now.recognising}.get(now.phase.value)
    return pace.done / pace.total if pace and pace.total else None
