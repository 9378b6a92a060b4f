"""Beside the large page: how strong the match is, its marks and matches, what can be done."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from folioscope.domain.results import Strength
from folioscope.gui.pages.legend import Legend
from folioscope.gui.pages.match_list import MatchList, matches_of
from folioscope.gui.pages.page_parts import MatchStepper, PageNote, reasons_of
from folioscope.gui.pages.page_reader import PageReader
from folioscope.gui.parts import Button, Label, column, painted, row, rule
from folioscope.gui.results.result_words import strength_words
from folioscope.gui.results.tile_delegate import paint_dots
from folioscope.gui.theme import size_px, theme_signals
from folioscope.gui.words import number, tr


class StrengthDots(QWidget):
    """Three dots, as on a tile."""

    def __init__(self) -> None:
        super().__init__()
        self._strength: Strength | None = None
        self.setFixedSize(QSize(28, 19))
        theme_signals().changed.connect(self.update)

    def show_strength(self, strength: Strength | None) -> None:
        """Show a strength, or nothing."""
        self._strength = strength
        self.setVisible(strength is not None)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the dots."""
        if self._strength is not None:
            painter = QPainter(self)
            paint_dots(painter, 0, self.height() / 2, self._strength)
            painter.end()


class Inspector(QWidget):
    """All that is known of the page in sight."""

    open_asked = Signal()
    reveal_asked = Signal()
    copy_asked = Signal()
    like_asked = Signal()

    def __init__(self, reader: PageReader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        painted("panel", self)
        self._reader = reader
        self.setFixedWidth(size_px("inspector"))
        self._edge = rule(upright=True)
        self._edge.setParent(self)
        self._dots = StrengthDots()
        self._strength = Label("", "body_strong")
        self._why = Label("", "small", tone="muted", wrap=True)
        self.hide_link = Button(tr("Hide (H)"), kind="link")
        self.legend = Legend()
        self._marks = column(
            row(Label(tr("Marks"), "small_strong", tone="muted"), None, self.hide_link),
            self.legend,
            gap=4,
        )
        self.stepper = MatchStepper()
        self._heading = row(Label(tr("Matches"), "small_strong", tone="muted"), None, self.stepper)
        self.matches = MatchList()
        self.note = PageNote()
        self._open = Button("", icon_name="external-link", kind="primary")
        self._reveal = Button(tr("Show in folder"), icon_name="folder-open")
        self._copy = Button(tr("Copy text"), icon_name="copy", tip=tr("Copy text (Ctrl+C)"))
        self._copy.say(tr("Copy text"))
        self.like = Button(tr("More like this page"), icon_name="scan-search")
        self._compose()
        self._connect()

    def _compose(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(row(self._dots, self._strength, None, gap=4))
        layout.addWidget(self._why)
        layout.addWidget(self._marks)
        layout.addWidget(self._heading)
        layout.addWidget(self.matches, 1)
        layout.addWidget(self.note)
        layout.addWidget(self._open)
        layout.addWidget(row((self._reveal, 1), (self._copy, 1), gap=8))
        layout.addWidget(self.like)

    def _connect(self) -> None:
        reader = self._reader
        reader.page_changed.connect(self._show_page)
        reader.marks_changed.connect(self._show_marks)
        reader.match_changed.connect(self._show_match)
        reader.facts_changed.connect(self._show_facts)
        self.stepper.stepped.connect(reader.tour.step_match)
        self.matches.match_chosen.connect(reader.tour.go_to_match)
        self.legend.lit.connect(reader.canvas.light_only)
        self.like.clicked.connect(self.like_asked)
        self.hide_link.clicked.connect(self._toggle_marks)
        self._open.clicked.connect(self.open_asked)
        self._reveal.clicked.connect(self.reveal_asked)
        self._copy.clicked.connect(self.copy_asked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the hairline at the left edge, beside the page or over it."""
        super().resizeEvent(event)
        self._edge.setGeometry(0, 0, 1, self.height())

    def _toggle_marks(self) -> None:
        canvas = self._reader.canvas
        canvas.hide_marks(hidden=not canvas.marks_hidden)
        self.hide_link.say(tr("Show (H)") if canvas.marks_hidden else tr("Hide (H)"))

    def _show_page(self) -> None:
        result = self._reader.result
        self._dots.show_strength(result.strength)
        is_hit = self._reader.tour.is_hit
        told = strength_words(result.strength) if is_hit else tr("Not among the results")
        self._strength.setText(told)
        self._strength.setVisible(bool(told))
        page = number(result.page_number)
        self._open.say(tr("Open at page {page}").format(page=page))
        self._show_marks()
        self._show_facts()

    def _show_marks(self) -> None:
        tour = self._reader.tour
        why = ". ".join(text for _, _, text in reasons_of(self._reader))
        self._why.setText(f"{why}." if why else "")
        self._why.setVisible(bool(why))
        self.legend.show_marks(tour.marks)
        has_marks = len(tour.marks) > 0
        self._marks.setVisible(has_marks)
        self._heading.setVisible(has_marks)
        self.matches.show_matches(matches_of(tour.marks, self._reader.text), tour.match)
        self._show_match()

    def _show_match(self) -> None:
        tour = self._reader.tour
        self.stepper.show_place(tour.match, len(tour.marks))
        self.matches.show_current(tour.match)

    def _show_facts(self) -> None:
        self.note.show_note(self._reader)
        for button in (self._open, self._reveal):
            button.setEnabled(not self._reader.is_away)
