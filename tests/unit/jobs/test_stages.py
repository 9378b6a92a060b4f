"""Stages of one job beside each other."""

import threading
import time

import pytest

from folioscope.jobs.stages import run_together
from folioscope.jobs.tokens import Cancelled, CancelToken


def test_stages_run_at_the_same_time() -> None:
    meeting = threading.Barrier(3, timeout=10)
    run_together([lambda: meeting.wait() and None for _ in range(3)], CancelToken())


def test_the_first_error_ends_the_others_and_is_raised() -> None:
    token = CancelToken()

    def wait() -> None:
        while not token.wait(5):
            pass
        raise Cancelled

    def fail() -> None:
        raise ValueError("the drive is gone")

    with pytest.raises(ValueError, match="the drive is gone"):
        run_together([wait, fail, wait], token)


def test_a_stage_that_hangs_is_left_behind_by_a_cancel() -> None:
    token, gate = CancelToken(), threading.Event()
    begun = threading.Event()

    def hang() -> None:
        begun.set()
        gate.wait(60)

    threading.Thread(target=lambda: (begun.wait(10), token.cancel())).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        run_together([hang], token)
    assert time.monotonic() - started < 10
    gate.set()


def test_what_ended_before_the_cancel_is_no_error() -> None:
    token, done = CancelToken(), []
    run_together([lambda: done.append(1)], token)
    token.cancel()
    assert done == [1]
