"""The middle of the window: an answer to what was asked."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from folioscope.domain.results import SearchResults
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.no_match import NoMatchHeader
from folioscope.gui.parts import painted, rule
from folioscope.gui.results.results_view import ResultsView
from folioscope.services.api import Services


class AnswerArea(QWidget):
    """Results, with what explains an empty answer above them."""

    suggested = Signal(object)

    def __init__(self, services: Callable[[], Services | None], runner: JobRunner) -> None:
        super().__init__()
        painted("content", self)
        self._found: SearchResults | None = None
        self.shows_weaker = False
        self.header = NoMatchHeader()
        self.header.suggested.connect(self.suggested)
        self.view = ResultsView(services, runner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(rule())
        layout.addWidget(self.header)
        layout.addWidget(self.view, 1)
        layout.addStretch(0)

    def show_answer(self, found: SearchResults, *, is_repeat: bool) -> None:
        """Show an answer; a new question hides weaker pages again."""
        if not is_repeat:
            self.shows_weaker = False
        self._found = found
        self._show()

    def set_weaker(self, *, is_on: bool) -> None:
        """Add weaker pages at the end, or take them away."""
        self.shows_weaker = is_on
        self._show()

    def found(self) -> SearchResults | None:
        """Return the answer on the screen."""
        return self._found

    def _show(self) -> None:
        found = self._found
        if found is None:
            return
        self.header.show_answer(found)
        self.view.setVisible(bool(found.results or found.weaker))
        # closest pages are shown, though weak, where there is nothing better
        self.view.set_results(found, show_weaker=self.shows_weaker or not found.results)
