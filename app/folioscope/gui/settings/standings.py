"""How a model stands, in words, as plain functions of what is known."""

from collections.abc import Sequence

from folioscope.domain.models import ModelInfo
from folioscope.gui.sentences import translated
from folioscope.gui.settings.model_actions import Standing
from folioscope.gui.settings.model_desk import CheckState, ModelFacts, ModelWork
from folioscope.gui.settings.model_words import (
    duration,
    part_of,
    profile_title,
    room_refusal,
    size_words,
)
from folioscope.gui.words import number, tr
from folioscope.services.look_api import LookCoverage, Profile
from folioscope.system.machine import Machine

_LONGEST_ON_BUTTON = 12
# pages of some 250 rows of 128 numbers, and a vector of 1,024, as tests/benchmarks measure them
_BYTES_WITH_ROWS, _BYTES_OF_VECTOR = 40_000, 1_500


def standing_of(
    profile: Profile,
    facts: ModelFacts,
    page_count: int,
    *,
    work: ModelWork | None,
    check: CheckState,
) -> Standing:
    """Return how a profile stands."""
    title, model = profile_title(profile), profile.model
    if model is None:
        return _of_starter(profile, page_count)
    if model.is_installed:
        return Standing(
            in_use=tr("In use") if profile.is_chosen else "",
            note=_cost_of_use(profile, page_count, facts.coverage),
            can_use=not profile.is_chosen,
            can_remove=True,
            refusal=translated(profile.refusal),
            work=work,
            check=check,
        )
    return not_installed(model, title, facts.machine, refusal=profile.refusal, work=work)


def not_installed(
    model: ModelInfo, title: str, machine: Machine, *, refusal: str, work: ModelWork | None
) -> Standing:
    """Return how a model stands that is not here; a refusal takes the place of its button."""
    told = translated(refusal) or room_refusal(model, title, machine.free_disk_bytes)
    begun = model.partial_bytes > 0
    note = tr("You read the licence first.")
    install = tr("Install {name}…").format(name=title)
    if begun or len(title) > _LONGEST_ON_BUTTON:
        install = tr("Go on…") if begun else tr("Install…")
    if begun:
        note = tr("{amount} are here already.")
        total = max(model.download_bytes, model.partial_bytes)
        note = note.format(amount=part_of(model.partial_bytes, total))
    return Standing(
        install="" if told else install,
        note="" if told else note,
        refusal=told,
        can_remove=begun,
        has_leftovers=begun,
        work=work,
    )


def _of_starter(profile: Profile, page_count: int) -> Standing:
    if profile.is_chosen:
        told = tr("All {count} pages are ready.").format(count=number(page_count))
        return Standing(in_use=tr("In use"), note=told if page_count else "")
    note = tr("Words and meaning are searched in any case. Starter alone looks at no page.")
    return Standing(note=note, can_use=True)


def _cost_of_use(profile: Profile, page_count: int, coverage: Sequence[LookCoverage]) -> str:
    covered = covered_pages(coverage, profile)
    left = max(0, page_count - covered)
    if not page_count:
        return ""
    if not left:
        return tr("All {count} pages are ready.").format(count=number(page_count))
    if profile.is_chosen:
        told = tr("{done} of {total} pages looked at.")
        return told.format(done=number(covered), total=number(page_count))
    if profile.trial is None:
        told = tr("Then {count} pages are looked at in the background.")
        return told.format(count=number(left))
    took = duration(profile.trial.seconds_a_page * left)
    told = tr("Then {count} pages are looked at in the background: {time}, about {size}.")
    size = size_words(round(left * _bytes_a_page(profile, coverage)))
    return told.format(count=number(left), time=took, size=size)


def _bytes_a_page(profile: Profile, coverage: Sequence[LookCoverage]) -> float:
    """Return what a page takes on disk: of this model, or as much as one of its kind."""
    model = profile.model
    held = [c for c in coverage if model and c.name == model.name and c.pages and c.size_bytes]
    if held:
        return held[0].size_bytes / held[0].pages
    return _BYTES_WITH_ROWS if model and model.has_rows else _BYTES_OF_VECTOR


def times_of(facts: ModelFacts) -> dict[str, float]:
    """Return the seconds that a page takes by model and precision, as far as it was measured."""
    return {
        f"{profile.model.name} {profile.precision.value}": profile.trial.seconds_a_page
        for profile in facts.profiles
        if profile.model and profile.precision and profile.trial
    }


def covered_pages(coverage: Sequence[LookCoverage], profile: Profile) -> int:
    """Return how many pages were looked at with a model; what another precision made is no use."""
    name = profile.model.name if profile.model else ""
    held = [each for each in coverage if each.name == name]
    current = next((each.pages for each in held if each.is_current), None)
    if current is not None:
        return current
    usable = ("", profile.precision.value if profile.precision else "")
    return max((each.pages for each in held if each.precision in usable), default=0)
