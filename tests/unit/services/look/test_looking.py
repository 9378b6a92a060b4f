"""Looking at pages behind everything else: what it does, waits for, and never loses."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from folioscope.domain.documents import Failure, FailureCause
from folioscope.domain.errors import DiskFullError, InferenceError, SharedLibraryError
from folioscope.domain.protocols import Access
from folioscope.jobs.tokens import Cancelled
from folioscope.services.look_api import LookPhase
from folioscope.services.look_work import forget_failures
from folioscope.stores.lance_store import LanceVectorStore
from tests.look_parts import (
    DrawnEyes,
    LookParts,
    LookRunning,
    open_look_parts,
    refusal,
    too_slow,
)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[LookParts]:
    with open_look_parts(tmp_path) as opened:
        yield opened


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def test_every_page_is_looked_at_once_newest_file_first(parts: LookParts) -> None:
    parts.add("old", 3, age=1000)
    parts.add("new", 2)
    parts.run()
    assert parts.looked_at() == 5
    assert sorted(parts.models["eyes"].seen) == [0, 1, 2, 3, 4]
    assert parts.models["eyes"].seen[:2] == [3, 4]
    state = parts.looker.state()
    assert (state.phase, state.done, state.total) == (LookPhase.IDLE, 5, 5)
    assert (parts.progress[-1].done, parts.progress[-1].total) == (5, 5)


def test_nothing_is_loaded_when_nothing_is_left(parts: LookParts) -> None:
    parts.add("book", 2)
    parts.run()
    parts.models["eyes"] = DrawnEyes()
    parts.chosen = "other"
    parts.models["other"] = DrawnEyes("other")
    parts.run()
    parts.chosen = "eyes"
    parts.run()
    assert parts.models["eyes"].opened == 0


def test_without_a_chosen_model_it_is_off(parts: LookParts) -> None:
    parts.add("book", 2)
    parts.chosen = ""
    parts.run()
    assert parts.looker.state().phase is LookPhase.OFF
    assert parts.models["eyes"].seen == []


def test_a_cancelled_run_is_gone_on_with_and_nothing_is_done_twice(parts: LookParts) -> None:
    parts.add("book", 40)
    gate = threading.Event()

    def hold(numbers: list[int]) -> None:
        if 20 in numbers:
            gate.wait(30)

    parts.models["eyes"].before = hold
    running = LookRunning(parts)
    until(lambda: parts.looked_at() == 16)
    running.token.cancel()  # the model is deaf to it; the run ends all the same
    running.join()
    assert isinstance(running.error, Cancelled)
    gate.set()
    kept = parts.looked_at()
    before = len(parts.models["eyes"].seen)
    parts.run()
    assert parts.looked_at() == 40
    assert len(parts.models["eyes"].seen) - before == 40 - kept


def test_pages_that_come_in_meanwhile_are_looked_at_too(parts: LookParts) -> None:
    parts.add("book", 4)
    added = threading.Event()

    def grow(numbers: list[int]) -> None:
        if not added.is_set():
            added.set()
            parts.add("late", 3)

    parts.models["eyes"].before = grow
    parts.run()
    assert parts.looked_at() == 7


def test_files_that_are_away_are_passed_over_and_taken_when_they_are_back(
    parts: LookParts,
) -> None:
    parts.add("here", 2)
    parts.add("away", 3)
    there, hidden = parts.folder / "away.pdf", parts.folder / "hidden"
    there.rename(hidden)
    parts.run()
    state = parts.looker.state()
    assert (parts.looked_at(), state.done, state.total, state.failed) == (2, 2, 5, 0)
    hidden.rename(there)
    parts.run()
    assert parts.looked_at() == 5


def test_a_page_without_picture_is_told_once_and_not_tried_again(parts: LookParts) -> None:
    parts.add("book", 4)
    parts.reader.failing[1] = too_slow()
    parts.run()
    assert parts.looker.state().failed == 1
    assert parts.looked_at() == 3
    asked = parts.reader.asked.count(1)
    parts.run()
    assert parts.reader.asked.count(1) == asked == 1
    parts.looker.drop("eyes@1")
    parts.reader.failing.clear()
    parts.run()
    assert (parts.looked_at(), parts.looker.state().failed) == (4, 0)


def test_what_others_share_is_forgotten_for_everybody_alone(
    parts: LookParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts.add("book", 2)
    parts.run()
    reading = parts.stores.reading
    shared = replace(reading.stats(), other_machines=2)
    monkeypatch.setattr(reading, "stats", lambda: shared)
    with pytest.raises(SharedLibraryError, match="2 other computers share this library"):
        parts.looker.drop("eyes@1")
    assert parts.looked_at() == 2
    parts.looker.drop("eyes@1", for_everybody=True)
    assert parts.looked_at() == 0


def test_a_page_without_picture_is_tried_again_when_its_file_is(parts: LookParts) -> None:
    parts.add("book", 3)
    parts.add("other", 2)
    parts.reader.failing = {1: too_slow(), 3: too_slow()}
    parts.run()
    assert (parts.looker.state().failed, parts.looked_at()) == (2, 3)
    parts.reader.failing.clear()
    with parts.stores.writing() as store:
        forget_failures(store, {"book"})
    parts.run()
    assert (parts.looker.state().failed, parts.looked_at()) == (1, 4)


def test_a_locked_page_is_tried_again_by_the_next_run(parts: LookParts) -> None:
    parts.add("book", 1)
    parts.reader.failing[0] = Failure(FailureCause.LOCKED, "Locked with a password.")
    parts.run()
    assert (parts.looked_at(), parts.looker.state().failed) == (0, 0)
    parts.reader.failing.clear()
    parts.run()
    assert parts.looked_at() == 1


def test_a_page_that_the_model_refuses_costs_that_page_alone(parts: LookParts) -> None:
    parts.add("book", 5)

    def refuse(numbers: list[int]) -> None:
        if 2 in numbers:
            raise refusal()

    parts.models["eyes"].before = refuse
    parts.run()
    assert parts.looked_at() == 4
    assert parts.looker.state().failed == 1


def test_a_model_that_refuses_every_page_blocks_with_its_sentence(parts: LookParts) -> None:
    parts.add("book", 8)

    def refuse(_numbers: list[int]) -> None:
        raise refusal()

    parts.models["eyes"].before = refuse
    running = LookRunning(parts)
    until(lambda: parts.looker.state().phase is LookPhase.BLOCKED)
    assert parts.looker.state().message == "The model gave no numbers. Install it again."
    assert parts.looker.state().failed == 0
    running.end()


def test_a_missing_model_blocks_until_it_is_there(
    parts: LookParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("folioscope.services.look_run._LOOK_FOR_MODEL_S", 0.05)
    parts.add("book", 2)
    eyes = parts.models.pop("eyes")
    running = LookRunning(parts)
    until(lambda: parts.looker.state().phase is LookPhase.BLOCKED)
    assert parts.looker.state().message == "eyes is not installed. Install it."
    parts.models["eyes"] = eyes
    running.join()
    assert (running.error, parts.looked_at()) == (None, 2)


def test_a_damaged_model_blocks_and_another_choice_goes_on(parts: LookParts) -> None:
    parts.add("book", 3)

    def fail() -> None:
        raise InferenceError("eyes is damaged.", hint="Install it again.")

    parts.models["eyes"].opening = fail
    parts.models["other"] = DrawnEyes("other")
    running = LookRunning(parts)
    until(lambda: parts.looker.state().phase is LookPhase.BLOCKED)
    assert "eyes is damaged." in parts.looker.state().message
    parts.chosen = "other"
    running.join()
    assert parts.looked_at("other@1") == 3


def test_another_model_chosen_meanwhile_is_turned_to(parts: LookParts) -> None:
    parts.add("book", 30)
    parts.models["other"] = DrawnEyes("other")

    def choose(numbers: list[int]) -> None:
        if 10 in numbers:
            parts.chosen = "other"

    parts.models["eyes"].before = choose
    parts.run()
    assert parts.looked_at("other@1") == 30
    assert 0 < parts.looked_at("eyes@1") < 30
    assert parts.models["eyes"].closed == 1
    assert parts.looker.state().model == "other"
    shares = {c.model: (c.pages, c.is_current) for c in parts.looker.coverage()}
    assert shares["other@1"] == (30, True)
    assert shares["eyes@1"][1] is False


def test_vectors_dropped_meanwhile_are_made_again(parts: LookParts) -> None:
    parts.add("book", 40)
    dropped = threading.Event()

    def drop(numbers: list[int]) -> None:
        if 30 in numbers and not dropped.is_set():
            dropped.set()
            parts.looker.drop("eyes@1")

    parts.models["eyes"].before = drop
    parts.run()
    assert parts.looked_at() == 40
    assert parts.looker.state().done == 40
    assert list(parts.stores.reading.visual_counts()) == ["eyes@1"]


@pytest.mark.parametrize(
    ("hinder", "lift", "phase"),
    [
        ({"is_reading": True}, {"is_reading": False}, LookPhase.YIELDING),
        ({"is_on_battery": True}, {"is_on_battery": False}, LookPhase.ON_BATTERY),
        ({"is_on_battery": True}, {"looks_on_battery": True}, LookPhase.ON_BATTERY),
    ],
)
def test_it_waits_for_quiet(
    parts: LookParts, hinder: dict[str, bool], lift: dict[str, bool], phase: LookPhase
) -> None:
    parts.add("book", 2)
    for name, value in hinder.items():
        setattr(parts, name, value)
    running = LookRunning(parts)
    until(lambda: parts.looker.state().phase is phase)
    assert parts.looked_at() == 0
    for name, value in lift.items():
        setattr(parts, name, value)
    running.join()
    assert parts.looked_at() == 2


def test_it_waits_while_the_user_works_and_a_little_longer(parts: LookParts) -> None:
    parts.add("book", 2)
    parts.looker.note_user_activity()
    running = LookRunning(parts)
    until(lambda: parts.looker.state().phase is LookPhase.YIELDING)
    parts.now += 60
    running.join()
    assert parts.looked_at() == 2


def test_settings_let_it_look_while_the_user_works(parts: LookParts) -> None:
    parts.add("book", 2)
    parts.while_working = True
    parts.looker.note_user_activity()
    parts.run()
    assert parts.looked_at() == 2


def test_the_user_can_send_it_on_without_mains_power(parts: LookParts) -> None:
    parts.add("book", 2)
    parts.is_on_battery = True
    running = LookRunning(parts)
    until(lambda: parts.looker.state().phase is LookPhase.ON_BATTERY)
    parts.looker.go_on()
    running.join()
    assert parts.looked_at() == 2


def test_a_slow_batch_is_given_up_for_the_user_and_done_again(
    parts: LookParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("folioscope.services.look_run._SLOW_S", -1.0)
    parts.add("book", 4)
    worked = threading.Event()

    def work(numbers: list[int]) -> None:
        if 2 in numbers and not worked.is_set():
            worked.set()
            parts.looker.note_user_activity()

    parts.models["eyes"].before = work
    running = LookRunning(parts)
    until(lambda: parts.looker.state().phase is LookPhase.YIELDING)
    assert sorted(parts.models["eyes"].seen) == [0, 1]
    parts.now += 60
    running.join()
    assert sorted(parts.models["eyes"].seen) == [0, 1, 2, 3]


def test_paused_it_holds_and_goes_on(parts: LookParts) -> None:
    parts.add("book", 6)
    running_now = threading.Event()
    parts.models["eyes"].before = lambda _numbers: running_now.set()
    running = LookRunning(parts)
    running.token.pause()
    until(lambda: parts.looker.state().phase is LookPhase.PAUSED)
    running.token.resume()
    running.join()
    assert parts.looked_at() == 6


def test_it_waits_while_another_process_writes(parts: LookParts) -> None:
    parts.add("book", 2)
    other = LanceVectorStore(parts.folder.parent / "library")
    other.open(Access.WRITE, fingerprint="")
    running = LookRunning(parts)
    until(lambda: "is writing to this library" in parts.looker.state().message)
    assert parts.looker.state().phase is LookPhase.YIELDING
    other.close()
    running.join()
    assert parts.looked_at() == 2


def test_a_full_disk_is_waited_for(parts: LookParts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("folioscope.services.patience._LOOK_EVERY_S", 0.05)
    parts.add("book", 2)
    is_full = threading.Event()
    is_full.set()
    put = LanceVectorStore.put_visual

    def put_if_room(store: LanceVectorStore, model: str, pages: object) -> None:
        if is_full.is_set():
            raise DiskFullError("The disk is full.", hint="Make room on it.")
        put(store, model, pages)  # type: ignore[arg-type]

    monkeypatch.setattr(LanceVectorStore, "put_visual", put_if_room)
    running = LookRunning(parts)
    until(lambda: parts.looker.state().phase is LookPhase.BLOCKED)
    assert parts.looker.state().message == "The disk is full. Make room on it."
    is_full.clear()
    running.join()
    assert parts.looked_at() == 2


def test_the_coverage_of_a_library_that_was_not_looked_at_yet(parts: LookParts) -> None:
    parts.add("book", 3)
    (only,) = parts.looker.coverage()
    assert (only.model, only.pages, only.is_current) == ("eyes@1", 0, True)
    state = parts.looker.state()
    assert (state.model, state.done, state.total) == ("eyes", 0, 3)


def test_what_runs_the_model_is_told_also_when_something_else_takes_over(parts: LookParts) -> None:
    eyes = parts.models["eyes"]

    def run_out(numbers: list[int]) -> None:
        if 2 in numbers:
            eyes.reason = "The card is full, so the processor goes on."

    eyes.before = run_out
    parts.add("book", 2)
    assert parts.looker.state().device == ""
    parts.run()
    assert parts.looker.state().device == "it is there"
    parts.add("more", 2)
    parts.run()
    assert parts.looker.state().device == "The card is full, so the processor goes on."


def test_a_chosen_model_that_is_not_there_is_told_with_the_coverage(parts: LookParts) -> None:
    parts.add("book", 3)
    parts.run()
    parts.chosen = "gone"
    (only,) = parts.looker.coverage()
    assert (only.model, only.is_current) == ("eyes@1", False)
    state = parts.looker.state()
    assert (state.phase, state.done, state.total) == (LookPhase.BLOCKED, 0, 3)
    assert state.message == "gone is not installed. Install it."


def test_a_model_that_is_removed_while_it_looks_leaves_nothing_behind(parts: LookParts) -> None:
    parts.add("a", 8)

    def remove(numbers: list[int]) -> None:
        if 4 in numbers:
            parts.chosen = ""
            parts.looker.drop("eyes@1")

    parts.models["eyes"].before = remove
    parts.run()
    assert parts.looked_at() == 0
