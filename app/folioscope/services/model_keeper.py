"""The model that is chosen, opened once, lent to everybody, and let go when another is chosen."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from folioscope.domain.errors import FolioscopeError, ModelMissingError
from folioscope.domain.protocols import EncoderSpec
from folioscope.jobs.apart import start_apart

_TRY_AGAIN_S = 30.0  # after opening behind a search failed
_logger = logging.getLogger(__name__)


class Openable(Protocol):
    """What encoders and rerankers have in common."""

    @property
    def spec(self) -> EncoderSpec: ...
    def open(self) -> None: ...
    def close(self) -> None: ...


M = TypeVar("M", bound=Openable)


@dataclass(frozen=True, slots=True)
class Choice:
    """A model by name, empty for none, and in which precision, empty for the recommended."""

    name: str = ""
    precision: str = ""


@dataclass(eq=False)
class _Held(Generic[M]):
    """A model in somebody's hands, or kept open for the next one to ask."""

    choice: Choice
    model: M
    users: int = 0
    is_open: bool = False
    is_retired: bool = False
    opening: threading.Lock = field(default_factory=threading.Lock)


class ModelKeeper(Generic[M]):
    """Keeps one model open. Safe from any thread.

    ``choice`` is asked each time, so that a change in Settings is followed at the next use; the
    model before is closed as soon as nobody uses it. ``make`` returns a model that is not open
    and raises ModelMissingError. ``missing`` is the sentence where no model is chosen. After
    ``idle_s`` without use the model is let go; None keeps it.
    """

    def __init__(
        self,
        choice: Callable[[], Choice],
        make: Callable[[Choice], M],
        *,
        missing: str,
        idle_s: float | None = None,
    ) -> None:
        self._idle_s = idle_s
        self._leaving: threading.Timer | None = None
        self._choice = choice
        self._make = make
        self._missing = missing
        self._guard = threading.Lock()
        self._held: _Held[M] | None = None
        self._is_opening = False
        self._failed: tuple[Choice, float] | None = None
        self._is_closed = False

    @property
    def choice(self) -> Choice:
        """What is chosen now."""
        return self._choice()

    def spec(self) -> EncoderSpec:
        """Return what shapes the chosen model's vectors, without loading it.

        Raises ModelMissingError where none is chosen or installed.
        """
        held = self._take()
        self._give_back(held)
        return held.model.spec

    @contextmanager
    def lend(self) -> Iterator[M]:
        """Lend the model, loading it first if need be; raise InferenceError and its kin."""
        held = self._take()
        try:
            self._open(held)
            yield held.model
        finally:
            self._give_back(held)

    @contextmanager
    def lend_if_open(self) -> Iterator[M | None]:
        """Lend the model if it is loaded; else None, and it is loaded behind the caller's back."""
        try:
            held = self._take()
        except FolioscopeError:
            yield None
            return
        try:
            if held.is_open:
                yield held.model
            else:
                self._open_behind(held.choice)
                yield None
        finally:
            self._give_back(held)

    def warm_up(self) -> None:
        """Load the chosen model, if there is one; its errors are told when it is used."""
        if not self._choice().name:
            return
        try:
            with self.lend():
                pass
        except FolioscopeError as error:
            _logger.warning("The model could not be loaded: %s", error)
            self._failed = (self._choice(), time.monotonic())

    def close(self) -> None:
        """Let the model go, at once or when who has it gives it back."""
        with self._guard:
            self._is_closed = True
            retired = self._retire()
            self._stay()
        _close(retired)

    def _stay(self) -> None:
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None

    def _leave_later(self, held: "_Held[M]") -> None:
        """Let the model go unless it is used again."""
        self._stay()
        if self._idle_s is None or held.is_retired:
            return
        self._leaving = threading.Timer(self._idle_s, self._leave, (held,))
        self._leaving.daemon = True
        self._leaving.start()

    def _leave(self, held: "_Held[M]") -> None:
        with self._guard:
            is_idle = self._held is held and not held.users
            retired = self._retire() if is_idle else None
        _close(retired)

    def _take(self) -> _Held[M]:
        choice = self._choice()
        retired: _Held[M] | None = None
        try:
            with self._guard:
                if self._held is not None and self._held.choice != choice:
                    retired = self._retire()
                if self._held is None:
                    self._held = _Held(choice, self._made(choice))
                self._held.users += 1
                self._stay()
                return self._held
        finally:
            _close(retired)

    def _made(self, choice: Choice) -> M:
        if not choice.name or self._is_closed:
            raise ModelMissingError(self._missing, hint="Choose one in Settings → Models.")
        return self._make(choice)

    def _retire(self) -> _Held[M] | None:
        """Forget the model; returns it where it is to be closed by the caller."""
        held, self._held = self._held, None
        if held is None:
            return None
        held.is_retired = True
        return held if not held.users else None

    def _open(self, held: _Held[M]) -> None:
        with held.opening:
            if held.is_open:
                return
            try:
                held.model.open()
            except BaseException:
                with self._guard:  # another try makes it anew: it may be installed meanwhile
                    if self._held is held:
                        self._retire()
                raise
            held.is_open = True

    def _give_back(self, held: _Held[M]) -> None:
        with self._guard:
            held.users -= 1
            is_over = held.is_retired and not held.users
            if not held.users:
                self._leave_later(held)
        if is_over:
            _close(held)

    def _open_behind(self, choice: Choice) -> None:
        with self._guard:
            if self._is_opening or self._failed_lately(choice):
                return
            self._is_opening = True
        start_apart(self._open_alone, name="loading a visual model")

    def _open_alone(self) -> None:
        try:
            self.warm_up()
        finally:
            self._is_opening = False

    def _failed_lately(self, choice: Choice) -> bool:
        if self._failed is None or self._failed[0] != choice:
            return False
        return time.monotonic() - self._failed[1] < _TRY_AGAIN_S


def _close(held: "_Held[M] | None") -> None:
    if held is not None and held.is_open:
        held.is_open = False
        held.model.close()
