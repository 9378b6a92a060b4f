"""Settings → Library: where pages are kept."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import StoreError
from folioscope.domain.store_places import ElasticSecret, StorePlace
from folioscope.gui.settings.store_card import StoreCard
from folioscope.gui.sidebar.rows import RowKind
from folioscope.services.api import Services
from tests.gui.desk import WindowDesk
from tests.gui.fake_store import FACTS, SERVER, reading_only
from tests.gui.fakes import Fakes

Answering = Callable[..., list[str]]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Answer questions one after the other; returns the list of what was asked."""

    def answer(*answers: bool) -> list[str]:
        asked: list[str] = []
        left = list(answers)

        def question(_parent: object, _title: str, text: str) -> QMessageBox.StandardButton:
            asked.append(text)
            yes = QMessageBox.StandardButton.Yes
            return yes if left.pop(0) else QMessageBox.StandardButton.No

        monkeypatch.setattr(QMessageBox, "question", question)
        return asked

    return answer


def card_of(desk: WindowDesk, qtbot: QtBot) -> StoreCard:
    """Return the card, in sight and told where pages are."""
    desk.window.show_settings()
    card = desk.window.settings_page.library.store
    qtbot.waitUntil(lambda: card.place.full_text() != "")
    return card


def fill(card: StoreCard, *, url: str = "https://search.example.org:9200", key: str = "") -> None:
    card.kind._pick(1)
    card.form.url.setText(url)
    card.form.secret.setText(key)


def test_a_library_of_its_own_shows_no_form(desk: WindowDesk, qtbot: QtBot) -> None:
    card = card_of(desk, qtbot)
    assert card.place.full_text() == "In this library's folder, on this computer"
    assert card.form.isHidden()
    assert card.test.isHidden()
    card.kind._pick(1)
    assert not card.form.isHidden()
    assert not card.test.isHidden()


def test_the_test_button_says_what_it_found(desk: WindowDesk, qtbot: QtBot) -> None:
    card = card_of(desk, qtbot)
    fill(card, key=" the key ")
    card.test.click()
    qtbot.waitUntil(lambda: "office" in card.outcome.text())
    assert desk.fakes.store.tested == [(SERVER, ElasticSecret(api_key="the key"))]
    assert card.outcome.text().splitlines() == [
        "office: Elasticsearch 8.19.21, licence basic.",
        "You may search and write there.",
        "Vectors are found with int8_hnsw.",
        "It lacks rank_vectors, so rows of looks are compared on this computer.",
        "The server does not fuse results (RRF), so Folioscope does.",
    ]


def test_a_server_that_lacks_rights_is_shown_as_a_warning(desk: WindowDesk, qtbot: QtBot) -> None:
    desk.fakes.store.told = replace(FACTS, can_write=False, has_rank_vectors=True, missing=())
    card = card_of(desk, qtbot)
    fill(card)
    card.test.click()
    qtbot.waitUntil(lambda: "You may only search there." in card.outcome.text())
    assert "It has rank_vectors" in card.outcome.text()
    assert card.outcome.property("tone") == "warn"
    card.form.read_only.click()
    card.test.click()
    qtbot.waitUntil(lambda: card.outcome.property("tone") == "good")


def test_a_server_that_tells_no_version_is_named_without_one(
    desk: WindowDesk, qtbot: QtBot
) -> None:
    desk.fakes.store.told = replace(FACTS, version="unknown", licence="unknown")
    card = card_of(desk, qtbot)
    fill(card)
    card.test.click()
    qtbot.waitUntil(lambda: card.outcome.text().startswith("office: Elasticsearch.\n"))


def test_a_server_that_is_away_is_told_in_a_sentence(desk: WindowDesk, qtbot: QtBot) -> None:
    desk.fakes.store.error = StoreError("search.example.org:9200 cannot be reached: refused.")
    card = card_of(desk, qtbot)
    fill(card)
    card.test.click()
    qtbot.waitUntil(lambda: "cannot be reached" in card.outcome.text())
    assert card.outcome.property("tone") == "bad"
    assert card.test.isEnabled()


