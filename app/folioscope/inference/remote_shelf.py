"""The models of this machine, and beside them those on servers that somebody agreed to use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from folioscope.domain.embeddings import EmbeddingTask
from folioscope.domain.encoders import Encoder, Reranker
from folioscope.domain.errors import InferenceError, ModelMissingError
from folioscope.domain.models import (
    InstalledBuild,
    InstallProgress,
    ModelInfo,
    ModelKind,
    ModelShelf,
    Precision,
    PrecisionCost,
    Trial,
)
from folioscope.domain.protocols import Cancellation, TextEncoder
from folioscope.domain.remote_models import PREFIX, RemoteModel, RemoteUse
from folioscope.domain.store_places import ElasticPlace, ElasticSecret

_KINDS = {RemoteUse.PICTURES: ModelKind.ENCODER, RemoteUse.RERANKER: ModelKind.RERANKER}
_LICENCE = "It runs on a server: what you may do with it is between you and who runs that."


@dataclass(frozen=True, slots=True)
class ShelfWithServers:
    """A ModelShelf around another one. ``agreed``: the models on servers that may be used."""

    here: ModelShelf
    agreed: Callable[[], Sequence[RemoteModel]]
    find_secret: Callable[[ElasticPlace], ElasticSecret]

    def models(self) -> list[ModelInfo]:
        """List what is here or can be installed, then what runs on servers."""
        remote = [
            _info(model, kind)
            for model in self.agreed()
            for use, kind in _KINDS.items()
            if use in model.uses
        ]
        return [*self.here.models(), *remote]

    def problems(self) -> list[str]:
        """Tell which descriptions of models cannot be used."""
        return self.here.problems()

    def info(self, name: str) -> ModelInfo:
        """Return one model; ModelMissingError names those there are."""
        if not name.startswith(PREFIX):
            return self.here.info(name)
        model = self._agreed(name)
        for use, kind in _KINDS.items():
            if use in model.uses:
                return _info(model, kind)
        raise ModelMissingError(
            f"{name} is used for the texts of pages alone.",
            hint="Choose another visual model or reranker.",
        )

    def licence_text(self, name: str) -> str:
        """Return the licence's text, or where it is to be read."""
        return _LICENCE if name.startswith(PREFIX) else self.here.licence_text(name)

    def install(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        source: Path | None = None,
        token: Cancellation | None = None,
        report: Callable[[InstallProgress], None] | None = None,
    ) -> None:
        """Fetch a model of this machine."""
        _refuse_servers(name)
        self.here.install(name, precision=precision, source=source, token=token, report=report)

    def remove(self, name: str, *, precision: Precision | None = None) -> int:
        """Delete builds of this machine; returns the bytes that were freed."""
        _refuse_servers(name)
        return self.here.remove(name, precision=precision)

    def verify(
        self,
        name: str,
        *,
        token: Cancellation | None = None,
        report: Callable[[InstallProgress], None] | None = None,
    ) -> list[str]:
        """Compare files with what was installed; a server's are its own business."""
        if name.startswith(PREFIX):
            return []
        return self.here.verify(name, token=token, report=report)

    def trial(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        token: Cancellation | None = None,
    ) -> Trial:
        """Measure what a page costs here."""
        _refuse_servers(name)
        return self.here.trial(name, precision=precision, token=token)

    def encoder(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        task: EmbeddingTask = EmbeddingTask.RETRIEVAL,
        dim: int | None = None,
    ) -> Encoder:
        """Return an encoder that is not open yet."""
        if not name.startswith(PREFIX):
            return self.here.encoder(name, precision=precision, task=task, dim=dim)
        from folioscope.inference.remote_encoders import RemotePictureEncoder

        model = self._agreed(name, RemoteUse.PICTURES)
        if task is not EmbeddingTask.RETRIEVAL:
            raise InferenceError(f"{name} has no adapter for {task.value}.")
        if dim not in (None, model.offer.dim):
            raise InferenceError(f"{name} makes no vectors of length {dim}.")
        return RemotePictureEncoder(model, self.find_secret(model.place))

    def reranker(self, name: str, *, precision: Precision | None = None) -> Reranker:
        """Return a reranker that is not open yet."""
        if not name.startswith(PREFIX):
            return self.here.reranker(name, precision=precision)
        from folioscope.inference.remote_encoders import RemoteReranker

        model = self._agreed(name, RemoteUse.RERANKER)
        return RemoteReranker(model, self.find_secret(model.place))

    def text_encoder(self, name: str) -> TextEncoder:
        """Return what embeds texts in place of the starter, not open yet."""
        from folioscope.inference.remote_encoders import RemoteTextEncoder

        model = self._agreed(name, RemoteUse.TEXTS)
        return RemoteTextEncoder(model, self.find_secret(model.place))

    def _agreed(self, name: str, use: RemoteUse | None = None) -> RemoteModel:
        for model in self.agreed():
            if model.name == name and (use is None or use in model.uses):
                return model
        raise ModelMissingError(
            f"Nobody agreed to use {name} for this.",
            hint=f"Read what it is sent: folioscope models agree {name.removeprefix(PREFIX)}",
        )


def _info(model: RemoteModel, kind: ModelKind) -> ModelInfo:
    """Describe a model on a server as one that is here whole and takes no room."""
    offer = model.offer
    return ModelInfo(
        name=model.name,
        title=offer.model or offer.endpoint,
        kind=kind,
        about=f"Runs on {model.place.url} ({offer.service}).",
        licence="",
        licence_url="",
        is_commercial_use_allowed=True,
        repository="",
        revision="",
        download_bytes=0,
        dims=(offer.dim,) if offer.dim else (),
        has_rows=False,
        costs=(PrecisionCost(Precision.FP32, 0, 0, 0),),
        recommended=Precision.FP32,
        builds=(InstalledBuild(Precision.FP32, Path(), 0, is_whole=True),),
    )


def _refuse_servers(name: str) -> None:
    if name.startswith(PREFIX):
        raise InferenceError(
            f"{name} runs on a server, so nothing of it is on this machine.",
            hint=f"To use it no more: folioscope models forget {name.removeprefix(PREFIX)}",
        )
