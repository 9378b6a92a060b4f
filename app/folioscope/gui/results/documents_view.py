"""The pages found, grouped by document: the best pages of each with the text around the match."""

from typing import cast

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from folioscope.domain.pages import TextSource
from folioscope.domain.results import SearchResult, Snippet
from folioscope.gui.icons import pixmap
from folioscope.gui.results.document_layout import (
    MAT_PX,
    DocumentBlock,
    DocumentLayout,
    head_px,
)
from folioscope.gui.results.page_grid import paint_heading
from folioscope.gui.results.result_item_view import ResultItemView
from folioscope.gui.results.result_model import ResultListModel, ResultRole
from folioscope.gui.results.result_words import file_name, folder_words, second_line
from folioscope.gui.results.snippet_text import paint_snippet
from folioscope.gui.results.thumbnails import ThumbnailLoader
from folioscope.gui.results.tile_delegate import MatPainter, TileState, paint_dots
from folioscope.gui.results.tile_layout import GAP, SHEET_MARGIN
from folioscope.gui.theme import colour, font, line_px
from folioscope.gui.words import number, tr

AnyIndex = QModelIndex | QPersistentModelIndex
_TEXT_LINES = 5
_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".avif", ".heic")


def match_words(block: DocumentBlock, page_count: int, *, asked: bool) -> str:
    """Tell how many pages of a document match, or how many it has."""
    if page_count <= 1:
        return tr("1 page")
    if not asked:
        return tr("{total} pages").format(total=number(page_count))
    return tr("{count} of {total} pages match").format(
        count=number(len(block.rows)), total=number(page_count)
    )


