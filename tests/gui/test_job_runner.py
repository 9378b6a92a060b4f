"""What the runner promises to everybody who submits work."""

import gc
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from folioscope.gui import job_runner
from folioscope.gui.job_runner import JobHandle, JobRunner, Lane, _Runnable
from folioscope.jobs.progress import JobContext, Progress


class Ear:
    """Writes down what a handle sends, and on which thread."""

    def __init__(self, handle: JobHandle) -> None:
        self.heard: list[str] = []
        self.values: list[Any] = []
        self.progress: list[Progress] = []
        self.threads: set[QThread] = set()
        handle.succeeded.connect(lambda value: self._note("succeeded", value))
        handle.failed.connect(lambda error: self._note("failed", error))
        handle.cancelled.connect(lambda: self._note("cancelled"))
        handle.finished.connect(lambda: self._note("finished"))
        handle.progressed.connect(self.progress.append)

    def _note(self, what: str, value: object = None) -> None:
        self.heard.append(what)
        self.values.append(value)
        self.threads.add(QThread.currentThread())


@pytest.fixture
def runner(qapp: object) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    assert made.shutdown()


def boom(_ctx: JobContext) -> None:
    raise ValueError("no")


def until_cancelled(started: threading.Event) -> Any:
    def job(ctx: JobContext) -> None:
        started.set()
        ctx.token.wait(10)

    return job


@pytest.mark.parametrize(
    ("job", "outcome"), [(lambda ctx: 7, "succeeded"), (boom, "failed")], ids=["value", "error"]
)
def test_one_outcome_then_finished_on_the_gui_thread(
    qtbot: QtBot, runner: JobRunner, job: Any, outcome: str
) -> None:
    handle = runner.submit(job, Lane.OTHER)
    ear = Ear(handle)
    qtbot.waitUntil(lambda: "finished" in ear.heard)
    assert ear.heard == [outcome, "finished"]
    assert ear.threads == {QThread.currentThread()}
    assert runner.open_jobs == 0


def test_cancel_while_running(qtbot: QtBot, runner: JobRunner) -> None:
    started = threading.Event()
    handle = runner.submit(until_cancelled(started), Lane.OTHER)
    ear = Ear(handle)
    assert started.wait(5)
    handle.cancel()
    qtbot.waitUntil(lambda: "finished" in ear.heard)
    assert ear.heard == ["cancelled", "finished"]


def test_a_result_that_was_on_its_way_when_cancelled_is_not_shown(
    qtbot: QtBot, runner: JobRunner
) -> None:
    handle = runner.submit(lambda ctx: "old", Lane.OTHER)
    ear = Ear(handle)
    for pool in runner._pools.values():  # no event loop runs meanwhile: the result is queued
        assert pool.waitForDone(5000)
    handle.cancel()
    qtbot.waitUntil(lambda: "finished" in ear.heard)
    assert ear.heard == ["cancelled", "finished"]


def test_a_newer_search_cancels_the_older(qtbot: QtBot, runner: JobRunner) -> None:
    started = threading.Event()
    old = Ear(runner.submit(until_cancelled(started), Lane.SEARCH))
    assert started.wait(5)
    new = Ear(runner.submit(lambda ctx: "new", Lane.SEARCH))
    qtbot.waitUntil(lambda: "finished" in new.heard and "finished" in old.heard)
    assert old.heard[0] == "cancelled"
    assert new.values[0] == "new"


def test_progress_is_thinned_out_and_its_last_word_arrives(qtbot: QtBot, runner: JobRunner) -> None:
    def job(ctx: JobContext) -> None:
        for done in range(5000):
            ctx.report(Progress(done, 9999))

    ear = Ear(runner.submit(job, Lane.OTHER))
    qtbot.waitUntil(lambda: "finished" in ear.heard)
    assert ear.progress[-1].done == 4999
    assert len(ear.progress) < 200


def test_thumbnails_serve_the_newest_first(qtbot: QtBot, runner: JobRunner) -> None:
    gates = [threading.Event(), threading.Event()]
    go = threading.Event()
    order: list[int] = []

    def hold(gate: threading.Event) -> Any:
        def job(_ctx: JobContext) -> None:
            gate.set()
            go.wait(10)

        return job

    for gate in gates:
        runner.submit(hold(gate), Lane.THUMBNAILS)
    assert all(gate.wait(5) for gate in gates)
    lock = threading.Lock()
    first_two = threading.Barrier(2)

    def note(number: int) -> Any:
        def job(_ctx: JobContext) -> None:
            with lock:
                order.append(number)
            first_two.wait(5)

        return job

    ears = [Ear(runner.submit(note(number), Lane.THUMBNAILS)) for number in range(4)]
    go.set()
    qtbot.waitUntil(lambda: all("finished" in ear.heard for ear in ears))
    assert set(order[:2]) == {2, 3}


def test_what_runs_on_a_pool_thread_owns_no_qobject(
    runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[Any] = []

    class Noted(_Runnable):
        def __init__(self, task: Any) -> None:
            tasks.append(task)
            super().__init__(task)

    monkeypatch.setattr(job_runner, "_Runnable", Noted)
    runner.submit(lambda ctx: None, Lane.OTHER)
    held = [getattr(tasks[0], name) for name in tasks[0].__slots__]
    assert len(held) == 5
    assert not any(isinstance(thing, QObject) for thing in held)
    assert not issubclass(_Runnable, QObject)


def test_shutdown_reports_running_and_queued_jobs_and_takes_no_more(qapp: object) -> None:
    runner = JobRunner()
    started = threading.Event()
    ears = [Ear(runner.submit(until_cancelled(started), Lane.INDEX)) for _ in range(3)]
    assert started.wait(5)
    assert runner.shutdown()
    assert [ear.heard for ear in ears] == [["cancelled", "finished"]] * 3
    with pytest.raises(RuntimeError):
        runner.submit(lambda ctx: None, Lane.OTHER)


def test_work_that_outlives_the_window_ends_in_silence(
    qapp: object, capfd: pytest.CaptureFixture[str]
) -> None:
    runner = JobRunner()
    started, gate = threading.Event(), threading.Event()

    def job(ctx: JobContext) -> None:
        started.set()
        gate.wait(10)
        for done in range(3):
            ctx.report(Progress(done))

    runner.submit(job, Lane.OTHER)
    assert started.wait(5)
    shiboken6.delete(runner._relay)  # as Qt does when the window did not wait any longer
    gate.set()
    assert runner.shutdown()
    assert capfd.readouterr().err == ""


def test_many_jobs_each_end_once(qtbot: QtBot, runner: JobRunner) -> None:
    ears = [Ear(runner.submit(lambda ctx, n=n: n, Lane.THUMBNAILS)) for n in range(500)]
    gc.collect()
    qtbot.waitUntil(lambda: runner.open_jobs == 0)
    assert all(ear.heard == ["succeeded", "finished"] for ear in ears)
    assert [ear.values[0] for ear in ears] == list(range(500))
