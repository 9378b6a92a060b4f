"""Requests that are cancelled, made again, or never answered."""

import threading

import pytest

from folioscope.jobs.tokens import Cancelled, CancelToken, heeding
from folioscope.stores.elastic.asking import Patience
from folioscope.stores.elastic.bulk import BulkAction
from folioscope.stores.elastic.errors import (
    ConflictError,
    ServerAwayError,
    ServerBusyError,
    UnknownUserError,
)
from tests.answering_server import Answer, Asked
from tests.unit.stores.elastic.parts import connected, error, server


class Held:
    """Answers nothing but greetings until it is let go."""

    def __init__(self) -> None:
        self.came = threading.Event()
        self.let_go = threading.Event()
        self.order: list[str] = []

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path == "/":
            return None
        self.came.set()
        self.let_go.wait(20)
        self.order.append(asked.lines[0]["index"]["_id"] if asked.body else asked.path)
        return Answer(body={"items": [{"index": {"status": 201}}], "hits": {"hits": []}})


def cancelled_once(came: threading.Event, token: CancelToken) -> None:
    threading.Thread(target=lambda: came.wait(20) and token.cancel(), daemon=True).start()


def test_a_request_ends_with_its_token_though_nobody_answers() -> None:
    held, token = Held(), CancelToken()
    with server(held.answer) as asked:
        connection = connected(asked.url)
        cancelled_once(held.came, token)
        with pytest.raises(Cancelled):
            connection.search({}, "folioscope-pages", token=token)
        assert not held.let_go.is_set()
        held.let_go.set()


def test_a_request_ends_with_the_token_that_is_heeded_around_it() -> None:
    held, token = Held(), CancelToken()
    with server(held.answer) as asked:
        connection = connected(asked.url)
        cancelled_once(held.came, token)
        with pytest.raises(Cancelled), heeding(token):
            connection.search({}, "folioscope-pages")
        assert not held.let_go.is_set()
        held.let_go.set()


def test_a_wait_between_tries_ends_with_the_token() -> None:
    token, came = CancelToken(), threading.Event()

    def busy(asked: Asked) -> Answer | None:
        if asked.path == "/":
            return None
        came.set()
        return Answer(503, {}, {"Retry-After": "19"})

    with server(busy) as asked:
        connection = connected(asked.url)
        cancelled_once(came, token)
        with pytest.raises((Cancelled, ServerBusyError)) as raised:
            connection.bulk([BulkAction("folioscope-pages", "a", {})], token=token)
    assert raised.type is Cancelled


def test_a_write_that_was_cancelled_comes_before_the_next_one() -> None:
    held, token = Held(), CancelToken()
    with server(held.answer) as asked:
        connection = connected(asked.url)
        cancelled_once(held.came, token)
        with pytest.raises(Cancelled):
            connection.bulk([BulkAction("folioscope-pages", "first", {})], token=token)
        done = threading.Thread(
            target=connection.bulk, args=([BulkAction("folioscope-pages", "second", {})],)
        )
        done.start()
        held.let_go.set()
        done.join(20)
    assert held.order == ["first", "second"]


def test_a_wait_is_never_shorter_than_the_server_asks() -> None:
    waits = [Patience().wait_s(failures, 7.0) for failures in range(8)]
    assert min(waits) >= 7.0
    assert len({Patience().wait_s(9, 0.0) for _ in range(9)}) > 1  # not all at once


def test_reading_is_tried_again_and_told_in_the_end() -> None:
    answers = [error("x", "y", 503), Answer(cuts=True), Answer(body={"hits": {"hits": []}})]

    def answer(asked: Asked) -> Answer | None:
        return None if asked.path == "/" else answers.pop(0)

    with server(answer) as asked:
        connection = connected(asked.url)
        assert connection.search({}, "folioscope-pages") == {"hits": {"hits": []}}
        answers[:] = [Answer(cuts=True)] * 9
        with pytest.raises(ServerAwayError, match=r"cannot be reached: the connection was cut"):
            connection.search({}, "folioscope-pages")
        assert len(answers) == 5


def test_a_conflict_is_not_tried_again() -> None:
    def answer(asked: Asked) -> Answer | None:
        return None if asked.path == "/" else error("version_conflict_engine_exception", "", 409)

    with server(answer) as asked:
        with pytest.raises(ConflictError):
            connected(asked.url).put("folioscope-pages", "a", {}, is_new=True)
        assert len(asked.asked) == 2


def test_an_error_in_one_of_several_searches_is_raised() -> None:
    fine = {"hits": {"hits": []}, "status": 200}
    failed = {"error": {"type": "search_phase_execution_exception"}, "status": 503}

    def answer(asked: Asked) -> Answer | None:
        return Answer(body={"responses": [fine, failed]}) if asked.path == "/_msearch" else None

    with server(answer) as asked, pytest.raises(ServerBusyError):
        connected(asked.url).msearch([("folioscope-pages", {}), ("folioscope-pages", {})])


def test_a_document_whose_shard_is_on_its_way_can_be_waited_for() -> None:
    reason = "CurrentState[RECOVERING] operations only allowed when STARTED"
    failed = {"type": "no_shard_available_action_exception", "reason": reason}
    docs = [{"_id": "a", "found": False}, {"_id": "b", "error": failed}]

    def answer(asked: Asked) -> Answer | None:
        return Answer(body={"docs": docs}) if asked.path.endswith("/_mget") else None

    with server(answer) as asked, pytest.raises(ServerBusyError, match="getting ready"):
        connected(asked.url).get_many("folioscope-pages", ["a", "b"])


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("API key: api key [x] has been invalidated", "The API key for 127.0.0.1:.* was revoked"),
        ("API key: api key is expired", "The API key for 127.0.0.1:.* has expired"),
        ("", "does not know this API key or password"),
    ],
)
def test_why_a_key_is_not_accepted_is_told(reason: str, told: str) -> None:
    whole = {
        "type": "security_exception",
        "reason": "unable to authenticate with provided credentials",
        "additional_unsuccessful_credentials": reason,
    }
    refusal = Answer(401, {"error": whole, "status": 401})
    with server(lambda _asked: refusal) as asked, pytest.raises(UnknownUserError, match=told):
        connected(asked.url)
