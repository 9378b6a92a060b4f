"""Type queries into a window and wait for their answers."""

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from tests.gui.desk import WindowDesk

Make = Callable[..., WindowDesk]


def type_query(desk: WindowDesk, qtbot: QtBot, text: str) -> None:
    """Type behind what is in the field."""
    desk.window.bar.field.setFocus()
    qtbot.keyClicks(desk.window.bar.field, text)


def ask(desk: WindowDesk, qtbot: QtBot, text: str, shown: int) -> None:
    """Type a query and see that so many pages are shown for it."""
    type_query(desk, qtbot, text)
    answers = desk.window.centre.answers
    whole = desk.window.bar.field.text()
    qtbot.waitUntil(lambda: answers.found() is not None and answers.found().query.raw == whole)
    assert len(desk.shown) == shown
