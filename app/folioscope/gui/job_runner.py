"""Runs jobs off the GUI thread and brings their outcomes back to it.

Guarantees, each with its test: a job ends in exactly one of succeeded, failed or cancelled,
then finished; all signals arrive on the GUI thread; a result queued before a cancel arrives
as cancelled; progress comes at most 15 times a second and the last one always; what runs on
a pool thread owns no QObject; shutdown reports what it drops.
"""

import contextlib
import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QRunnable,
    Qt,
    QThread,
    QThreadPool,
    Signal,
    Slot,
)

from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.tokens import Cancelled, CancelToken

_logger = logging.getLogger(__name__)
_SHORTEST_PAUSE_S = 1 / 15  # between two reports of progress
T = TypeVar("T")
Job = Callable[[JobContext], T]


class Lane(StrEnum):
    """Where a job waits its turn; the lane is the rule for what runs beside what."""

    SEARCH = "search"  # one at a time, a newer one cancels the older
    INDEX = "index"  # one at a time, in order
    THUMBNAILS = "thumbnails"  # the newest first: what was scrolled past can wait
    PAGES = "pages"
    SECOND_LOOK = "second_look"  # a search meanwhile need not wait until it hears of its end
    HEAT = "heat"  # may load a model first, which must not hold up the page itself
    LOOK = "look"  # hours of looking at pages stand in nobody's way
    MODELS = "models"  # one install or trial at a time: they share disk and processor
    UPDATES = "updates"  # a server that does not answer holds nothing else up
    OTHER = "other"


_THREADS = {
    Lane.SEARCH: 1,
    Lane.INDEX: 1,
    Lane.THUMBNAILS: 2,
    Lane.PAGES: 1,
    Lane.SECOND_LOOK: 1,
    Lane.HEAT: 1,
    Lane.LOOK: 1,
    Lane.MODELS: 1,
    Lane.UPDATES: 1,
    Lane.OTHER: 2,
}


