"""Drawing a box on the large page: its keys, its buttons, and what it sends."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent

from folioscope.gui.pages.box_drawing import way_of
from folioscope.gui.pages.box_tools import BoxHelp, BoxTools
from folioscope.gui.pages.page_canvas import PageCanvas
from folioscope.services.api import Services


class BoxMode(QObject):
    """Enter finds what is in the box, Esc clears it, and once more leaves."""

    find_asked = Signal(object)  # Box
    switched = Signal()

    def __init__(
        self, canvas: PageCanvas, services: Callable[[], Services | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._services = services
        self.tools = BoxTools(canvas.viewport())
        self.help = BoxHelp()
        self.help.hide()
        self.tools.find_asked.connect(self.find)
        self.tools.copy_asked.connect(self._copy)
        self.tools.clear_asked.connect(self._clear)
        canvas.box_changed.connect(self._place)

    @property
    def is_on(self) -> bool:
        """Whether a box can be drawn now."""
        return self._canvas.drawing.is_on

    def switch(self) -> None:
        """Begin or leave drawing."""
        is_on = not self.is_on
        if is_on:
            self._show_reach()
        self._canvas.draw_boxes(is_on=is_on)
        if is_on:
            self._canvas.setFocus()
        self.switched.emit()

    def leave(self) -> None:
        """Leave drawing, if it goes on."""
        if self.is_on:
            self.switch()

    def _show_reach(self) -> None:
        services = self._services()
        if services is not None:
            look = services.look.state()
            self.help.show_reach(look.done, look.total)

    def find(self) -> None:
        """Send the box, if there is one."""
        box = self._canvas.drawing.box
        if box is not None:
            self.find_asked.emit(box)

    def _copy(self) -> None:
        picture = self._canvas.box_picture()
        if not picture.isNull():
            QGuiApplication.clipboard().setImage(picture)

    def _clear(self) -> None:
        self._canvas.drawing.clear()
        self._canvas.show_box()
        self._canvas.setFocus()

    def _place(self) -> None:
        drawing = self._canvas.drawing
        if drawing.box is None or drawing.is_held:
            self.tools.hide()
        else:
            self.tools.stand_by(self._canvas.box_rect(), self._canvas.viewport().size())

    def press(self, event: QKeyEvent) -> bool:
        """Do what a key asks of the box; False where it is none of its keys."""
        key = Qt.Key(event.key())
        if not self.is_on or event.modifiers() & ~_SHIFT_OR_PAD:
            return False
        drawing = self._canvas.drawing
        way = way_of(key, self._canvas.geometry_now.transform)
        if way is not None:
            is_sizing = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (drawing.grow if is_sizing else drawing.nudge)(way.x(), way.y())
            self._canvas.show_box()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.find()
        elif key == Qt.Key.Key_Escape:
            if drawing.box is not None:
                self._clear()
            else:
                self.leave()
        else:
            return False
        return True


_SHIFT_OR_PAD = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
