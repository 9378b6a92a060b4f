"""Files come into the window: dropped on it, or from the clipboard."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QClipboard, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from folioscope.domain.protocols import StoreStats
from tests.gui.asking import Make
from tests.gui.desk import WindowDesk
from tests.gui.fakes import Fakes


@pytest.fixture
def clipboard(qapp: QApplication) -> Iterator[QClipboard]:
    """The clipboard, emptied afterwards: what is left on it outlives the interpreter."""
    yield qapp.clipboard()
    qapp.clipboard().clear()


def held_files() -> QMimeData:
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile("/home/me/New"), QUrl.fromLocalFile("/home/me/a.pdf")])
    return held


def test_files_held_over_the_window_are_counted_and_dropped_ones_added(
    desk: WindowDesk, qtbot: QtBot
) -> None:
    held, window = held_files(), desk.window
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    enter = QDragEnterEvent(QPoint(50, 50), copy, held, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    card = window.drops.card()
    qtbot.waitUntil(lambda: card.title() == "Add 2 folders and 3 files")
    assert card.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPoint(50, 50), copy, held, left, none))
    qtbot.waitUntil(lambda: desk.fakes.indexing.added == ["/home/me/New", "/home/me/a.pdf"])
    assert not card.isVisible()


def test_a_picture_on_the_clipboard_begins_an_empty_library(
    make_desk: Make, qtbot: QtBot, clipboard: QClipboard
) -> None:
    fakes = Fakes()
    fakes.library.counts = []
    fakes.library.figures = StoreStats(0, 0, 0, 0, 0, 0)
    desk = make_desk(fakes)
    desk.session.open()
    qtbot.waitUntil(lambda: desk.window.centre.is_first_run)
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0xFF8800)
    clipboard.setImage(image)
    desk.window.keys.paste()
    qtbot.waitUntil(lambda: fakes.indexing.added == ["/home/me/pasted/1.png"])
    assert fakes.pages.pasted[0].startswith(b"\x89PNG")


def test_files_on_the_clipboard_are_added_where_they_are(
    desk: WindowDesk, qtbot: QtBot, clipboard: QClipboard
) -> None:
    clipboard.setMimeData(held_files())
    desk.window.keys.paste()
    qtbot.waitUntil(lambda: desk.fakes.indexing.added == ["/home/me/New", "/home/me/a.pdf"])
