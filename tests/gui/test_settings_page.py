"""Preferences take hold without an OK button."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from folioscope.domain.protocols import Health, VerifyReport
from folioscope.gui.parts import Button
from folioscope.gui.theme import SystemTheme, colour, is_dark
from folioscope.jobs.progress import JobContext
from folioscope.settings.store import SettingsStore
from tests.gui.desk import WindowDesk


def saved(desk: WindowDesk) -> SettingsStore:
    store = SettingsStore(desk.folder / "settings.json")
    store.load()
    return store


def test_figures_of_the_library_are_shown(desk: WindowDesk) -> None:
    library = desk.window.settings_page.library
    assert library._place.full_text() == desk.fakes.library.directory
    assert library._holds.text() == "1,624 pages in 9 documents"
    assert library._size.text() == "4.0 MB, of which compacting gives back 1.0 MB"


def test_upkeep_is_done_by_the_library_and_told(desk: WindowDesk, qtbot: QtBot) -> None:
    library = desk.window.settings_page.library
    library.compact.click()
    qtbot.waitUntil(lambda: library.outcome.text() == "Compacted.")
    library.verify.click()
    qtbot.waitUntil(lambda: library.outcome.text().startswith("The library is sound."))
    assert desk.fakes.library.calls == ["compact", "verify"]


def test_repair_is_offered_when_something_is_damaged(
    desk: WindowDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verify(_ctx: JobContext) -> VerifyReport:
        return VerifyReport(Health.DAMAGED, 10, ("x",), ("3 pages of a.pdf cannot be read.",))

    monkeypatch.setattr(desk.fakes.library, "verify", verify)
    library = desk.window.settings_page.library
    assert library.repair.isHidden()
    library.verify.click()
    qtbot.waitUntil(lambda: not library.repair.isHidden())
    assert "3 pages of a.pdf" in library.outcome.text()
    library.repair.click()
    qtbot.waitUntil(lambda: desk.fakes.library.calls == ["repair"])


def test_who_shares_the_library_is_told_with_what_it_holds(desk: WindowDesk, qtbot: QtBot) -> None:
    library = desk.window.settings_page.library
    assert "shared" not in library._holds.text()
    desk.fakes.library.figures = replace(desk.fakes.library.figures, other_machines=1)
    desk.window.indexing.library_changed.emit()
    told = "1,624 pages in 9 documents · shared with 1 other computer"
    qtbot.waitUntil(lambda: library._holds.text() == told)


def test_reading_everything_again_asks_first(
    desk: WindowDesk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    library = desk.window.settings_page.library
    library.again.click()
    assert desk.fakes.indexing.rebuilt == 0
    library.again.click()
    qtbot.waitUntil(lambda: desk.fakes.indexing.rebuilt == 1)


def test_patterns_and_ocr_are_saved(desk: WindowDesk, qtbot: QtBot) -> None:
    files = desk.window.settings_page.files
    files.patterns.setPlainText("*.bak\n\n  drafts/ \n")
    qtbot.waitUntil(lambda: saved(desk).current.ignore_patterns == ("*.bak", "drafts/"))
    files.reads_pictures.click()
    assert saved(desk).current.reads_pictures is False


def test_language_and_theme_are_saved(desk: WindowDesk) -> None:
    look = desk.window.settings_page.look
    look.theme._pick(2)
    look.language.setCurrentIndex(2)
    assert (saved(desk).current.theme, saved(desk).current.language) == ("dark", "zh_TW")


def test_when_pages_are_looked_at_is_saved(desk: WindowDesk) -> None:
    speed = desk.window.settings_page.speed
    speed.on_battery.click()
    assert saved(desk).current.looks_on_battery is True
    assert saved(desk).current.looks_while_working is False
    speed.while_working.click()
    assert saved(desk).current.looks_while_working is True


def test_a_preference_that_cannot_be_saved_says_so(desk: WindowDesk) -> None:
    (desk.folder / "settings.part").mkdir()
    look = desk.window.settings_page.look
    look.theme._pick(1)
    assert "could not be saved" in look._problem.text()


def test_sections_are_walked_by_keyboard(desk: WindowDesk, qtbot: QtBot) -> None:
    window = desk.window
    window.show_settings()
    qtbot.keyClick(window.settings_page, Qt.Key.Key_Down)
    assert window.settings_page.choice() == 1
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.stack.currentWidget() is window.frame


def test_the_theme_changes_the_whole_window_at_once(
    desk: WindowDesk, themed: SystemTheme, qapp: QApplication
) -> None:
    try:
        themed.choose("dark")
        assert is_dark()
        assert qapp.palette().window().color() == colour("window")
        shown = desk.window.grab().toImage().pixelColor(desk.window.width() // 2, 2)
        assert shown.lightness() < 60
    finally:
        themed.choose("light")
    assert desk.window.grab().toImage().pixelColor(desk.window.width() // 2, 2).lightness() > 200


def test_the_focus_goes_along_to_the_section_that_is_clicked(
    desk: WindowDesk, qtbot: QtBot
) -> None:
    page = desk.window.settings_page
    desk.window.stack.setCurrentWidget(page)
    rows = [button for button in page.findChildren(Button) if button.isCheckable()]
    about = next(button for button in rows if button.text().strip() == "About")
    qtbot.mouseClick(about, Qt.MouseButton.LeftButton)
    assert page.choice() == page.index_of(page.about)
    assert desk.window.focusWidget() is about
