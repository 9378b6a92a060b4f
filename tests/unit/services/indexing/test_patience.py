"""A full disk."""

import threading

import pytest

from folioscope.domain.errors import DiskFullError, StoreBlockedError, StoreError
from folioscope.jobs.tokens import Cancelled, CancelToken, heeded_token
from folioscope.services.patience import PatientWriter


def test_it_waits_for_room_says_so_and_goes_on() -> None:
    told: list[str] = []
    left = [DiskFullError("The disk is full."), DiskFullError("The disk is full.")]

    def change() -> str:
        if left:
            raise left.pop()
        return "written"

    writer = PatientWriter(CancelToken(), told.append, look_every_s=0.001)
    assert writer.write(change) == "written"
    assert told == ["The disk is full.", "The disk is full.", ""]


def test_waiting_can_be_cancelled() -> None:
    token, blocked = CancelToken(), threading.Event()

    def change() -> None:
        raise DiskFullError("The disk is full.")

    threading.Thread(target=lambda: (blocked.wait(10), token.cancel())).start()
    with pytest.raises(Cancelled):
        PatientWriter(token, lambda _: blocked.set(), look_every_s=60).write(change)


def test_other_errors_are_not_waited_for() -> None:
    def change() -> None:
        raise StoreError("broken")

    with pytest.raises(StoreError):
        PatientWriter(CancelToken(), lambda _: None).write(change)


def test_a_server_that_is_away_is_waited_for_as_a_full_disk_is() -> None:
    told: list[tuple[str, bool]] = []
    left = [StoreBlockedError("The server is away.")]

    def change() -> None:
        if left:
            raise left.pop()

    writer = PatientWriter(
        CancelToken(), lambda text: told.append((text, writer.may_pass)), look_every_s=0.001
    )
    writer.write(change)
    assert told == [("The server is away.", True), ("", False)]


def test_whatever_waits_in_a_change_can_be_ended_with_the_work() -> None:
    token = CancelToken()
    assert PatientWriter(token, lambda _: None).write(heeded_token) is token
    assert heeded_token() is None
