"""What makes a rectangle a sheet of paper: its shadow and its edge."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from folioscope.gui.theme import colour


def paint_shadow(painter: QPainter, page: QRectF) -> None:
    """Paint a soft shadow of 3 px under a sheet."""
    shadow = colour("shadow")
    for spread, share in ((3.0, 0.35), (1.5, 0.6)):
        faint = QColor(shadow)
        faint.setAlphaF(shadow.alphaF() * share)
        painter.fillRect(page.adjusted(-spread / 2, 0, spread / 2, spread), faint)


def paint_hairline(painter: QPainter, page: QRectF) -> None:
    """Paint the sheet's edge, so that white paper ends somewhere on a light mat."""
    line = colour("control")
    line.setAlphaF(0.45)
    painter.setPen(QPen(line, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(page.adjusted(-0.5, -0.5, 0.5, 0.5))
    painter.setPen(Qt.PenStyle.NoPen)
