"""Memory of a program with all its child processes, looked at from outside."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psutil

EVERY_S = 0.05
SHARED_EVERY = 20  # samples: asking for shared memory takes the system some milliseconds


@dataclass(slots=True)
class Peak:
    """Largest sums over the program and its children, in bytes.

    ``resident`` counts pages that processes share once for each; ``proportional`` shares them
    out (0 where the system cannot tell).
    """

    resident: int = 0
    proportional: int = 0
    most_processes: int = 0


@dataclass(slots=True)
class MemoryWatch:
    """Samples a process tree in a thread until it is stopped."""

    pid: int
    peak: Peak = field(default_factory=Peak)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Peak:
        """Begin to sample."""
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self.peak

    def __exit__(self, *_: object) -> None:
        """Stop sampling."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _sample(self) -> None:
        samples = 0
        while not self._over.wait(EVERY_S):
            samples += 1
            try:
                root = psutil.Process(self.pid)
                family = [root, *root.children(recursive=True)]
            except psutil.NoSuchProcess:
                return
            self.peak.resident = max(self.peak.resident, sum(map(_resident, family)))
            if samples % SHARED_EVERY == 1:
                shared_out = sum(map(_proportional, family))
                self.peak.proportional = max(self.peak.proportional, shared_out)
            self.peak.most_processes = max(self.peak.most_processes, len(family))


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _proportional(process: psutil.Process) -> int:
    try:
        return int(getattr(process.memory_full_info(), "pss", 0))
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


def folioscope(*arguments: str) -> list[str]:
    """Return the command that runs the app as users do."""
    return [sys.executable, "-m", "folioscope", *arguments]


def run_watched(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None
) -> tuple[float, Peak]:
    """Run ``command`` to its end; returns seconds and peak memory. SystemExit if it fails."""
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        with MemoryWatch(program.pid) as peak:
            said, _ = program.communicate()
        if program.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)}\n{said}")
    return time.perf_counter() - started, peak
