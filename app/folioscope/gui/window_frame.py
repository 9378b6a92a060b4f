"""The window's columns: sidebar, centre, panel, foot; and what gives way when it is narrow."""

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from folioscope.gui.parts import painted, rule
from folioscope.gui.theme import bounds_px

DRAWER_BELOW_PX = 1100
PANEL_OVER_BELOW_PX = 860
_NARROW_PANEL_PX = 344


class Shade(QWidget):
    """Lies between a drawer and the rest; a click on it closes the drawer."""

    def __init__(self, frame: "WindowFrame") -> None:
        super().__init__(frame)
        self._frame = frame
        painted("shade", self)
        self.hide()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """Close what is above."""
        self._frame.close_drawer()


class WindowFrame(QWidget):
    """Holds the parts; knows nothing of what they show."""

    narrow_changed = Signal(bool)

    def __init__(self, *, sidebar: QWidget, centre: QWidget, foot: QWidget) -> None:
        super().__init__()
        self._sidebar = sidebar
        self._panel: QWidget | None = None
        self._is_drawer = False
        self._is_panel_over = False
        self._is_panel_wanted = False
        self._is_sidebar_wanted = True
        self._inner = _splitter(centre)
        body = QWidget()
        down = QVBoxLayout(body)
        down.setContentsMargins(0, 0, 0, 0)
        down.setSpacing(0)
        down.addWidget(self._inner, 1)
        self._foot_rule = rule()
        down.addWidget(self._foot_rule)
        down.addWidget(foot)
        foot.installEventFilter(self)
        self._outer = _splitter(body)
        across = QVBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(self._outer)
        self._shade = Shade(self)
        self._place_sidebar()

    # --- sidebar ---------------------------------------------------------------------------

    @property
    def is_narrow(self) -> bool:
        """Whether the sidebar is a drawer."""
        return self._is_drawer

    def toggle_sidebar(self) -> None:
        """Show or hide the sidebar; as a drawer it lies over the rest."""
        if self._is_drawer:
            if self._sidebar.isHidden():
                self._open_drawer()
            else:
                self.close_drawer()
        else:
            self._is_sidebar_wanted = self._sidebar.isHidden()
            self._sidebar.setVisible(self._is_sidebar_wanted)

    def _open_drawer(self) -> None:
        self._shade.setGeometry(self.rect())
        self._shade.show()
        self._shade.raise_()
        self._sidebar.setGeometry(0, 0, bounds_px("sidebar")[0], self.height())
        self._sidebar.show()
        self._sidebar.raise_()
        self._sidebar.setFocus()

    def close_drawer(self) -> bool:
        """Close the drawer; False if there is none open."""
        if not self._is_drawer or self._sidebar.isHidden():
            return False
        self._sidebar.hide()
        self._shade.hide()
        return True

    def _place_sidebar(self) -> None:
        _usual, least, most = bounds_px("sidebar")
        if self._is_drawer:
            self._sidebar.setParent(self)
            self._sidebar.hide()
        else:
            self._shade.hide()
            self._sidebar.setMinimumWidth(least)
            self._sidebar.setMaximumWidth(most)
            self._outer.insertWidget(0, self._sidebar)
            self._outer.setStretchFactor(0, 0)
            self._outer.setStretchFactor(1, 1)
            self._outer.setSizes([bounds_px("sidebar")[0], 10_000])
            self._sidebar.setVisible(self._is_sidebar_wanted)

    # --- panel -----------------------------------------------------------------------------

    def set_panel(self, panel: QWidget) -> None:
        """Take the panel, closed at first."""
        self._panel = panel
        self._place_panel()
        panel.hide()

    def show_panel(self, *, is_on: bool) -> None:
        """Open or close the panel."""
        if self._panel is None:
            return
        self._is_panel_wanted = is_on
        self._panel.setVisible(is_on)
        if is_on and self._is_panel_over:
            self._fit_over(self._panel)
            self._panel.raise_()

    @property
    def is_panel_open(self) -> bool:
        """Whether the panel is open."""
        return self._is_panel_wanted

    @property
    def has_room_for_panel(self) -> bool:
        """Whether the panel stands beside the results rather than over them."""
        return not self._is_panel_over

    def _place_panel(self) -> None:
        if self._panel is None:
            return
        usual, least, most = bounds_px("panel")
        wide = _NARROW_PANEL_PX if self._is_drawer else usual
        self._panel.setMinimumWidth(least)
        if self._is_panel_over:
            self._panel.setParent(self)
            self._fit_over(self._panel)
        else:
            self._panel.setMaximumWidth(most)
            self._inner.addWidget(self._panel)
            self._inner.setStretchFactor(0, 1)
            self._inner.setStretchFactor(1, 0)
            self._inner.setSizes([10_000, wide])
        self._panel.setVisible(self._is_panel_wanted)

    def _fit_over(self, panel: QWidget) -> None:
        wide = min(_NARROW_PANEL_PX, self.width())
        at = self._inner.mapTo(self, QPoint(0, 0))
        panel.setGeometry(self.width() - wide, at.y(), wide, self._inner.height())

    # --- widths ----------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let drawers take over where columns have no room."""
        super().resizeEvent(event)
        is_drawer = self.width() < DRAWER_BELOW_PX
        is_over = self.width() < PANEL_OVER_BELOW_PX
        if is_drawer != self._is_drawer:
            self._is_drawer = is_drawer
            self.narrow_changed.emit(is_drawer)
            self._place_sidebar()
            self._place_panel()
        if is_over != self._is_panel_over:
            self._is_panel_over = is_over
            self._place_panel()
        if self._panel and self._is_panel_over and self._is_panel_wanted:
            self._fit_over(self._panel)
        if self._is_drawer and not self._sidebar.isHidden():
            self._open_drawer()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the hairline with the foot."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._foot_rule.setVisible(event.type() == QEvent.Type.Show)
        return super().eventFilter(watched, event)

    def save(self, settings: QSettings) -> None:
        """Remember the columns."""
        if not self._is_drawer:
            settings.setValue("window/columns", self._outer.saveState())
            if self._is_panel_wanted:
                settings.setValue("window/panel", self._inner.saveState())

    def restore(self, settings: QSettings) -> None:
        """Take the columns of the last time."""
        for name, splitter in (("columns", self._outer), ("panel", self._inner)):
            state = settings.value(f"window/{name}")
            if isinstance(state, QByteArray) and not self._is_drawer:
                splitter.restoreState(state)
                splitter.setHandleWidth(1)


def _splitter(first: QWidget) -> QSplitter:
    made = QSplitter(Qt.Orientation.Horizontal)
    made.setHandleWidth(1)
    made.setChildrenCollapsible(False)
    made.addWidget(first)
    return made
