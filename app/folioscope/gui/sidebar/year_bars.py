"""Years as bars to drag over."""

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from folioscope.gui.theme import colour, font, theme_signals
from folioscope.gui.words import tr

_BARS_PX = 28
_EDGE = 16
_GAP = 2
_MOST_BARS = 40


class YearBars(QWidget):
    """A bar a year of the present results; dragging over bars keeps only those years.

    ``chosen(first, last)`` sends years, or 0 and 0 for all of them. With the keyboard: arrows
    move, Shift and arrows widen, Escape takes all.
    """

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counts: dict[int, int] = {}
        self._first, self._last = 0, 0
        self._range: tuple[int, int] | None = None
        self._anchor: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(_BARS_PX + 14 + QFontMetrics(font("small_strong")).height())
        self.setToolTip(tr("Drag over years to keep only those"))
        self.setVisible(False)
        theme_signals().changed.connect(self.update)

    def set_years(self, years: tuple[tuple[int, int], ...]) -> None:
        """Show counts by year; while years are chosen the axis stays as it was."""
        self._counts = {year: count for year, count in years if count}
        if self._counts and self._range is None:
            self._last = max(self._counts)
            self._first = max(min(self._counts), self._last - _MOST_BARS + 1)
        self.setVisible(self._range is not None or len(self._counts) > 1)
        self._name()
        self.update()

    def set_range(self, chosen: tuple[int, int] | None) -> None:
        """Mark the years that hold, without telling anybody."""
        self._range = chosen
        self._name()
        self.update()

    def _name(self) -> None:
        first, last = self._range or (self._first, self._last)
        self.setAccessibleName(tr("Years {first} to {last}").format(first=first, last=last))

    def _bar_px(self) -> float:
        return (self.width() - 2 * _EDGE) / max(1, self._last - self._first + 1)

    def year_at(self, x: float) -> int:
        """Return the year under a place."""
        year = self._first + int((x - _EDGE) // self._bar_px())
        return min(max(year, self._first), self._last)

    def middle_of(self, year: int) -> QPointF:
        """Return the middle of a year's bar."""
        return QPointF(_EDGE + (year - self._first + 0.5) * self._bar_px(), _BARS_PX / 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a choice."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._anchor = self.year_at(event.position().x())
            self.set_range((self._anchor, self._anchor))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Widen the choice."""
        if self._anchor is not None:
            year = self.year_at(event.position().x())
            self.set_range((min(self._anchor, year), max(self._anchor, year)))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Take the choice."""
        if self._anchor is not None:
            self._anchor = None
            self._send()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move or widen the choice by the arrow keys."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape and self._range is not None:
            self.set_range(None)
        elif step is None:
            super().keyPressEvent(event)
            return
        else:
            first, last = self._range or (self._last, self._last)
            moved = min(max(last + step, self._first), self._last)
            is_wider = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.set_range((min(first, moved), moved) if is_wider else (moved, moved))
        self._send()

    def _send(self) -> None:
        first, last = self._range or (0, 0)
        if self._range == (self._first, self._last):
            self.set_range(None)
            first, last = 0, 0
        self.chosen.emit(first, last)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw bars and the first and last year."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        most = max(self._counts.values(), default=1)
        wide = self._bar_px()
        for year in range(self._first, self._last + 1):
            count = self._counts.get(year, 0)
            high = max(3.0, _BARS_PX * count / most)
            is_in = self._range is None or self._range[0] <= year <= self._range[1]
            painter.setBrush(colour("control" if is_in and count else "line"))
            left = _EDGE + (year - self._first) * wide
            painter.drawRect(QRectF(left, _BARS_PX - high, max(1.0, wide - _GAP), high))
        painter.setFont(font("small_strong"))
        painter.setPen(colour("text_muted"))
        words = QRectF(_EDGE, _BARS_PX + 4, self.width() - 2 * _EDGE, self.height() - _BARS_PX - 6)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, str(self._first))
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, str(self._last))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour("focus"), 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(9, 1, -9, -1), 5, 5)
