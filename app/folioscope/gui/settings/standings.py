"""How a model stands, in words, as plain functions of what is known."""

from folioscope.domain.models import ModelInfo
from folioscope.gui.sentences import translated
from folioscope.gui.settings.model_actions import Standing
from folioscope.gui.settings.model_desk import CheckState, ModelFacts, ModelWork
from folioscope.gui.settings.model_words import duration, part_of, profile_title, room_refusal
from folioscope.gui.words import number, tr
from folioscope.services.look_api import LookCoverage, Profile
from folioscope.system.machine import Machine

_LONGEST_ON_BUTTON = 12


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
        covered = covered_pages(facts.coverage, model.name)
        return Standing(
            in_use=tr("In use") if profile.is_chosen else "",
            note=_cost_of_use(profile, page_count, covered),
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


def _cost_of_use(profile: Profile, page_count: int, covered: int) -> str:
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
    told = tr("Then {count} pages are looked at in the background: {time}.")
    return told.format(count=number(left), time=took)


def covered_pages(coverage: tuple[LookCoverage, ...], name: str) -> int:
    """Return how many pages were looked at with a model; of its builds that in use counts."""
    held = [each for each in coverage if model_of(each.model) == name]
    current = next((each.pages for each in held if each.is_current), None)
    return max((each.pages for each in held), default=0) if current is None else current


def model_of(fingerprint: str) -> str:
    """Return the name of the model that made vectors: their fingerprint begins with it."""
    return fingerprint.partition(" ")[0]