def test_what_is_filled_in_becomes_the_place(desk: WindowDesk, qtbot: QtBot) -> None:
    form = card_of(desk, qtbot).form
    form.show_place(SERVER)
    form.prefix.setText("team")
    form.trust.setCurrentIndex(2)
    form.trusted.setText("AB:CD")
    form.login.setCurrentIndex(1)
    form.user.setText("anna")
    form.secret.setText("hunter2")
    server = form.place().elastic
    assert server is not None
    assert (server.prefix, server.fingerprint, server.ca_file) == ("team", "AB:CD", "")
    assert server.user == "anna"
    assert form.typed_secret() == ElasticSecret(password="hunter2")
    form.trust.setCurrentIndex(0)
    server = form.place().elastic
    assert server is not None
    assert server.fingerprint == ""


def test_files_of_keys_that_the_command_line_named_are_kept(desk: WindowDesk, qtbot: QtBot) -> None:
    form = card_of(desk, qtbot).form
    assert SERVER.elastic is not None
    named = StorePlace(SERVER.kind, replace(SERVER.elastic, api_key_file="/etc/key"))
    form.show_place(named)
    assert form.place() == named
    form.secret.setText("another key")
    assert form.place() == SERVER
    form.secret.clear()
    form.url.setText("https://other.example.org")
    server = form.place().elastic
    assert server is not None
    assert server.api_key_file == ""


def test_a_copy_shows_how_far_it_is_and_asks_before_it_switches(
    desk: WindowDesk, qtbot: QtBot, answering: Answering
) -> None:
    asked = answering(True, True)
    desk.fakes.indexing.gate.set()
    card = card_of(desk, qtbot)
    upkeep = desk.window.settings_page.library
    fill(card, key="the key")
    card.copy.click()
    qtbot.waitUntil(lambda: "Copied 300 of 1,624 pages" in card.outcome.text())
    assert card.outcome.text().endswith("30 s left")
    assert not card.meter.isHidden()
    assert not card.copy.isEnabled()
    assert not upkeep.compact.isEnabled()
    assert not upkeep.again.isEnabled()
    desk.fakes.store.gate.set()
    qtbot.waitUntil(lambda: card.is_switched)
    assert upkeep.compact.isEnabled()
    assert "Nothing is switched" in asked[0]
    assert "Copied 1,624 pages in 9 documents. Both hold the same, page by page." in asked[1]
    assert desk.fakes.store.used == [(SERVER, ElasticSecret(api_key="the key"))]
    assert card.form.secret.text() == ""
    assert "search.example.org" in card.place.full_text()
    qtbot.waitUntil(lambda: not card.is_busy)


def test_a_copy_can_be_left_unswitched(
    desk: WindowDesk, qtbot: QtBot, answering: Answering
) -> None:
    answering(True, False)
    desk.fakes.store.gate.set()
    desk.fakes.indexing.gate.set()
    card = card_of(desk, qtbot)
    fill(card)
    card.copy.click()
    qtbot.waitUntil(lambda: "answered alike" in card.outcome.text())
    assert desk.fakes.store.used == []
    assert not card.is_switched


def test_reading_rests_while_the_library_is_copied(
    desk: WindowDesk, qtbot: QtBot, answering: Answering
) -> None:
    answering(True, False)
    card = card_of(desk, qtbot)
    qtbot.waitUntil(lambda: desk.window.indexing.is_running)
    runs = len(desk.fakes.indexing.runs)
    fill(card)
    card.copy.click()
    qtbot.waitUntil(lambda: desk.fakes.store.copied == [SERVER])
    assert not desk.window.indexing.is_running
    desk.fakes.store.gate.set()
    qtbot.waitUntil(lambda: len(desk.fakes.indexing.runs) == runs + 1)


