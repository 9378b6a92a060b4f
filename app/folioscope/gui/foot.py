"""The foot of the window: the strip, or the Activity view in its place."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from folioscope.gui.index_controller import IndexController, is_worth_telling
from folioscope.gui.library_facts import Facts
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.look_controller import LookController
from folioscope.gui.strip.strip import Strip
from folioscope.gui.theme import scaled
from folioscope.services.api import IndexReport, IndexState

if TYPE_CHECKING:
    from folioscope.gui.activity.activity_view import ActivityView

_ACTIVITY_PX = 312


class Foot(QStackedWidget):
    """Shows indexing, and sends its wishes straight to the controller."""

    show_wanted = Signal(str)

    def __init__(
        self, indexing: IndexController, looking: LookController, session: LibrarySession
    ) -> None:
        super().__init__()
        self._looking = looking
        self._indexing = indexing
        self._session = session
        self._facts = Facts()
        self.strip = Strip()
        self._activity: ActivityView | None = None
        self._runs: list[IndexReport] = []  # told once Activity is there
        self.addWidget(self.strip)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._connect()
        self.open_activity(is_on=False)
        self.strip.show_opening()

    def _connect(self) -> None:
        indexing, strip = self._indexing, self.strip
        strip.pause_wanted.connect(indexing.pause)
        strip.resume_wanted.connect(indexing.resume)
        strip.stop_wanted.connect(indexing.stop)
        strip.activity_wanted.connect(self.toggle_activity)
        strip.look_pause_wanted.connect(self._looking.pause)
        strip.look_resume_wanted.connect(self._looking.resume)
        strip.go_on_wanted.connect(self._looking.go_on)
        indexing.state_changed.connect(self._show_state)
        self._looking.state_changed.connect(lambda _state: self._show_state(indexing.state()))
        indexing.run_ended.connect(self._note_run)

    @property
    def activity(self) -> "ActivityView":
        """The Activity view, made when it is first needed: the window is up sooner."""
        if self._activity is None:
            from folioscope.gui.activity import activity_view

            made = self._activity = activity_view.ActivityView()
            made.coverage.hold_wanted.connect(self._hold)
            made.coverage.stop_wanted.connect(self._indexing.stop)
            made.coverage.look_hold_wanted.connect(self._hold_look)
            made.coverage.go_on_wanted.connect(self._looking.go_on)
            made.close_wanted.connect(self.toggle_activity)
            made.retry_wanted.connect(self._indexing.retry)
            made.unlock_wanted.connect(self._unlock)
            made.show_wanted.connect(self.show_wanted)
            made.set_files(self._facts.failed, self._facts.left_out)
            for report in self._runs:
                made.add_run(report)
            self.addWidget(made)
            self._show_state(self._indexing.state())
        return self._activity

    def _hold(self, is_wanted: bool) -> None:  # noqa: FBT001  (a Qt slot)
        (self._indexing.pause if is_wanted else self._indexing.resume)()

    def _hold_look(self, is_wanted: bool) -> None:  # noqa: FBT001  (a Qt slot)
        (self._looking.pause if is_wanted else self._looking.resume)()

    @property
    def is_activity_open(self) -> bool:
        """Whether Activity is open."""
        return self._activity is not None and self.currentWidget() is self._activity

    def toggle_activity(self) -> None:
        """Open or close Activity."""
        self.open_activity(is_on=not self.is_activity_open)

    def open_activity(self, *, is_on: bool) -> None:
        """Show Activity, or the strip."""
        shown: QWidget = self.activity if is_on else self.strip
        self.setCurrentWidget(shown)
        self.setFixedHeight(scaled(_ACTIVITY_PX) if is_on else self.strip.height())
        if is_on:
            self.activity.lists[0].setFocus()

    def ask_password(self, path: str) -> None:
        """Open Activity and ask for a file's password."""
        self.open_activity(is_on=True)
        self.activity.ask_password(path)

    def _unlock(self, path: str, password: str) -> None:
        self._session.submit(
            lambda services, _ctx: services.indexing.unlock(path, password),
            then=lambda is_open: self._tell_unlocked(path, is_open=is_open),
            otherwise=lambda _error: self.activity.tell_unlocked(path, is_open=False),
        )

    def _tell_unlocked(self, path: str, *, is_open: bool) -> None:
        self.activity.tell_unlocked(path, is_open=is_open)
        if is_open:
            self._indexing.restart()

    def show_facts(self, facts: Facts) -> None:
        """Show files that failed."""
        self._facts = facts
        if self._activity is not None or facts.failed:
            self.activity.set_files(facts.failed, facts.left_out)
            self.strip.set_failures(self.activity.failed_count())
        else:
            self.strip.set_failures(0)
        self._show_state(self._indexing.state())

    def _show_state(self, state: IndexState) -> None:
        stats = self._facts.stats
        indexing = self._indexing
        self.strip.show_state(
            state,
            is_running=indexing.is_running,
            is_stopped=indexing.is_stopped,
            has_pages=bool(stats and stats.pages),
            look=self._looking.state(),
        )
        if self._activity is None:
            return
        self._activity.coverage.show_state(
            state,
            pages=stats.pages if stats else 0,
            waiting=stats.pages_waiting_for_ocr if stats else 0,
            is_running=indexing.is_running,
        )
        self._activity.coverage.show_look(self._looking.state())

    def _note_run(self, report: IndexReport) -> None:
        if not is_worth_telling(report):
            return
        if self._activity is None:
            self._runs.append(report)
        else:
            self._activity.add_run(report)
