"""Installs, measures, chooses and removes models in jobs, and tells what goes on with each."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from folioscope.domain.errors import SharedLibraryError
from folioscope.domain.models import ModelInfo, ModelKind, Precision, Trial
from folioscope.gui.job_runner import JobHandle, Lane
from folioscope.gui.library_session import LibrarySession, Work, sentence_of
from folioscope.jobs.progress import JobContext, Progress
from folioscope.services.api import Services
from folioscope.services.look_api import LookCoverage, Profile
from folioscope.services.look_dropping import Dropped, drop_looks, of_model
from folioscope.system.machine import Machine, look_at_machine
from folioscope.system.paths import models_dir


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What is known of models; asked for in the background."""

    machine: Machine
    profiles: tuple[Profile, ...] = ()
    rerankers: tuple[ModelInfo, ...] = ()
    coverage: tuple[LookCoverage, ...] = ()
    starter_bytes: int = 0
    problems: tuple[str, ...] = ()  # descriptions of models that cannot be used

    def fitting_precision(self, model: ModelInfo) -> Precision:
        """Return the precision that a model's profile has here, or the recommended one."""
        mine = (p for p in self.profiles if p.model and p.model.name == model.name)
        profile = next(mine, None)
        return (profile.precision if profile else None) or model.recommended


@dataclass(frozen=True, slots=True)
class InstallWish:
    """What is to be installed; with a ``source`` nothing is downloaded."""

    name: str
    precision: Precision
    source: Path | None = None


@dataclass(frozen=True, slots=True)
class ModelWork:
    """How an install goes; ``error`` is the sentence that it ended with."""

    wish: InstallWish
    progress: Progress | None = None
    is_paused: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class CheckState:
    """A check of a model's files: under way, or what it found; None where none was made."""

    is_running: bool = False
    faults: tuple[str, ...] | None = None


NOT_CHECKED = CheckState()


