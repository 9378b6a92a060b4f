"""Cancelling and pausing."""

import threading

import pytest

from folioscope.jobs.tokens import Cancelled, CancelToken, ChildToken


def test_a_cancelled_token_says_so_once_to_everybody() -> None:
    token, told = CancelToken(), []
    token.on_cancel(lambda: told.append("early"))
    forget = token.on_cancel(lambda: told.append("forgotten"))
    forget()
    token.cancel()
    token.cancel()
    token.on_cancel(lambda: told.append("late"))
    assert told == ["early", "late"]
    with pytest.raises(Cancelled):
        token.checkpoint()


def test_a_paused_job_waits_and_goes_on() -> None:
    token, passed = CancelToken(), threading.Event()
    token.pause()
    thread = threading.Thread(target=lambda: (token.checkpoint(), passed.set()))
    thread.start()
    assert not passed.wait(0.05)
    token.resume()
    assert passed.wait(5)
    thread.join()


def test_a_child_ends_and_pauses_with_its_parent() -> None:
    parent = CancelToken()
    child = ChildToken(parent)
    parent.pause()
    assert child.is_paused
    parent.resume()
    assert not child.is_paused
    parent.cancel()
    assert child.is_cancelled


def test_a_child_can_be_cancelled_alone_even_while_its_parent_rests() -> None:
    parent = CancelToken()
    child, ended = ChildToken(parent), threading.Event()

    def work() -> None:
        with pytest.raises(Cancelled):
            child.checkpoint()
        ended.set()

    parent.pause()
    thread = threading.Thread(target=work)
    thread.start()
    child.cancel()
    assert ended.wait(5)
    assert not parent.is_cancelled
    thread.join()


def test_a_released_child_no_longer_hears_its_parent() -> None:
    parent = CancelToken()
    child = ChildToken(parent)
    child.release()
    parent.cancel()
    assert not child.is_cancelled
