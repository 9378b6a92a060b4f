"""The middle column: search bar, notes, and below them an answer or the first run."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from folioscope.domain.results import SearchResults
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.notes.note_area import NoteArea
from folioscope.gui.parts import painted
from folioscope.gui.search_bar.earlier_queries import EarlierQueries
from folioscope.gui.search_bar.search_bar import SearchBar
from folioscope.services.api import Services

if TYPE_CHECKING:
    from folioscope.gui.answer_area import AnswerArea
    from folioscope.gui.first_run.drop_card import DropCard
    from folioscope.gui.first_run.first_run_page import FirstRunPage
    from folioscope.gui.first_run.samples import Sample


class Centre(QFrame):
    """Shows one of two faces: an empty library, or answers."""

    add_folder = Signal()
    add_samples = Signal()

    answers: "AnswerArea"

    def __init__(self, *, earlier: EarlierQueries, language: str) -> None:
        super().__init__()
        painted("content", self)
        self.bar = SearchBar(earlier)
        self.notes = NoteArea()
        self._language = language
        self._first_run: FirstRunPage | None = None
        self._stack = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.notes)
        layout.addWidget(self._stack, 1)

    def complete(self, services: Callable[[], Services | None], runner: JobRunner) -> None:
        """Make the part that shows answers; the field above it is up before."""
        from folioscope.gui import answer_area

        self.answers = answer_area.AnswerArea(services, runner)
        self._stack.addWidget(self.answers)

    @property
    def is_first_run(self) -> bool:
        """Whether it shows what to do with an empty library."""
        return self._first_run is not None and self._stack.currentWidget() is self._first_run

    @property
    def first_run(self) -> "FirstRunPage":
        """What an empty library shows, made when one is met."""
        if self._first_run is None:
            from folioscope.gui.first_run import first_run_page

            self._first_run = first_run_page.FirstRunPage(self.samples())
            self._first_run.add_folder.connect(self.add_folder)
            self._first_run.add_samples.connect(self.add_samples)
            self._stack.addWidget(self._first_run)
        return self._first_run

    def samples(self) -> "list[Sample]":
        """Return the sample documents that came with Folioscope."""
        from folioscope.gui.first_run.samples import load_samples

        return load_samples(self._language)

    def show_first_run(self, *, is_on: bool) -> None:
        """Choose the face."""
        shown: QWidget = self.first_run if is_on else self.answers
        self._stack.setCurrentWidget(shown)
        self.bar.setVisible(not is_on)

    def first_card(self) -> "DropCard | None":
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
