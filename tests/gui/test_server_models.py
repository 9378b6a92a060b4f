"""Settings → Models: what a server offers is used once what leaves was read and agreed to."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import InferenceError
from folioscope.domain.remote_models import RemoteModel, RemoteUse
from folioscope.domain.store_places import ElasticPlace
from folioscope.gui.parts import Button, ElidedLabel
from folioscope.gui.settings.server_models_card import ServerModelsCard
from tests.gui.desk import WindowDesk
from tests.gui.fake_remote import OMNI, TEXTS
from tests.gui.fake_store import SERVER
from tests.gui.fakes import Fakes

Make = Callable[..., WindowDesk]


@pytest.fixture
def fakes() -> Fakes:
    made = Fakes()
    made.store.place = SERVER
    return made


def card_of(make_desk: Make, fakes: Fakes, qtbot: QtBot) -> ServerModelsCard:
    """The card of a window whose settings were opened on the models."""
    desk = make_desk(fakes)
    desk.session.open()
    qtbot.waitUntil(lambda: len(desk.shown) == 2)
    desk.window.show_settings()
    desk.window.settings_page.choose(1)
    section = desk.window.settings_page.models
    qtbot.waitUntil(lambda: section.desk.facts is not None)
    return section.server


def offered(card: ServerModelsCard, qtbot: QtBot) -> list[str]:
    qtbot.waitUntil(lambda: not card.isHidden())
    card.ask.click()
    qtbot.waitUntil(lambda: card.outcome.text() != "Asking the server…")
    return [card.offers.itemText(i) for i in range(card.offers.count())]


def answering(monkeypatch: pytest.MonkeyPatch, *, says_yes: bool) -> list[str]:
    asked: list[str] = []

    def question(_parent: object, _title: str, text: str) -> QMessageBox.StandardButton:
        asked.append(text)
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        return yes if says_yes else no

    monkeypatch.setattr(QMessageBox, "question", question)
    return asked


def rows(card: ServerModelsCard) -> list[str]:
    made = (card.agreed.itemAt(i).widget() for i in range(card.agreed.count()))
    return [one.findChild(ElidedLabel).full_text() for one in made]


def test_a_library_on_no_server_shows_nothing(make_desk: Make, qtbot: QtBot) -> None:
    card = card_of(make_desk, Fakes(), qtbot)
    qtbot.wait(50)
    assert card.isHidden()


def test_offers_are_listed_with_what_they_are_for(
    make_desk: Make, fakes: Fakes, qtbot: QtBot
) -> None:
    card = card_of(make_desk, fakes, qtbot)
    assert offered(card, qtbot) == [
        "jina-embeddings-v3, for the texts of pages",
        "jina-omni, for the texts of pages",
        "jina-omni, for pictures of pages",
        "jina-reranker-v2, for second looks",
    ]


def test_a_model_is_used_once_what_leaves_was_agreed_to(
    make_desk: Make, fakes: Fakes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, says_yes=True)
    fakes.remote.breaks = ("Others use the library.",)
    card = card_of(make_desk, fakes, qtbot)
    offered(card, qtbot)
    card.offers.setCurrentIndex(2)
    card.use.click()
    qtbot.waitUntil(lambda: rows(card) != [])
    (question,) = asked
    assert "pictures is sent to search.example.org. It is run by elasticsearch. Others" in question
    assert card.outcome.text() == "omni is used for pictures of pages from now on."
    assert rows(card) == ["omni, for pictures of pages; agreed to on 2026-01-31"]
    assert fakes.remote.held[0].offer == OMNI


def test_without_a_yes_nothing_happens(
    make_desk: Make, fakes: Fakes, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, says_yes=False)
    card = card_of(make_desk, fakes, qtbot)
    offered(card, qtbot)
    card.use.click()
    qtbot.waitUntil(lambda: asked != [])
    qtbot.wait(50)
    assert fakes.remote.held == []


def test_an_agreement_is_taken_back(make_desk: Make, fakes: Fakes, qtbot: QtBot) -> None:
    place = ElasticPlace("https://search.example.org")
    model = RemoteModel(TEXTS, place, frozenset({RemoteUse.TEXTS}), False, "2026-01-31")
    fakes.remote.held = [model]
    card = card_of(make_desk, fakes, qtbot)
    qtbot.waitUntil(lambda: rows(card) != [])
    card.agreed.itemAt(0).widget().findChild(Button).click()
    qtbot.waitUntil(lambda: rows(card) == [])
    assert card.outcome.text() == "Nothing is sent to jina-texts any more."


def test_what_goes_wrong_is_told(make_desk: Make, fakes: Fakes, qtbot: QtBot) -> None:
    fakes.remote.error = InferenceError("There cannot be reached.", hint="Check the network.")
    card = card_of(make_desk, fakes, qtbot)
    assert offered(card, qtbot) == []
    assert card.outcome.text().startswith("There cannot be reached.")
