"""Newer versions in the window: found at a real server, told once, never installed."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from folioscope import __version__
from folioscope.domain.updates import UpdateSource, UpdateState
from folioscope.gui.library_notes import NEWER
from folioscope.gui.settings.about_section import AboutSection
from folioscope.gui.start import WindowStart
from folioscope.services.update_memory import UpdateMemory
from folioscope.services.updates import Updates
from folioscope.settings.store import SettingsStore
from folioscope.system.update_fetching import HttpsFetcher
from tests.gui.desk import WindowDesk
from tests.loopback_hub import Fault
from tests.publisher import HERE, MANIFEST, Publisher, notice, publisher_at

NEXT = "99.0.0"
Open = Callable[[], WindowDesk]


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    with publisher_at(tmp_path) as made:
        made.publish(notice(version=NEXT))
        yield made


@pytest.fixture
def open_window(publisher: Publisher, qapp: QApplication, tmp_path: Path) -> Iterator[Open]:
    """Open windows of one user, who can be asked by the publisher's build."""
    made: list[WindowDesk] = []

    def open_one() -> WindowDesk:
        settings = SettingsStore(publisher.home / "settings.json")
        settings.load()
        updates = Updates(
            UpdateSource(publisher.address, (publisher.key.public.text,)),
            settings,
            UpdateMemory(publisher.home / "updates.json", publisher.address),
            HttpsFetcher(),
            version=__version__,
            machine=HERE,
        )
        made.append(WindowDesk(tmp_path, updates=updates))
        made[-1].show()
        return made[-1]

    yield open_one
    assert all(desk.close() for desk in made)


def about_of(desk: WindowDesk) -> AboutSection:
    desk.window.show_about()
    return desk.window.settings_page.about


def begin(desk: WindowDesk, tmp_path: Path) -> None:
    desk.window.outside.begin(WindowStart(tmp_path, tmp_path), calm_ms=0)


def test_about_tells_the_version_and_what_would_be_sent(
    open_window: Open, publisher: Publisher, qtbot: QtBot
) -> None:
    about = about_of(open_window())
    qtbot.waitUntil(about.switch.isEnabled)
    assert not about.switch.isChecked()
    assert not about.look.isEnabled()
    assert "fetched from 127.0.0.1 over HTTPS" in about._about.text()
    assert about.release.isHidden()
    assert publisher.hub.asked == []


