"""The page itself: fitted or zoomed, with its marks, and words that can be chosen."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from folioscope.domain.pages import PageText
from folioscope.gui.pages.box_drawing import BoxDrawing, paint_box, reach_of
from folioscope.gui.pages.marks import Ground, Marks, MarkStyle, paint_marks, placed
from folioscope.gui.pages.page_geometry import ZOOM_STEP, PageGeometry
from folioscope.gui.pages.paper import paint_hairline, paint_shadow
from folioscope.gui.pages.text_selection import TextSelection
from folioscope.gui.theme import colour, theme_signals

_CALM_MS = 120  # after the last change of zoom, before the page is drawn anew
_MOST_SCALED_PX = 2600  # a page larger than this on the screen is scaled while painting
_BLUR_ALLOWED = 1.03
_WHEEL_NOTCH = 120


class PageCanvas(QAbstractScrollArea):
    """Shows a picture of a page and paints marks over it."""

    zoomed = Signal(float)
    needs_px = Signal(int)  # device pixels on the longer side, for a sharp picture
    selection_changed = Signal()
    box_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._scaled = QPixmap()
        self._ground: Ground | None = None
        self._marks = Marks()
        self._style = MarkStyle()
        self._hides_marks = False
        self._grabbed_at: QPoint | None = None
        self._is_choosing = False
        self._is_settling = False
        self._shows_focus = False
        self.selection = TextSelection()
        self.drawing = BoxDrawing()
        self.geometry_now = PageGeometry(QSizeF(400, 500))
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._calm.timeout.connect(self._ask_for_pixels)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        theme_signals().changed.connect(self.viewport().update)

    def sizeHint(self) -> QSize:
        """Wish for room."""
        return QSize(400, 480)

    # what is shown

    def show_page(self, aspect: float, marks: Marks) -> None:
        """Make room for another page; its picture comes later."""
        self._image, self._scaled, self._ground = QImage(), QPixmap(), None
        self._marks = marks
        self.selection = TextSelection()
        self.drawing.clear()
        self.box_changed.emit()
        shape = min(max(aspect, 1 / 20), 20.0)
        self._set_geometry(PageGeometry(self.geometry_now.view, shape))

    def show_picture(self, image: QImage) -> None:
        """Show a picture of the page, which may be small at first."""
        if image.width() * image.height() == 0:
            return
        self._image, self._scaled = image, QPixmap()
        if self._ground is None:
            self._ground = Ground(image)
        aspect = image.width() / image.height()
        # what was known before may be rough, and a picture rounds to whole pixels
        if abs(aspect / self.geometry_now.aspect - 1) > 0.02:
            self._set_geometry(replace(self.geometry_now, aspect=aspect))
        self.viewport().update()

    def set_text(self, text: PageText) -> None:
        """Let the words of the page be chosen."""
        self.selection = TextSelection(text)
        self.setAccessibleDescription(text.plain[:2000])

    def set_marks(self, marks: Marks) -> None:
        """Change what is marked."""
        self._marks = marks
        self.viewport().update()

    def set_current(self, number: int) -> None:
        """Mark the match stepped to and bring it into sight."""
        self._style = replace(self._style, current=number)
        if 0 <= number < len(self._marks):
            self._set_geometry(self.geometry_now.showing(self._marks.box(number)))
        self.viewport().update()

    def light_only(self, key: str) -> None:
        """Mark one word alone; an empty key marks everything again."""
        if key != self._style.only:
            self._style = replace(self._style, only=key)
            self.viewport().update()

    def hide_marks(self, *, hidden: bool) -> None:
        """Show the bare page."""
        if hidden != self._hides_marks:
            self._hides_marks = hidden
            self.viewport().update()

    @property
    def marks_hidden(self) -> bool:
        """Whether the bare page is shown."""
        return self._hides_marks

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to see yet."""
        return not self._image.isNull()

    def wanted_px(self) -> int:
        """Return how many device pixels the page's longer side has now."""
        return round(self.geometry_now.longest_px * self.devicePixelRatioF())

    # a box to be found elsewhere

    def draw_boxes(self, *, is_on: bool) -> None:
        """Let a box be drawn in place of words being chosen, or no longer."""
        self.drawing.is_on = is_on
        self.drawing.clear()
        shape = Qt.CursorShape.CrossCursor if is_on else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)
        self.show_box()

    def show_box(self) -> None:
        """Paint the box where it is now."""
        self.viewport().update()
        self.box_changed.emit()

    def box_rect(self) -> QRectF:
        """Return where the box is in the view, empty where there is none."""
        box = self.drawing.box
        return self.geometry_now.rect_of(box) if box is not None else QRectF()

    def box_picture(self) -> QImage:
        """Return what is in the box, as sharp as it is shown."""
        box, image = self.drawing.box, self._image
        if box is None or image.isNull():
            return QImage()
        return image.copy(placed(box, QRectF(image.rect())).toAlignedRect())

    # zoom, turn, scroll

    @property
    def zoom(self) -> float:
        """1 where the page fits into the view."""
        return self.geometry_now.zoom

    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom about a point of the view, its middle unless told."""
        middle = QRectF(self.viewport().rect()).center()
        self._set_geometry(self.geometry_now.zoomed(self.zoom * factor, about or middle))

    def zoom_in(self) -> None:
        """Enlarge by a step."""
        self.zoom_by(ZOOM_STEP)

    def zoom_out(self) -> None:
        """Shrink by a step, down to where the page fits."""
        self.zoom_by(1 / ZOOM_STEP)

    def fit(self) -> None:
        """Show the whole page."""
        self.zoom_by(1 / self.zoom)

    def turn(self) -> None:
        """Turn the page by a quarter, clockwise."""
        turned = (self.geometry_now.turned + 1) % 4
        geometry = PageGeometry(self.geometry_now.view, self.geometry_now.aspect, turned=turned)
        self._set_geometry(geometry)

    def _set_geometry(self, geometry: PageGeometry) -> None:
        old, self.geometry_now = self.geometry_now, geometry
        self._is_settling = True
        for bar, content, view, at in (
            (self.horizontalScrollBar(), geometry.content.width(), geometry.view.width(),
             geometry.scroll.x()),
            (self.verticalScrollBar(), geometry.content.height(), geometry.view.height(),
             geometry.scroll.y()),
        ):  # fmt: skip
            bar.setRange(0, max(0, round(content - view)))
            bar.setPageStep(round(view))
            bar.setSingleStep(40)
            bar.setValue(round(at))
        self._is_settling = False
        if old.size != geometry.size or old.turned != geometry.turned:
            self._scaled = QPixmap()
            self._calm.start()
        if self.drawing.box is not None:
            self.box_changed.emit()
        if old.zoom != geometry.zoom:
            self.zoomed.emit(geometry.zoom)
        self.viewport().update()

    def _ask_for_pixels(self) -> None:
        has_px = max(self._image.width(), self._image.height())
        if self.wanted_px() > has_px * _BLUR_ALLOWED:
            self.needs_px.emit(self.wanted_px())
        self.viewport().update()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Follow the scroll bars."""
        if self._is_settling:
            return
        at = QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        self.geometry_now = self.geometry_now.scrolled(at)
        self.viewport().update()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Fit anew."""
        # scroll bars lie over the margin: were they to shrink the page, zooming would make it jump
        view = QSizeF(self.maximumViewportSize())
        resized = replace(self.geometry_now, view=view)
        self._set_geometry(resized.scrolled(resized.scroll))

    # pointer

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom with Ctrl, scroll without."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            notches = event.angleDelta().y() / _WHEEL_NOTCH
            self.zoom_by(ZOOM_STEP**notches, event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose words from here, or take hold of the page beside them."""
        at = self.geometry_now.fraction_at(event.position())
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self.drawing.is_on:
            self.drawing.press(at, reach_of(self.geometry_now.upright))
            return
        self._is_choosing = left and self.selection.begin(at)
        if (left and not self._is_choosing) or event.button() == Qt.MouseButton.MiddleButton:
            self._grabbed_at = event.position().toPoint()
        self._show_selection()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend what is chosen, or move the page."""
        if self.drawing.is_on and self._grabbed_at is None:
            self._draw(event)
        elif self._is_choosing:
            self.selection.extend(self.geometry_now.fraction_at(event.position()))
            self._show_selection()
        elif self._grabbed_at is not None:
            moved = event.position().toPoint() - self._grabbed_at
            self._grabbed_at = event.position().toPoint()
            at = self.geometry_now.scroll - QPointF(moved)
            self._set_geometry(self.geometry_now.scrolled(at))

    def _draw(self, event: QMouseEvent) -> None:
        at, drawing = self.geometry_now.fraction_at(event.position()), self.drawing
        if drawing.is_held:
            drawing.drag(at)
            self.show_box()
            return
        grip = drawing.grip_at(at, reach_of(self.geometry_now.upright))
        self.viewport().setCursor(grip.cursor if grip else Qt.CursorShape.CrossCursor)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        if self.drawing.is_held:
            self.drawing.release()
            self.show_box()
        self._grabbed_at = None
        self._is_choosing = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Choose a word."""
        if self.drawing.is_on:
            return
        self.selection.choose_word(self.geometry_now.fraction_at(event.position()))
        self._show_selection()

    def _show_selection(self) -> None:
        self.selection_changed.emit()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll with the arrows while there is something to scroll; leave the rest."""
        bars = {
            Qt.Key.Key_Left: (self.horizontalScrollBar(), -1),
            Qt.Key.Key_Right: (self.horizontalScrollBar(), 1),
            Qt.Key.Key_Up: (self.verticalScrollBar(), -1),
            Qt.Key.Key_Down: (self.verticalScrollBar(), 1),
        }
        bar, step = bars.get(Qt.Key(event.key()), (None, 0))
        is_free = not event.modifiers() and not self.drawing.is_on
        if bar is not None and bar.maximum() > 0 and is_free:
            bar.setValue(bar.value() + step * bar.singleStep())
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus where the keyboard brought it; a click shows itself."""
        by_key = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._shows_focus = event.reason() in by_key
        self.viewport().update()

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        """Show that the focus went."""
        self._shows_focus = False
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """Zoom with two fingers."""
        if event.type() == QEvent.Type.NativeGesture:
            gesture = event.gestureType()  # type: ignore[attr-defined]
            if gesture == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_by(1 + event.value(), event.position())  # type: ignore[attr-defined]
                return True
        return bool(super().viewportEvent(event))

    # painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint stage, page, marks and what is chosen."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), colour("stage"))
        geometry = self.geometry_now
        paint_shadow(painter, geometry.page)
        painter.fillRect(geometry.page, QColor("white") if self._image.isNull() else colour("mat"))
        painter.save()
        painter.setTransform(geometry.transform, combine=True)
        self._paint_picture(painter, geometry.upright)
        if not self._hides_marks and not self.drawing.is_on:
            style = self._style
            paint_marks(painter, self._marks, geometry.upright, ground=self._ground, style=style)
        self._paint_selection(painter, geometry.upright)
        if self.drawing.box is not None:
            paint_box(painter, self.drawing.box, geometry.upright)
        painter.restore()
        paint_hairline(painter, geometry.page)
        if self._shows_focus:
            self._paint_focus(painter)
        painter.end()

    def _paint_picture(self, painter: QPainter, page: QRectF) -> None:
        if self._image.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if max(page.width(), page.height()) > _MOST_SCALED_PX or self._calm.isActive():
            painter.drawImage(page, self._image)
            return
        if self._scaled.isNull():
            ratio = self.devicePixelRatioF()
            size = (page.size() * ratio).toSize()
            smooth = Qt.TransformationMode.SmoothTransformation
            ignore = Qt.AspectRatioMode.IgnoreAspectRatio
            self._scaled = QPixmap.fromImage(self._image.scaled(size, ignore, smooth))
            self._scaled.setDevicePixelRatio(ratio)
        painter.drawPixmap(page.topLeft(), self._scaled)

    def _paint_selection(self, painter: QPainter, page: QRectF) -> None:
        tint = QColor(colour("accent"))
        tint.setAlpha(80)
        for box in self.selection.boxes():
            painter.fillRect(placed(box, page), tint)

    def _paint_focus(self, painter: QPainter) -> None:
        painter.setPen(QPen(colour("focus"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
