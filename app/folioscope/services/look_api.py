"""What the two faces may ask about visual models: the library's look, and models themselves.

Like everything in ``api``: safe from any thread, and blocking.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from folioscope.domain.embeddings import HeatMap
from folioscope.domain.models import ModelInfo, Precision, Trial
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Cancellation
from folioscope.domain.remote_models import RemoteModel, RemoteOffer, RemoteUse
from folioscope.jobs.progress import JobContext


class LookPhase(StrEnum):
    """What looking at pages is doing."""

    OFF = "off"  # no visual model is chosen
    IDLE = "idle"  # every page has been looked at
    LOOKING = "looking"
    YIELDING = "yielding"  # waits while reading goes on or the user works
    ON_BATTERY = "on_battery"
    PAUSED = "paused"
    BLOCKED = "blocked"  # cannot go on: ``message`` says why


@dataclass(frozen=True, slots=True)
class LookState:
    """How far the library is looked at by the chosen model. Estimates None until steady.

    ``device``: the reason why what runs the model was chosen, or took over; empty before.
    ``may_pass``: it is blocked by a server that is away, and goes on once that is back.
    """

    phase: LookPhase = LookPhase.OFF
    model: str = ""
    done: int = 0
    total: int = 0
    per_second: float | None = None
    left_s: float | None = None
    message: str = ""
    failed: int = 0  # pages whose picture could not be made
    device: str = ""
    may_pass: bool = False


@dataclass(frozen=True, slots=True)
class LookCoverage:
    """Pages that have vectors of a model. ``is_current``: the one that searches use.

    ``model`` is the fingerprint: the same model in another precision is another one here.
    ``size_bytes``: about what they take on disk, 0 where it is not told.
    """

    model: str
    pages: int
    is_current: bool
    size_bytes: int = 0

    @property
    def name(self) -> str:
        """The model's name: its fingerprint begins with it."""
        return self.model.partition(" ")[0]

    @property
    def precision(self) -> str:
        """In which numbers the model was, empty where the fingerprint does not tell."""
        parts = self.model.split(" ")[1:3]
        return next((part for part in parts if part in set(Precision)), "")


class LookService(Protocol):
    """Looks at the library's pages with the chosen visual model, behind everything else."""

    def run(self, ctx: JobContext) -> None:
        """Look at every page that was not looked at, lowest priority; resumes after a kill.

        Waits on battery (unless settings allow it), while indexing reads and while the user
        works. Returns when all pages are done or no model is chosen.
        """
        ...

    def state(self) -> LookState:
        """Take a snapshot; never blocks."""
        ...

    def note_user_activity(self) -> None:
        """Say that somebody is using the window just now."""
        ...

    def go_on(self) -> None:
        """Look on battery too, until mains power is back or the run ends: the user said so."""
        ...

    def coverage(self) -> list[LookCoverage]:
        """Tell which models the library holds vectors of."""
        ...

    def drop(self, model: str, *, for_everybody: bool = False) -> None:
        """Forget a model's vectors.

        Raises SharedLibraryError where others would lose them too, unless ``for_everybody``.
        """
        ...

    def heat(self, ref: PageRef, query: str) -> HeatMap:
        """Tell where a page answers a query by look; empty where nothing matched."""
        ...


@dataclass(frozen=True, slots=True)
class Profile:
    """A way to find pages that can be chosen in Settings.

    ``model`` is None for the starter. ``refusal`` says why this machine cannot run it.
    ``is_recommended``: of those that look at pages it suits this machine best.
    """

    id: str  # "starter", "light", "photos", "pages", or a model's name for the user's own
    model: ModelInfo | None
    precision: Precision | None
    is_chosen: bool
    refusal: str = ""
    trial: Trial | None = None
    is_recommended: bool = False


class ModelsService(Protocol):
    """Installs, measures and chooses models. Needs no open library."""

    def profiles(self) -> list[Profile]:
        """The starter, light pages, photos, pages, and encoders of the user's own."""
        ...

    def rerankers(self) -> list[ModelInfo]: ...
    def models(self) -> list[ModelInfo]: ...
    def problems(self) -> list[str]:
        """Tell which descriptions of models cannot be used, a sentence each."""
        ...

    def info(self, name: str) -> ModelInfo: ...
    def licence_text(self, name: str) -> str: ...
    def install(
        self,
        name: str,
        ctx: JobContext,
        *,
        precision: Precision | None = None,
        source: Path | None = None,
    ) -> None:
        """Install; ctx reports bytes with ``label`` one of InstallStage, rate and time left.

        The face has shown the licence and got consent before.
        """
        ...

    def remove(self, name: str, *, precision: Precision | None = None) -> int: ...
    def verify(self, name: str, ctx: JobContext) -> Sequence[str]: ...
    def trial(self, name: str, ctx: JobContext, *, precision: Precision | None = None) -> Trial:
        """Measure for ten seconds what a page costs here; the result is kept."""
        ...

    def choose(self, profile_id: str) -> None:
        """Use a profile from now on (``starter`` uses no visual model); SettingsError."""
        ...

    def choose_reranker(self, name: str) -> None:
        """Use a reranker for second looks; empty for none."""
        ...


class RemoteModelsService(Protocol):
    """Models that the library's server offers. Nothing is sent to one before ``agree``."""

    def offers(self, token: Cancellation | None = None) -> list[RemoteOffer]:
        """Ask the server; raise InferenceError, SettingsError where there is none."""
        ...

    def agreed(self) -> list[RemoteModel]:
        """The models that may be used."""
        ...

    def what_leaves(self, offer: RemoteOffer, use: RemoteUse) -> tuple[str, ...]:
        """Sentences that say what is sent where, to be read before ``agree``."""
        ...

    def what_breaks(self, offer: RemoteOffer, use: RemoteUse) -> tuple[str, ...]:
        """Say what would not go on as before in a library of several people, empty if nothing."""
        ...

    def agree(
        self, offer: RemoteOffer, use: RemoteUse, token: Cancellation | None = None
    ) -> RemoteModel:
        """Try, record and use; the face has shown what leaves and got a yes."""
        ...

    def forget(self, endpoint: str) -> None:
        """Send nothing there any more."""
        ...
