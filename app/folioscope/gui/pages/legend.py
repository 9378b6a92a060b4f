"""What the marks on a page mean, a row each; a word's row lights up its own places."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from folioscope.gui.pages.marks import Marks
from folioscope.gui.pages.page_parts import Swatch
from folioscope.gui.pages.word_chips import chip_words
from folioscope.gui.parts import Label, RowStack
from folioscope.gui.theme import colour, radius_px
from folioscope.gui.words import number, tr

_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class LegendLine:
    """A row: shape, words and count; ``key`` is that of a word, empty for other marks."""

    kind: str
    text: str
    count: int
    key: str = ""


def legend_of(marks: Marks) -> list[LegendLine]:
    """Return a line for each word, and one for each kind of frame."""
    read = {mark_key for mark_key, _, _ in chip_words(Marks(marks.words))}
    lines = [
        LegendLine("word" if key in read else "region", word, count, key)
        for key, word, count in chip_words(marks)[:_MOST_WORDS]
    ]
    if marks.looks:
        lines.append(LegendLine("region", tr("Answers by look"), len(marks.looks)))
    if marks.regions:
        lines.append(LegendLine("region", tr("Closest in meaning"), len(marks.regions)))
    return lines


class LegendRow(QWidget):
    """One line; that of a word is lit by pointer or focus."""

    lit = Signal(str)

    def __init__(self, line: LegendLine) -> None:
        super().__init__()
        self._line = line
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 1, 0, 1)
        layout.setSpacing(8)
        layout.addWidget(Swatch(line.kind))
        layout.addWidget(Label(line.text, "small"), 1)
        layout.addWidget(Label(number(line.count), "small", tone="muted"))
        self.setAccessibleName(f"{line.text}, {number(line.count)}")
        if line.key:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setToolTip(tr("Light up only “{word}”").format(word=line.text))

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light up."""
        super().enterEvent(event)
        if self._line.key:
            self.lit.emit(self._line.key)

    def leaveEvent(self, event: QEvent) -> None:
        """Go out, unless the keyboard is here."""
        super().leaveEvent(event)
        if self._line.key and not self.hasFocus():
            self.lit.emit("")

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Light up."""
        super().focusInEvent(event)
        self.lit.emit(self._line.key)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Go out."""
        super().focusOutEvent(event)
        self.lit.emit("")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Show the focus."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour("focus"), 2))
            painter.drawRoundedRect(
                self.rect().adjusted(1, 1, -1, -1), radius_px("mark"), radius_px("mark")
            )
            painter.end()


class Legend(QWidget):
    """All lines; they are made anew only where they say something else."""

    lit = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._rows = RowStack(4)
        self._lines: list[LegendLine] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._rows)

    def show_marks(self, marks: Marks) -> None:
        """Explain these marks."""
        lines = legend_of(marks)
        if lines == self._lines:
            return
        self._lines = lines
        self.lit.emit("")
        self._rows.replace([self._made(line) for line in lines])

    def _made(self, line: LegendLine) -> LegendRow:
        made = LegendRow(line)
        made.lit.connect(self.lit)
        return made

    def rows(self) -> Sequence[LegendRow]:
        """Return the rows in sight."""
        return [made for made in self.findChildren(LegendRow) if not made.isHidden()]
