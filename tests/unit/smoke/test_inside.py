"""Programs inside a root: what they did and left must come out. Needs root and namespaces."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smoke.inside import Outcome, Running, Setting
from smoke.judging import must_be_quiet
from smoke.steps import SmokeError


def can_enter() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    command = ["unshare", "--mount", "--pid", "--ipc", "--net", "--fork", "--mount-proc", "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not can_enter(), reason="only root makes namespaces")


def run(script: str, folder: Path, setting: Setting | None = None) -> Outcome:
    """Run a shell script in this machine's own root."""
    command = ["sh", "-c", script]
    return Running(Path("/"), setting or Setting(), command, log=folder / "log").finish()


def test_what_is_written_and_the_exit_code_come_out(tmp_path: Path) -> None:
    outcome = run("echo out; echo err >&2; exit 3", tmp_path)
    assert outcome == Outcome(3, "out\n", "err\n")


def test_a_quiet_program_leaves_nothing(tmp_path: Path) -> None:
    must_be_quiet(run("echo all is well", tmp_path))


def test_a_process_that_stays_is_told_and_ended(tmp_path: Path) -> None:
    outcome = run("sleep 4242 & exit 0", tmp_path)
    assert [line for line in outcome.left if "sleep4242" in line.replace(" ", "")]
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert "sleep 4242" not in listed.stdout.splitlines()


def test_memory_that_stays_is_told(tmp_path: Path) -> None:
    outcome = run("touch /dev/shm/sem.mine", tmp_path)
    assert outcome.left == ("left in memory: /dev/shm/sem.mine",)
    assert not Path("/dev/shm/sem.mine").exists()


def test_a_try_to_reach_the_network_is_told(tmp_path: Path) -> None:
    lines = ("import socket", "s = socket.socket(type=socket.SOCK_DGRAM)")
    program = "; ".join((*lines, "s.connect_ex(('192.0.2.1', 9))"))
    outcome = run(f'{sys.executable} -c "{program}"', tmp_path)
    assert outcome.left == ("wanted something of the network: 1 times",)
    with pytest.raises(SmokeError, match="the network"):
        must_be_quiet(outcome)


def test_users_are_those_of_the_root_and_have_its_home(tmp_path: Path) -> None:
    outcome = run("id -u; echo $HOME; env | cut -d= -f1 | sort", tmp_path, Setting(user="ada"))
    number, home, *variables = outcome.stdout.split()
    assert (number, home) == ("1000", "/home/ada")
    assert set(variables) <= {"HOME", "LANG", "PATH", "PWD", "USER", "OLDPWD", "SHLVL", "_"}


def test_read_only_folders_are_just_that(tmp_path: Path) -> None:
    locked = tmp_path / "with a space"
    locked.mkdir()
    setting = Setting(read_only=(str(locked),))
    outcome = run(f"touch '{locked}/x' 2>/dev/null || echo refused", tmp_path, setting)
    assert outcome.stdout == "refused\n"
    (locked / "y").touch()  # and only there


def test_a_program_that_does_not_end_is_ended(tmp_path: Path) -> None:
    running = Running(Path("/"), Setting(), ["sleep", "4243"], log=tmp_path)
    with pytest.raises(SmokeError, match="did not end"):
        running.finish(patience_s=0.1)
    assert running.is_over()
