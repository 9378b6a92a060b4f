"""A worker process as its owner sees it: started, asked, watched, killed."""

import logging
import multiprocessing
import time
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import psutil

from folioscope.documents.limits import ReadingLimits
from folioscope.documents.requests import Answer, Duty, Request
from folioscope.documents.worker import serve

_TICK_S = 0.05  # how often the running worker is looked after
_GRACE_S = 0.15  # an abandoned page may still end by itself; killing costs a new start
_log = logging.getLogger(__name__)


class Mishap(Enum):
    """How a request can end without an answer."""

    SLOW = "slow"
    HUNGRY = "hungry"
    DEAD = "dead"
    ABANDONED = "abandoned"


class Wanted(Protocol):
    """Tells whether somebody still waits for the answer."""

    @property
    def is_abandoned(self) -> bool: ...


@dataclass
class WorkerProcess:
    """One process. To be used by one thread alone, which must outlive the process:
    on Linux the kernel ends a worker together with the thread that started it.
    """

    duty: Duty
    limits: ReadingLimits
    cores: int

    def __post_init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.served = 0
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=serve,
            args=(theirs, self.duty, self.limits, self.cores),
            name=f"folioscope {self.duty}",
            daemon=True,
        )
        self._process.start()
        theirs.close()
        self._is_ready = False
        self._at_rest_bytes = 0

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    def ask(self, request: Request, *, timeout_s: float, wanted: Wanted) -> Answer | Mishap:
        """Send a request and wait for its answer. After a mishap the process must be killed."""
        try:
            if not self._is_ready:
                ready = self._wait(self.limits.start_timeout_s, wanted)
                if isinstance(ready, Mishap):
                    return Mishap.DEAD if ready is Mishap.SLOW else ready
                self._is_ready = True
                self._at_rest_bytes = self._held_bytes()
            self._connection.send(request)
            answer = self._wait(timeout_s, wanted)
        except (EOFError, OSError):
            return Mishap.DEAD
        self.served += 1
        if isinstance(answer, Answer) and answer.details:
            _log.debug("%s of a page went wrong:\n%s", request.ask, answer.details)
        return answer if isinstance(answer, Mishap) else answer or Answer()

    def _wait(self, timeout_s: float, wanted: Wanted) -> Answer | Mishap | None:
        """Wait for what comes next, looking after time, memory and whether it is wanted."""
        end = time.monotonic() + timeout_s
        while not self._connection.poll(_TICK_S):
            if wanted.is_abandoned and not self._connection.poll(_GRACE_S):
                return Mishap.ABANDONED
            if time.monotonic() > end:
                return Mishap.SLOW
            if self._is_ready and self._is_hungry():
                return Mishap.HUNGRY
            if not self._process.is_alive() and not self._connection.poll():
                return Mishap.DEAD
        received: Answer | None = self._connection.recv()
        return received

    def _is_hungry(self) -> bool:
        return self._held_bytes() > self._at_rest_bytes + self.limits.memory_bytes

    def _held_bytes(self) -> int:
        try:
            return int(psutil.Process(self.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        self._connection.close()
        self._process.kill()
        self._process.join(1.0)
        if not self._process.is_alive():
            self._process.close()
