"""What goes on, and what failed."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from folioscope.domain.documents import Failure, FailureCause, FileState
from folioscope.gui.activity.activity_view import ActivityView
from folioscope.gui.activity.file_list import action_area
from folioscope.gui.activity.file_rows import FileAction, FileRows, rows_of
from folioscope.gui.strip.strip import Strip
from folioscope.gui.strip.wording import strip_sentence
from folioscope.services.api import FileReport, IndexPhase, IndexReport, IndexState, Pace
from tests.gui.desk import WindowDesk

READING = IndexState(IndexPhase.READING, reading=Pace(1204, 3118, 38.2, 61.0))
UNSTEADY = IndexState(IndexPhase.READING, reading=Pace(1204, 3118))
OCR = IndexState(IndexPhase.RECOGNISING, recognising=Pace(22, 181, 0.9, 175.0))


def said(state: IndexState, *, stopped: bool = False, pages: bool = True) -> str:
    return strip_sentence(state, is_stopped=stopped, has_pages=pages)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (READING, "Reading 1,204 of 3,118 pages · 38 a second · about 1 minute left"),
        (UNSTEADY, "Reading 1,204 of 3,118 pages"),
        (OCR, "Reading text in pictures: 22 of 181 · 1.1 s a page · about 3 minutes left"),
        (replace(READING, is_paused=True), "Paused"),
        (IndexState(), "All pages can be found by words."),
        (IndexState(IndexPhase.BLOCKED, message="The disk is full."), "The disk is full."),
        (IndexState(IndexPhase.SCANNING), "Looking for changes in your folders"),
    ],
)
def test_the_strip_says_what_goes_on(state: IndexState, sentence: str, english: None) -> None:
    assert said(state) == sentence


def test_the_strip_says_little_where_there_is_little_to_say() -> None:
    assert said(IndexState(), pages=False) == ""
    assert said(IndexState(), stopped=True).startswith("Stopped")


def test_pause_becomes_resume(qtbot: QtBot) -> None:
    strip = Strip()
    qtbot.addWidget(strip)
    strip.show_state(READING, is_running=True, is_stopped=False, has_pages=True)
    with qtbot.waitSignal(strip.pause_wanted):
        strip.hold.click()
    paused = replace(READING, is_paused=True)
    strip.show_state(paused, is_running=True, is_stopped=False, has_pages=True)
    assert strip.hold.accessibleName() == "Resume"
    with qtbot.waitSignal(strip.resume_wanted):
        strip.hold.click()


def test_nothing_to_pause_when_nothing_goes_on(qtbot: QtBot) -> None:
    strip = Strip()
    qtbot.addWidget(strip)
    strip.show_state(IndexState(), is_running=False, is_stopped=False, has_pages=True)
    assert strip.hold.isHidden()
    assert strip.stop.isHidden()
    assert strip.meter.isHidden()


# --- activity --------------------------------------------------------------------------------


def failed(name: str, cause: FailureCause, text: str, page: int | None = None) -> FileReport:
    state = FileState.LOCKED if cause is FailureCause.LOCKED else FileState.FAILED
    path = f"/me/Reports/Parish/{name}"
    return FileReport(path, "/me/Reports", state, (Failure(cause, text, page),), False)


LOCKED = failed("contract.pdf", FailureCause.LOCKED, "Locked with a password.")
SLOW = failed("catalogue.pdf", FailureCause.TOO_SLOW, "Took longer than 60 seconds.", 60)
WORD = FileReport("/me/Reports/a.docx", "/me/Reports", FileState.UNSUPPORTED, (), False)


def test_rows_say_where_why_and_what_to_do() -> None:
    locked, slow, other = rows_of([LOCKED, SLOW, WORD])
    assert (locked.place, locked.action) == ("Reports › Parish", FileAction.UNLOCK)
    assert (slow.name, slow.action) == ("catalogue.pdf, page 61", FileAction.RETRY)
    assert other.reason == "Not a kind of file that Folioscope reads."
    assert locked.spoken == "contract.pdf. Locked with a password. Unlock…"


def test_the_model_of_files_keeps_qts_rules(qtmodeltester: ModelTester) -> None:
    model = FileRows()
    model.set_rows(rows_of([LOCKED, SLOW]))
    qtmodeltester.check(model)


@pytest.fixture
def activity(qtbot: QtBot) -> ActivityView:
    made = ActivityView()
    qtbot.addWidget(made)
    made.resize(1200, 312)
    made.set_files([LOCKED, SLOW], [WORD])
    made.show()
    return made


def test_tabs_count_what_they_hold(activity: ActivityView) -> None:
    activity.add_run(IndexReport(3, 40, 0, 0, (), 12.0))
    names = [button.accessibleName() for button in activity.tabs._buttons]
    assert names == ["2 failed", "1 left out", "Done"]
    assert activity.done.rows()[0].reason == "Read 3 files, 40 pages."


def test_an_action_is_clicked_or_pressed(activity: ActivityView, qtbot: QtBot) -> None:
    files = activity.lists[0]
    index = files.model().index(1, 0)
    at = action_area(files.visualRect(index), activity.failed.rows()[1]).center()
    with qtbot.waitSignal(activity.retry_wanted) as told:
        qtbot.mouseClick(files.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == [[SLOW.path]]
    files.setCurrentIndex(index)
    with qtbot.waitSignal(activity.retry_wanted):
        qtbot.keyClick(files, Qt.Key.Key_Return)


def test_a_password_is_asked_for_in_the_window(desk: WindowDesk, qtbot: QtBot) -> None:
    desk.fakes.indexing.passwords[LOCKED.path] = "sesame"
    foot = desk.window.foot
    foot.ask_password(LOCKED.path)
    prompt = foot.activity.prompt
    qtbot.keyClicks(prompt.field, "wrong")
    qtbot.keyClick(prompt.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: prompt._wrong.isVisible())
    runs = len(desk.fakes.indexing.runs)
    prompt.field.setText("sesame")
    qtbot.keyClick(prompt.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not prompt.isVisible())
    assert prompt.field.text() == ""
    qtbot.waitUntil(lambda: len(desk.fakes.indexing.runs) > runs)


def test_failures_of_the_library_are_listed_and_tried_again(desk: WindowDesk, qtbot: QtBot) -> None:
    desk.fakes.library.failed = [LOCKED, SLOW]
    desk.window.indexing.library_changed.emit()
    activity = desk.window.foot.activity
    qtbot.waitUntil(lambda: activity.failed_count() == 2)
    assert "2 failed" in desk.window.foot.strip.activity.text()
    activity._send_retry_all()
    qtbot.waitUntil(lambda: desk.fakes.indexing.retried == [SLOW.path])
