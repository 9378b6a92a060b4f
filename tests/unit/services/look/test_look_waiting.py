"""Looking at pages waits for quiet, for others, for power and for the user."""

import threading

import pytest

from folioscope.domain.errors import DiskFullError
from folioscope.domain.protocols import Access
from folioscope.services.look_api import LookPhase
from folioscope.stores.lance_store import LanceVectorStore
from tests.look_parts import LookParts, LookRunning
from tests.waiting import until


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
