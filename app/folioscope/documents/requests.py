"""What a worker is asked and what it answers; all of it travels between processes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from folioscope.domain.documents import Failure


class Duty(StrEnum):
    """What a worker is there for."""

    READING = "reading"
    RECOGNISING = "recognising"
    SCREEN = "screen"
    LOOKING = "looking"  # pictures for visual models, behind everything else


class Ask(StrEnum):
    """What can be asked."""

    INSPECT = "inspect"
    READ = "read"
    RECOGNISE = "recognise"
    RENDER = "render"


@dataclass(frozen=True, slots=True)
class Request:
    """A piece of work. ``page_index`` is None where the whole file is meant."""

    ask: Ask
    path: str
    password: str = ""
    page_index: int | None = None
    longest_px: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of it: a value or a failure.

    ``is_worn`` tells that the worker should be replaced: it came near its limit of memory.
    """

    value: Any = None
    failure: Failure | None = None
    is_worn: bool = False
    details: str = ""
