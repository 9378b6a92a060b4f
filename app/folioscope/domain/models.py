"""Models that can be installed: what they are, what they cost, and where they stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from folioscope.domain.embeddings import DeviceChoice, EmbeddingTask
from folioscope.domain.encoders import Encoder, Reranker
from folioscope.domain.protocols import Cancellation


class Precision(StrEnum):
    """In what numbers a model's weights are kept, and its products computed."""

    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"
    INT4 = "int4"
    W8A8 = "w8a8"  # weights and activations in 8 bits: the fast one on processors


class ModelKind(StrEnum):
    """What a model is for."""

    ENCODER = "encoder"
    RERANKER = "reranker"


@dataclass(frozen=True, slots=True)
class InstalledBuild:
    """Files of a model on this machine in one precision. ``is_whole``: none lacks or is cut.

    ``device``: what was chosen to run it at its first use, None before that. ``cosines``: how
    near each half came to the official file on real pages when it was made, empty where that
    was not tried.
    """

    precision: Precision
    folder: Path
    size_bytes: int
    is_whole: bool
    device: DeviceChoice | None = None
    cosines: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrecisionCost:
    """What a precision needs: room on disk when installed and while installing, and memory."""

    precision: Precision
    disk_bytes: int
    installing_bytes: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that a manifest describes, shipped with Folioscope or the user's own.

    ``download_bytes`` is 0 when the manifest does not know. ``partial_bytes``: what an
    interrupted download has left to go on from. ``dims``: sizes its single vectors can be cut
    to, largest first. ``recommended`` is the precision for this machine; of ``builds`` the first
    whole one is used.
    """

    name: str
    title: str
    kind: ModelKind
    about: str
    licence: str
    licence_url: str
    is_commercial_use_allowed: bool
    repository: str
    revision: str
    download_bytes: int
    dims: tuple[int, ...]
    has_rows: bool
    costs: tuple[PrecisionCost, ...]
    recommended: Precision
    builds: tuple[InstalledBuild, ...] = ()
    partial_bytes: int = 0

    @property
    def is_installed(self) -> bool:
        """Whether a whole build is there."""
        return any(build.is_whole for build in self.builds)

    def cost(self, precision: Precision | None = None) -> PrecisionCost:
        """Return what a precision (the recommended one) needs; KeyError where unknown."""
        wanted = precision or self.recommended
        return {cost.precision: cost for cost in self.costs}[wanted]


class InstallStage(StrEnum):
    """What installing is doing."""

    DOWNLOADING = "downloading"
    CONVERTING = "converting"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class InstallProgress:
    """How far installing is, in bytes of this stage."""

    stage: InstallStage
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a short run on this machine measured. ``is_installed_model``: with its own weights."""

    seconds_a_page: float
    memory_bytes: int
    provider: str
    is_installed_model: bool


class ModelShelf(Protocol):
    """The models of this machine. Safe from any thread; errors are InferenceError and its kin."""

    def models(self) -> list[ModelInfo]:
        """List what can be installed, shipped ones first; quick."""
        ...

    def problems(self) -> list[str]:
        """Tell which descriptions of models cannot be used, a sentence each."""
        ...

    def info(self, name: str) -> ModelInfo:
        """Return one model; ModelMissingError names those there are."""
        ...

    def licence_text(self, name: str) -> str:
        """Return the licence's text, or where it is to be read."""
        ...

    def install(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        source: Path | None = None,
        token: Cancellation | None = None,
        report: Callable[[InstallProgress], None] | None = None,
    ) -> None:
        """Fetch (or take from the folder ``source``), check and convert; resumes what was begun.

        Consent is the caller's: with no ``source`` this reaches for the network.
        """
        ...

    def remove(self, name: str, *, precision: Precision | None = None) -> int:
        """Delete builds and partial downloads; returns the bytes that were freed."""
        ...

    def verify(
        self,
        name: str,
        *,
        token: Cancellation | None = None,
        report: Callable[[InstallProgress], None] | None = None,
    ) -> list[str]:
        """Compare files with what was installed; returns faults, a sentence each."""
        ...

    def trial(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        token: Cancellation | None = None,
    ) -> Trial:
        """Measure for about ten seconds what a page costs here, before anything is installed."""
        ...

    def encoder(
        self,
        name: str,
        *,
        precision: Precision | None = None,
        task: EmbeddingTask = EmbeddingTask.RETRIEVAL,
        dim: int | None = None,
    ) -> Encoder:
        """Return an encoder that is not open yet; ModelMissingError when not installed."""
        ...

    def reranker(self, name: str, *, precision: Precision | None = None) -> Reranker:
        """Return a reranker that is not open yet; ModelMissingError when not installed."""
        ...
