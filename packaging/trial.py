"""Trying a Folioscope that is installed, by any system's way: what users would do first."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from release.number import version

_ANSWERS_WITHIN_S = 600
_OPENS_WITHIN_S = 120
_CLOSES_WITHIN_S = 30


class TrialError(Exception):
    """The program does not do what it should; ``str()`` says what was seen."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is installed, and an empty folder that stands for a user's home.

    ``command`` answers on the command line; ``window`` opens the window (on Windows another one).
    """

    command: Path
    window: Path
    home: Path

    def version(self) -> str:
        """See that it has the number of this tree."""
        told = self.run("--version").strip()
        if told != f"Folioscope {version()}":
            raise TrialError(f"The version is {told!r}, where {version()} was built.")
        return told

    def index(self, samples: Path) -> str:
        """Read the samples, the scans as well."""
        folder = shutil.copytree(samples, self.home / "My Sämples", dirs_exist_ok=True)
        return self.run("index", folder).strip().splitlines()[-1]

    def search(self, samples: Path) -> str:
        """Ask what the samples propose; each has to come up first for its own question."""
        documents = tomllib.loads((samples / "index.toml").read_text("utf-8"))["document"]
        for document in documents:
            query = document["query"]["en"]
            hits = json.loads(self.run("search", query, "--json"))["hits"]
            first = Path(hits[0]["file"]).name if hits else "nothing"
            if first != document["file"]:
                raise TrialError(f"For “{query}” came {first}, not {document['file']}.")
        return f"{len(documents)} questions, the right document first each time"

    def open_window(self) -> str:
        """Open a window, have a second start come to it, and close it as a user would."""
        began = time.monotonic()
        library = self.home / "window" / "Library"
        with self._start("--library", library, "gui") as running:
            try:
                _wait_for(library / "catalogue.sqlite", running)
                opened_s = time.monotonic() - began
                self.run("--library", library, "gui", program=self.window)
                _close(running)
                said = running.communicate(timeout=_CLOSES_WITHIN_S)[1]
            except subprocess.TimeoutExpired as error:
                raise TrialError(f"It did not end within {error.timeout} s.") from error
            finally:
                running.kill()
        if running.returncode or said.strip():
            raise TrialError(f"The window ended with {running.returncode}: {said.strip()}")
        return f"open with its library after {opened_s:.1f} s, found by a second start, closed"

    def run(self, *arguments: object, program: Path | None = None) -> str:
        """Run it to its end and return what it wrote; raise TrialError, also for any complaint."""
        words = [str(program or self.command), *map(str, arguments)]
        try:
            done = subprocess.run(
                words, cwd=self.home, env=self._environment(), capture_output=True, check=False,
                timeout=_ANSWERS_WITHIN_S, encoding="utf-8", errors="replace",
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise TrialError(f"{' '.join(words)} did not end within {error.timeout} s.") from error
        if done.returncode:
            raise TrialError(f"{' '.join(words)} ended with {done.returncode}: {done.stderr}")
        return done.stdout

    def _start(self, *arguments: object) -> "subprocess.Popen[str]":
        words = [str(self.window), *map(str, arguments)]
        # programs started in the background of a script, as this one may be, ignore SIGINT and
        # hand that on; with a handler of our own the window begins with the system's default
        if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        return subprocess.Popen(
            words, cwd=self.home, env=self._environment(), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FOLIOSCOPE", "PYTHON"))}
        told = {"FOLIOSCOPE_DATA": str(self.home / "data"), "PYTHONUTF8": "1"}
        if sys.platform == "linux" and "DISPLAY" not in kept:
            told["QT_QPA_PLATFORM"] = "offscreen"
        return {**kept, **told}


def _wait_for(file: Path, running: "subprocess.Popen[str]") -> None:
    """Wait for what the window makes once it is painted; raise TrialError when it ends first."""
    for _ in range(_OPENS_WITHIN_S * 10):
        if running.poll() is not None:
            raise TrialError(f"The window ended with {running.returncode} by itself.")
        if file.exists():
            return
        time.sleep(0.1)
    raise TrialError(f"No window within {_OPENS_WITHIN_S} s.")


def _close(running: "subprocess.Popen[str]") -> None:
    if sys.platform == "win32":  # without /F it is asked, as by the cross of the window
        subprocess.run(["taskkill", "/PID", str(running.pid)], check=True, capture_output=True)
    else:
        running.send_signal(signal.SIGINT)


Step = tuple[str, Callable[[], str]]


def first_steps(program: Program, samples: Path) -> list[Step]:
    """Return what is tried with any installed program, in order."""
    return [
        ("version", program.version),
        ("index", lambda: program.index(samples)),
        ("search", lambda: program.search(samples)),
        ("window", program.open_window),
    ]


def walk(steps: Sequence[Step]) -> int:
    """Take the steps and tell of each; return 0, or 1 behind the first that fails."""
    for name, step in steps:
        began = time.monotonic()
        try:
            told = step()
        except TrialError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
        print(f"{name:8} {time.monotonic() - began:6.1f} s  {told}", flush=True)
    return 0
