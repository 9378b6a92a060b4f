"""The window: puts the parts together and joins what they send to what is done."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QFileDialog, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

from folioscope.domain.errors import ModelMissingError, StoreError
from folioscope.domain.queries import PageFilter
from folioscope.domain.results import SearchResults, Suggestion
from folioscope.gui.centre import Centre
from folioscope.gui.foot import Foot
from folioscope.gui.index_controller import IndexController
from folioscope.gui.library_facts import Facts, LibraryFacts
from folioscope.gui.library_mending import LibraryMending
from folioscope.gui.library_notes import OPENING, READING, SEARCH, fault_note, search_note
from folioscope.gui.library_session import LibrarySession, sentence_of
from folioscope.gui.look_controller import ActivityWatch, LookController
from folioscope.gui.other_libraries import ask_for_library, ask_for_new_library, open_library
from folioscope.gui.page_actions import PageActions
from folioscope.gui.scope import with_folder, with_kind, with_years
from folioscope.gui.search_bar.earlier_queries import EarlierQueries
from folioscope.gui.search_controller import SearchController
from folioscope.gui.sentences import translated
from folioscope.gui.sidebar.rows import folder_name
from folioscope.gui.sidebar.sidebar import Sidebar
from folioscope.gui.update_controller import MakeUpdates
from folioscope.gui.window_frame import WindowFrame
from folioscope.gui.window_memory import WindowMemory
from folioscope.gui.window_outside import WindowOutside
from folioscope.gui.words import tr
from folioscope.services.api import Services
from folioscope.settings.store import SettingsStore

if TYPE_CHECKING:
    from folioscope.gui.first_run.drop_watch import DropWatch
    from folioscope.gui.page_views import PageViews
    from folioscope.gui.settings.settings_page import SettingsPage
    from folioscope.gui.window_asking import WindowAsking
    from folioscope.gui.window_keys import WindowKeys


class MainWindow(QWidget):
    """Everything on the screen. The library is opened after the first paint, by ``session``."""

    library_opened = Signal()
    pages: "PageViews"
    drops: "DropWatch"
    keys: "WindowKeys"
    asking: "WindowAsking"

    def __init__(
        self,
        session: LibrarySession,
        *,
        library_name: str,
        settings: SettingsStore,
        memory: WindowMemory,
        updates: MakeUpdates,
        language: str = "en",
    ) -> None:
        super().__init__()
        self.session = session
        self._memory = memory
        self._facts: Facts | None = None
        self.settings = settings
        self._settings_page: SettingsPage | None = None
        self.setWindowTitle(f"{library_name} – Folioscope")
        self.setMinimumSize(640, 480)
        self.searches = SearchController(session, parent=self)
        self.indexing = IndexController(session, parent=self)
        self.looking = LookController(session, parent=self)
        self.library = LibraryFacts(session, parent=self)
        self.outside = WindowOutside(self, updates)
        self._mending = LibraryMending(self)
        self._language = language
        self._earlier = EarlierQueries(memory.queries())
        self._build(library_name)
        self._connect_searching()
        self._connect_library()
        self._connect_sidebar()
        memory.restore_place(self)
        slider = self.bar.tile_size
        slider.setValue(memory.number("tile_width", slider.value()))
        self.bar.set_documents(is_on=bool(memory.number("documents", 0)))
        self.bar.field.setFocus()

    def complete(self) -> None:
        """Make what shows pages. The window is up and can be typed in before that."""
        from folioscope.gui import page_views, window_asking, window_keys
        from folioscope.gui.first_run import drop_watch

        self.centre.complete(self.session.services, self.session.runner)
        answers = self.centre.answers
        self.pages = page_views.PageViews(
            answers,
            session=self.session,
            frame=self.frame,
            stack=self.stack,
            actions=self.page_actions,
            ask_password=self.foot.ask_password,
        )
        # what was found without a model that had to be loaded first is better asked again
        self.pages.panel.reader.heat.awoke.connect(self.searches.repeat)
        self.pages.set_asked(is_asked=bool(self.bar.field.text().strip()))
        self.bar.field.down_pressed.connect(answers.view.setFocus)
        self.bar.tile_width_changed.connect(answers.view.set_tile_width)
        answers.view.set_tile_width(self.bar.tile_size.value())
        answers.suggested.connect(self._take_suggestion)
        self.drops = drop_watch.DropWatch(
            self, self.session, first_card=self.centre.first_card, add=self.indexing.add
        )
        self.keys = window_keys.WindowKeys(self)
        self.frame.restore(self._memory.settings)
        self.show_documents(is_on=self.shows_documents)
        self.searches.answered.connect(self._show_answer)
        self.asking = window_asking.WindowAsking(self)
        self._watch = ActivityWatch(self, self.looking)

    @property
    def is_complete(self) -> bool:
        """Whether it can show pages."""
        return hasattr(self, "keys")

    # --- building --------------------------------------------------------------------------

    def _build(self, library_name: str) -> None:
        self.sidebar = Sidebar(library_name)
        self.centre = Centre(earlier=self._earlier, language=self._language)
        self.bar = self.centre.bar
        self.notes = self.centre.notes
        self.foot = Foot(self.indexing, self.looking, self.session)
        self.frame = WindowFrame(sidebar=self.sidebar, centre=self.centre, foot=self.foot)
        self.page_actions = PageActions(self.session, tell=self.tell, parent=self)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.frame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)

    @property
    def settings_page(self) -> "SettingsPage":
        """The settings, made when they are first asked for: the window is up sooner."""
        if self._settings_page is None:
            from folioscope.gui import window_settings

            made = window_settings.make_settings(self)
            if self._facts is not None:
                made.show_facts(self._facts)
            self.stack.addWidget(made)
            self._settings_page = made
        return self._settings_page

    # --- searching -------------------------------------------------------------------------

    def _connect_searching(self) -> None:
        bar = self.bar
        bar.text_changed.connect(self._ask)
        bar.field.entered.connect(self.searches.ask_now)
        bar.documents_wanted.connect(lambda is_on: self.show_documents(is_on=is_on))
        bar.chips.scope_changed.connect(self.set_scope)
        bar.chips.weaker_wanted.connect(self.centre.show_weaker)
        bar.sidebar_wanted.connect(self.frame.toggle_sidebar)
        bar.settings_wanted.connect(self.show_settings)
        self.searches.waiting.connect(bar.chips.show_waiting)
        self.searches.failed.connect(self._tell_not_found)
        self.frame.narrow_changed.connect(self._be_narrow)

    def _be_narrow(self, is_narrow: bool) -> None:  # noqa: FBT001  (a Qt slot)
        self.bar.set_narrow(is_narrow=is_narrow)
        self.foot.strip.set_narrow(is_narrow=is_narrow)

    def _ask(self, text: str) -> None:
        if self.is_complete:
            self.pages.set_asked(is_asked=bool(text.strip()))
        self.searches.set_text(text)

    def _show_answer(self, found: SearchResults, is_repeat: bool) -> None:  # noqa: FBT001
        self.notes.withdraw(SEARCH)
        if is_repeat and self.asking.second.holds_order:
            return  # what a second look put in order stays so until something else is asked
        self.centre.show_answer(found, is_repeat=is_repeat)
        self.sidebar.set_facets(found.facets)

    def _tell_not_found(self, error: Exception) -> None:
        self.asking.pictures.lift()  # first: what is asked in its place takes older notes away
        if isinstance(error, ModelMissingError):
            self.asking.tell_missing(translated(error.what))
        elif isinstance(error, StoreError):
            self.notes.tell(search_note(error, retry=self.searches.repeat))
        else:
            self.tell(sentence_of(error))
        self.centre.show_counts()  # nothing is searched any more

    def set_scope(self, scope: PageFilter) -> None:
        """Take filters, and ask again with them."""
        self.bar.chips.set_scope(scope)
        self.sidebar.set_scope(scope)
        self.searches.set_scope(scope)

    def show_documents(self, *, is_on: bool) -> None:
        """Show documents rather than pages, or the other way round."""
        self.bar.set_documents(is_on=is_on)
        self.bar.tile_size.setDisabled(is_on)
        if self.is_complete:
            self.centre.answers.view.set_mode(is_on)

    @property
    def shows_documents(self) -> bool:
        """Whether results are grouped by document."""
        return self.bar.mode.choice() == 1

    def _take_suggestion(self, suggestion: Suggestion) -> None:
        if suggestion.query == self.bar.field.text():  # the same words, asked more widely
            self.set_scope(PageFilter())
            self.searches.repeat()
        else:
            self.bar.field.setText(suggestion.query)
            self.searches.ask_now()

    # --- library ---------------------------------------------------------------------------

    def _connect_library(self) -> None:
        self.session.opened.connect(self._note_opened)
        self.session.failed.connect(self._mending.tell_not_opened)
        self.library.changed.connect(self._show_facts)
        self.indexing.library_changed.connect(self.library.reload)
        self.indexing.library_changed.connect(self.searches.repeat)
        self.indexing.could_not.connect(self.tell)
        self.indexing.is_shared.connect(self._mending.tell_shared)
        self.indexing.rested.connect(self.looking.start)
        self.looking.grown.connect(self.searches.repeat)
        self.looking.device_moved.connect(lambda reason: self.tell(translated(reason)))
        self.looking.failed.connect(lambda error: self.tell(sentence_of(error)))
        self.indexing.failed.connect(self._mending.tell_reading_failed)
        self.indexing.run_ended.connect(lambda _report: self.notes.withdraw(READING))
        self.foot.show_wanted.connect(self.page_actions.reveal_path)
        self.centre.add_folder.connect(self.add_folder)
        self.centre.add_samples.connect(self._add_samples)

    def _note_opened(self, services: Services) -> None:
        self.notes.withdraw(OPENING)
        self.sidebar.set_can_change(can_change=not self.session.is_read_only)
        self._memory.note_library(services.library.directory)
        others = [d for d in self._memory.libraries() if d != services.library.directory]
        self.sidebar.set_recent_libraries(others)
        self.library_opened.emit()

    def repair(self) -> None:
        """Show the library's settings, and repair it there."""
        self.notes.withdraw(READING)
        self.show_settings()
        self.settings_page.choose(self.settings_page.index_of(self.settings_page.library))
        self.settings_page.library.start_repair()

    def _show_facts(self, facts: Facts) -> None:
        self._facts = facts
        self.setWindowTitle(f"{facts.name} – Folioscope")
        self.sidebar.name_library(facts.name)
        self.sidebar.set_folders(facts.folders)
        self.bar.chips.set_folders(facts.folders)
        self.foot.show_facts(facts)
        was_first_run = self.centre.is_first_run
        is_empty = facts.is_empty and not self.session.is_read_only
        self.centre.show_first_run(is_on=is_empty)
        if was_first_run and not is_empty:
            self.bar.field.setFocus()
        self.foot.setVisible(not is_empty or self.foot.is_activity_open)
        if is_empty:
            self.frame.show_panel(is_on=False)

    def _add_samples(self) -> None:
        self.indexing.add([str(sample.path) for sample in self.centre.samples()])

    def add_folder(self) -> None:
        """Ask for a folder and add it."""
        if self.session.is_read_only:
            self.indexing.tell_read_only()
            return
        chosen = QFileDialog.getExistingDirectory(self, tr("Add a folder"))
        if chosen:
            self.indexing.add([chosen])

    def tell(self, text: str) -> None:
        """Show a sentence that needs to be seen."""
        self.notes.tell(fault_note(text))

    # --- sidebar ---------------------------------------------------------------------------

    def _connect_sidebar(self) -> None:
        side = self.sidebar
        side.all_pages.connect(lambda: self._narrow(PageFilter()))
        side.folder_chosen.connect(lambda p: self._narrow(with_folder(self.searches.scope, p)))
        side.type_chosen.connect(lambda k: self._narrow(with_kind(self.searches.scope, k)))
        side.years_chosen.connect(self._choose_years)
        side.add_folder.connect(self.add_folder)
        side.settings.connect(self.show_settings)
        side.rows.show_in_folder.connect(self.page_actions.reveal_path)
        side.rows.rescan.connect(lambda _path: self.indexing.restart())
        side.rows.remove.connect(self._ask_remove)
        side.open_library.connect(self._open_other)
        side.choose_library.connect(lambda: self._open_other(ask_for_library(self)))
        side.new_library.connect(lambda: self._open_other(ask_for_new_library(self)))

    def _narrow(self, scope: PageFilter) -> None:
        self.set_scope(scope)
        self.frame.close_drawer()

    def _choose_years(self, first: int, last: int) -> None:
        self.set_scope(with_years(self.searches.scope, first, last))

    def _ask_remove(self, path: str) -> None:
        text = tr("{name} and its pages leave the library. The files stay where they are.")
        answer = QMessageBox.question(
            self, tr("Remove from library"), text.format(name=folder_name(path))
        )
        if answer == QMessageBox.StandardButton.Yes:
            if path in self.searches.scope.folders:
                self.set_scope(with_folder(self.searches.scope, path))
            self.indexing.remove([path])

    def _open_other(self, directory: str) -> None:
        if directory and not open_library(directory):
            self.tell(tr("That library could not be opened in a new window."))

    # --- pages of the window ---------------------------------------------------------------

    def show_settings(self) -> None:
        """Show the settings in the whole window."""
        self.frame.close_drawer()
        self.settings_page.choose(self.settings_page.choice())
        self.stack.setCurrentWidget(self.settings_page)
        self.settings_page.take_focus()

    def show_models(self) -> None:
        """Show the models in the settings."""
        self.settings_page.choose(self.settings_page.index_of(self.settings_page.models))
        self.show_settings()

    def show_about(self) -> None:
        """Show in the settings which version this is, and whether there is a newer one."""
        self.settings_page.choose(self.settings_page.index_of(self.settings_page.about))
        self.show_settings()

    def close_settings(self) -> bool:
        """Go back from the settings; False if they are not shown."""
        shown = self.stack.currentWidget()
        if self._settings_page is None or shown is not self._settings_page:
            return False
        self.stack.setCurrentWidget(self.frame)
        self.bar.field.setFocus()
        return True

    def add_paths(self, paths: Sequence[str]) -> None:
        """Add files or folders."""
        self.indexing.add(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember what should be the same next time."""
        memory = self._memory
        memory.save_place(self)
        self.frame.save(memory.settings)
        memory.save_queries(self._earlier.all())
        memory.save_number("tile_width", self.bar.tile_size.value())
        memory.save_number("documents", int(self.shows_documents))
        memory.settings.sync()
        super().closeEvent(event)
