"""The graphs of an installed model on the device that runs them best.

A card that runs out of memory first gets smaller batches; when one item alone is too much, the
model moves to the processor and says so.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from folioscope.domain.embeddings import DeviceChoice
from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.domain.pages import Float32
from folioscope.inference.devices import Probe, device_for
from folioscope.inference.sessions import (
    CPU,
    OutOfRoomError,
    Session,
    SessionWishes,
    open_session,
)

_log = logging.getLogger(__name__)
_MOVED = "The graphics card ran out of memory, so the processor goes on."
_NOT_OPEN = DeviceChoice("", "The model is not open yet.")

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Build:
    """An installed model: its folder, its graphs by their part, and how near vectors must be."""

    title: str
    folder: Path
    graphs: dict[str, str]
    least_cosine: float

    def require(self, *files: str) -> None:
        """Raise ModelMissingError unless all files are there."""
        for name in (*self.graphs.values(), *files):
            if not (self.folder / name).is_file():
                raise ModelMissingError(
                    f"The model {self.title} is not installed: {self.folder / name} is missing.",
                    hint="Install it in Settings, or with `folioscope models install`.",
                )


@dataclass(frozen=True, slots=True)
class Graphs:
    """Sessions of a build by part, all on one provider."""

    provider: str
    sessions: dict[str, Session]

    def __getitem__(self, part: str) -> Session:
        """Return the session of a part."""
        return self.sessions[part]


Sample = Callable[[Graphs], Float32]  # runs two different pictures: float32 (2, n)
Opener = Callable[[Build, str], Graphs]


def open_graphs(build: Build, provider: str) -> Graphs:
    """Load all graphs of a build on a provider; raise InferenceError.

    Memory goes back after each run: an arena would keep that of the largest page ever seen.
    """
    wishes = SessionWishes(provider=provider, keeps_arena=False, has_long_steps=True)
    return Graphs(
        provider,
        {part: open_session(build.folder / name, wishes) for part, name in build.graphs.items()},
    )


class Engine:
    """Opens a build on its device and moves it when it must. Safe from any thread."""

    def __init__(self, build: Build, sample: Sample, *, opener: Opener = open_graphs) -> None:
        self._build = build
        self._sample = sample
        self._opener = opener
        self._lock = threading.Lock()
        self._graphs: Graphs | None = None
        self._device = _NOT_OPEN

    @property
    def device(self) -> DeviceChoice:
        """What runs the model, and why."""
        return self._device

    @property
    def graphs(self) -> Graphs:
        """The sessions; raise InferenceError while the model is not open."""
        graphs = self._graphs
        if graphs is None:
            raise InferenceError(f"The model {self._build.title} is not open.")
        return graphs

    def open(self) -> None:
        """Load the model unless it is loaded; at its first use every device is tried."""
        with self._lock:
            if self._graphs is not None:
                return
            tried: dict[str, Graphs] = {}
            choice = device_for(
                self._build.folder,
                lambda provider: self._try(provider, tried),
                least_cosine=self._build.least_cosine,
            )
            graphs = tried.get(choice.provider)
            tried.clear()
            self._graphs, self._device = self._opened(graphs, choice)

    def close(self) -> None:
        """Let go of the model; runs in other threads end by themselves."""
        with self._lock:
            self._graphs, self._device = None, _NOT_OPEN

    def each(
        self, items: Sequence[Item], run: Callable[[Graphs, Sequence[Item]], list[Made]]
    ) -> list[Made]:
        """Run items together, in halves where memory lacks, on the processor as the last resort.

        Raises OutOfRoomError when one item is too much for the processor too.
        """
        graphs = self.graphs
        try:
            return run(graphs, items)
        except OutOfRoomError:
            if len(items) > 1:
                half = len(items) // 2
                return self.each(items[:half], run) + self.each(items[half:], run)
            if graphs.provider == CPU:
                raise
        return run(self._moved(), items)

    def _try(self, provider: str, tried: dict[str, Graphs]) -> Probe:
        graphs = self._opener(self._build, provider)
        if provider != CPU:
            self._sample(graphs)  # the first run on a card also compiles
        start = time.perf_counter()
        vectors = self._sample(graphs)
        seconds = time.perf_counter() - start
        tried[provider] = graphs
        return Probe(vectors, seconds)

    def _opened(self, graphs: Graphs | None, choice: DeviceChoice) -> tuple[Graphs, DeviceChoice]:
        if graphs is not None:
            return graphs, choice
        try:
            return self._opener(self._build, choice.provider), choice
        except InferenceError as error:
            if choice.provider == CPU:
                raise
            # the card is busy with something else today, or gone
            reason = f"{error.what} So the processor runs it."
            return self._opener(self._build, CPU), DeviceChoice(CPU, reason)

    def _moved(self) -> Graphs:
        with self._lock:
            if self._graphs is not None and self._graphs.provider != CPU:
                _log.warning("%s: %s", self._build.title, _MOVED)
                self._graphs = self._opener(self._build, CPU)
                self._device = DeviceChoice(CPU, _MOVED)
        return self.graphs