class ModelDesk(QObject):
    """Keeps what is known and what goes on. One install or trial runs at a time."""

    facts_changed = Signal(object)
    work_changed = Signal(str)
    measuring_changed = Signal()
    visual_chosen = Signal()
    reranker_chosen = Signal()
    could_not = Signal(str)

    def __init__(self, session: LibrarySession, *, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.facts: ModelFacts | None = None
        self._coverage: tuple[LookCoverage, ...] = ()
        self.is_shared = False  # with other computers, as far as is known
        self.measured: str | None = None  # the model on trial, None while nothing is measured
        self._works: dict[str, ModelWork] = {}
        self._installs: dict[str, JobHandle] = {}
        self._trial: JobHandle | None = None
        self.trials: dict[str, Trial] = {}  # of this session, rerankers' among them
        self._checks: set[str] = set()
        self._faults: dict[str, tuple[str, ...]] = {}

    # --- facts -----------------------------------------------------------------------------

    def reload(self, _done: object = None) -> None:
        """Ask what there is; what the library holds takes longer and comes behind."""
        self._submit(_ask, self._take)
        self._submit(_ask_held, self._take_held)

    def _take(self, facts: ModelFacts) -> None:
        self.facts = replace(facts, coverage=self._coverage)
        self.facts_changed.emit(self.facts)

    def _take_held(self, held: tuple[list[LookCoverage], int]) -> None:
        coverage, others = held
        self._coverage, self.is_shared = tuple(coverage), others > 0
        if self.facts is not None:
            self._take(self.facts)

    def note_looked_at(self, name: str, pages: int, *, is_known: bool) -> None:
        """Take how many pages the model in use has, which is told sooner than it is counted."""
        if not is_known or self.facts is None:
            return
        self._coverage = tuple(
            replace(held, pages=pages) if held.is_current and held.name == name else held
            for held in self._coverage
        )
        self.facts = replace(self.facts, coverage=self._coverage)

    def _submit(self, work: Work, then: Callable[[Any], None]) -> None:
        self._session.submit(work, then=then, otherwise=self._tell)

    def _tell(self, error: Exception) -> None:
        self.could_not.emit(sentence_of(error))

    def licence(self, name: str, then: Callable[[str], None]) -> None:
        """Bring a licence's text."""
        self._submit(lambda services, _ctx: services.models.licence_text(name), then)

    # --- installing ------------------------------------------------------------------------

    def work(self, name: str) -> ModelWork | None:
        """Return what goes on with a model, or how it failed; None where nothing did."""
        return self._works.get(name)

    @property
    def is_installing(self) -> bool:
        """Whether an install is under way, paused or not."""
        return bool(self._installs)

    def install(self, wish: InstallWish) -> None:
        """Install a model whose licence the user has read and agreed to."""
        if wish.name in self._installs:
            return

        def work(services: Services, ctx: JobContext) -> None:
            models = services.models
            models.install(wish.name, ctx, precision=wish.precision, source=wish.source)
            _use_if_first(services, wish.name)

        handle = self._session.submit(
            work,
            then=partial(self._end_well, wish.name),
            otherwise=partial(self._end_badly, wish.name),
            lane=Lane.MODELS,
        )
        if handle is None:
            return
        self._installs[wish.name] = handle
        self._faults.pop(wish.name, None)
        handle.progressed.connect(partial(self._show_progress, wish.name))
        handle.cancelled.connect(partial(self._forget, wish.name))
        handle.finished.connect(partial(self._finish, wish.name))
        self._set_work(wish.name, ModelWork(wish))

    def _set_work(self, name: str, work: ModelWork | None) -> None:
        if work is None:
            self._works.pop(name, None)
        else:
            self._works[name] = work
        self.work_changed.emit(name)

    def _show_progress(self, name: str, progress: Progress) -> None:
        work = self._works.get(name)
        if work is not None and not work.error:
            self._set_work(name, replace(work, progress=progress))

    def _end_well(self, name: str, _none: object) -> None:
        self._set_work(name, None)
        self._tell_chosen(name)

    def _tell_chosen(self, name: str) -> None:
        """Say that what is in use may be another: the first model installed is used at once."""
        rerankers = self.facts.rerankers if self.facts else ()
        is_reranker = any(model.name == name for model in rerankers)
        (self.reranker_chosen if is_reranker else self.visual_chosen).emit()

    def _end_badly(self, name: str, error: Exception) -> None:
        work = self._works[name]
        self._set_work(name, ModelWork(work.wish, error=sentence_of(error)))

    def _forget(self, name: str) -> None:
        self._set_work(name, None)

    def _finish(self, name: str) -> None:
        self._installs.pop(name, None)
        self.reload()

    def pause(self, name: str) -> None:
        """Hold an install at its next step, or let it go on."""
        handle, work = self._installs.get(name), self._works.get(name)
        if handle is None or work is None:
            return
        (handle.token.resume if work.is_paused else handle.token.pause)()
        self._set_work(name, replace(work, is_paused=not work.is_paused))

    def cancel(self, name: str) -> None:
        """End an install; what was downloaded is kept to go on from."""
        if name in self._installs:
            self._installs[name].cancel()

    def retry(self, name: str) -> None:
        """Install again as was wished, after a failure."""
        if work := self._works.get(name):
            self.install(work.wish)

    def dismiss(self, name: str) -> None:
        """Forget how an install failed."""
        if name not in self._installs:
            self._set_work(name, None)

    # --- checking --------------------------------------------------------------------------

    def verify(self, name: str) -> None:
        """Compare a model's files with what was installed."""
        if name in self._checks or name in self._installs:
            return
        handle = self._session.submit(
            lambda services, ctx: services.models.verify(name, ctx),
            then=lambda faults: self._set_check(name, tuple(faults)),
            otherwise=lambda error: self._set_check(name, (sentence_of(error),)),
            lane=Lane.MODELS,
        )
        if handle is not None:
            self._set_check(name, None)

    def _set_check(self, name: str, faults: tuple[str, ...] | None) -> None:
        if faults is None:
            self._checks.add(name)
        else:
            self._checks.discard(name)
            self._faults[name] = faults
        self.work_changed.emit(name)

    def check(self, name: str) -> CheckState:
        """Return how a check of a model's files stands."""
        return CheckState(name in self._checks, self._faults.get(name))

    # --- measuring -------------------------------------------------------------------------

    def measure(self, names: Sequence[str]) -> None:
        """Run the trial of each of these models, one after the other."""
        if self.measured is not None or not names:
            return
        known = tuple(names)

        def work(services: Services, ctx: JobContext) -> None:
            for number, name in enumerate(known):
                ctx.report(Progress(number, len(known), name))
                self.trials[name] = services.models.trial(name, ctx)

        handle = self._session.submit(work, otherwise=self._tell, lane=Lane.MODELS)
        if handle is None:
            return
        self.measured = known[0]
        self._trial = handle
        handle.progressed.connect(self._show_measured)
        handle.finished.connect(self._end_measuring)
        self.measuring_changed.emit()

    def _show_measured(self, progress: Progress) -> None:
        if self._trial is not None:
            self.measured = progress.label
            self.measuring_changed.emit()

    def _end_measuring(self) -> None:
        self.measured, self._trial = None, None
        self.measuring_changed.emit()
        self.reload()

    def stop_measuring(self) -> None:
        """End the trials; what was measured is kept."""
        if self._trial is not None:
            self._trial.cancel()

    # --- choosing --------------------------------------------------------------------------

    def choose(self, profile_id: str) -> None:
        """Find pages by a profile from now on."""

        def told(_none: object) -> None:
            self.visual_chosen.emit()
            self.reload()

        self._submit(lambda services, _ctx: services.models.choose(profile_id), told)

    def choose_reranker(self, name: str) -> None:
        """Use a model for second looks; empty for none."""

        def told(_none: object) -> None:
            self.reranker_chosen.emit()
            self.reload()

        self._submit(lambda services, _ctx: services.models.choose_reranker(name), told)

    def held_of(self, name: str) -> Dropped:
        """Return what the library holds of a model, in whatever precision, as far as is known."""
        held = [each for each in self._coverage if each.name == name]
        return Dropped(sum(h.pages for h in held), sum(h.size_bytes for h in held))

    def remove(self, name: str) -> None:
        """Delete a model's files and vectors, choosing the Starter first where it was in use."""

        def work(services: Services, _ctx: JobContext) -> int:
            used = (p for p in services.models.profiles() if p.is_chosen and p.model)
            if any(p.model is not None and p.model.name == name for p in used):
                services.models.choose("starter")
            freed = services.models.remove(name)
            with suppress(SharedLibraryError):  # others may go on with what it saw
                drop_looks(services.look, of_model(name))
            return freed

        def told(_freed: int) -> None:
            self._set_work(name, None)
            self._tell_chosen(name)
            self.reload()

        self._submit(work, told)

    def drop(self, model: str) -> None:
        """Forget what the library holds of a model."""
        self._submit(lambda services, _ctx: services.look.drop(model), self.reload)


def _use_if_first(services: Services, name: str) -> None:
    """Use a model at once that was installed where none was in use: that is what for."""
    models = services.models
    if models.info(name).kind is ModelKind.RERANKER:
        models.choose_reranker(name)
        return
    profiles = models.profiles()
    if any(p.is_chosen and p.model is None for p in profiles):
        models.choose(next(p.id for p in profiles if p.model and p.model.name == name))


def _ask(services: Services, _ctx: JobContext) -> ModelFacts:
    return ModelFacts(
        machine=look_at_machine(models_dir()),
        profiles=tuple(services.models.profiles()),
        rerankers=tuple(services.models.rerankers()),
        problems=tuple(services.models.problems()),
        starter_bytes=_folder_bytes(models_dir() / "starter"),
    )


def _ask_held(services: Services, _ctx: JobContext) -> tuple[list[LookCoverage], int]:
    return services.look.coverage(), services.library.stats().other_machines


def _folder_bytes(folder: Path) -> int:
    total = 0
    for place, _folders, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # gone meanwhile: it takes no room
                total += (Path(place) / name).stat().st_size
    return total
