"""Models as the faces see them: profiles to choose from, installed and measured on a shelf."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from folioscope.domain.errors import ModelMissingError, SettingsError
from folioscope.domain.models import (
    InstallProgress,
    InstallStage,
    ModelInfo,
    ModelKind,
    ModelShelf,
    Precision,
    PrecisionCost,
    Trial,
)
from folioscope.jobs.progress import JobContext, Progress
from folioscope.services.look_api import Profile
from folioscope.services.pacing import PaceKeeper
from folioscope.settings.store import SettingsStore
from folioscope.system import paths
from folioscope.system.machine import Machine, look_at_machine

STARTER = "starter"
LIGHT = "light"
PROFILES = {LIGHT: "colmodernvbert", "photos": "jina-clip-v2", "pages": "jina-embeddings-v4"}
_TITLES = {LIGHT: "Light pages", "photos": "Photos", "pages": "Pages"}
_TRIALS_FILE = "trials.json"
_MEMORY_FOR_OTHERS = 0.9  # of the machine's memory, the rest is the system's
_logger = logging.getLogger(__name__)
Trials = dict[str, Trial]


class ShelvedModels:
    """A ModelsService over a shelf; choices are kept in the settings.

    ``models_dir`` keeps what trials measured. Safe from any thread.
    """

    def __init__(
        self,
        shelf: ModelShelf,
        settings: SettingsStore,
        *,
        models_dir: Callable[[], Path] = paths.models_dir,
        machine: Callable[[Path], Machine] = look_at_machine,
    ) -> None:
        self._shelf = shelf
        self._settings = settings
        self._models_dir = models_dir
        self._machine = machine

    def profiles(self) -> list[Profile]:
        """Return the starter, light pages, photos, pages, and encoders of the user's own."""
        chosen = self._settings.current.visual_model
        machine, trials = self._machine(self._models_dir()), self._trials()
        encoders = {m.name: m for m in self._shelf.models() if m.kind is ModelKind.ENCODER}
        named = [
            (profile, encoders.pop(name)) for profile, name in PROFILES.items() if name in encoders
        ]
        own = [(model.name, model) for model in encoders.values()]
        found = [
            _profile(identity, model, chosen, machine, trials) for identity, model in (*named, *own)
        ]
        return [Profile(STARTER, None, None, is_chosen=not chosen), *_recommended(found, trials)]

    def rerankers(self) -> list[ModelInfo]:
        """Return the models for second looks."""
        return [m for m in self._shelf.models() if m.kind is ModelKind.RERANKER]

    def models(self) -> list[ModelInfo]:
        """Return all models that there are manifests of."""
        return self._shelf.models()

    def problems(self) -> list[str]:
        """Return descriptions of models that cannot be used, a sentence each."""
        return self._shelf.problems()

    def info(self, name: str) -> ModelInfo:
        """Return one model; raise ModelMissingError."""
        return self._shelf.info(_model_name(name))

    def licence_text(self, name: str) -> str:
        """Return a model's licence."""
        return self._shelf.licence_text(_model_name(name))

    def install(
        self,
        name: str,
        ctx: JobContext,
        *,
        precision: Precision | None = None,
        source: Path | None = None,
    ) -> None:
        """Install, by default what is there already or fits; raise InferenceError and its kin."""
        name = _model_name(name)
        self._shelf.install(
            name,
            precision=precision or self._usual(name),
            source=source,
            token=ctx.token,
            report=_Reporter(ctx),
        )

    def remove(self, name: str, *, precision: Precision | None = None) -> int:
        """Delete a model's files; returns the bytes that were freed.

        A model that is gone is not chosen any more.
        """
        name = _model_name(name)
        freed = self._shelf.remove(name, precision=precision)
        if not self._shelf.info(name).is_installed:
            now = self._settings.current
            if now.visual_model == name:
                self._settings.change(visual_model="", visual_precision="")
            if now.reranker == name:
                self._settings.change(reranker="")
        return freed

    def verify(self, name: str, ctx: JobContext) -> Sequence[str]:
        """Return what is wrong with a model's files, a sentence each."""
        return self._shelf.verify(_model_name(name), token=ctx.token, report=_Reporter(ctx))

    def trial(self, name: str, ctx: JobContext, *, precision: Precision | None = None) -> Trial:
        """Measure what a page costs here, and keep it."""
        name = _model_name(name)
        wanted = precision or self._usual(name)
        trial = self._shelf.trial(name, precision=wanted, token=ctx.token)
        self._keep_trial(f"{name} {wanted.value}", trial)
        return trial

    def choose(self, profile_id: str) -> None:
        """Use a profile from now on; raise SettingsError where it is not installed."""
        name = "" if profile_id == STARTER else _model_name(profile_id)
        self._check(name, ModelKind.ENCODER)
        self._settings.change(visual_model=name, visual_precision="")

    def choose_reranker(self, name: str) -> None:
        """Use a reranker for second looks, none when empty; raise SettingsError."""
        self._check(name, ModelKind.RERANKER)
        self._settings.change(reranker=name)

    def _check(self, name: str, kind: ModelKind) -> None:
        if not name:
            return
        try:
            info = self._shelf.info(name)
        except ModelMissingError as error:
            raise SettingsError(error.what, hint=error.hint) from error
        if info.kind is not kind:
            raise SettingsError(f"{name} is no {kind.value}.", hint="Choose another model.")
        if not info.is_installed:
            raise SettingsError(
                f"{name} is not installed.",
                hint=f"Install it first: folioscope models install {name}",
            )

    def _usual(self, name: str) -> Precision:
        return _precision(self._shelf.info(name), self._machine(self._models_dir()))

    # --- trials

    def _trials(self) -> Trials:
        try:
            return msgspec.json.decode(
                (self._models_dir() / _TRIALS_FILE).read_bytes(), type=Trials
            )
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}

    def _keep_trial(self, key: str, trial: Trial) -> None:
        path = self._models_dir() / _TRIALS_FILE
        part = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(msgspec.json.encode({**self._trials(), key: trial}))
            part.replace(path)
        except OSError as error:
            _logger.warning("A trial could not be kept: %s", error)


