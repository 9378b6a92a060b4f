"""Models as the faces see them: profiles to choose from, installed and measured on a shelf."""

from collections.abc import Callable, Sequence
from pathlib import Path

from folioscope.domain.errors import ModelMissingError, SettingsError
from folioscope.domain.models import (
    InstallProgress,
    ModelInfo,
    ModelKind,
    ModelShelf,
    Precision,
    Trial,
)
from folioscope.jobs.progress import JobContext, Progress
from folioscope.services.look_api import Profile
from folioscope.settings.store import SettingsStore

_STARTER = "starter"
_PROFILES = {"photos": "jina-clip-v2", "pages": "jina-embeddings-v4"}


class ShelvedModels:
    """A ModelsService over a shelf; choices are kept in the settings."""

    def __init__(self, shelf: ModelShelf, settings: SettingsStore) -> None:
        self._shelf = shelf
        self._settings = settings

    def profiles(self) -> list[Profile]:
        """Return the starter, photos, pages, and encoders of the user's own."""
        chosen = self._settings.current.visual_model
        encoders = [m for m in self._shelf.models() if m.kind is ModelKind.ENCODER]
        ids = {name: profile for profile, name in _PROFILES.items()}
        visual = [
            Profile(ids.get(m.name, m.name), m, m.recommended, m.name == chosen) for m in encoders
        ]
        return [Profile(_STARTER, None, None, not chosen), *visual]

    def rerankers(self) -> list[ModelInfo]:
        """Return the models for second looks."""
        return [m for m in self._shelf.models() if m.kind is ModelKind.RERANKER]

    def models(self) -> list[ModelInfo]:
        """Return all models that there are manifests of."""
        return self._shelf.models()

    def info(self, name: str) -> ModelInfo:
        """Return one model; raise ModelMissingError."""
        return self._shelf.info(name)

    def licence_text(self, name: str) -> str:
        """Return a model's licence."""
        return self._shelf.licence_text(name)

    def install(
        self,
        name: str,
        ctx: JobContext,
        *,
        precision: Precision | None = None,
        source: Path | None = None,
    ) -> None:
        """Install; raise InferenceError and its kin."""
        report = _reporter(ctx)
        self._shelf.install(
            name, precision=precision, source=source, token=ctx.token, report=report
        )

    def remove(self, name: str, *, precision: Precision | None = None) -> int:
        """Delete a model's files; returns the bytes that were freed."""
        return self._shelf.remove(name, precision=precision)

    def verify(self, name: str, ctx: JobContext) -> Sequence[str]:
        """Return what is wrong with a model's files, a sentence each."""
        return self._shelf.verify(name, token=ctx.token, report=_reporter(ctx))

    def trial(self, name: str, ctx: JobContext, *, precision: Precision | None = None) -> Trial:
        """Measure what a page costs here."""
        return self._shelf.trial(name, precision=precision, token=ctx.token)

    def choose(self, profile_id: str) -> None:
        """Use a profile from now on; raise SettingsError where it is not installed."""
        name = "" if profile_id == _STARTER else _PROFILES.get(profile_id, profile_id)
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
            raise SettingsError(f"{name} is not installed.", hint="Install it first.")


def _reporter(ctx: JobContext) -> Callable[[InstallProgress], None]:
    def report(now: InstallProgress) -> None:
        ctx.report(Progress(now.done_bytes, now.total_bytes, now.stage.value))

    return report
