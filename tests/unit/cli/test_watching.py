"""Long work under the eyes of a terminal."""

import os
import signal
import sys
import threading

import pytest

from folioscope.cli import watching
from folioscope.cli.watching import Interrupted, run_watched
from folioscope.domain.errors import FolioscopeError, StoreError
from folioscope.jobs.progress import JobContext
from folioscope.jobs.tokens import Cancelled
from folioscope.services.api import IndexPhase, IndexState
from folioscope.services.look_api import LookPhase, LookState


def test_the_result_comes_back() -> None:
    assert run_watched(lambda _: "done", label="Working") == "done"


def test_an_error_comes_back_as_it_is() -> None:
    def fail(_ctx: JobContext) -> None:
        raise StoreError("broken")

    with pytest.raises(StoreError, match="broken"):
        run_watched(fail, label="Working")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels_and_names_the_exit_code(number: int, code: int) -> None:
    def wait(ctx: JobContext) -> None:
        os.kill(os.getpid(), number)
        assert ctx.token.wait(30)
        raise Cancelled

    before = signal.getsignal(number)
    with pytest.raises(Interrupted) as caught:
        run_watched(wait, label="Working")
    assert caught.value.code == code
    assert signal.getsignal(number) is before


def test_a_script_does_not_wait_for_room_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_PATIENCE_S", 0.2)
    full = IndexState(phase=IndexPhase.BLOCKED, message="The disk is full.")

    def wait(ctx: JobContext) -> None:
        assert ctx.token.wait(30)
        raise Cancelled

    with pytest.raises(FolioscopeError, match="The disk is full"):
        run_watched(wait, state=lambda: full, label="Working")


def test_a_script_waits_for_a_server_that_restarts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_PATIENCE_S", 0.0)
    away = IndexState(phase=IndexPhase.BLOCKED, message="It is away.", may_pass=True)
    looked = threading.Semaphore(0)

    def state() -> IndexState:
        looked.release()
        return away

    def wait(_ctx: JobContext) -> str:
        assert all(looked.acquire(timeout=30) for _ in range(5))
        return "done"

    assert run_watched(wait, state=state, label="Working") == "done"


def test_a_script_does_not_wait_for_a_server_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_SERVER_PATIENCE_S", 0.2)
    away = IndexState(phase=IndexPhase.BLOCKED, message="It is away.", may_pass=True)

    def wait(ctx: JobContext) -> None:
        assert ctx.token.wait(30)
        raise Cancelled

    with pytest.raises(FolioscopeError, match="It is away"):
        run_watched(wait, state=lambda: away, label="Working")


def test_a_script_does_not_wait_for_a_broken_model_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watching, "_PATIENCE_S", 0.2)
    broken = LookState(LookPhase.BLOCKED, "eyes", message="eyes is damaged.")

    def wait(ctx: JobContext) -> None:
        assert ctx.token.wait(30)
        raise Cancelled

    with pytest.raises(FolioscopeError, match="eyes is damaged"):
        run_watched(wait, state=lambda: broken, label="Looking")


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (LookState(LookPhase.LOOKING, "eyes", 3, 1200), "Looked at 3 of 1,200 pages"),
        (
            LookState(LookPhase.LOOKING, "eyes", 3, 9, per_second=0.25, left_s=24),
            "Looked at 3 of 9 pages, 4.0 s a page, 24 s left",
        ),
        (
            LookState(LookPhase.YIELDING, "eyes", 3, 9, message="Another Folioscope is writing."),
            "Looked at 3 of 9 pages, Another Folioscope is writing.",
        ),
        (
            LookState(LookPhase.ON_BATTERY, "eyes", 3, 9),
            "Looked at 3 of 9 pages, waiting for mains power",
        ),
    ],
)
def test_looking_is_told_while_it_goes_on(
    now: LookState, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        watching.ProgressLine, "show", lambda _line, text, **_named: shown.append(text)
    )
    told = threading.Event()

    def state() -> LookState:
        if shown:
            told.set()
        return now

    run_watched(lambda _ctx: told.wait(20), state=state, label="Looking")
    assert shown[0] == words
