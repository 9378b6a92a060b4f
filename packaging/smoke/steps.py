"""Steps with names: told with their seconds, and with what was seen where one fails."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class SmokeError(Exception):
    """A step saw what users must not see; the text says what."""


class Steps:
    """Tells of every step, and keeps what failed."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self._part = ""

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Run steps that need each other: the first that fails ends the part, not the rest."""
        self._part = name
        print(f"== {name}", flush=True)
        try:
            yield
        except _PartOverError:
            print(f"   the rest of “{name}” was not tried", flush=True)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Run one step and tell how long it took."""
        started = time.monotonic()
        try:
            yield
        except SmokeError as error:
            self._fail(name, started, str(error))
            raise _PartOverError from error
        print(f"   {'ok':6} {_seconds(started)}  {name}", flush=True)

    @contextmanager
    def check(self, name: str) -> Iterator[None]:
        """Run a step that others do not need: where it fails, the part goes on."""
        try:
            with self.step(name):
                yield
        except _PartOverError:
            pass

    def note(self, text: str) -> None:
        """Tell what a reader should know and no step is judged by."""
        print("".join(f"          {line}\n" for line in text.splitlines()), end="", flush=True)

    def summary(self) -> str:
        """Return the closing line."""
        if not self.failed:
            return "The artifact passed."
        return f"The artifact failed: {'; '.join(self.failed)}"

    def _fail(self, name: str, started: float, seen: str) -> None:
        self.failed.append(f"{self._part}: {name}")
        print(f"   {'FAILED':6} {_seconds(started)}  {name}", flush=True)
        self.note(seen)


class _PartOverError(Exception):
    """The rest of a part cannot be tried."""


def _seconds(started: float) -> str:
    return f"{time.monotonic() - started:6.1f} s"
