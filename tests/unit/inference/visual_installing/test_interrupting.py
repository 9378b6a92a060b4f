"""A kill, a cancel, a pause and others at once leave a model whole or not there."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from folioscope.domain.models import InstallProgress, InstallStage
from folioscope.inference.shelf import OnnxModelShelf
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.conftest import ROOT
from tests.tiny_models import TINY_V4
from tests.unit.inference.visual_installing.installed import INSTALLED, made_in


@pytest.mark.parametrize("stage", [InstallStage.CONVERTING, InstallStage.CHECKING])
def test_a_cancel_leaves_nothing(shelf, checkpoints, stage):
    token = CancelToken()

    def report(now: InstallProgress) -> None:
        if now.stage is stage:
            token.cancel()

    with pytest.raises(Cancelled):
        shelf.install(TINY_V4, source=checkpoints[TINY_V4], token=token, report=report)
    assert made_in(shelf) == set()
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    assert shelf.verify(TINY_V4) == []


def test_a_pause_holds_the_work(shelf, checkpoints):
    token = CancelToken()
    told: list[InstallProgress] = []

    def report(now: InstallProgress) -> None:
        told.append(now)
        if len(told) == 3:
            token.pause()

    thread = threading.Thread(
        target=lambda: shelf.install(
            TINY_V4, source=checkpoints[TINY_V4], token=token, report=report
        )
    )
    thread.start()
    while len(told) < 3:
        time.sleep(0.01)
    time.sleep(0.3)
    assert len(told) == 3
    token.resume()
    thread.join(60)
    assert shelf.info(TINY_V4).is_installed


def _program(shelf: OnnxModelShelf, source: Path, *, slow: str = "") -> list[str]:
    code = (
        "import sys, time; from pathlib import Path;"
        "from folioscope.inference import weights;"
        "from folioscope.inference.shelf import OnnxModelShelf;"
        f"{slow}"
        "OnnxModelShelf(Path('none'), Path(sys.argv[1])).install("
        "'tiny-v4', source=Path(sys.argv[2]),"
        " report=lambda now: print(now.stage.value, now.done_bytes, flush=True))"
    )
    return [sys.executable, "-c", code, str(shelf.models_dir), str(source)]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "app")}


@pytest.mark.skipif(sys.platform == "win32", reason="processes are killed otherwise there")
def test_a_kill_while_converting_leaves_nothing_that_is_seen(shelf, checkpoints):
    slow = "weights._checked = lambda t, f, c=weights._checked: (time.sleep(0.02), c(t, f))[1];"
    command = _program(shelf, checkpoints[TINY_V4], slow=slow)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=_environment()
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("converting") and int(line.split()[1]) > 10_000:
                process.send_signal(signal.SIGKILL)
                break
    assert not shelf.info(TINY_V4).is_installed
    assert shelf.info(TINY_V4).builds == ()
    shelf.install(TINY_V4, source=checkpoints[TINY_V4])
    build = shelf.info(TINY_V4).builds[0]
    assert made_in(shelf) == {f"{build.folder.name}/{name}" for name in INSTALLED}


def test_processes_at_once_make_it_once(shelf, checkpoints):
    running = [
        subprocess.Popen(
            _program(shelf, checkpoints[TINY_V4]),
            stdout=subprocess.PIPE,
            text=True,
            env=_environment(),
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert sum("converting" in text for text in said) == 1
    assert shelf.verify(TINY_V4) == []


def test_waiting_for_another_process_can_be_cancelled(shelf, checkpoints):
    from folioscope.inference.installing import held

    token = CancelToken()
    with held(shelf.models_dir / TINY_V4):
        threading.Timer(0.2, token.cancel).start()
        with pytest.raises(Cancelled):
            shelf.install(TINY_V4, source=checkpoints[TINY_V4], token=token)