class DocumentCardDelegate(QStyledItemDelegate):
    """Paints a page of a document: mat on the left, page, strength and text beside it."""

    def __init__(self, mats: MatPainter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mats = mats

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        """Return the least size of a card."""
        return QSize(2 * MAT_PX, MAT_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint the card."""
        result: SearchResult | None = index.data(ResultRole.RESULT)
        if result is None:
            return
        card = QRectF(option.rect)
        painter.save()
        mat = QRectF(card.x(), card.y(), MAT_PX, MAT_PX)
        self._mats.paint(painter, mat, result, TileState.of(option))
        _paint_text(painter, result, card.adjusted(MAT_PX + 14, 4, 0, 0))
        painter.restore()


def _paint_text(painter: QPainter, result: SearchResult, room: QRectF) -> None:
    text = tr("Page {page}").format(page=number(result.page_number))
    painter.setFont(font("body_strong"))
    painter.setPen(colour("text"))
    line = QRectF(room.x(), room.y(), room.width(), line_px("body_strong"))
    painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, text)
    left = line.x() + QFontMetrics(font("body_strong")).horizontalAdvance(text) + 8
    if result.strength is not None:
        left = paint_dots(painter, left, line.center().y() + 0.5, result.strength)
    if result.text_source is TextSource.OCR:
        painter.drawPixmap(
            round(left), round(line.center().y() - 7), pixmap("scan-text", side_px=14)
        )
    instead = second_line(result)
    below = room.adjusted(0, line.height() + 4, 0, 0)
    lines = min(_TEXT_LINES, int(below.height() // line_px("small")))
    paint_snippet(painter, below, Snippet(instead) if instead else result.snippet, lines=lines)


class DocumentsView(ResultItemView):
    """Blocks of a document's best pages; “2 more” (or +) shows the others."""

    def __init__(
        self, model: ResultListModel, loader: ThumbnailLoader, parent: QWidget | None = None
    ) -> None:
        self._opened: frozenset[str] = frozenset()
        self._heading = ""
        super().__init__(model, loader, parent)
        self.setItemDelegate(DocumentCardDelegate(MatPainter(loader), self))
        self.setAccessibleName(tr("Documents found"))

    @property
    def groups(self) -> DocumentLayout:
        """Where the documents lie."""
        return cast("DocumentLayout", self.item_layout)

    def make_layout(self) -> DocumentLayout:
        """Group the results by document."""
        return DocumentLayout(
            self._results.results,
            width_px=max(1, self.viewport().width() - 8),
            weaker_from=self._results.weaker_from,
            opened=self._opened,
            headed=bool(self._heading),
        )

    def longest_px(self) -> int:
        """Return the height of a page that fills its mat."""
        return MAT_PX - 2 * SHEET_MARGIN

    def set_heading(self, text: str) -> None:
        """Name the group of the weaker results; empty for none."""
        self._heading = text
        self.doItemsLayout()

    def set_opened(self, document_id: str, *, opened: bool) -> None:
        """Show all pages of a document, or its best ones."""
        others = self._opened - {document_id}
        self._opened = others | {document_id} if opened else others
        self.doItemsLayout()

    def close_all(self) -> None:
        """Show the best pages of every document only."""
        self._opened = frozenset()

    def scrollTo(
        self,
        index: AnyIndex,
        hint: ResultItemView.ScrollHint = ResultItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring an index into sight with its document's name; open the document if needed."""
        if index.isValid() and self.isIndexHidden(index):
            result = self._results.result(index.row())
            if result is not None:
                self.set_opened(result.ref.document_id, opened=True)
        super().scrollTo(index, hint)
        above = self.visualRect(index).top() - head_px()
        if above < 0:
            self.verticalScrollBar().setValue(self.verticalScrollBar().value() + above)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Unfold with + and fold with −, as trees do."""
        unfolds = event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal)
        result = self._results.result(self.currentIndex().row())
        if result is not None and (unfolds or event.key() == Qt.Key.Key_Minus):
            self.set_opened(result.ref.document_id, opened=unfolds)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Unfold or fold where the link is pressed."""
        block = self._link_under(event)
        if block is not None and event.button() == Qt.MouseButton.LeftButton:
            self.set_opened(block.document_id, opened=block.hidden > 0)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show a hand over the link."""
        super().mouseMoveEvent(event)
        over = self._link_under(event) is not None
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def leaveEvent(self, event: QEvent) -> None:
        """Put the arrow back."""
        super().leaveEvent(event)
        self.viewport().unsetCursor()

    def _link_under(self, event: QMouseEvent) -> DocumentBlock | None:
        point = event.position().toPoint()
        y = point.y() + self.verticalOffset()
        block = self.groups.block_at(y)
        if block is None or y >= block.top + head_px():
            return None
        link = self._link(block)
        return block if link and self._link_rect(block, link).contains(point.x(), y) else None

    def _link(self, block: DocumentBlock) -> str:
        if block.hidden > 0:
            return tr("{count} more").format(count=number(block.hidden))
        return tr("Fewer") if len(block.rows) > self.groups.columns else ""

    def _link_rect(self, block: DocumentBlock, text: str) -> QRect:
        wide = QFontMetrics(font("small")).horizontalAdvance(text) + 12
        return QRect(self.groups.width - GAP // 2 - wide + 6, block.top, wide, head_px())

    def paint_around(self, painter: QPainter, seen: QRect) -> None:
        """Paint the documents' names and the lines between them."""
        for block in self.groups.blocks_between(seen.top(), seen.bottom()):
            self._paint_head(painter, block)
        rect = self.groups.heading
        if rect.intersects(seen):
            paint_heading(painter, rect, self._heading, ruled=False)

    def _paint_head(self, painter: QPainter, block: DocumentBlock) -> None:
        best = self._results.result(block.rows[0])
        if best is None:
            return
        middle = Qt.AlignmentFlag.AlignVCenter
        line = QRectF(GAP / 2, block.top, self.groups.width - GAP, head_px())
        name = file_name(best)
        sign = "file-image" if name.casefold().endswith(_PICTURES) else "file-text"
        painter.drawPixmap(round(line.x()), round(line.center().y() - 8), pixmap(sign))
        if link := self._link(block):
            painter.setFont(font("small"))
            painter.setPen(colour("accent"))
            rect = self._link_rect(block, link).adjusted(0, 0, -6, 0)
            painter.drawText(rect, Qt.AlignmentFlag.AlignRight | middle, link)
            line.setRight(rect.left() - 8)
        facts = [folder_words(best), match_words(block, best.page_count,
                                                 asked=best.strength is not None)]  # fmt: skip
        about = "  ·  ".join(fact for fact in facts if fact)
        self._paint_name(painter, line.adjusted(24, 0, 0, 0), name, about)
        bottom = block.top + block.height - 8
        painter.setPen(QPen(colour("line"), 1))
        painter.drawLine(GAP // 2, bottom, self.groups.width - GAP // 2, bottom)

    def _paint_name(self, painter: QPainter, room: QRectF, name: str, about: str) -> None:
        strong, small = QFontMetrics(font("body_strong")), QFontMetrics(font("small"))
        least = max(room.width() - small.horizontalAdvance(about) - 12, room.width() / 2)
        shown = strong.elidedText(name, Qt.TextElideMode.ElideMiddle, int(least))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(font("body_strong"))
        painter.setPen(colour("text"))
        painter.drawText(room, middle, shown)
        rest = room.adjusted(strong.horizontalAdvance(shown) + 12, 0, 0, 0)
        painter.setFont(font("small"))
        painter.setPen(colour("text_muted"))
        cut = small.elidedText(about, Qt.TextElideMode.ElideRight, max(0, int(rest.width())))
        painter.drawText(rest, middle, cut)
