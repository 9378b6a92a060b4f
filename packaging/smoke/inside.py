"""Running programs inside a root: as a user of it, in namespaces that end with the program.

Nothing that the program mounts, starts or leaves running outlives it, and without ``has_network``
there is no network to reach, where every try is counted. What it wrote and what it left running
comes back as an ``Outcome``.
"""

import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from smoke.bare_root import USERS
from smoke.steps import SmokeError

PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
PATIENCE_S = 300
_WRITTEN = ("stdout", "stderr", "left")
# Behind the program, from within: what still runs two seconds later, how often it tried to reach a
# network that is not there, and what it left in memory. Looking for processes must start none.
_LAST_LOOK = r"""
code=$?
look() {
  running=
  for folder in /proc/[0-9]*; do
    line=
    [ "$folder" = /proc/1 ] || { read -r line <"$folder/cmdline"; } 2>/dev/null
    [ -z "$line" ] || running="$running $folder $line"
  done
}
tries=0
look
while [ -n "$running" ] && [ $tries -lt 20 ]; do tries=$((tries + 1)); sleep 0.1; look; done
[ -z "$running" ] || echo "runs on:$running" >&3
awk '$1 == "Ip:" && !c { for (i = 1; i <= NF; i++) if ($i == "OutNoRoutes") c = i; next }
     $1 == "Ip:" { n += $c } $1 == "Ip6OutNoRoutes" { n += $2 }
     END { if (n) print "wanted something of the network: " n " times" }' \
  /proc/net/snmp /proc/net/snmp6 >&3
ls -A /dev/shm | sed 's,^,left in memory: /dev/shm/,' >&3
exit $code
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended, what it wrote, and what it left behind besides files."""

    code: int
    stdout: str
    stderr: str
    left: tuple[str, ...] = ()

    def told(self) -> str:
        """Return all of it, shortened."""
        parts = [f"exit code {self.code}"]
        parts += [f"stderr: {line}" for line in self.stderr.splitlines()[-15:]]
        parts += [f"stdout: {line[:300]}" for line in self.stdout.splitlines()[-5:]]
        return "\n".join([*parts, *self.left])


@dataclass(frozen=True, slots=True)
class Setting:
    """Who runs a program, and in what circumstances."""

    user: str = "root"
    has_network: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()
    bound: Mapping[str, Path] = field(default_factory=dict)
    folder: str = "/"


class Running:
    """A program that runs in a root."""

    def __init__(self, root: Path, setting: Setting, command: Sequence[str], *, log: Path) -> None:
        log.mkdir(parents=True, exist_ok=True)
        self._log = log
        out, err, left = (log / name for name in _WRITTEN)
        left.touch()
        with out.open("wb") as to_out, err.open("wb") as to_err:
            self._process = subprocess.Popen(
                _entering(root, setting, command, left.absolute()),
                stdin=subprocess.DEVNULL,
                stdout=to_out,
                stderr=to_err,
                start_new_session=True,
            )

    def is_over(self) -> bool:
        """Whether it ended."""
        return self._process.poll() is not None

    def finish(self, *, patience_s: float = PATIENCE_S) -> Outcome:
        """Wait for its end. SmokeError where it does not come; then it is killed."""
        try:
            code = self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self.kill()
            seen = self._outcome(-1).told()
            raise SmokeError(f"It did not end in {patience_s:.0f} s.\n{seen}") from None
        return self._outcome(code)

    def kill(self) -> None:
        """End it at once, with everything that it started."""
        if not self.is_over():
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _outcome(self, code: int) -> Outcome:
        out, err, left = ((self._log / n).read_text("utf-8", "replace") for n in _WRITTEN)
        return Outcome(code, out, err, tuple(left.splitlines()))


def _entering(root: Path, setting: Setting, command: Sequence[str], left: Path) -> list[str]:
    """Return the command that goes into the root and runs ``command`` there."""
    namespaces = ["--mount", "--pid", "--ipc", "--fork", "--kill-child"]
    if not setting.has_network:
        namespaces.append("--net")
    lines = ["set -e", *_mounting(root, setting), _changing(root, setting, command, left)]
    script = "\n".join(lines)
    return ["unshare", *namespaces, f"--mount-proc={root}/proc", "sh", "-c", script]


def _mounting(root: Path, setting: Setting) -> list[str]:
    lines = [f"mount -t tmpfs -o mode=1777 shm {shlex.quote(f'{root}/dev/shm')}"]
    bound = {"/tmp/.X11-unix": Path("/tmp/.X11-unix"), **setting.bound}
    for inner, outer in bound.items():
        if outer.exists():
            lines.append(shlex.join(["mount", "--bind", str(outer), f"{root}{inner}"]))
    for inner in setting.read_only:
        folder = f"{root}{inner}"
        lines.append(shlex.join(["mount", "--bind", folder, folder]))
        lines.append(shlex.join(["mount", "-o", "remount,bind,ro", folder]))
    return lines


def _changing(root: Path, setting: Setting, command: Sequence[str], left: Path) -> str:
    number = USERS.get(setting.user, 0)
    as_user = ["setpriv", f"--reuid={number}", f"--regid={number}", "--clear-groups"]
    program = f"cd {shlex.quote(setting.folder)} && {shlex.join(command)} 3>&-{_LAST_LOOK}"
    inside = [*as_user, "env", "-i", *_variables(setting), "sh", "-c", program]
    return f"exec chroot {shlex.quote(str(root))} {shlex.join(inside)} 3>{shlex.quote(str(left))}"


def _variables(setting: Setting) -> list[str]:
    home = "/root" if setting.user == "root" else f"/home/{setting.user}"
    plain = {"PATH": PATH, "HOME": home, "USER": setting.user, "LANG": "C.UTF-8"}
    wanted = {**plain, **setting.environment}
    return [f"{name}={value}" for name, value in wanted.items() if name not in setting.unset]