def test_a_copy_can_be_cancelled(desk: WindowDesk, qtbot: QtBot, answering: Answering) -> None:
    answering(True)
    desk.fakes.indexing.gate.set()
    card = card_of(desk, qtbot)
    fill(card)
    card.copy.click()
    qtbot.waitUntil(lambda: not card.meter.isHidden())
    card.cancel.click()
    qtbot.waitUntil(lambda: card.outcome.text().startswith("Stopped."))
    qtbot.waitUntil(lambda: card.copy.isEnabled())
    assert desk.fakes.store.used == []


def test_nothing_is_copied_or_switched_without_a_yes(
    desk: WindowDesk, qtbot: QtBot, answering: Answering
) -> None:
    answering(False, False)
    card = card_of(desk, qtbot)
    fill(card)
    card.copy.click()
    card.switch.click()
    assert desk.fakes.store.copied == []
    assert desk.fakes.store.used == []


def test_a_refused_switch_leaves_all_as_it_was(
    desk: WindowDesk, qtbot: QtBot, answering: Answering
) -> None:
    answering(True)
    desk.fakes.store.error = StoreError("This user may not read the indices.")
    card = card_of(desk, qtbot)
    fill(card)
    card.switch.click()
    qtbot.waitUntil(lambda: "may not read" in card.outcome.text())
    assert not card.is_switched
    assert card.place.full_text() == "In this library's folder, on this computer"


# --- a server that is away


def test_when_the_server_is_away_what_is_here_can_be_opened(
    make_desk: Callable[..., WindowDesk], qtbot: QtBot
) -> None:
    desk = make_desk()
    left: list[bool] = []

    def opening() -> Services:
        if not left:
            raise StoreError("search.example.org:9200 cannot be reached: refused.")
        return desk.fakes.services()

    desk.session._open_services = opening
    desk.session._leave_server = lambda: left.append(True)
    desk.session.open()
    qtbot.waitUntil(lambda: bool(desk.window.notes.texts()))
    assert "cannot be reached" in desk.window.notes.texts()[0]
    desk.window.notes.press("opening", "Open what is on this computer")
    qtbot.waitUntil(lambda: len(desk.shown) == 2)
    assert left == [True]


# --- those who may only search


@pytest.fixture
def reading_desk(make_desk: Callable[..., WindowDesk], qtbot: QtBot) -> WindowDesk:
    fakes = Fakes()
    fakes.store.place = reading_only()
    desk = make_desk(fakes)
    desk.session.open()
    qtbot.waitUntil(lambda: len(desk.shown) == 2)
    return desk


def kinds_of(desk: WindowDesk) -> list[RowKind]:
    model = desk.window.sidebar._model
    return [model.row_at(model.index(i)).kind for i in range(model.rowCount())]


def test_who_may_only_search_is_offered_nothing_to_add(
    reading_desk: WindowDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = reading_desk.window
    qtbot.waitUntil(lambda: RowKind.FOLDER in kinds_of(reading_desk))
    assert RowKind.ADD not in kinds_of(reading_desk)
    texts = [action.text() for action in window.sidebar.rows.folder_menu("/home/me").actions()]
    assert texts == ["Show in folder"]
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *_: pytest.fail("a folder was asked for")
    )
    told: list[str] = []
    window.indexing.could_not.connect(told.append)
    window.add_folder()
    window.add_paths(["/home/me/more"])
    assert told == 2 * ["This library is only searched from here; nothing is changed."]
    assert reading_desk.fakes.indexing.added == []


def test_who_may_only_search_reads_and_looks_at_nothing(
    reading_desk: WindowDesk, qtbot: QtBot
) -> None:
    window = reading_desk.window
    window.indexing.restart()
    window.looking.start()
    assert not window.indexing.is_running
    assert not window.looking.is_running
    assert reading_desk.fakes.indexing.runs == []


def test_who_may_only_search_cannot_drop_files(
    reading_desk: WindowDesk, qapp: QApplication
) -> None:
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile("/home/me/a.pdf")])
    event = QDragEnterEvent(
        QPointF(5, 5).toPoint(),
        Qt.DropAction.CopyAction,
        held,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    event.ignore()
    qapp.sendEvent(reading_desk.window, event)
    assert not event.isAccepted()
