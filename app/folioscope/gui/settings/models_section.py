"""Settings → Models: what finds the pages, what it costs here, and how it is installed."""

from collections.abc import Callable, Sequence

from folioscope.domain.models import ModelInfo, Trial
from folioscope.gui.library_facts import Facts
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.parts import Button, Label, row
from folioscope.gui.sentences import translated
from folioscope.gui.settings.coverage_card import CoverageCard
from folioscope.gui.settings.model_actions import ModelActions
from folioscope.gui.settings.model_asking import ModelAsking
from folioscope.gui.settings.model_desk import ModelDesk, ModelFacts
from folioscope.gui.settings.model_words import (
    UNKNOWN,
    duration,
    pages_words,
    profile_title,
    size_words,
)
from folioscope.gui.settings.profile_column import Costs, ProfileColumn, costs_of
from folioscope.gui.settings.profile_table import ProfileTable
from folioscope.gui.settings.second_look_card import SecondLookCard
from folioscope.gui.settings.section_parts import Section
from folioscope.gui.settings.server_models_card import ServerModelsCard
from folioscope.gui.settings.standings import standing_of, times_of
from folioscope.gui.strip.wording import speed
from folioscope.gui.words import tr
from folioscope.services.api import IndexState
from folioscope.services.look_api import LookState, Profile
from folioscope.settings.store import SettingsStore
from folioscope.system.machine import Machine

# by which a process grows that opens it and embeds, measured on Linux
_STARTER_MEMORY_BYTES = 390_000_000


