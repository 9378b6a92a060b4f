"""Pages and models that fail while pages are looked at: told, and tried again when it helps."""

import pytest

from folioscope.domain.documents import Failure, FailureCause
from folioscope.domain.errors import InferenceError
from folioscope.services.look_api import LookPhase
from folioscope.services.look_work import forget_failures
from tests.look_parts import DrawnEyes, LookParts, LookRunning, refusal, too_slow
from tests.waiting import until


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


def test_a_chosen_model_that_is_not_there_is_told_with_the_coverage(parts: LookParts) -> None:
    parts.add("book", 3)
    parts.run()
    parts.chosen = "gone"
    (only,) = parts.looker.coverage()
    assert (only.model, only.is_current) == ("eyes@1", False)
    state = parts.looker.state()
    assert (state.phase, state.done, state.total) == (LookPhase.BLOCKED, 0, 3)
    assert state.message == "gone is not installed. Install it."
