"""Cancellation and pause, safe from any thread."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it needs NumPy, and --help is up before that
    from folioscope.domain.protocols import Cancellation

_LOOK_EVERY_S = 0.05  # how often a paused child looks whether its parent goes on


class Cancelled(Exception):  # noqa: N818  (an outcome, not an error)
    """Work was cancelled on request."""


class CancelToken:
    """Says once, to everybody who holds it, that the work is no longer wanted."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []
        self._running = threading.Event()
        self._running.set()

    def cancel(self) -> None:
        """Cancel; callbacks run once, in the calling thread. A paused job wakes up to end."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        self._running.set()
        for callback in callbacks:
            callback()

    @property
    def is_cancelled(self) -> bool:
        """Whether the work was cancelled."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise Cancelled once the work was cancelled."""
        if self._event.is_set():
            raise Cancelled

    def on_cancel(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` on cancel, at once if that is past; returns how to forget it."""
        with self._lock:
            if not self._event.is_set():
                self._callbacks.append(callback)
                return lambda: self._forget(callback)
        callback()
        return lambda: None

    def _forget(self, callback: Callable[[], None]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

    def pause(self) -> None:
        """Hold the work at its next checkpoint."""
        self._running.clear()
        if self._event.is_set():
            self._running.set()

    def resume(self) -> None:
        """Let held work go on."""
        self._running.set()

    @property
    def is_paused(self) -> bool:
        """Whether the work is held."""
        return not self._running.is_set()

    def checkpoint(self) -> None:
        """Wait while paused, then raise Cancelled if cancelled. Call it between small steps."""
        self._running.wait()
        self.raise_if_cancelled()

    def wait(self, timeout_s: float) -> bool:
        """Sleep up to ``timeout_s``; True as soon as the work is cancelled."""
        return self._event.wait(timeout_s)


class ChildToken(CancelToken):
    """Ends with its parent, and can be cancelled alone; pauses with its parent."""

    def __init__(self, parent: CancelToken) -> None:
        super().__init__()
        self._parent = parent
        self._forget_parent = parent.on_cancel(self.cancel)

    @property
    def is_paused(self) -> bool:
        """Whether the work is held, by itself or with its parent."""
        return super().is_paused or self._parent.is_paused

    def checkpoint(self) -> None:
        """Wait while either is paused, then raise Cancelled if either was cancelled."""
        while self.is_paused and not self.is_cancelled:
            self.wait(_LOOK_EVERY_S)
        self.raise_if_cancelled()

    def release(self) -> None:
        """Forget the parent once the work is over."""
        self._forget_parent()


_heeded: ContextVar["Cancellation | None"] = ContextVar("heeded", default=None)


@contextmanager
def heeding(token: "Cancellation | None") -> Iterator[None]:
    """Let whatever waits inside, in this thread, end with ``token`` without being handed it.

    For calls through protocols that know no token but may have to wait for a network.
    """
    before = _heeded.set(token)
    try:
        yield
    finally:
        _heeded.reset(before)


def heeded_token() -> "Cancellation | None":
    """Return the token that is heeded around here, if any."""
    return _heeded.get()
