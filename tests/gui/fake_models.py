"""Visual models that are installed, measured and chosen at once, and a look that stands still."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from folioscope.domain.embeddings import HeatMap
from folioscope.domain.errors import ModelMissingError
from folioscope.domain.models import (
    InstalledBuild,
    InstallStage,
    ModelInfo,
    ModelKind,
    Precision,
    PrecisionCost,
    Trial,
)
from folioscope.domain.pages import PageRef
from folioscope.jobs.progress import JobContext, Progress
from folioscope.services.look_api import LookCoverage, LookState, Profile
from folioscope.settings.store import SettingsStore

GB = 1_000_000_000


def model(
    name: str,
    title: str,
    *,
    kind: ModelKind = ModelKind.ENCODER,
    download_gb: float = 7.9,
    is_installed: bool = False,
    partial_bytes: int = 0,
) -> ModelInfo:
    """A model with two precisions, of which the smaller one is recommended."""
    costs = (
        PrecisionCost(Precision.FP16, 8 * GB, 16 * GB, 9 * GB),
        PrecisionCost(Precision.W8A8, round(4.6 * GB), round(12.5 * GB), round(5.5 * GB)),
    )
    build = InstalledBuild(Precision.W8A8, Path("models") / name, round(4.6 * GB), True)
    return ModelInfo(
        name=name,
        title=title,
        kind=kind,
        about="Also finds charts, tables and layouts by look, and frames the part that matched.",
        licence="Qwen Research License",
        licence_url="https://example.org/licence",
        is_commercial_use_allowed=False,
        repository="jinaai/" + name,
        revision="0" * 40,
        download_bytes=round(download_gb * GB),
        dims=(2048, 1024, 512, 256, 128),
        has_rows=True,
        costs=costs,
        recommended=Precision.W8A8,
        builds=(build,) if is_installed else (),
        partial_bytes=partial_bytes,
    )


V4, CLIP, M0 = "jina-embeddings-v4", "jina-clip-v2", "jina-reranker-m0"
LIGHT = "colmodernvbert"


def light(*, is_installed: bool = False) -> ModelInfo:
    """The model of Light pages."""
    return replace(
        model(LIGHT, "ColModernVBERT", download_gb=1.0, is_installed=is_installed),
        licence="MIT",
        is_commercial_use_allowed=True,
        dims=(),
    )


@dataclass
class FakeModels:
    """Installs last until ``gate`` is set where there is one; trials as ``trial_gate`` says."""

    kept: dict[str, ModelInfo] = field(
        default_factory=lambda: {
            CLIP: model(CLIP, "Photos", download_gb=1.7),
            V4: model(V4, "Pages"),
            M0: model(M0, "Second look", kind=ModelKind.RERANKER, download_gb=4.9),
        }
    )
    ids: dict[str, str] = field(default_factory=lambda: {"photos": CLIP, "pages": V4})
    recommended: str = ""
    chosen: str = "starter"
    second: str = ""
    refusals: dict[str, str] = field(default_factory=dict)
    trials: dict[str, Trial] = field(default_factory=dict)
    gate: threading.Event | None = None
    trial_gate: threading.Event | None = None
    error: Exception | None = None
    calls: list[tuple[object, ...]] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    settings: SettingsStore | None = None  # where the real ones keep what is chosen

    def profiles(self) -> list[Profile]:
        starter = Profile("starter", None, None, self.chosen == "starter")
        own = {n: n for n, m in self.kept.items() if m.kind is ModelKind.ENCODER}
        named = {**{n: n for n in own if n not in self.ids.values()}, **self.ids}
        known = ["light", "photos", "pages"]
        order = sorted(named, key=lambda i: known.index(i) if i in known else len(known))
        return [starter, *(self._profile(each, named[each]) for each in order)]

    def _profile(self, profile_id: str, name: str) -> Profile:
        info = self.kept[name]
        precision = info.builds[0].precision if info.builds else info.recommended
        return Profile(
            profile_id,
            info,
            precision,
            self.chosen == profile_id,
            self.refusals.get(name, ""),
            self.trials.get(name),
            is_recommended=profile_id == self.recommended,
        )

    def rerankers(self) -> list[ModelInfo]:
        return [info for info in self.kept.values() if info.kind is ModelKind.RERANKER]

    def models(self) -> list[ModelInfo]:
        return list(self.kept.values())

    def problems(self) -> list[str]:
        return self.unusable

    def info(self, name: str) -> ModelInfo:
        return self.kept[name]

    def licence_text(self, name: str) -> str:
        return f"Licence of {name}\n\n" + "You may use it for research.\n" * 80

    def install(
        self,
        name: str,
        ctx: JobContext,
        *,
        precision: Precision | None = None,
        source: Path | None = None,
    ) -> None:
        self.calls.append(("install", name, precision, source))
        total = self.kept[name].download_bytes
        stage = InstallStage.DOWNLOADING.value
        ctx.report(Progress(3 * GB, total, stage, 20e6, 245.0))
        if self.gate is not None:
            forget = ctx.token.on_cancel(self.gate.set)
            self.gate.wait(10)
            forget()
        ctx.token.raise_if_cancelled()
        if self.error is not None:
            raise self.error
        made = replace(model(name, "", is_installed=True).builds[0], precision=Precision.W8A8)
        chosen = precision or self.kept[name].recommended
        self.kept[name] = replace(self.kept[name], builds=(replace(made, precision=chosen),))

    def remove(self, name: str, *, precision: Precision | None = None) -> int:
        self.calls.append(("remove", name, precision))
        self.kept[name] = replace(self.kept[name], builds=(), partial_bytes=0)
        return round(4.6 * GB)

    def verify(self, name: str, ctx: JobContext) -> Sequence[str]:
        self.calls.append(("verify", name))
        return self.faults

    def trial(self, name: str, ctx: JobContext, *, precision: Precision | None = None) -> Trial:
        self.calls.append(("trial", name, precision))
        if self.trial_gate is not None:
            forget = ctx.token.on_cancel(self.trial_gate.set)
            self.trial_gate.wait(10)
            forget()
        ctx.token.raise_if_cancelled()
        if self.error is not None:
            raise self.error
        made = Trial(26.0, round(5.5 * GB), "CPUExecutionProvider", False)
        self.trials[name] = made
        return made

    def choose(self, profile_id: str) -> None:
        self.calls.append(("choose", profile_id))
        self.chosen = profile_id

    def choose_reranker(self, name: str) -> None:
        self.calls.append(("choose_reranker", name))
        self.second = name
        if self.settings is not None:
            self.settings.change(reranker=name)


@dataclass
class FakeLook:
    """``now`` is the state told; runs last until ``gate`` is set or they are cancelled."""

    now: LookState = field(default_factory=LookState)
    gate: threading.Event = field(default_factory=threading.Event)
    held: list[LookCoverage] = field(default_factory=list)
    heats: dict[tuple[PageRef, str], HeatMap] = field(default_factory=dict)
    heat_gate: threading.Event | None = None
    asked_heat: list[tuple[PageRef, str]] = field(default_factory=list)
    contexts: list[JobContext] = field(default_factory=list)
    noted: int = 0
    went_on: int = 0
    dropped: list[str] = field(default_factory=list)
    error: Exception | None = None
    refusal: Exception | None = None  # to drop, unless it is for everybody

    def run(self, ctx: JobContext) -> None:
        self.contexts.append(ctx)
        if self.error is not None:
            raise self.error
        forget = ctx.token.on_cancel(self.gate.set)
        self.gate.wait(10)
        forget()
        ctx.token.raise_if_cancelled()

    def state(self) -> LookState:
        return self.now

    def note_user_activity(self) -> None:
        self.noted += 1

    def go_on(self) -> None:
        self.went_on += 1

    def coverage(self) -> list[LookCoverage]:
        return [kept for kept in self.held if kept.model not in self.dropped]

    def drop(self, model: str, *, for_everybody: bool = False) -> None:
        if self.refusal and not for_everybody:
            raise self.refusal
        self.dropped.append(model)

    def heat(self, ref: PageRef, query: str) -> HeatMap:
        self.asked_heat.append((ref, query))
        if self.heat_gate is not None:
            self.heat_gate.wait(10)
        return self.heats.get((ref, query), HeatMap())


def missing() -> ModelMissingError:
    """What a service raises where no visual model is in use."""
    return ModelMissingError("No visual model is in use.", hint="Install one in Settings, Models.")
