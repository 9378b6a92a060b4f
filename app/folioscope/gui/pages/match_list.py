"""The matches of a page as a list, each with the text around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from folioscope.domain.pages import PageText
from folioscope.domain.results import Snippet, WordMark
from folioscope.gui.pages.marks import Marks
from folioscope.gui.results.snippet_text import paint_snippet, snippet_lines
from folioscope.gui.theme import colour, font, line_px, radius_px
from folioscope.gui.words import number, tr

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_LINES = 2
_WORDS_BEFORE = 3
_WORDS_AFTER = 9
_PAD = 6
_NUMBER_PX = 26


@dataclass(frozen=True, slots=True)
class Match:
    """A match as listed."""

    around: Snippet


def matches_of(marks: Marks, text: PageText) -> list[Match]:
    """Return the marks with the text around them, in the order they are stepped through."""
    found = [Match(_around(mark, text)) for mark in marks.words]
    found += [Match(Snippet(tr("The framed part"))) for _ in marks.frames]
    return found


def _around(mark: WordMark, text: PageText) -> Snippet:
    at = _word_number(mark, text)
    if at < 0:
        return Snippet(mark.word, ((0, len(mark.word)),))
    first = max(0, at - _WORDS_BEFORE)
    while first < at and text.lines[first] != text.lines[at]:
        first += 1
    before = " ".join((*text.words[first:at], ""))
    last = at + 1
    while last < min(len(text), at + _WORDS_AFTER) and text.blocks[last] == text.blocks[at]:
        last += 1
    word = text.words[at]
    after = " ".join(("", *text.words[at + 1 : last]))
    return Snippet(before + word + after, ((len(before), len(before) + len(word)),))


def _word_number(mark: WordMark, text: PageText) -> int:
    """Return which word of the page lies under a mark, -1 for none."""
    if not len(text):
        return -1
    x, y = (mark.box.x0 + mark.box.x1) / 2, (mark.box.y0 + mark.box.y1) / 2
    boxes = text.boxes
    inside = (boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])
    hit = np.flatnonzero(inside)
    return int(hit[0]) if len(hit) else -1


class MatchListModel(QAbstractListModel):
    """Matches by number."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._matches: list[Match] = []

    def replace(self, matches: Sequence[Match]) -> None:
        """Show other matches."""
        self.beginResetModel()
        self._matches = list(matches)
        self.endResetModel()

    def match_at(self, row: int) -> Match:
        """Return a match."""
        return self._matches[row]

    def rowCount(self, parent: AnyIndex = _NO_INDEX) -> int:
        """Count the matches."""
        return 0 if parent.isValid() else len(self._matches)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Answer for a match."""
        shown = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        if not index.isValid() or index.row() >= len(self._matches) or role not in shown:
            return None
        return f"{number(index.row() + 1)}. {self._matches[index.row()].around.text}"


class _MatchDelegate(QStyledItemDelegate):
    def __init__(self, model: MatchListModel, parent: QObject) -> None:
        super().__init__(parent)
        self._model = model

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        wide = option.rect.width() - _NUMBER_PX - 2 * _PAD - 2
        around = self._model.match_at(index.row()).around
        lines = snippet_lines(around, wide, lines=_LINES)
        return QSize(100, lines * line_px("small") + 2 * _PAD)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        cell = QRectF(option.rect).adjusted(0, 1, -2, -1)
        state = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("selected" if chosen else "hover"))
            painter.drawRoundedRect(cell, radius_px("control"), radius_px("control"))
        inner = cell.adjusted(8, _PAD - 1, -6, 0)
        painter.setFont(font("small"))
        painter.setPen(colour("text_muted"))
        first = QRectF(inner.x(), inner.y(), _NUMBER_PX, line_px("small"))
        painter.drawText(first, Qt.AlignmentFlag.AlignVCenter, number(index.row() + 1))
        around = self._model.match_at(index.row()).around
        rest = inner.adjusted(_NUMBER_PX - 6, 0, 0, 0)
        paint_snippet(painter, rest, around, lines=_LINES, tint="text")
        painter.restore()


class MatchList(QListView):
    """A match chosen here is shown on the page."""

    match_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = MatchListModel(self)
        self._is_following = False
        self.setModel(self._model)
        self.setItemDelegate(_MatchDelegate(self._model, self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(tr("Matches"))
        self.selectionModel().currentChanged.connect(self._choose)

    def show_matches(self, matches: Sequence[Match], current: int) -> None:
        """Show the matches of another page."""
        self._is_following = True
        self._model.replace(matches)
        self._is_following = False
        self.show_current(current)

    def show_current(self, row: int) -> None:
        """Follow the match stepped to."""
        self._is_following = True
        self.setCurrentIndex(self._model.index(row))
        self._is_following = False

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and not self._is_following:
            self.match_chosen.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows; leave letters and Enter to the page."""
        moves = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)
        if Qt.Key(event.key()) in moves and not event.modifiers():
            super().keyPressEvent(event)
        else:
            event.ignore()
