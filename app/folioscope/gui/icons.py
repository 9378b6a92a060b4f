"""Icons: Lucide's drawings, tinted with the theme's colours and sharp at every scale."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from folioscope.gui.resources import resource
from folioscope.gui.theme import colour

ICON_PX = 16


@cache
def _drawing(name: str) -> str:
    text = resource("icons", f"{name}.svg").read_text("utf-8")
    # at 16 px the drawings are made for 24: a thinner line keeps them light
    return text.replace('stroke-width="2"', 'stroke-width="1.75"')


@cache
def _painted(name: str, rgb: str, side_px: int, ratio: float) -> QPixmap:
    drawn = QPixmap(round(side_px * ratio), round(side_px * ratio))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    svg = _drawing(name).replace("currentColor", rgb)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(drawn.rect()))
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn


def pixmap(name: str, tint: str = "text_muted", *, side_px: int = ICON_PX) -> QPixmap:
    """Return an icon in a colour of the theme, at least at twice its size."""
    app = QGuiApplication.instance()
    ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    return _painted(name, colour(tint).name(), side_px, max(2.0, ratio))


def icon(name: str, tint: str = "text_muted", *, side_px: int = ICON_PX) -> QIcon:
    """Return an icon for a button, with its disabled look."""
    made = QIcon(pixmap(name, tint, side_px=side_px))
    faint = pixmap(name, "text_disabled", side_px=side_px)
    made.addPixmap(faint, QIcon.Mode.Disabled)
    return made
