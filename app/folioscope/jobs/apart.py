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
_kept: list[object] = []


def start_apart(work: Callable[[], None], *, name: str) -> threading.Thread:
    """Start work in a thread that the program's end waits for a moment, and not for ever."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    with _guard:
        _started.add(thread)
    return thread


def leave_at_work(owner: object) -> None:
    """Note that an owner of other threads was waited for in vain.

    It is kept, as what is destroyed with it would wait for them without end.
    """
    _kept.append(owner)


def wait_for_all(timeout_s: float) -> bool:
    """Wait for all that was started apart; False where something still runs after the time."""
    if _kept:
        return False
    ends_at = time.monotonic() + timeout_s
    with _guard:
        running = [thread for thread in _started if thread.is_alive()]
    for thread in running:
        thread.join(max(0.0, ends_at - time.monotonic()))
    return not any(thread.is_alive() for thread in running)
