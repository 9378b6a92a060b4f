"""A library whose server goes away while the window is open, and comes back."""

import pytest
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import StoreBlockedError
from folioscope.gui.index_controller import REFRESH_MS
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