def _model_name(name: str) -> str:
    """Return the model that a profile stands for; models stand for themselves."""
    return PROFILES.get(name, name)


def _profile(
    identity: str, model: ModelInfo, chosen: str, machine: Machine, trials: Trials
) -> Profile:
    precision = _precision(model, machine)
    return Profile(
        id=identity,
        model=model,
        precision=precision,
        is_chosen=model.name == chosen,
        refusal=_refusal(_TITLES.get(identity, model.title), model, precision, machine),
        trial=trials.get(f"{model.name} {precision.value}"),
    )


def _recommended(profiles: Sequence[Profile], trials: Trials) -> list[Profile]:
    """Mark Light pages where there is no graphics card that could run the larger ones."""
    has_card = any(p.model and p.model.recommended is Precision.FP16 for p in profiles) or any(
        not trial.provider.startswith("CPU") for trial in trials.values()
    )
    return [
        replace(p, is_recommended=p.id == LIGHT and not has_card and not p.refusal)
        for p in profiles
    ]


def _precision(model: ModelInfo, machine: Machine) -> Precision:
    """Return what is installed, or what would be."""
    whole = [build.precision for build in model.builds if build.is_whole]
    return whole[0] if whole else _fitting_precision(model, machine)


def _fitting_precision(model: ModelInfo, machine: Machine) -> Precision:
    """Return the recommended precision, or the smallest where memory is too little for that."""
    if _fits(model.cost(), machine):
        return model.recommended
    return min(model.costs, key=lambda cost: cost.memory_bytes).precision


def _fits(cost: PrecisionCost, machine: Machine) -> bool:
    return cost.memory_bytes <= machine.memory_bytes * _MEMORY_FOR_OTHERS


def _refusal(title: str, model: ModelInfo, precision: Precision, machine: Machine) -> str:
    cost = model.cost(precision)
    if not _fits(cost, machine):
        needed, has = _gigabytes(cost.memory_bytes), _gigabytes(machine.memory_bytes)
        return f"{title} needs {needed} GB of memory; this computer has {has} GB."
    to_come = cost.installing_bytes - model.partial_bytes
    if not model.is_installed and to_come > machine.free_disk_bytes:
        needed, free = _gigabytes(to_come), _gigabytes(machine.free_disk_bytes)
        return f"{title} needs {needed} GB while it is installed; {free} GB are free."
    return ""


def _gigabytes(size_bytes: float) -> str:
    return f"{size_bytes / 1e9:.1f}"


class _Reporter:
    """Turns bytes of a stage into progress with a rate and the time that is left."""

    def __init__(self, ctx: JobContext) -> None:
        self._ctx = ctx
        self._stage: InstallStage | None = None
        self._pace = PaceKeeper()
        self._done = 0

    def __call__(self, now: InstallProgress) -> None:
        if now.stage is not self._stage or now.done_bytes < self._done:
            self._stage, self._pace, self._done = now.stage, PaceKeeper(), 0
        self._pace.expect(now.total_bytes)
        self._pace.add(now.done_bytes - self._done)
        self._done = now.done_bytes
        pace = self._pace.pace()
        self._ctx.report(
            Progress(
                done=now.done_bytes,
                total=now.total_bytes,
                label=now.stage.value,
                per_second=pace.per_second,
                left_s=pace.left_s,
            )
        )
