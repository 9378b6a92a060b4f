"""Steps that are the same however Folioscope came in: by apt, or by its own archive."""

from collections.abc import Iterable
from pathlib import Path

from smoke.file_lists import KEPT_BY_APT, FileList, differences, list_files
from smoke.library import (
    DOCUMENTS,
    HARDEST,
    USERS_OWN,
    Folioscope,
    kept_folders,
)
from smoke.session import Session
from smoke.steps import SmokeError


def must_be_as_before(before: FileList, root: Path, *, allowed: Iterable[str] = ()) -> FileList:
    """Return what lies in a root; raise SmokeError where more differs than the patterns allow."""
    after = list_files(root)
    differing = differences(before, after, allowed=allowed)
    if differing:
        raise SmokeError(differing.told())
    return after


def use_samples(
    session: Session,
    folioscope: Folioscope,
    *,
    version: str,
    has_window: bool,
    allowed: Iterable[str] = (),
) -> None:
    """Ask, index and search as ada; beside her own files only ``allowed`` ones may be written."""
    steps = session.steps
    before = list_files(session.root)
    with steps.step("it tells its version, its commands and what it finds"):
        folioscope.introduce(version)
    with steps.step("the samples are indexed"):
        folioscope.index(DOCUMENTS)
    with steps.step("searches find the right pages"):
        folioscope.search()
    if has_window:
        folioscope.tour("ada")
    with steps.check("nothing was written but libraries, settings and logs"):
        must_be_as_before(before, session.root, allowed=[*USERS_OWN, *allowed])


def must_still_hold(folioscope: Folioscope, held: dict[str, int]) -> None:
    """Raise SmokeError unless a library holds what it held, and is searched."""
    if (holds := folioscope.holds()) != held:
        raise SmokeError(f"It held {held} and holds {holds}.")
    folioscope.search(HARDEST)


def must_leave_only(session: Session, clean: FileList, *, allowed: Iterable[str]) -> None:
    """Tell what is kept of a removed Folioscope: the users' own, and what ``allowed`` names."""
    patterns = [*KEPT_BY_APT, *USERS_OWN, *allowed]
    after = must_be_as_before(clean, session.root, allowed=patterns)
    session.steps.note(f"kept: {', '.join(kept_folders(after.keys() - clean.keys()))}")
