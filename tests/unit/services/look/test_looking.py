"""Looking at pages behind everything else: what it does, and never loses."""

import threading
from dataclasses import replace

import pytest

from folioscope.domain.errors import SharedLibraryError
from folioscope.jobs.tokens import Cancelled
from folioscope.services.look_api import LookPhase
from tests.look_parts import DrawnEyes, LookParts, LookRunning
from tests.waiting import until


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


def test_a_model_that_is_removed_while_it_looks_leaves_nothing_behind(parts: LookParts) -> None:
    parts.add("a", 8)

    def remove(numbers: list[int]) -> None:
        if 4 in numbers:
            parts.chosen = ""
            parts.looker.drop("eyes@1")

    parts.models["eyes"].before = remove
    parts.run()
    assert parts.looked_at() == 0
