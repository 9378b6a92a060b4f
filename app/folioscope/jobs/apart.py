"""Threads that somebody may stop waiting for, and what the program's end owes them.

Python's end stops a daemon thread as soon as it comes back out of native code. Where that is C++ or
Rust (a model at work, a database), the whole program aborts.
"""

import threading
import time
import weakref
from collections.abc import Callable

_guard = threading.Lock()
_started: "weakref.WeakSet[threading.Thread]" = weakref.WeakSet()


def start_apart(work: Callable[[], None], *, name: str) -> threading.Thread:
    """Start work in a thread that the program's end waits for a moment, and not for ever."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    with _guard:
        _started.add(thread)
    return thread


def wait_for_all(timeout_s: float) -> bool:
    """Wait for all that was started apart; False where some of it still runs after the time."""
    ends_at = time.monotonic() + timeout_s
    with _guard:
        running = [thread for thread in _started if thread.is_alive()]
    for thread in running:
        thread.join(max(0.0, ends_at - time.monotonic()))
    return not any(thread.is_alive() for thread in running)
