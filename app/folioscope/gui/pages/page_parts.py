"""Pieces of the panel and of the inspector: legend, reasons, stepper, notes."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from folioscope.domain.pages import TextSource
from folioscope.domain.results import ReasonKind
from folioscope.gui.icons import pixmap
from folioscope.gui.pages.marks import paint_swatch
from folioscope.gui.pages.page_reader import PageReader
from folioscope.gui.pages.word_chips import words_told
from folioscope.gui.parts import Button, Label, RowStack, column, painted, row
from folioscope.gui.sentences import translated
from folioscope.gui.theme import font, theme_signals
from folioscope.gui.words import number, tr


class Swatch(QWidget):
    """A mark's shape, for the legend; other kinds show an icon, or nothing."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind
        self.setFixedSize(QSize(20, 17))
        theme_signals().changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shape."""
        painter = QPainter(self)
        if self._kind in ("word", "region"):
            paint_swatch(painter, QRectF(self.rect()), self._kind)
        elif self._kind:
            painter.drawPixmap(2, 0, pixmap(self._kind))
        painter.end()


_REASONS = {
    ReasonKind.WORDS: "word",
    ReasonKind.MEANING: "region",
    ReasonKind.LOOK: "eye",
    ReasonKind.NAME: "file-text",
}


def reason_name(kind: ReasonKind) -> str:
    """Return the word for a kind of reason."""
    return {
        ReasonKind.WORDS: tr("Words"),
        ReasonKind.MEANING: tr("Meaning"),
        ReasonKind.LOOK: tr("Look"),
        ReasonKind.NAME: tr("Name"),
    }[kind]


class WhyRows(QWidget):
    """The reasons of a hit, each with the shape of its mark."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = RowStack(7)
        head = Label(tr("Why this page"), "small_strong", tone="muted")
        _fill(self, column(head, self._rows, gap=7))

    def show_reasons(self, reader: PageReader) -> None:
        """Show why the page in sight was found; nothing for one that was not."""
        found = reasons_of(reader)
        self._rows.replace([_reason_row(kind, swatch, text) for kind, swatch, text in found])
        self.setVisible(bool(found))


def reasons_of(reader: PageReader) -> list[tuple[str, str, str]]:
    """Return kind, swatch and words of each reason why the page in sight was found."""
    marks = reader.tour.marks
    found = []
    for reason in reader.result.reasons:
        swatch = _REASONS[reason.kind]
        if reason.kind is ReasonKind.MEANING and not marks.regions:
            swatch = ""
        if reason.kind is ReasonKind.LOOK and marks.looks:
            swatch = "region"
        is_words = reason.kind is ReasonKind.WORDS
        text = words_told(marks) if is_words and marks.words else translated(reason.text)
        found.append((reason_name(reason.kind), swatch, text))
    if not found and marks.words:  # a neighbour of the hits that has the words too
        found.append((reason_name(ReasonKind.WORDS), "word", words_told(marks)))
    told_of_look = any(reason.kind is ReasonKind.LOOK for reason in reader.result.reasons)
    if marks.looks and not told_of_look:
        found.append(
            (reason_name(ReasonKind.LOOK), "region", tr("The framed part matches by look"))
        )
    if not found and reader.result.strength is not None and not len(marks):
        found.append((reason_name(ReasonKind.MEANING), "", tr("Found by meaning only")))
    return found


def _reason_row(kind: str, swatch: str, text: str) -> QWidget:
    head = Label(kind, "small_strong")
    metrics = QFontMetrics(font("small_strong"))
    widest = max(metrics.horizontalAdvance(reason_name(other)) for other in ReasonKind)
    head.setFixedWidth(max(62, widest + 8))
    told = Label(text, "small", wrap=True)
    told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(8)
    top = Qt.AlignmentFlag.AlignTop
    layout.addWidget(Swatch(swatch), 0, top)
    layout.addWidget(head, 0, top)
    layout.addWidget(told, 1, top)
    made.setAccessibleName(f"{kind}: {text}")
    return made


def _fill(holder: QWidget, content: QWidget) -> None:
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(content)


class MatchStepper(QWidget):
    """Previous and next match, and which one it is."""

    stepped = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._back = Button(
            icon_name="chevron-up", kind="icon", tip=tr("Previous match (Shift+F3)")
        )
        self._on = Button(icon_name="chevron-down", kind="icon", tip=tr("Next match (F3)"))
        self._place = Label("", "small", tone="muted")
        self._back.clicked.connect(lambda: self.stepped.emit(-1))
        self._on.clicked.connect(lambda: self.stepped.emit(1))
        _fill(self, row(self._back, self._place, self._on, gap=4))

    def show_place(self, match: int, count: int) -> None:
        """Show which of how many; nothing when there is none."""
        self.setVisible(count > 0)
        told = tr("{number} of {count}").format(number=number(match + 1), count=number(count))
        self._place.setText(told)


class PageNote(QWidget):
    """One sentence about the page that the user should know, with what can be done."""

    unlock_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._text = Label("", "small", wrap=True)
        self._unlock = Button(tr("Unlock…"), kind="link")
        self._unlock.clicked.connect(self.unlock_asked)
        inner = painted("note", row((self._text, 1), self._unlock, gap=8, margins=(10, 7, 10, 7)))
        _fill(self, inner)

    def show_note(self, reader: PageReader) -> None:
        """Tell the most pressing thing, or vanish."""
        text = _note_of(reader)
        self._text.setText(text)
        self.setAccessibleName(text)
        self._unlock.setVisible(reader.is_locked)
        self.setVisible(bool(text))


def _note_of(reader: PageReader) -> str:
    if reader.is_locked:
        return tr("Locked with a password.")
    if reader.is_away:
        return tr("The drive is not connected. This page can be found, and opened when it is back.")
    if reader.failure:
        return reader.failure
    if reader.result.text_source is TextSource.OCR and reader.tour.is_hit:
        return tr("Text read from the picture; it may hold mistakes.")
    if reader.result.text_source is TextSource.WAITING and reader.tour.is_hit:
        return tr("The text in this picture is still to be read.")
    return ""
