"""What others share is read anew only once somebody said yes to what that does to them."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import FingerprintMismatchError, SharedLibraryError
from folioscope.gui.settings.library_section import LibrarySection
from tests.gui.desk import WindowDesk
from tests.gui.fakes import Fakes

YES, NO = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
SHARED = SharedLibraryError("2 other computers have files in this library.", hint="On the line.")
Answering = Callable[..., list[str]]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Answer questions one after the other; returns what was asked."""

    def prepare(*answers: QMessageBox.StandardButton) -> list[str]:
        asked: list[str] = []

        def question(_parent: object, _title: str, text: str, *_buttons: object) -> object:
            asked.append(text)
            return answers[len(asked) - 1]

        monkeypatch.setattr(QMessageBox, "question", question)
        return asked

    return prepare


@pytest.fixture
def library(desk: WindowDesk) -> LibrarySection:
    desk.fakes.indexing.refusal = SHARED
    return desk.window.settings_page.library


def test_in_the_settings_what_others_lose_is_asked_before_it_is_done(
    desk: WindowDesk, library: LibrarySection, qtbot: QtBot, answering: Answering
) -> None:
    asked = answering(YES, YES)
    library.again.click()
    qtbot.waitUntil(lambda: desk.fakes.indexing.rebuilt == 1)
    assert asked[1].startswith("2 other computers have files in this library.\n\n")
    assert "for all of them" in asked[1]
    assert "On the line" not in asked[1]
    qtbot.waitUntil(lambda: library.outcome.text() == "Reading begins anew.")


def test_in_the_settings_a_no_changes_nothing(
    desk: WindowDesk, library: LibrarySection, qtbot: QtBot, answering: Answering
) -> None:
    asked = answering(YES, NO)
    runs = len(desk.fakes.indexing.runs)
    library.again.click()
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert desk.fakes.indexing.rebuilt == 0
    assert len(desk.fakes.indexing.runs) == runs
    assert library.outcome.text() == ""
    assert desk.window.notes.texts() == []


@pytest.mark.parametrize(("answer", "rebuilt"), [(YES, 1), (NO, 0)])
def test_a_shared_library_of_another_model_is_not_renewed_by_one_click(
    make_desk: Callable[..., WindowDesk],
    qtbot: QtBot,
    answering: Answering,
    answer: QMessageBox.StandardButton,
    rebuilt: int,
) -> None:
    fakes = Fakes()
    fakes.indexing.refusal = SHARED
    desk, asked = make_desk(fakes), answering(answer)

    def refuse() -> object:
        raise FingerprintMismatchError("Made in another way.")

    desk.session._open_services = refuse  # type: ignore[assignment]
    desk.session._open_for_repair = fakes.services
    desk.session.open()
    notes = desk.window.notes
    qtbot.waitUntil(lambda: notes.texts() == ["Made in another way."])
    notes.press("opening", "Read everything again")
    qtbot.waitUntil(lambda: notes.texts() == [str(SHARED)])
    notes.press("opening", "Read it anew for everybody…")
    assert len(asked) == 1
    if rebuilt:
        qtbot.waitUntil(lambda: len(desk.shown) == 2)
        assert notes.texts() == []
    else:
        assert notes.texts() == [str(SHARED)]
    assert fakes.indexing.rebuilt == rebuilt
