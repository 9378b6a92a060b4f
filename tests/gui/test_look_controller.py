"""Pages are looked at behind everything else, and one sees how far that is."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import InferenceError
from folioscope.gui.activity.coverage import Coverage
from folioscope.gui.strip.strip import Strip
from folioscope.gui.strip.wording import strip_sentence
from folioscope.services.api import IndexState
from folioscope.services.look_api import LookPhase, LookState
from tests.gui.desk import WindowDesk
from tests.gui.fake_models import V4
from tests.gui.fakes import Fakes

Make = Callable[..., WindowDesk]
LOOKING = LookState(LookPhase.LOOKING, V4, 1278, 3118, 0.04, 6 * 3600.0)


def state(phase: LookPhase, message: str = "") -> LookState:
    return LookState(phase, V4, 1278, 3118, message=message)


@pytest.fixture
def looking(make_desk: Make, qtbot: QtBot) -> WindowDesk:
    """A window whose pages are being looked at, once reading is done."""
    fakes = Fakes()
    fakes.look.now = LOOKING
    made = make_desk(fakes)
    made.session.open()
    qtbot.waitUntil(lambda: len(fakes.indexing.runs) == 1)
    assert fakes.look.contexts == []
    fakes.indexing.gate.set()
    qtbot.waitUntil(lambda: len(fakes.look.contexts) == 1)
    return made


# --- running ---------------------------------------------------------------------------------


def test_looking_begins_when_reading_rests(looking: WindowDesk, qtbot: QtBot) -> None:
    strip = looking.window.foot.strip
    told = "All pages can be found by words. Looking at pages: about 6 hours left."
    qtbot.waitUntil(lambda: strip.sentence.full_text() == told)
    assert strip.look.text() == "Look 40 %"
    assert strip.words.text() == "Words 100 %"
    assert strip.look_meter.accessibleName() == "Look, 41%"


def test_nothing_is_looked_at_without_a_model(desk: WindowDesk, qtbot: QtBot) -> None:
    desk.fakes.indexing.gate.set()
    qtbot.waitUntil(lambda: not desk.window.indexing.is_running)
    qtbot.wait(50)
    assert desk.fakes.look.contexts == []
    assert not desk.window.foot.strip.look.isVisible()


def test_another_model_ends_the_run_and_begins_one(looking: WindowDesk, qtbot: QtBot) -> None:
    first = looking.fakes.look.contexts[0]
    desk = looking.window.settings_page.models.desk
    looking.fakes.look.gate.clear()
    desk.choose("pages")
    qtbot.waitUntil(lambda: len(looking.fakes.look.contexts) == 2)
    assert first.token.is_cancelled


def test_pages_that_came_in_meanwhile_are_looked_at_too(looking: WindowDesk, qtbot: QtBot) -> None:
    looking.window.indexing.run()
    qtbot.waitUntil(lambda: len(looking.fakes.indexing.runs) == 2)
    qtbot.waitUntil(lambda: not looking.window.indexing.is_running)
    assert len(looking.fakes.look.contexts) == 1
    looking.fakes.look.gate.set()
    qtbot.waitUntil(lambda: len(looking.fakes.look.contexts) == 2)


def test_closing_ends_it_at_once(looking: WindowDesk) -> None:
    token = looking.fakes.look.contexts[0].token
    looking.window.close()
    began = time.monotonic()
    assert looking.runner.shutdown()
    assert token.is_cancelled
    assert time.monotonic() - began < 2


def test_a_failure_is_told(make_desk: Make, qtbot: QtBot) -> None:
    fakes = Fakes()
    fakes.look.now = LOOKING
    fakes.look.error = InferenceError("The model's files are damaged. Install it again.")
    made = make_desk(fakes)
    made.session.open()
    fakes.indexing.gate.set()
    told = ["The model's files are damaged. Install it again."]
    qtbot.waitUntil(lambda: made.window.notes.texts() == told)


def test_a_move_to_another_device_is_told(looking: WindowDesk, qtbot: QtBot) -> None:
    card = "CUDA is 9.0 times as fast as the processor, and its vectors agree."
    moved = "The graphics card ran out of memory, so the processor goes on."
    seen: list[LookState] = []
    looking.window.looking.state_changed.connect(seen.append)
    looking.fakes.look.now = replace(LOOKING, device=card)
    qtbot.waitUntil(lambda: bool(seen) and seen[-1].device == card)
    assert looking.window.notes.texts() == []
    looking.fakes.look.now = replace(LOOKING, device=moved)
    qtbot.waitUntil(lambda: looking.window.notes.texts() == [moved])


def test_signs_of_the_user_are_passed_on_but_seldom(looking: WindowDesk, qtbot: QtBot) -> None:
    handle = looking.window.windowHandle()
    for _ in range(5):
        QTest.keyClick(handle, Qt.Key.Key_A)
    assert looking.fakes.look.noted == 1
    assert looking.window.bar.field.text() == "aaaaa"


# --- pausing ---------------------------------------------------------------------------------


def test_the_strip_pauses_and_resumes_it(looking: WindowDesk, qtbot: QtBot) -> None:
    strip, token = looking.window.foot.strip, looking.fakes.look.contexts[0].token
    qtbot.waitUntil(strip.hold.isVisible)
    strip.hold.click()
    assert token.is_paused
    looking.fakes.look.now = state(LookPhase.PAUSED)
    qtbot.waitUntil(lambda: "Look is paused." in strip.sentence.full_text())
    assert strip.hold.accessibleName() == "Resume"
    strip.hold.click()
    assert not token.is_paused


def test_it_stands_back_while_a_model_is_measured(looking: WindowDesk, qtbot: QtBot) -> None:
    token = looking.fakes.look.contexts[0].token
    looking.fakes.models.trial_gate = threading.Event()
    desk = looking.window.settings_page.models.desk
    desk.measure([V4])
    assert token.is_paused
    desk.stop_measuring()
    qtbot.waitUntil(lambda: not token.is_paused)


def test_on_battery_one_can_have_it_go_on(looking: WindowDesk, qtbot: QtBot) -> None:
    looking.fakes.look.now = state(LookPhase.ON_BATTERY)
    strip = looking.window.foot.strip
    qtbot.waitUntil(strip.go_on.isVisible)
    assert "Look is waiting for mains power." in strip.sentence.full_text()
    strip.go_on.click()
    assert looking.fakes.look.went_on == 1


def test_activity_has_a_row_for_it(looking: WindowDesk, qtbot: QtBot) -> None:
    looking.window.foot.open_activity(is_on=True)
    coverage = looking.window.foot.activity.coverage
    qtbot.waitUntil(coverage.look.isVisible)
    assert coverage.look.count.text() == "1,278 of 3,118 pages"
    assert coverage.look.pace.text() == "25.0 s a page · about 6 hours left"
    coverage.look_hold.click()
    assert looking.fakes.look.contexts[0].token.is_paused


def test_pages_that_could_not_be_drawn_are_counted(qtbot: QtBot) -> None:
    coverage = Coverage()
    qtbot.addWidget(coverage)
    coverage.show_look(LookState(LookPhase.YIELDING, V4, 10, 20, failed=2))
    told = "goes on while you are away · 2 pages could not be drawn"
    assert coverage.look.pace.text() == told


# --- words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("look", "sentence"),
    [
        (LookState(), "All pages can be found by words."),
        (state(LookPhase.LOOKING), "All pages can be found by words. Looking at pages."),
        (
            state(LookPhase.YIELDING),
            "All pages can be found by words. Look goes on while you are away.",
        ),
        (
            state(LookPhase.BLOCKED, "The disk is full."),
            "All pages can be found by words. The disk is full.",
        ),
        (
            LookState(LookPhase.IDLE, V4, 3118, 3118),
            "All pages can be found by words and by look.",
        ),
    ],
)
def test_the_strip_says_how_looking_goes(look: LookState, sentence: str) -> None:
    told = strip_sentence(IndexState(), is_stopped=False, has_pages=True, look=look)
    assert told == sentence


def test_a_narrow_strip_says_the_news_only(qtbot: QtBot) -> None:
    strip = Strip()
    qtbot.addWidget(strip)
    strip.set_narrow(is_narrow=True)
    strip.show_state(IndexState(), is_running=False, is_stopped=False, has_pages=True, look=LOOKING)
    assert strip.sentence.full_text() == "Looking at pages: about 6 hours left."