class _Outcome(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class _Relay(QObject):
    """Carries outcomes from pool threads to the GUI thread; owned by the runner."""

    outcome = Signal(int, object, object)
    progress = Signal(int, object)


class JobHandle(QObject):
    """One submitted job as the GUI sees it. Lives on the GUI thread, a child of the runner."""

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()

    def __init__(self, job_id: int, parent: QObject) -> None:
        super().__init__(parent)
        self.job_id = job_id
        self.token = CancelToken()

    def cancel(self) -> None:
        """Ask the job to end; its outcome will be cancelled, whatever it still returns."""
        self.token.cancel()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was asked to end."""
        return self.token.is_cancelled


@dataclass(frozen=True, slots=True)
class _Task(Generic[T]):
    """All that goes to the pool thread: no QObject, only what sends signals."""

    job_id: int
    job: Job[T]
    token: CancelToken
    send_outcome: Callable[[int, object, object], None]
    send_progress: Callable[[int, object], None]


class _CoalescedReports:
    """Lets few reports of progress through, and always the last."""

    def __init__(self, send: Callable[[Progress], None]) -> None:
        self._send = send
        self._lock = threading.Lock()
        self._sent_at = 0.0
        self._held: Progress | None = None

    def report(self, progress: Progress) -> None:
        """Send it, or keep it until the next one or the end."""
        with self._lock:
            now = time.monotonic()
            if now - self._sent_at < _SHORTEST_PAUSE_S:
                self._held = progress
                return
            self._sent_at, self._held = now, None
        self._send(progress)

    def flush(self) -> None:
        """Send what was kept."""
        with self._lock:
            held, self._held = self._held, None
        if held is not None:
            self._send(held)


class _Runnable(QRunnable):
    def __init__(self, task: _Task[Any]) -> None:
        super().__init__()
        self._task = task

    def run(self) -> None:
        """Run the job and send what became of it."""
        task = self._task
        reports = _CoalescedReports(lambda progress: task.send_progress(task.job_id, progress))
        kind, payload = _run(task, reports)
        with contextlib.suppress(RuntimeError):  # the window is gone: it waited no longer
            reports.flush()
            task.send_outcome(task.job_id, kind, payload)


def _run(task: _Task[T], reports: _CoalescedReports) -> tuple[_Outcome, object]:
    try:
        task.token.raise_if_cancelled()
        result = task.job(JobContext(task.token, reports.report))
        task.token.raise_if_cancelled()
    except Cancelled:
        return _Outcome.CANCELLED, None
    except Exception as error:  # noqa: BLE001  (the one place where a job's bug ends)
        if task.token.is_cancelled:
            return _Outcome.CANCELLED, None
        return _Outcome.FAILED, error
    return _Outcome.SUCCEEDED, result


class JobRunner(QObject):
    """Takes jobs on the GUI thread, and tells there how they ended."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._relay = _Relay(self)
        queued = Qt.ConnectionType.QueuedConnection
        self._relay.outcome.connect(self._deliver, queued)
        self._relay.progress.connect(self._pass_on, queued)
        self._pools = {lane: self._pool(count) for lane, count in _THREADS.items()}
        self._ids = itertools.count(1)
        self._handles: dict[int, JobHandle] = {}
        self._newest_search = 0
        self._is_closed = False

    def _pool(self, thread_count: int) -> QThreadPool:
        pool = QThreadPool(self)
        pool.setMaxThreadCount(thread_count)
        pool.setThreadPriority(QThread.Priority.LowPriority)
        return pool

    def submit(self, job: Job[Any], lane: Lane) -> JobHandle:
        """Queue a job; connect to the handle before returning to the event loop.

        Raises RuntimeError after ``shutdown``.
        """
        if self._is_closed:
            raise RuntimeError("The window is closing: no new work is taken.")
        handle = JobHandle(next(self._ids), self)
        if lane is Lane.SEARCH:
            if older := self._handles.get(self._newest_search):
                older.cancel()
            self._newest_search = handle.job_id
        self._handles[handle.job_id] = handle
        relay = self._relay
        task = _Task(handle.job_id, job, handle.token, relay.outcome.emit, relay.progress.emit)
        newest_first = handle.job_id if lane is Lane.THUMBNAILS else 0
        self._pools[lane].start(_Runnable(task), newest_first)
        return handle

    @Slot(int, object, object)
    def _deliver(self, job_id: int, kind: _Outcome, payload: object) -> None:
        handle = self._handles.pop(job_id, None)
        if handle is None:
            return
        if kind is _Outcome.FAILED and not handle.is_cancelled:
            _logger.info("Job %d failed: %s", job_id, type(payload).__name__)
            handle.failed.emit(payload)
        elif kind is _Outcome.SUCCEEDED and not handle.is_cancelled:
            handle.succeeded.emit(payload)
        else:
            handle.cancelled.emit()
        handle.finished.emit()
        handle.deleteLater()

    @Slot(int, object)
    def _pass_on(self, job_id: int, progress: Progress) -> None:
        handle = self._handles.get(job_id)
        if handle is not None and not handle.is_cancelled:
            handle.progressed.emit(progress)

    @property
    def is_closed(self) -> bool:
        """Whether no more jobs are taken."""
        return self._is_closed

    @property
    def open_jobs(self) -> int:
        """Jobs whose outcome was not delivered yet."""
        return len(self._handles)

    def shutdown(self, timeout_ms: int = 5000) -> bool:
        """Refuse new jobs, cancel all, wait, report every one; False if some still run."""
        self._is_closed = True
        for handle in list(self._handles.values()):
            handle.cancel()
        for pool in self._pools.values():
            pool.clear()  # drops what is queued and tells nobody
        ends_at = time.monotonic() + timeout_ms / 1000
        done = True
        for pool in self._pools.values():
            left_ms = max(0, round((ends_at - time.monotonic()) * 1000))
            done = pool.waitForDone(left_ms) and done
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)
        for job_id in list(self._handles):
            self._deliver(job_id, _Outcome.CANCELLED, None)
        # now, and not when Python happens to collect the runner in the middle of deleting them
        for handle in self.findChildren(JobHandle):
            QCoreApplication.sendPostedEvents(handle, QEvent.Type.DeferredDelete.value)
        return done
