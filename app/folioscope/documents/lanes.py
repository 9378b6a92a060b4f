"""A queue with one worker behind it: work of one duty, in order, each piece within limits."""

import contextlib
import logging
import queue
import threading
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Any

from folioscope.documents import errors
from folioscope.documents.limits import ReadingLimits
from folioscope.documents.requests import Answer, Duty, Request
from folioscope.documents.worker_process import Mishap, WorkerProcess
from folioscope.domain.documents import Failure
from folioscope.domain.protocols import Cancellation
from folioscope.jobs.tokens import Cancelled

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Piece:
    """A request under way. Safe from any thread."""

    request: Request
    is_abandoned: bool = False
    _future: "Future[Answer]" = field(default_factory=Future)

    def settle(self, answer: Answer) -> None:
        """Hand in the answer; too late is no error."""
        with contextlib.suppress(InvalidStateError):
            self._future.set_result(answer)

    def abandon(self) -> None:
        """Say that nobody waits any more; whoever does gets Cancelled at once."""
        self.is_abandoned = True
        with contextlib.suppress(InvalidStateError):
            self._future.set_exception(Cancelled())

    def wait(self, token: Cancellation | None) -> Answer:
        """Wait for the answer; raise Cancelled as soon as the token says so."""
        if token is None:
            return self._future.result()
        forget = token.on_cancel(self.abandon)
        try:
            return self._future.result()
        finally:
            forget()


class Lane:
    """Carries out pieces of work, one after the other, in a worker that is kept while in use."""

    def __init__(
        self, duty: Duty, limits: ReadingLimits, *, timeout_s: float, idle_s: float, cores: int
    ) -> None:
        self._duty = duty
        self._limits = limits
        self._timeout_s = timeout_s
        self._idle_s = idle_s
        self._cores = cores
        self._pieces: queue.SimpleQueue[Piece | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._current: Piece | None = None
        self._is_closed = False
        self._worker: WorkerProcess | None = None  # touched by the lane's own thread alone

    @property
    def worker_pid(self) -> int | None:
        """The process number of the present worker, for those who look after resources."""
        worker = self._worker
        return worker.pid if worker is not None else None

    def submit(self, request: Request) -> Piece:
        """Queue a request; the worker starts when it is needed."""
        piece = Piece(request)
        with self._lock:
            if self._is_closed:
                piece.abandon()
                return piece
            if self._thread is None:
                name = f"documents {self._duty}"
                self._thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._thread.start()
        self._pieces.put(piece)
        return piece

    def close(self, timeout_s: float) -> None:
        """Abandon all work and stop the worker."""
        with self._lock:
            self._is_closed = True
            thread, current = self._thread, self._current
        if current is not None:
            current.abandon()
        self._pieces.put(None)
        if thread is not None:
            thread.join(timeout_s)

    def _run(self) -> None:
        """Work until closed. The thread owns the worker, and the worker ends with it."""
        while (piece := self._next()) is not None:
            if piece.is_abandoned:
                continue
            try:
                self._carry_out(piece)
            except OSError:  # no room for another process
                _log.exception("the %s worker did not start", self._duty)
                self._discard()
                piece.settle(Answer(failure=self._failure(Mishap.DEAD)))
        self._discard()

    def _next(self) -> Piece | None:
        """Wait for work; a worker that has had none for a while is sent home."""
        while True:
            try:
                piece = self._pieces.get(timeout=self._idle_s if self._worker else None)
            except queue.Empty:
                self._discard()
                continue
            with self._lock:
                if not self._is_closed:
                    self._current = piece
                    return piece
            while piece is not None:  # closed: whoever waits for what is left is told
                piece.abandon()
                piece = None if self._pieces.empty() else self._pieces.get()
            return None

    def _carry_out(self, piece: Piece) -> None:
        """Do one piece; a worker that was in use before may have been at fault, not the page."""
        for is_last in (False, True):
            worker = self._ready_worker()
            was_used = worker.served > 0
            outcome = worker.ask(piece.request, timeout_s=self._timeout_s, wanted=piece)
            if isinstance(outcome, Answer):
                if outcome.is_worn:
                    self._discard()
                    if outcome.failure is not None and was_used and not is_last:
                        continue
                piece.settle(outcome)
                return
            self._discard()
            if outcome is Mishap.ABANDONED:
                return
            if outcome is Mishap.SLOW or is_last or not was_used:
                failure = self._failure(outcome)
                piece.settle(Answer(failure=errors.on_page(failure, piece.request.page_index)))
                return

    def _failure(self, mishap: Mishap) -> Failure:
        if mishap is Mishap.SLOW:
            return errors.too_slow(self._timeout_s)
        if mishap is Mishap.HUNGRY:
            return errors.too_much_memory(self._limits.memory_bytes)
        return errors.crashed()

    def _ready_worker(self) -> WorkerProcess:
        if self._worker is None:
            self._worker = WorkerProcess(self._duty, self._limits, self._cores)
        return self._worker

    def _discard(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()


def unwrap(answer: Answer) -> Any:
    """Return the value of an answer; raise ReadingError with its failure."""
    if answer.failure is not None:
        raise errors.ReadingError(answer.failure)
    return answer.value
