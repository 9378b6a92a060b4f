"""Files dragged over the window: counted, told, added."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPixmap,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from folioscope.gui.first_run.drop_card import DropCard
from folioscope.gui.job_runner import JobHandle
from folioscope.gui.library_session import LibrarySession
from folioscope.gui.theme import colour
from folioscope.services.api import DropSummary


def local_paths(held: QMimeData | None) -> list[str]:
    """Return the paths of files and folders in what is dragged or pasted."""
    if held is None or not held.hasUrls():
        return []
    return [url.toLocalFile() for url in held.urls() if url.isLocalFile()]


class DropVeil(QWidget):
    """Covers the window while files are held over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.card = DropCard()
        layout = QVBoxLayout(self)
        layout.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.card.setFixedWidth(520)
        layout.addWidget(self.card)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim what lies below."""
        ground = colour("window")
        ground.setAlphaF(0.85)
        QPainter(self).fillRect(QRectF(self.rect()), ground)


class DropWatch(QObject):
    """Takes drags over ``window``; counts in a job, so that a slow disk never stops the drag."""

    def __init__(
        self,
        window: QWidget,
        session: LibrarySession,
        *,
        first_card: Callable[[], DropCard | None],
        add: Callable[[list[str]], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._first_card = first_card
        self._add = add
        self._made_veil: DropVeil | None = None
        self._paths: list[str] = []
        self._counting: JobHandle | None = None
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what concerns dragging."""
        match event.type():
            case QEvent.Type.DragEnter:
                return self._enter(event)
            case QEvent.Type.DragLeave:
                self._leave()
                return True
            case QEvent.Type.Drop:
                return self._drop(event)
            case QEvent.Type.Resize if self._made_veil is not None:
                self._made_veil.resize(self._window.size())
        return False

    @property
    def _veil(self) -> DropVeil:
        if self._made_veil is None:
            self._made_veil = DropVeil(self._window)
        return self._made_veil

    def _enter(self, event: Any) -> bool:
        assert isinstance(event, QDragEnterEvent)
        self._paths = [] if self._session.is_read_only else local_paths(event.mimeData())
        if not self._paths:
            return False
        event.acceptProposedAction()
        card = self._first_card()
        if card is None:
            self._veil.resize(self._window.size())
            self._veil.raise_()
            self._veil.show()
        self.card().show_held(None)
        paths = tuple(self._paths)
        self._counting = self._session.submit(
            lambda services, _ctx: services.indexing.summarise(paths), then=self._show
        )
        return True

    def card(self) -> DropCard:
        """Return the card that tells what is held."""
        return self._first_card() or self._veil.card

    def _show(self, summary: DropSummary) -> None:
        if self._paths:
            self.card().show_held(summary)

    def _leave(self) -> None:
        self._paths = []
        if self._counting is not None and not self._counting.is_cancelled:
            self._counting = None
        if self._made_veil is not None:
            self._made_veil.hide()
        card = self._first_card()
        if card is not None:
            card.show_rest()

    def _drop(self, event: Any) -> bool:
        assert isinstance(event, QDropEvent)
        paths = local_paths(event.mimeData())
        self._leave()
        if paths:
            event.acceptProposedAction()
            self._add(paths)
        return bool(paths)


def pasted_picture() -> QPixmap | None:
    """Return the picture on the clipboard, None where there is none."""
    held = QGuiApplication.clipboard().mimeData()
    if held is None or not held.hasImage():
        return None
    found = QGuiApplication.clipboard().pixmap()
    return None if found.isNull() else found
