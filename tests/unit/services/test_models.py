"""Models as the faces see them: profiles, refusals, trials that are kept, choices."""

from dataclasses import replace
from pathlib import Path

import pytest

from folioscope.domain.errors import ModelMissingError, SettingsError
from folioscope.domain.models import (
    InstalledBuild,
    InstallProgress,
    InstallStage,
    ModelInfo,
    ModelKind,
    Precision,
    PrecisionCost,
    Trial,
)
from folioscope.jobs.progress import JobContext, Progress
from folioscope.services.models import ShelvedModels
from folioscope.settings.store import SettingsStore
from folioscope.system.machine import Machine

GB = 10**9
COSTS = (
    PrecisionCost(Precision.FP16, 8 * GB, 16 * GB, 9 * GB),
    PrecisionCost(Precision.INT8, 5 * GB, 12 * GB, 6 * GB),
    PrecisionCost(Precision.INT4, 3 * GB, 10 * GB, 4 * GB),
)
PAGES = ModelInfo(
    name="jina-embeddings-v4",
    title="Jina Embeddings v4",
    kind=ModelKind.ENCODER,
    about="",
    licence="Research",
    licence_url="",
    is_commercial_use_allowed=False,
    repository="jinaai/jina-embeddings-v4",
    revision="r1",
    download_bytes=7 * GB,
    dims=(2048,),
    has_rows=True,
    costs=COSTS,
    recommended=Precision.INT8,
)
PHOTOS = replace(PAGES, name="jina-clip-v2", title="Jina CLIP v2")
RERANKER = replace(PAGES, name="jina-reranker-m0", kind=ModelKind.RERANKER)
OWN = replace(PAGES, name="mine", title="Mine")


def installed(model: ModelInfo, precision: Precision) -> ModelInfo:
    return replace(model, builds=(InstalledBuild(precision, Path("x"), 1, True),))


class StubShelf:
    """Holds what a test puts into it, and remembers what it was asked."""

    def __init__(self, *models: ModelInfo) -> None:
        self.shelved = {model.name: model for model in models}
        self.asked: list[tuple] = []

    def models(self):
        return list(self.shelved.values())

    def problems(self):
        return ["A description is not valid."]

    def info(self, name):
        if name not in self.shelved:
            raise ModelMissingError(f"No model is called {name}.")
        return self.shelved[name]

    def licence_text(self, name):
        return f"Licence of {name}"

    def install(self, name, *, precision=None, source=None, token=None, report=None):
        self.asked.append(("install", name, precision, source))
        for stage in (InstallStage.DOWNLOADING, InstallStage.CONVERTING):
            for done in (0, 50, 100):
                report(InstallProgress(stage, done, 100))
        self.shelved[name] = installed(self.shelved[name], precision)

    def remove(self, name, *, precision=None):
        self.shelved[name] = replace(self.shelved[name], builds=())
        return 7

    def verify(self, name, *, token=None, report=None):
        return [f"{name} is damaged."]

    def trial(self, name, *, precision=None, token=None):
        self.asked.append(("trial", name, precision))
        return Trial(12.5, 6 * GB, "CPUExecutionProvider", False)


@pytest.fixture
def settings(tmp_path) -> SettingsStore:
    return SettingsStore(tmp_path / "settings.json")


@pytest.fixture
def service(settings, tmp_path):
    def make(*models: ModelInfo, memory_gb: float = 16, free_gb: float = 100) -> ShelvedModels:
        machine = Machine("Linux", 4, int(memory_gb * GB), int(free_gb * GB))
        return ShelvedModels(
            StubShelf(*(models or (PHOTOS, PAGES, RERANKER, OWN))),
            settings,
            models_dir=lambda: tmp_path / "models",
            machine=lambda folder: machine,
        )

    return make


def test_profiles_are_the_starter_photos_pages_and_the_users_own(service):
    profiles = service().profiles()
    assert [profile.id for profile in profiles] == ["starter", "photos", "pages", "mine"]
    assert [profile.is_chosen for profile in profiles] == [True, False, False, False]
    assert profiles[0].model is None
    assert profiles[2].precision is Precision.INT8
    assert all(not profile.refusal for profile in profiles)


LIGHT = replace(
    PAGES, name="colmodernvbert", title="ColModernVBERT", dims=(), recommended=Precision.INT8
)


def recommended(profiles) -> list[str]:
    return [profile.id for profile in profiles if profile.is_recommended]


def test_light_pages_come_behind_the_starter_and_suit_machines_without_a_card(service):
    made = service(PHOTOS, PAGES, LIGHT)
    assert [p.id for p in made.profiles()] == ["starter", "light", "photos", "pages"]
    assert recommended(made.profiles()) == ["light"]
    assert recommended(service(PHOTOS, PAGES).profiles()) == []


def test_light_pages_are_not_recommended_beside_a_card_or_where_they_cannot_run(service):
    with_card = replace(PAGES, recommended=Precision.FP16)
    assert recommended(service(with_card, LIGHT).profiles()) == []
    assert recommended(service(LIGHT, memory_gb=3).profiles()) == []


