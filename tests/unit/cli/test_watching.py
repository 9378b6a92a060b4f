"""Long work under the eyes of a terminal."""

import os
import signal
import sys

import pytest

from folioscope.cli import watching
from folioscope.cli.watching import Interrupted, run_watched
from folioscope.domain.errors import FolioscopeError, StoreError
from folioscope.jobs.progress import JobContext
from folioscope.jobs.tokens import Cancelled
from folioscope.services.api import IndexPhase, IndexState


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