def test_turned_on_it_is_looked_when_asked_and_what_is_new_is_shown(
    open_window: Open, publisher: Publisher, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = about_of(open_window())
    qtbot.waitUntil(about.switch.isEnabled)
    about.switch.click()
    assert publisher.hub.asked == []  # the switch alone asks nobody
    browsed: list[str] = []
    monkeypatch.setattr(
        "folioscope.gui.settings.about_section.QDesktopServices.openUrl",
        lambda url: browsed.append(url.toString()),
    )
    about.look.click()
    qtbot.waitUntil(lambda: not about.release.isHidden())
    assert about.release.title.text() == f"Folioscope {NEXT}"
    assert "Marks on maps" in about.release.notes.text()
    assert "folioscope_0.2.0_amd64.deb, 180.0 MB" in about.release.facts.text()
    assert about.outcome.text().startswith("Last looked: ")
    about.release.open_page.click()
    assert browsed == ["https://folioscope.example/download"]
    about.release.copy.click()
    assert QApplication.clipboard().text() == f"{'ab' * 32}  folioscope_0.2.0_amd64.deb\n"
    assert SettingsStore(publisher.home / "settings.json").load().checks_updates


def test_what_was_read_before_the_switch_was_turned_is_not_shown_after(
    open_window: Open, publisher: Publisher, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_window()
    about = about_of(desk)
    qtbot.waitUntil(about.switch.isEnabled)
    qtbot.waitUntil(lambda: desk.runner.open_jobs == 0)
    read, state = threading.Event(), Updates.state

    def told(updates: Updates) -> UpdateState:
        found = state(updates)
        read.set()
        return found

    monkeypatch.setattr(Updates, "state", told)
    about.shown()
    assert read.wait(60)  # its outcome is on the way
    about.switch.click()
    qtbot.waitUntil(lambda: desk.runner.open_jobs == 0)
    assert about.switch.isChecked()
    assert about.look.isEnabled()


def test_a_refusal_is_told_and_changes_nothing(
    open_window: Open, publisher: Publisher, qtbot: QtBot
) -> None:
    about = about_of(open_window())
    qtbot.waitUntil(about.switch.isEnabled)
    about.switch.click()
    file = publisher.hub.folder / MANIFEST
    file.write_bytes(file.read_bytes().replace(NEXT.encode(), b"98.0.0"))
    about.look.click()
    qtbot.waitUntil(lambda: "not what its publisher signed" in about.outcome.text())
    assert about.release.isHidden()
    assert about.look.isEnabled()


def test_looking_can_be_cancelled(open_window: Open, publisher: Publisher, qtbot: QtBot) -> None:
    about = about_of(open_window())
    qtbot.waitUntil(about.switch.isEnabled)
    about.switch.click()
    publisher.hub.faults[MANIFEST] = Fault(stalls=True)
    about.look.click()
    assert about.outcome.text() == "Looking for a newer version…"
    assert not about.look.isEnabled()
    assert publisher.hub.stalling.wait(60)
    about.cancel.click()
    qtbot.waitUntil(about.look.isEnabled)
    qtbot.waitUntil(lambda: about.outcome.text() == "")


def test_turned_off_the_window_asks_nobody(
    open_window: Open, publisher: Publisher, qtbot: QtBot, tmp_path: Path
) -> None:
    desk = open_window()
    updates = desk.window.outside.updates
    begin(desk, tmp_path)
    with qtbot.waitSignal(updates.changed):  # after the look that was not done, in the same lane
        updates.look_if_due()
        updates.reload()
    qtbot.waitUntil(lambda: desk.runner.open_jobs == 0)
    assert publisher.hub.asked == []
    assert desk.window.notes.texts() == []


def test_turned_on_it_is_looked_once_a_day_and_told_once(
    open_window: Open, publisher: Publisher, qtbot: QtBot, tmp_path: Path
) -> None:
    publisher.settings.change(checks_updates=True)
    desk = open_window()
    begin(desk, tmp_path)
    told = f"Folioscope {NEXT} has been released."
    qtbot.waitUntil(lambda: told in desk.window.notes.texts())
    qtbot.waitUntil(lambda: desk.runner.open_jobs == 0)
    desk.window.notes.press(NEWER, "Show what is new")
    about = desk.window.settings_page.about
    assert desk.window.settings_page.choice() == desk.window.settings_page.index_of(about)
    qtbot.waitUntil(lambda: not about.release.isHidden())
    desk.close()

    again = open_window()
    begin(again, tmp_path)
    again.window.outside.updates.look_if_due()
    qtbot.waitUntil(lambda: again.runner.open_jobs == 0)
    assert len(publisher.hub.asked) == 2  # manifest and signature, the first time
    assert again.window.notes.texts() == []


def test_what_kept_it_from_looking_by_itself_is_told_in_about_alone(
    open_window: Open, publisher: Publisher, qtbot: QtBot, tmp_path: Path
) -> None:
    publisher.settings.change(checks_updates=True)
    (publisher.hub.folder / MANIFEST).unlink()
    desk = open_window()
    with qtbot.waitSignal(desk.window.outside.updates.failed):
        begin(desk, tmp_path)
    assert desk.window.notes.texts() == []
    about = about_of(desk)
    told = "127.0.0.1 has nothing on newer versions (404). Try again later."
    qtbot.waitUntil(lambda: about.outcome.text() == told)


def test_turning_it_off_ends_what_goes_on(
    open_window: Open, publisher: Publisher, qtbot: QtBot, tmp_path: Path
) -> None:
    publisher.settings.change(checks_updates=True)
    publisher.hub.faults[MANIFEST] = Fault(stalls=True)
    desk = open_window()
    begin(desk, tmp_path)
    about = about_of(desk)
    qtbot.waitUntil(publisher.hub.stalling.is_set)
    qtbot.waitUntil(lambda: about.switch.isChecked())
    about.switch.click()
    qtbot.waitUntil(lambda: desk.runner.open_jobs == 0)
    assert desk.window.notes.texts() == []


def test_a_preference_that_cannot_be_saved_is_told_and_the_switch_goes_back(
    open_window: Open, publisher: Publisher, qtbot: QtBot
) -> None:
    about = about_of(open_window())
    qtbot.waitUntil(about.switch.isEnabled)
    (publisher.home / "settings.part").mkdir()
    about.switch.click()
    assert "could not be saved" in about.outcome.text()
    assert not about.switch.isChecked()


def test_a_build_without_a_key_says_so(
    make_desk: Callable[..., WindowDesk], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("folioscope.update_rooms.read_source", lambda _path: UpdateSource())
    about = about_of(make_desk())
    qtbot.waitUntil(lambda: "made without the key" in about._about.text())
    assert not about.switch.isEnabled()
    assert not about.look.isEnabled()


def test_licences_can_be_read(make_desk: Callable[..., WindowDesk], qtbot: QtBot) -> None:
    about = about_of(make_desk())
    about.licences.click()
    dialog = about.dialog
    assert dialog is not None
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in dialog.text.toPlainText()
    dialog.choice.setCurrentIndex(1)
    assert "| PySide6" in dialog.text.toPlainText()
    dialog.close()