def test_a_trial_on_a_card_ends_the_recommendation(service, monkeypatch):
    made = service(PAGES, LIGHT)
    on_card = Trial(0.1, GB, "CUDAExecutionProvider", False)
    monkeypatch.setattr(StubShelf, "trial", lambda *_args, **_named: on_card)
    made.trial("pages", JobContext())
    assert recommended(made.profiles()) == []


def test_light_pages_are_chosen_by_either_name(service, settings):
    made = service(installed(LIGHT, Precision.INT8))
    for name in ("light", "colmodernvbert"):
        settings.change(visual_model="")
        made.choose(name)
        assert settings.current.visual_model == "colmodernvbert"


def test_rerankers_are_no_profiles(service):
    assert [model.name for model in service().rerankers()] == ["jina-reranker-m0"]


def test_a_machine_with_less_memory_gets_a_smaller_precision(service):
    pages = service(memory_gb=5).profiles()[2]
    assert (pages.precision, pages.refusal) == (Precision.INT4, "")


def test_a_machine_with_too_little_memory_is_refused(service):
    pages = service(memory_gb=3).profiles()[2]
    assert pages.refusal == "Pages needs 4.0 GB of memory; this computer has 3.0 GB."


def test_a_disk_with_too_little_room_is_refused(service):
    pages = service(free_gb=9.1).profiles()[2]
    assert pages.refusal == "Pages needs 12.0 GB while it is installed; 9.1 GB are free."


def test_what_has_arrived_or_is_installed_needs_no_room(service):
    begun = replace(PAGES, partial_bytes=3 * GB)
    assert service(begun, free_gb=9.1).profiles()[1].refusal == ""
    there = installed(PAGES, Precision.INT8)
    assert service(there, free_gb=0.1).profiles()[1].refusal == ""


def test_the_precision_of_a_profile_is_the_installed_one(service):
    pages = service(installed(PAGES, Precision.INT4)).profiles()[1]
    assert pages.precision is Precision.INT4


def test_installing_takes_the_precision_that_fits_and_tells_progress(service):
    models = service(memory_gb=5)
    told: list[Progress] = []
    models.install("pages", JobContext(report=told.append))
    assert models._shelf.asked == [("install", "jina-embeddings-v4", Precision.INT4, None)]
    assert [now.label for now in told] == ["downloading"] * 3 + ["converting"] * 3
    assert [(now.done, now.total) for now in told[:3]] == [(0, 100), (50, 100), (100, 100)]


def test_what_is_installed_is_not_fetched_in_another_precision(service):
    """Whoever installed one precision consented to that download and to no other."""
    models = service(installed(PAGES, Precision.FP16), memory_gb=5)
    models.install("pages", JobContext())
    assert models._shelf.asked == [("install", "jina-embeddings-v4", Precision.FP16, None)]


def test_a_trial_is_kept(service, tmp_path):
    trial = service().trial("pages", JobContext())
    assert trial.seconds_a_page == 12.5
    pages = service().profiles()[2]  # another run of the program
    assert pages.trial == trial
    assert service().profiles()[1].trial is None


def test_trials_that_cannot_be_read_are_none(service, tmp_path):
    service().trial("pages", JobContext())
    (tmp_path / "models" / "trials.json").write_text("{")
    assert service().profiles()[2].trial is None


def test_choosing_is_kept(service, settings):
    models = service(installed(PAGES, Precision.INT8), installed(RERANKER, Precision.INT8))
    models.choose("pages")
    models.choose_reranker("jina-reranker-m0")
    assert settings.load().visual_model == "jina-embeddings-v4"
    assert settings.current.reranker == "jina-reranker-m0"
    assert [p.id for p in models.profiles() if p.is_chosen] == ["pages"]
    models.choose("starter")
    models.choose_reranker("")
    assert (settings.current.visual_model, settings.current.reranker) == ("", "")


@pytest.mark.parametrize(
    ("choose", "said"),
    [
        (lambda models: models.choose("pages"), "is not installed.*models install"),
        (lambda models: models.choose("nothing"), "No model is called nothing"),
        (lambda models: models.choose("jina-reranker-m0"), "is no encoder"),
        (lambda models: models.choose_reranker("mine"), "is no reranker"),
    ],
)
def test_what_cannot_be_chosen_is_told_and_changes_nothing(service, settings, choose, said):
    with pytest.raises(SettingsError, match=said):
        choose(service())
    assert (settings.current.visual_model, settings.current.reranker) == ("", "")


def test_a_removed_model_is_not_chosen_any_more(service, settings):
    models = service(installed(PAGES, Precision.INT8), installed(RERANKER, Precision.INT8))
    models.choose("pages")
    models.choose_reranker("jina-reranker-m0")
    assert models.remove("pages") == 7
    models.remove("jina-reranker-m0")
    assert (settings.current.visual_model, settings.current.reranker) == ("", "")


def test_problems_and_licences_are_passed_on(service):
    assert service().problems() == ["A description is not valid."]
    assert service().licence_text("photos") == "Licence of jina-clip-v2"
    assert service().verify("photos", JobContext()) == ["jina-clip-v2 is damaged."]
