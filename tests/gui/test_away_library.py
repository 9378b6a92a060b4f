"""A library whose server goes away while the window is open, and comes back."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QInputDialog
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import StoreBlockedError, UnknownUserError
from folioscope.gui.index_controller import REFRESH_MS
from folioscope.services.api import Services
from tests.gui.desk import WindowDesk
from tests.gui.fakes import answer, result

AWAY = StoreBlockedError("search.example.org cannot be reached: nothing listens there.")


@pytest.fixture
def away(desk: WindowDesk, qtbot: QtBot) -> WindowDesk:
    """A window that was asked something, and whose server is away."""
    desk.fakes.search.error = desk.fakes.library.away = AWAY
    desk.fakes.search.answers["heron"] = answer("heron", [result(7)])
    desk.window.bar.field.setText("heron")
    qtbot.waitUntil(lambda: desk.window.notes.texts() == [str(AWAY)])
    return desk


def counts(desk: WindowDesk) -> str:
    return desk.window.bar.chips.count.text()


def test_nothing_is_said_to_be_searched_any_more(away: WindowDesk, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not away.window.searches.is_asking)
    away.window.bar.chips.show_waiting()
    assert counts(away) == "Searching…"
    away.fakes.search.asked.clear()
    away.window.notes.press("search", "Try again")
    qtbot.waitUntil(lambda: counts(away) != "Searching…")
    assert away.fakes.search.asked[0][0] == "heron"
    assert away.window.notes.texts() == [str(AWAY)]


def test_what_was_asked_is_answered_when_the_server_is_back(away: WindowDesk, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: away.window.indexing._is_away, timeout=4 * REFRESH_MS)
    repeats: list[bool] = []
    away.window.searches.answered.connect(lambda _found, is_repeat: repeats.append(is_repeat))
    away.fakes.search.error = away.fakes.library.away = None
    qtbot.waitUntil(lambda: away.shown == ["report 7.pdf 1"], timeout=4 * REFRESH_MS)
    assert repeats[0] is False, "it is the first answer to that"
    assert away.window.notes.texts() == []


def test_a_key_that_has_expired_is_replaced_where_that_is_told(
    make_desk: Callable[..., WindowDesk], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()
    given: list[str] = []
    typed = iter([("", False), ("the new key", True)])

    def opening() -> Services:
        if not given:
            raise UnknownUserError("The API key has expired.")
        return desk.fakes.services()

    monkeypatch.setattr(QInputDialog, "getText", lambda *_: next(typed))
    desk.session._open_services = opening
    desk.session._give_secret = given.append
    desk.session.open()
    notes = desk.window.notes
    qtbot.waitUntil(lambda: notes.texts() == ["The API key has expired."])
    notes.press("opening", "Give another key or password…")
    assert notes.texts() == ["The API key has expired."], "nothing was typed"
    notes.press("opening", "Give another key or password…")
    qtbot.waitUntil(lambda: len(desk.shown) == 2)
    assert given == ["the new key"]
    assert notes.texts() == []
