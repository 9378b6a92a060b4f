"""What ``folioscope models`` does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from folioscope.cli import answers
from folioscope.cli.showing import size
from folioscope.cli.terminal import is_terminal, safe, say, strong
from folioscope.cli.watching import progress_words, run_watched
from folioscope.domain.errors import FolioscopeError
from folioscope.domain.models import (
    InstalledBuild,
    InstallStage,
    ModelInfo,
    ModelKind,
    Precision,
)
from folioscope.domain.remote_models import PREFIX

if TYPE_CHECKING:
    from argparse import Namespace

    from folioscope.jobs.progress import Progress
    from folioscope.services.look_api import ModelsService, Profile

_DONE, _FAULTS = 0, 3
NO_MODEL, NO_RERANKER, _STARTER = "none", "no-reranker", "starter"
_VERBS = {
    InstallStage.DOWNLOADING.value: "Fetching",
    InstallStage.CONVERTING.value: "Converting",
    InstallStage.CHECKING.value: "Checking",
}


def run(models: ModelsService, options: Namespace) -> int:
    """Run the action that was typed; returns the exit code."""
    return _ACTIONS[options.action](models, options)


def _list(models: ModelsService, options: Namespace) -> int:
    found, problems = models.models(), models.problems()
    profiles = {p.model.name: p for p in models.profiles() if p.model}
    if options.json:
        told = [_answer(m) | _profile_answer(profiles.get(m.name)) for m in found]
        answers.write({"models": told, "problems": problems})
    else:
        for model in found:
            say(f"{strong(safe(model.name), sys.stdout)}  {safe(model.title)}, {model.kind.value}")
            say(f"    {_standing(model)}{_profile_words(profiles.get(model.name))}")
    for problem in problems:
        say(safe(problem), stream=sys.stderr)
    return _DONE


def _info(models: ModelsService, options: Namespace) -> int:
    model = models.info(options.name)
    if options.json:
        answers.write(_answer(model))
        return _DONE
    say(f"{strong(safe(model.name), sys.stdout)}  {safe(model.title)}, {model.kind.value}")
    for line in (model.about, models.licence_text(options.name), _origin(model)):
        if line:
            say(safe(line.strip()))
    say(_standing(model))
    for build in model.builds:
        if build.device is not None:
            say(f"  {build.precision.value:5} {safe(build.device.reason)}")
        if build.cosines:
            say(f"  {build.precision.value:5} {_nearness(build)}")
    for cost in model.costs:
        note = ", recommended here" if cost.precision is model.recommended else ""
        say(
            f"  {cost.precision.value:5} {size(cost.disk_bytes)} on disk,"
            f" {size(cost.installing_bytes)} while it is installed,"
            f" about {size(cost.memory_bytes)} of memory{note}"
        )
    return _DONE


def _install(models: ModelsService, options: Namespace) -> int:
    model = models.info(options.name)
    precision = Precision(options.precision) if options.precision else None
    if options.source is None and not _is_there(model, precision):
        _ask(model, is_accepted=options.yes)
    elif not options.json:
        say(safe(_licence_line(model)), stream=sys.stderr)
    run_watched(
        lambda ctx: models.install(options.name, ctx, precision=precision, source=options.source),
        words=_words,
        label="Getting ready",
    )
    model = models.info(options.name)
    if options.json:
        answers.write(_answer(model))
    else:
        say(f"{safe(model.title)} is ready. {_standing(model)}")
        for build in model.builds:
            if build.cosines and precision in (None, build.precision):
                say(f"{build.precision.value}: {_nearness(build)}")
    return _DONE


def _nearness(build: InstalledBuild) -> str:
    """Say how near each half came to the official file when it was made."""
    halves = [f"{half} {cosine:.5f}" for half, cosine in build.cosines.items()]
    return f"cosine to the official file on sample pages: {', '.join(halves)}"


def _is_there(model: ModelInfo, precision: Precision | None) -> bool:
    """Whether nothing will be fetched."""
    whole = [build.precision for build in model.builds if build.is_whole]
    return precision in whole if precision else bool(whole)


def _ask(model: ModelInfo, *, is_accepted: bool) -> None:
    """Get consent to licence and download; raise FolioscopeError without it."""
    size_words = size(model.download_bytes) if model.download_bytes else "files of unknown size"
    if not model.repository:
        return  # nothing to consent to: installing tells that there is nowhere to fetch from
    say(safe(_licence_line(model)), stream=sys.stderr)
    say(
        safe(f"It is fetched from {model.repository}, revision {model.revision}: {size_words}."),
        stream=sys.stderr,
    )
    if is_accepted:
        return
    if not (is_terminal(sys.stdout) and sys.stdin.isatty()):
        raise FolioscopeError(
            f"{model.title} is only fetched once its licence is accepted.",
            hint="Read the licence and add --yes, or install from a folder with --from.",
        )
    say("Accept the licence and fetch it? [y/N] ", stream=sys.stderr)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise FolioscopeError("Nothing was fetched.")


def _licence_line(model: ModelInfo) -> str:
    if not model.licence:
        return f"Licence of {model.title}: its description names none."
    use = "" if model.is_commercial_use_allowed else ", not for commercial use"
    place = f" {model.licence_url}" if model.licence_url else ""
    return f"Licence of {model.title}: {model.licence}{use}.{place}"


def _verify(models: ModelsService, options: Namespace) -> int:
    names = [options.name] if options.name else [m.name for m in models.models() if m.builds]
    faults: dict[str, list[str]] = {}
    for name in names:
        faults[models.info(name).name] = list(
            run_watched(_verifying(models, name), words=_words, label="Checking")
        )
    if options.json:
        answers.write({"models": faults})
    else:
        for name, found in faults.items():
            say(f"{safe(name)}: {'damaged' if found else 'as it was installed'}")
            for fault in found:
                say(safe(fault), stream=sys.stderr)
    return _FAULTS if any(faults.values()) else _DONE


def _verifying(models: ModelsService, name: str) -> Any:
    return lambda ctx: models.verify(name, ctx)


def _trial(models: ModelsService, options: Namespace) -> int:
    precision = Precision(options.precision) if options.precision else None
    trial = run_watched(
        lambda ctx: models.trial(options.name, ctx, precision=precision), label="Measuring"
    )
    if options.json:
        answers.write(
            {
                "model": options.name,
                "seconds_a_page": round(trial.seconds_a_page, 3),
                "memory_bytes": trial.memory_bytes,
                "provider": trial.provider,
                "installed": trial.is_installed_model,
            }
        )
    else:
        how = "measured" if trial.is_installed_model else "from a part of it"
        say(
            f"{trial.seconds_a_page:.1f} s a page with {trial.provider} ({how}), about"
            f" {size(trial.memory_bytes)} of memory."
        )
    return _DONE


def _use(models: ModelsService, options: Namespace) -> int:
    name = options.name
    if name in (NO_MODEL, _STARTER):
        models.choose(_STARTER)
    elif name == NO_RERANKER:
        models.choose_reranker("")
    elif models.info(name).kind is ModelKind.RERANKER:
        models.choose_reranker(name)
    else:
        models.choose(name)
    if options.json:
        answers.write({"used": name})
    else:
        say(f"{safe(name)} is used from now on.")
    return _DONE


_ACTIONS = {
    "list": _list,
    "info": _info,
    "install": _install,
    "verify": _verify,
    "trial": _trial,
    "use": _use,
}


def _standing(model: ModelInfo) -> str:
    """Say what is installed, or what installing would fetch."""
    if model.name.startswith(PREFIX):
        return "runs on a server, agreed to"
    parts = [
        f"{build.precision.value} installed, {size(build.size_bytes)}"
        if build.is_whole
        else f"{build.precision.value} damaged"
        for build in model.builds
    ]
    if not parts:
        parts = ["not installed"]
        parts += [f"{size(model.download_bytes)} to fetch"] if model.download_bytes else []
    if model.partial_bytes:
        parts.append(f"{size(model.partial_bytes)} fetched already")
    return "; ".join(parts)


def _profile_words(profile: Profile | None) -> str:
    """Say what a profile is called, whether it is in use, and what a page takes here."""
    if profile is None:
        return ""
    told = [f"profile {profile.id}"] if profile.model and profile.id != profile.model.name else []
    told += ["in use"] if profile.is_chosen else []
    told += ["recommended here"] if profile.is_recommended else []
    told += [f"{profile.trial.seconds_a_page:.1f} s a page"] if profile.trial else []
    return "".join(f"; {each}" for each in told)


def _profile_answer(profile: Profile | None) -> dict[str, Any]:
    trial = profile.trial if profile else None
    return {
        "profile": profile.id if profile else None,
        "in_use": bool(profile and profile.is_chosen),
        "recommended_here": bool(profile and profile.is_recommended),
        "seconds_a_page": round(trial.seconds_a_page, 3) if trial else None,
    }


def _origin(model: ModelInfo) -> str:
    return f"From {model.repository}, revision {model.revision}" if model.repository else ""


def _words(now: Progress) -> str:
    verb = _VERBS.get(now.label, "Working on")
    total = size(now.total) if now.total else "?"
    pace = f"{size(now.per_second)} a second" if now.per_second else ""
    return progress_words(f"{verb} {size(now.done)} of {total}", pace, now.left_s)


def _answer(model: ModelInfo) -> dict[str, Any]:
    return {
        "name": model.name,
        "title": model.title,
        "kind": model.kind.value,
        "about": model.about,
        "licence": model.licence,
        "licence_url": model.licence_url,
        "commercial_use": model.is_commercial_use_allowed,
        "repository": model.repository,
        "revision": model.revision,
        "download_bytes": model.download_bytes,
        "partial_bytes": model.partial_bytes,
        "dims": list(model.dims),
        "has_rows": model.has_rows,
        "recommended": model.recommended.value,
        "installed": model.is_installed,
        "costs": [
            {
                "precision": cost.precision.value,
                "disk_bytes": cost.disk_bytes,
                "installing_bytes": cost.installing_bytes,
                "memory_bytes": cost.memory_bytes,
            }
            for cost in model.costs
        ],
        "builds": [
            {
                "precision": build.precision.value,
                "folder": str(Path(build.folder)),
                "size_bytes": build.size_bytes,
                "whole": build.is_whole,
                "cosines": dict(build.cosines),
                "device": build.device.provider if build.device else None,
                "device_reason": build.device.reason if build.device else None,
            }
            for build in model.builds
        ],
    }
