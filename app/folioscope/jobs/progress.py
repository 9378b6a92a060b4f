"""Progress of long work."""

from collections.abc import Callable
from dataclasses import dataclass, field

from folioscope.jobs.tokens import CancelToken


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is. ``total`` and the two estimates are None while unknown.

    ``may_pass``: it waits, as ``label`` says, for something that ends by itself.
    """

    done: int
    total: int | None = None
    label: str = ""
    per_second: float | None = None
    left_s: float | None = None
    may_pass: bool = False


def _ignore(_progress: Progress) -> None:
    pass


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job is given: how it is cancelled and where it reports. Safe from any thread."""

    token: CancelToken = field(default_factory=CancelToken)
    report: Callable[[Progress], None] = _ignore
