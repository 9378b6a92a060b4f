"""The inside of a worker process: it reads what it is asked to, one piece at a time.

Nothing heavy is imported before the process runs, and each duty loads only what it needs:
neither Qt nor a database ever, and OCR only for the duty of that name.
"""

import contextlib
import faulthandler
import os
import signal
import sys
import threading
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait

from folioscope.documents.limits import ReadingLimits
from folioscope.documents.requests import Duty

_GRACE_S = 30.0  # the parent ends a slow worker long before the worker's own clock does
_PR_SET_PDEATHSIG = 1


def serve(connection: Connection, duty: Duty, limits: ReadingLimits, cores: int) -> None:
    """Answer requests until the connection closes. Runs in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    _end_with_parent()
    _silence()
    _step_back(duty)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from folioscope.documents.reading_room import ReadingRoom

    room = ReadingRoom(duty, limits, cores)
    room.open()
    _limit(limits)
    connection.send(None)  # ready
    clock_s = max(limits.page_timeout_s, limits.recognise_timeout_s) + _GRACE_S
    with contextlib.suppress(EOFError, OSError), open(os.devnull, "w") as nowhere:  # noqa: PTH123
        while True:
            request = connection.recv()
            # ends the process even where a C library holds the interpreter for ever
            faulthandler.dump_traceback_later(clock_s, exit=True, file=nowhere)
            answer = room.answer(request)
            connection.send(answer)
            faulthandler.cancel_dump_traceback_later()
    os._exit(0)


def _end_with_parent() -> None:
    """Make sure that no worker outlives the app, however that ends."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, name="parent watch", daemon=True).start()


def _silence() -> None:
    """Send what libraries print to nowhere; our own answers go through the connection."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        with contextlib.suppress(OSError):
            os.dup2(nowhere, stream)
    os.close(nowhere)


def _step_back(duty: Duty) -> None:
    """Let the window and what the user waits for go first."""
    if duty is not Duty.SCREEN and hasattr(os, "nice"):
        os.nice(5 if duty is Duty.READING else 10)


def _limit(limits: ReadingLimits) -> None:
    """Bound what the process may take from now on, where the system can; write nothing."""
    sys.dont_write_bytecode = True
    try:
        import resource
    except ImportError:  # Windows: the parent watches the memory instead
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        with open("/proc/self/statm", encoding="ascii") as status:  # noqa: PTH123
            held = int(status.read().split()[0]) * resource.getpagesize()
        most = held + limits.memory_bytes
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (most, most))
