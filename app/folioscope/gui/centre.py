"""The middle column: search bar, notes, and below them an answer or the first run."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout

from folioscope.domain.results import SearchResults
from folioscope.gui.answer_area import AnswerArea
from folioscope.gui.first_run.drop_card import DropCard
from folioscope.gui.first_run.first_run_page import FirstRunPage
from folioscope.gui.first_run.samples import Sample
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.notes.note_area import NoteArea
from folioscope.gui.parts import painted
from folioscope.gui.search_bar.earlier_queries import EarlierQueries
from folioscope.gui.search_bar.search_bar import SearchBar
from folioscope.services.api import Services


class Centre(QFrame):
    """Shows one of two faces: an empty library, or answers."""

    def __init__(
        self,
        services: Callable[[], Services | None],
        runner: JobRunner,
        *,
        earlier: EarlierQueries,
        samples: list[Sample],
    ) -> None:
        super().__init__()
        painted("content", self)
        self.bar = SearchBar(earlier)
        self.notes = NoteArea()
        self.answers = AnswerArea(services, runner)
        self.first_run = FirstRunPage(samples)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.answers)
        self._stack.addWidget(self.first_run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.notes)
        layout.addWidget(self._stack, 1)

    @property
    def is_first_run(self) -> bool:
        """Whether it shows what to do with an empty library."""
        return self._stack.currentWidget() is self.first_run

    def show_first_run(self, *, is_on: bool) -> None:
        """Choose the face."""
        self._stack.setCurrentWidget(self.first_run if is_on else self.answers)
        self.bar.setVisible(not is_on)

    def first_card(self) -> DropCard | None:
        """Return the drop target of the first run while that is shown."""
        return self.first_run.card if self.is_first_run else None

    def show_answer(self, found: SearchResults, *, is_repeat: bool) -> None:
        """Show an answer and its counts."""
        self.answers.show_answer(found, is_repeat=is_repeat)
        self.show_counts()

    def show_weaker(self, is_on: bool) -> None:  # noqa: FBT001  (a Qt slot)
        """Add or take away weaker pages."""
        self.answers.set_weaker(is_on=is_on)
        self.show_counts()

    def show_counts(self) -> None:
        """Say how much is shown."""
        found = self.answers.found()
        if found is not None:
            self.bar.show_answer(found, shows_weaker=self.answers.shows_weaker)
