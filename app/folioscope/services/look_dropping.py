"""Forgetting what a library holds of models: of one that is removed, or is no longer there."""

from collections.abc import Callable
from dataclasses import dataclass

from folioscope.services.look_api import LookCoverage, LookService


@dataclass(frozen=True, slots=True)
class Dropped:
    """What was forgotten: pages of each model, counted anew for each, and about their bytes."""

    pages: int = 0
    size_bytes: int = 0


def drop_looks(
    look: LookService, is_meant: Callable[[LookCoverage], bool], *, for_everybody: bool = False
) -> Dropped:
    """Forget the vectors that are meant, whatever precision made them; StoreError, its kin.

    What others share is forgotten ``for_everybody`` alone: SharedLibraryError.
    """
    meant = [held for held in look.coverage() if held.pages and is_meant(held)]
    for held in meant:
        look.drop(held.model, for_everybody=for_everybody)
    return Dropped(sum(h.pages for h in meant), sum(h.size_bytes for h in meant))


def of_model(name: str, precision: str = "") -> Callable[[LookCoverage], bool]:
    """Mean what a model has made, in one precision or in any."""
    return lambda held: held.name == name and precision in ("", held.precision)
