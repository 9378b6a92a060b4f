"""A box drawn on a page to find it elsewhere: how it is drawn, moved and sized."""

from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from folioscope.domain.geometry import Box
from folioscope.gui.pages.marks import placed

STEP = 0.01  # of the page, for a press of an arrow key
_LEAST = 0.015  # smaller ones were clicks
_FIRST = Box(0.3, 0.3, 0.7, 0.6)
_BLUE = QColor("#1F5BD8")  # lies on pages and not on the theme, as marks do
_SHADE = QColor(0, 0, 0, 70)
_HANDLE_PX = 9.0
_REACH_PX = 9.0


class Grip(Enum):
    """Where a box is held: (-1, 0, 1) across and down; the inside moves it."""

    INSIDE = (0, 0)
    TOP_LEFT = (-1, -1)
    TOP = (0, -1)
    TOP_RIGHT = (1, -1)
    RIGHT = (1, 0)
    BOTTOM_RIGHT = (1, 1)
    BOTTOM = (0, 1)
    BOTTOM_LEFT = (-1, 1)
    LEFT = (-1, 0)

    @property
    def cursor(self) -> Qt.CursorShape:
        """The pointer that tells what holding here does."""
        across, down = self.value
        if not across and not down:
            return Qt.CursorShape.SizeAllCursor
        if across and down:
            falls = across == down
            return Qt.CursorShape.SizeFDiagCursor if falls else Qt.CursorShape.SizeBDiagCursor
        return Qt.CursorShape.SizeHorCursor if across else Qt.CursorShape.SizeVerCursor


HANDLES = tuple(grip for grip in Grip if grip is not Grip.INSIDE)


@dataclass(frozen=True, slots=True)
class _Hold:
    """A press that is not let go of: where, on what, and how the box was then."""

    at: QPointF
    grip: Grip | None
    box: Box | None


class BoxDrawing:
    """The box, in fractions of the page, while somebody draws; None where there is none."""

    def __init__(self) -> None:
        self.is_on = False
        self.box: Box | None = None
        self._hold: _Hold | None = None

    @property
    def is_held(self) -> bool:
        """Whether the pointer is pressed."""
        return self._hold is not None

    def grip_at(self, at: QPointF, reach: QPointF) -> Grip | None:
        """Return what of the box is under a point; ``reach`` is how near counts."""
        box = self.box
        if box is None:
            return None
        for grip in HANDLES:
            x, y = _handle(box, grip)
            if abs(at.x() - x) <= reach.x() and abs(at.y() - y) <= reach.y():
                return grip
        inside = box.x0 <= at.x() <= box.x1 and box.y0 <= at.y() <= box.y1
        return Grip.INSIDE if inside else None

    def press(self, at: QPointF, reach: QPointF) -> None:
        """Take hold of the box, or begin another one."""
        self._hold = _Hold(at, self.grip_at(at, reach), self.box)

    def drag(self, at: QPointF) -> None:
        """Follow the pointer."""
        hold = self._hold
        if hold is None:
            return
        if hold.grip is None or hold.box is None:
            self.box = _between(hold.at, at)
        elif hold.grip is Grip.INSIDE:
            self.box = _moved(hold.box, at.x() - hold.at.x(), at.y() - hold.at.y())
        else:
            self.box = _stretched(hold.box, hold.grip, at)

    def release(self) -> None:
        """Let go; what is hardly larger than a point was a click, which clears."""
        self._hold = None
        box = self.box
        if box is not None and (box.x1 - box.x0 < _LEAST or box.y1 - box.y0 < _LEAST):
            self.box = None

    def nudge(self, across: float, down: float) -> None:
        """Move the box by a step; the first press makes one in the middle."""
        self.box = _FIRST if self.box is None else _moved(self.box, across * STEP, down * STEP)

    def grow(self, across: float, down: float) -> None:
        """Move its lower right corner by a step."""
        box = self.box
        if box is None:
            self.box = _FIRST
            return
        x1 = max(box.x0 + _LEAST, box.x1 + across * STEP)
        y1 = max(box.y0 + _LEAST, box.y1 + down * STEP)
        self.box = replace(box, x1=min(1.0, x1), y1=min(1.0, y1))

    def clear(self) -> bool:
        """Take the box away; False where there was none."""
        had = self.box is not None
        self.box, self._hold = None, None
        return had


def _handle(box: Box, grip: Grip) -> tuple[float, float]:
    across, down = grip.value
    x = (box.x0 + box.x1) / 2 + across * (box.x1 - box.x0) / 2
    y = (box.y0 + box.y1) / 2 + down * (box.y1 - box.y0) / 2
    return x, y


def _between(one: QPointF, other: QPointF) -> Box:
    return Box(
        min(one.x(), other.x()),
        min(one.y(), other.y()),
        max(one.x(), other.x()),
        max(one.y(), other.y()),
    ).clipped()


def _moved(box: Box, across: float, down: float) -> Box:
    dx = min(max(across, -box.x0), 1 - box.x1)
    dy = min(max(down, -box.y0), 1 - box.y1)
    return Box(box.x0 + dx, box.y0 + dy, box.x1 + dx, box.y1 + dy)


def _stretched(box: Box, grip: Grip, at: QPointF) -> Box:
    across, down = grip.value
    fixed = QPointF(box.x1 if across < 0 else box.x0, box.y1 if down < 0 else box.y0)
    x = at.x() if across else box.x1
    y = at.y() if down else box.y1
    return _between(fixed, QPointF(x, y))


def paint_box(painter: QPainter, box: Box, page: QRectF) -> None:
    """Shade the rest of the page and draw the box: dashed, with a white casing and handles."""
    rect = placed(box, page)
    rest = QPainterPath()
    rest.addRect(page)
    rest.addRect(rect)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(rest, _SHADE)  # even-odd: the box is left out
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("white"), 4))
    painter.drawRect(rect)
    painter.setPen(QPen(_BLUE, 2.5, Qt.PenStyle.DashLine))
    painter.drawRect(rect)
    painter.setPen(QPen(_BLUE, 2))
    painter.setBrush(QColor("white"))
    for grip in HANDLES:
        x, y = _handle(box, grip)
        handle = QRectF(0, 0, _HANDLE_PX, _HANDLE_PX)
        handle.moveCenter(QPointF(page.x() + x * page.width(), page.y() + y * page.height()))
        painter.drawRoundedRect(handle, 2, 2)
    painter.restore()


def reach_of(page: QRectF) -> QPointF:
    """Return how near to a handle counts, in fractions of a page of that size."""
    return QPointF(_REACH_PX / max(1.0, page.width()), _REACH_PX / max(1.0, page.height()))


def way_of(key: Qt.Key, transform: QTransform) -> QPointF | None:
    """Return the step of an arrow key on the page, which may be turned; None for other keys."""
    ways = {
        Qt.Key.Key_Left: QPointF(-1, 0),
        Qt.Key.Key_Right: QPointF(1, 0),
        Qt.Key.Key_Up: QPointF(0, -1),
        Qt.Key.Key_Down: QPointF(0, 1),
    }
    way = ways.get(key)
    if way is None:
        return None
    back, _ = transform.inverted()
    turned = back.map(way) - back.map(QPointF())
    return QPointF(round(turned.x()), round(turned.y()))
