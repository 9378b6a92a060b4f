"""Asking for more than words: a second look, and what to tell where a model is missing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from folioscope.domain.results import SearchResults
from folioscope.gui.library_session import sentence_of
from folioscope.gui.notes.note_area import Note, NoteAction
from folioscope.gui.picture_asking import PictureAsking
from folioscope.gui.second_look import SecondLook, can_look_again
from folioscope.gui.words import tr

if TYPE_CHECKING:
    from folioscope.gui.main_window import MainWindow

MODEL = "model"  # the note about a model that is missing


class WindowAsking(QObject):
    """Joins field, chips, results and notes to a second look."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        answers = window.centre.answers
        self.second = SecondLook(window.session, window.searches, found=answers.found, parent=self)
        self.pictures = PictureAsking(window)
        self._connect()

    def _connect(self) -> None:
        window, second = self._window, self.second
        row = window.bar.chips.second
        window.bar.field.second_look_asked.connect(self.look_again)
        row.asked.connect(self.look_again)
        row.cancelled.connect(second.cancel)
        second.changed.connect(self.show_offer)
        second.ordered.connect(self._show_ordered)
        second.model_missing.connect(self.tell_missing)
        second.failed.connect(lambda error: window.tell(sentence_of(error)))
        window.searches.answered.connect(lambda _found, _is_repeat: self.show_offer())
        window.searches.asked_anew.connect(self.withdraw_missing)

    def look_again(self) -> None:
        """Take a second look at the answer."""
        if self._window.settings.current.reranker:
            self.second.start()
        else:
            self.tell_missing(tr("A second look needs a model that is not installed."))

    def show_offer(self) -> None:
        """Offer a second look, say how far one is, or that it was taken."""
        row, second = self._window.bar.chips.second, self.second
        if second.is_running:
            self._window.bar.chips.show_second_look(second.progress)
            return
        if row.is_busy:
            self._window.centre.show_counts()
        found = self._window.centre.answers.found()
        can = found is not None and can_look_again(found)
        is_offered = can and bool(self._window.settings.current.reranker)
        row.show_rest(is_offered=is_offered, is_done=can and second.holds_order)

    def _show_ordered(self, found: SearchResults) -> None:
        self._window.centre.show_answer(found, is_repeat=True)

    def tell_missing(self, sentence: str, *, more: Sequence[NoteAction] = ()) -> None:
        """Say that a model is needed, with a way to where it is installed."""
        action = NoteAction(tr("Open Settings, Models"), self._window.show_models)
        self._window.notes.tell(Note(MODEL, sentence, [action, *more]))

    def withdraw_missing(self) -> None:
        """Take that note away."""
        self._window.notes.withdraw(MODEL)
