"""Where a page lies in the canvas: fitted, zoomed, turned and scrolled. Arithmetic only."""

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

from folioscope.domain.geometry import Box

PAD_PX = 16
LARGEST_ZOOM = 8.0
ZOOM_STEP = 1.25
_NEAR_FIT = 1.01


@dataclass(frozen=True)
class PageGeometry:
    """``zoom`` 1 fits the page into the view. ``turned`` counts quarter turns clockwise.

    ``scroll`` is the view's upper left corner in the content, which holds the page and a
    margin around it.
    """

    view: QSizeF
    aspect: float = 0.7
    zoom: float = 1.0
    turned: int = 0
    scroll: QPointF = field(default_factory=QPointF)

    @property
    def shown_aspect(self) -> float:
        """Width by height after turning."""
        return 1 / self.aspect if self.turned % 2 else self.aspect

    @property
    def fitted(self) -> QSizeF:
        """Size of the page when it fits into the view."""
        wide = max(40.0, self.view.width() - 2 * PAD_PX)
        high = max(40.0, self.view.height() - 2 * PAD_PX)
        if self.shown_aspect > wide / high:
            return QSizeF(wide, max(1.0, wide / self.shown_aspect))
        return QSizeF(max(1.0, high * self.shown_aspect), high)

    @property
    def size(self) -> QSizeF:
        """Size of the page as shown."""
        return self.fitted * self.zoom

    @property
    def content(self) -> QSizeF:
        """Size of all that can be scrolled over."""
        return QSizeF(self.size.width() + 2 * PAD_PX, self.size.height() + 2 * PAD_PX)

    @property
    def longest_px(self) -> float:
        """Longer side of the page as shown, in device-independent pixels."""
        return max(self.size.width(), self.size.height())

    @property
    def page(self) -> QRectF:
        """Place of the page in the view, on whole pixels so that it stays sharp."""
        size, content = self.size, self.content
        free_x = max(0.0, self.view.width() - content.width()) / 2
        free_y = max(0.0, self.view.height() - content.height()) / 2
        left = PAD_PX + free_x - self.scroll.x()
        top = PAD_PX + free_y - self.scroll.y()
        return QRectF(round(left), round(top), round(size.width()), round(size.height()))

    @property
    def upright(self) -> QRectF:
        """The page before it is turned, around the origin."""
        page = self.page
        size = page.size().transposed() if self.turned % 2 else page.size()
        return QRectF(-size.width() / 2, -size.height() / 2, size.width(), size.height())

    @property
    def transform(self) -> QTransform:
        """From ``upright`` to the view."""
        centre = self.page.center()
        return QTransform.fromTranslate(centre.x(), centre.y()).rotate(90 * self.turned)

    def fraction_at(self, point: QPointF) -> QPointF:
        """Return which fractions of the page are under a point of the view."""
        back, _ = self.transform.inverted()
        at, whole = back.map(point), self.upright
        return QPointF((at.x() - whole.x()) / whole.width(), (at.y() - whole.y()) / whole.height())

    def point_of(self, fraction: QPointF) -> QPointF:
        """Return where fractions of the page are in the view."""
        whole = self.upright
        x = whole.x() + fraction.x() * whole.width()
        y = whole.y() + fraction.y() * whole.height()
        return self.transform.map(QPointF(x, y))

    def rect_of(self, box: Box) -> QRectF:
        """Return where a box of the page is in the view."""
        first = self.point_of(QPointF(box.x0, box.y0))
        last = self.point_of(QPointF(box.x1, box.y1))
        return QRectF(first, last).normalized()

    def zoomed(self, zoom: float, about: QPointF) -> "PageGeometry":
        """Zoom so that what is under ``about`` stays there."""
        bounded = min(max(zoom, 1.0), LARGEST_ZOOM)
        bounded = 1.0 if bounded < _NEAR_FIT else bounded
        fraction = self.fraction_at(about)
        changed = replace(self, zoom=bounded)
        moved = changed.point_of(fraction) - about
        return changed.scrolled(changed.scroll + moved)

    def scrolled(self, scroll: QPointF) -> "PageGeometry":
        """Scroll as far as there is content."""
        most_x = max(0.0, self.content.width() - self.view.width())
        most_y = max(0.0, self.content.height() - self.view.height())
        bounded = QPointF(min(max(scroll.x(), 0.0), most_x), min(max(scroll.y(), 0.0), most_y))
        return replace(self, scroll=bounded)

    def showing(self, box: Box) -> "PageGeometry":
        """Scroll until a box is in sight, with some of what is around it."""
        rect = self.rect_of(box)
        seen = QRectF(QPointF(), self.view).adjusted(PAD_PX, PAD_PX, -PAD_PX, -PAD_PX)
        if seen.contains(rect):
            return self
        return self.scrolled(self.scroll + rect.center() - seen.center())