class ModelsSection(Section):
    """Profiles side by side, second look below, then what the library holds of each model."""

    def __init__(self, session: LibrarySession, settings: SettingsStore) -> None:
        intro = tr(
            "Starter finds pages from the first minute. "
            "The others add to it in the background; you can go on searching."
        )
        super().__init__(tr("Models"), intro)
        self._settings = settings
        self.desk = ModelDesk(session, parent=self)
        self._page_count = 0
        self._per_second: float | None = None
        self._titles: dict[str, str] = {}
        self.asking = ModelAsking(self.desk, self)
        self.machine = Label("", "small", tone="muted", wrap=True)
        self.measure = Button(tr("Measure again"), icon_name="refresh-cw", kind="quiet")
        self.measure.setToolTip(tr("Try each model for ten seconds and see what a page costs here"))
        self.problem = Label("", "small", tone="bad", wrap=True)
        self.table = ProfileTable(self._show_licence)
        self.second = SecondLookCard(self._show_licence)
        self.server = ServerModelsCard(session)
        self.coverage = CoverageCard()
        self.unusable = Label("", "small", tone="warn", wrap=True)
        self.unusable.hide()
        self.from_folder = Button(tr("Install from a folder or USB stick…"), kind="link")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = Label(tr("This computer"), "small_strong")
        self.put(row(head, (self.machine, 1), self.measure, gap=12))
        self.put(self.problem)
        self.problem.hide()
        self.put(self.table)
        self.put(self.unusable)
        self.put(self.second)
        self.put(self.server)
        self.put(self.coverage)
        checked = Label(tr("Models are checked by sha256 after download."), "small", tone="muted")
        checked.setWordWrap(True)
        self.put(row((checked, 1), self.from_folder, gap=8))

    def _connect(self) -> None:
        desk = self.desk
        desk.facts_changed.connect(self._show_models)
        desk.work_changed.connect(lambda _name: self._show_standings())
        desk.measuring_changed.connect(self._show_measuring)
        desk.could_not.connect(self._tell)
        self.measure.clicked.connect(self._measure)
        self.from_folder.clicked.connect(self._offer_folders)
        self.coverage.drop_asked.connect(self.asking.drop)
        self.second.picked.connect(self._show_standings)
        self.server.changed.connect(desk.reload)
        self._connect_actions(self.second.doing, lambda: self.second.name)
        self.second.doing.use_asked.connect(lambda: desk.choose_reranker(self.second.name))
        self.second.doing.stop_using_asked.connect(lambda: desk.choose_reranker(""))

    def shown(self) -> None:
        """Ask anew what there is."""
        self.problem.hide()
        self.desk.reload()
        self.server.shown()

    # --- what is shown ---------------------------------------------------------------------

    def show_facts(self, facts: Facts) -> None:
        """Take the number of pages."""
        self._page_count = facts.stats.pages if facts.stats else 0
        self._show_costs()

    def show_state(self, state: IndexState) -> None:
        """Take the speed of the Starter while pages are read."""
        if state.reading.per_second and state.reading.per_second != self._per_second:
            self._per_second = state.reading.per_second
            self._show_costs()

    def show_look(self, state: LookState) -> None:
        """Take how far looking is."""
        self.coverage.show_state(state)
        self.desk.note_looked_at(state.model, state.done, is_known=bool(state.total))
        self._show_standings()

    def _show_models(self, facts: ModelFacts) -> None:
        trials = [p.trial for p in facts.profiles if p.trial]
        self.machine.setText(machine_words(facts.machine, trials))
        self._titles = {p.model.name: profile_title(p) for p in facts.profiles if p.model}
        self._titles |= {m.name: tr("Second look") for m in facts.rerankers}
        if self.table.show_profiles(facts.profiles):
            for made in self.table.columns:
                self._connect_column(made)
        self.second.show_models(facts.rerankers, self._settings.current.reranker)
        self.second.show_trial(self.desk.trials.get(self.second.name))
        self.unusable.setText("\n".join(translated(each) for each in facts.problems))
        self.unusable.setVisible(bool(facts.problems))
        self.coverage.show_held(facts.coverage, self._titles, self._page_count, times_of(facts))
        self._show_measuring()

    def _show_costs(self) -> None:
        facts = self.desk.facts
        self.table.name_whole(pages_words(self._page_count))
        if facts is None:
            return
        names = self.table.names()
        for profile in facts.profiles:
            made = self.table.column(profile.id)
            made.show_model(profile.model)
            made.show_costs(self._costs(profile, facts), names)
            made.show_advice(is_recommended=profile.is_recommended)
        self._show_standings()

    def _costs(self, profile: Profile, facts: ModelFacts) -> Costs:
        if profile.model is not None:
            is_measuring = self.desk.measured == profile.model.name
            return costs_of(profile, self._page_count, is_measuring=is_measuring)
        each = speed(self._per_second) if self._per_second else UNKNOWN
        whole = duration(self._page_count / self._per_second) if self._per_second else UNKNOWN
        on_disk = size_words(facts.starter_bytes)
        memory = size_words(_STARTER_MEMORY_BYTES)
        return Costs(tr("Comes with Folioscope"), on_disk, memory, each, whole)

    def _show_standings(self) -> None:
        facts = self.desk.facts
        if facts is None:
            return
        for profile in facts.profiles:
            name = profile.model.name if profile.model else ""
            standing = standing_of(
                profile,
                facts,
                self._page_count,
                work=self.desk.work(name),
                check=self.desk.check(name),
            )
            made = self.table.column(profile.id)
            made.show_standing(standing, is_chosen=profile.is_chosen)
        work = self.desk.work(self.second.name)
        chosen = self._settings.current.reranker
        check = self.desk.check(self.second.name)
        self.second.show_standing(facts.machine, work, check, chosen=chosen)
        self.measure.setEnabled(not self.desk.is_installing)

    def _show_measuring(self) -> None:
        is_on = self.desk.measured is not None
        self.measure.say(tr("Stop measuring") if is_on else self._measure_words())
        self.measure.show_icon("x" if is_on else "refresh-cw")
        if is_on:
            self.problem.hide()
        self._show_costs()

    def _measure_words(self) -> str:
        facts = self.desk.facts
        has_trials = facts is not None and any(p.trial for p in facts.profiles)
        return tr("Measure again") if has_trials else tr("Measure")

    def _tell(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.show()

    # --- what is asked ---------------------------------------------------------------------

    def _connect_actions(self, actions: ModelActions, name: Callable[[], str]) -> None:
        desk = self.desk
        actions.install_asked.connect(lambda: self._with_model(name(), self.asking.install))
        actions.remove_asked.connect(lambda: self._with_model(name(), self.asking.remove))
        actions.check_asked.connect(lambda: desk.verify(name()))
        actions.pause_asked.connect(lambda: desk.pause(name()))
        actions.cancel_asked.connect(lambda: desk.cancel(name()))
        actions.retry_asked.connect(lambda: desk.retry(name()))
        actions.dismiss_asked.connect(lambda: desk.dismiss(name()))

    def _connect_column(self, made: ProfileColumn) -> None:
        self._connect_actions(made.actions, lambda: made.name)
        made.actions.use_asked.connect(lambda: self.desk.choose(made.id))

    def _with_model(self, name: str, ask: Callable[[ModelInfo, str], None]) -> None:
        model = next((each for each in self._models() if each.name == name), None)
        if model is not None:
            ask(model, self._title(model))

    def _models(self) -> list[ModelInfo]:
        facts = self.desk.facts
        if facts is None:
            return []
        return [*(p.model for p in facts.profiles if p.model), *facts.rerankers]

    def _title(self, model: ModelInfo) -> str:
        return self._titles.get(model.name, model.title)

    def _show_licence(self, model: ModelInfo) -> None:
        self.asking.show_licence(model, self._title(model))

    def _offer_folders(self) -> None:
        missing = [(m, self._title(m)) for m in self._models() if not m.is_installed]
        self.asking.offer_folders(self.from_folder, missing)

    def _measure(self) -> None:
        if self.desk.measured is not None:
            self.desk.stop_measuring()
            return
        profiles = self.desk.facts.profiles if self.desk.facts else ()
        names = [p.model.name for p in profiles if p.model and not p.refusal]
        self.desk.measure([*names, self.second.name] if self.second.name else names)


def machine_words(machine: Machine, trials: Sequence[Trial]) -> str:
    """Say what this computer has, and what models run on as far as that was tried."""
    told = tr("{cores}, {memory} memory, {free} free on the disk").format(
        cores=tr("%Ln cores", n=machine.cores),
        memory=size_words(machine.memory_bytes),
        free=size_words(machine.free_disk_bytes),
    )
    if not trials:
        return told
    on_processor = all(trial.provider.startswith("CPU") for trial in trials)
    runs = tr("models run on the processor") if on_processor else tr("models run on {device}")
    names = sorted({t.provider.removesuffix("ExecutionProvider") for t in trials} - {"CPU"})
    more = runs.format(device=", ".join(names))
    return tr("{facts}; {more}").format(facts=told, more=more)
