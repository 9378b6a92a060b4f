"""The bar over the large page: back, name, page, zoom and turn."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from folioscope.gui.pages.page_reader import PageAction, PageReader
from folioscope.gui.parts import Button, ElidedLabel, Label, painted, rule
from folioscope.gui.results.result_words import file_name
from folioscope.gui.theme import scaled, size_px
from folioscope.gui.words import number, tr

_NARROW_PX = 820


class LargeBar(QWidget):
    """Buttons for what the keys do, and where one is."""

    back_asked = Signal()
    action_asked = Signal(object)  # PageAction
    inspector_asked = Signal()

    def __init__(self, reader: PageReader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        painted("content", self)
        self._reader = reader
        self._count = 0
        self.setFixedHeight(scaled(size_px("toolbar")))
        self._back = Button("", icon_name="arrow-left", kind="quiet", tip=tr("Back (Esc)"))
        self._back.clicked.connect(self.back_asked)
        self._name = ElidedLabel("", "body_strong")
        self._page = Label("", "body_strong")
        self._zoom = Label("", "body")
        self._zoom.setMinimumWidth(52)
        self.box = Button(tr("Draw a box"), icon_name="square-dashed-mouse-pointer", kind="quiet")
        self.box.setCheckable(True)
        self.box.setToolTip(tr("Draw a box to find it elsewhere (B)"))
        self.box.clicked.connect(lambda: self.action_asked.emit(PageAction.BOX))
        self._facts = Button(icon_name="panel-right", kind="icon", tip=tr("Matches and actions"))
        self._facts.clicked.connect(self.inspector_asked)
        self._compose()
        reader.page_changed.connect(self._show_page)
        reader.canvas.zoomed.connect(self._show_zoom)
        self._show_zoom(1.0)

    def _button(self, icon_name: str, tip: str, action: PageAction) -> Button:
        made = Button(icon_name=icon_name, kind="icon", tip=tip)
        made.clicked.connect(lambda: self.action_asked.emit(action))
        return made

    def _compose(self) -> None:
        fit = Button(tr("Fit"), kind="quiet")
        fit.setToolTip(tr("Show the whole page (0)"))
        fit.clicked.connect(lambda: self.action_asked.emit(PageAction.FIT))
        previous = self._button("chevron-left", tr("Previous page (P)"), PageAction.PREVIOUS_PAGE)
        following = self._button("chevron-right", tr("Next page (N)"), PageAction.NEXT_PAGE)
        smaller = self._button("zoom-out", tr("Zoom out (−)"), PageAction.ZOOM_OUT)
        larger = self._button("zoom-in", tr("Zoom in (+)"), PageAction.ZOOM_IN)
        turn = self._button("rotate-cw", tr("Turn (R)"), PageAction.TURN)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self._back)
        layout.addWidget(rule(upright=True))
        layout.addWidget(self._name, 1)
        for part in (previous, self._page, following, rule(upright=True), smaller, self._zoom,
                     larger, fit, turn, rule(upright=True), self.box, self._facts):  # fmt: skip
            layout.addWidget(part)

    def show_count(self, count: int) -> None:
        """Say how many results one goes back to."""
        self._count = count
        self._name_buttons()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say less where there is little room."""
        super().resizeEvent(event)
        self._name_buttons()

    def _name_buttons(self) -> None:
        is_narrow = self.width() < _NARROW_PX
        told = tr("Back to {count} results").format(count=number(self._count))
        self._back.say(told if self._count > 1 and not is_narrow else tr("Back"))
        self._back.setAccessibleName(told if self._count > 1 else tr("Back"))
        self.box.say("" if is_narrow else tr("Draw a box"))
        self.box.setAccessibleName(tr("Draw a box to find it elsewhere (B)"))

    def show_inspector_button(self, *, shown: bool) -> None:
        """Offer the inspector where there is no room for it beside the page."""
        self._facts.setVisible(shown)

    def _show_page(self) -> None:
        tour = self._reader.tour
        self._name.show_text(file_name(tour.result))
        page, count = number(tour.result.page_number), number(tour.page_count)
        self._page.setText(f"{page} / {count}")
        told = tr("Page {page} of {count}").format(page=page, count=count)
        self._page.setAccessibleName(told)

    def _show_zoom(self, zoom: float) -> None:
        self._zoom.setText(f"{number(zoom * 100)} %")
