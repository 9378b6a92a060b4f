"""Bulk writes over a server that is busy, full, picky or gone in the middle."""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from folioscope.domain.errors import DiskFullError, StoreBlockedError
from folioscope.stores.elastic import bulk
from folioscope.stores.elastic.bulk import BulkAction, Write
from folioscope.stores.elastic.errors import (
    DeniedError,
    MappingConflictError,
    ServerBusyError,
    TooLargeError,
)
from tests.answering_server import Answer, Asked
from tests.unit.stores.elastic.parts import FLOOD, REJECTED, connected, error, server

Head = tuple[str, str]


class Index:
    """Keeps what is written, as a server does; ``fault`` may answer in its place."""

    def __init__(self, fault: Callable[[int, Asked], Answer | None] | None = None) -> None:
        self.kept: dict[str, Any] = {}
        self.sizes: list[int] = []
        self.times: dict[str, int] = defaultdict(int)
        self.refuses: Callable[[str, int], dict[str, Any] | None] = lambda _id, _time: None
        self._fault = fault or (lambda _number, _asked: None)
        self._lock = threading.Lock()

    def answer(self, asked: Asked) -> Answer | None:
        if asked.path != "/_bulk":
            return None
        with self._lock:
            self.sizes.append(len(asked.body))
            said = self._fault(len(self.sizes), asked)
            if said is not None and not said.cuts:
                return said
            items = self._take(asked.lines)
            return said or Answer(body={"items": items})

    def _take(self, lines: Sequence[Any]) -> list[Any]:
        items, waiting = [], iter(lines)
        for head in waiting:
            ((write, where),) = head.items()
            source = None if write == "delete" else next(waiting)
            items.append({write: self._one(write, where["_id"], source)})
        return items

    def _one(self, write: str, name: str, source: Any) -> dict[str, Any]:
        self.times[name] += 1
        if refused := self.refuses(name, self.times[name]):
            return {"_id": name, **refused}
        if write == "create" and name in self.kept:
            conflict = {"type": "version_conflict_engine_exception", "reason": "exists"}
            return {"_id": name, "status": 409, "error": conflict}
        if write == "delete":
            return {"_id": name, "status": 200 if self.kept.pop(name, None) else 404}
        self.kept[name] = source
        return {"_id": name, "status": 201}


def actions(count: int, size: int = 10) -> list[BulkAction]:
    return [BulkAction("folioscope-pages", str(i), {"n": i, "t": "x" * size}) for i in range(count)]


def test_only_what_was_refused_is_sent_again() -> None:
    index = Index()
    index.refuses = lambda name, time: (
        {"status": 429, "error": REJECTED} if int(name) % 3 == 0 and time < 3 else None
    )
    with server(index.answer) as asked:
        report = connected(asked.url).bulk(actions(30))
    assert report.written == 30
    assert sorted(index.kept, key=int) == [str(i) for i in range(30)]
    assert {index.times[str(i)] for i in range(30) if i % 3} == {1}
    assert {index.times[str(i)] for i in range(0, 30, 3)} == {3}


@pytest.mark.parametrize(
    "fault",
    [error("es_rejected_execution_exception", "queue", 429), error("x", "y", 503),
     Answer(502, "<html>Bad Gateway</html>", {}), Answer(cuts=True)],
    ids=["429", "503", "gateway", "cut after it was written"],
)  # fmt: skip
def test_a_storm_passes_and_nothing_is_lost_or_doubled(fault: Answer) -> None:
    index = Index(lambda number, _asked: fault if number <= 3 else None)
    with server(index.answer) as asked:
        report = connected(asked.url).bulk(actions(50))
    assert report.written == 50
    assert sorted(index.kept, key=int) == [str(i) for i in range(50)]


def test_a_storm_without_end_can_be_waited_out_by_the_caller() -> None:
    index = Index(lambda _number, _asked: error("x", "y", 503))
    with server(index.answer) as asked:
        with pytest.raises(ServerBusyError, match=r"busy or getting ready \(503\)") as raised:
            connected(asked.url).bulk(actions(3))
        assert isinstance(raised.value, StoreBlockedError)
        assert len(index.sizes) == 4


def test_a_full_disk_is_told_at_once() -> None:
    index = Index()
    index.refuses = lambda _name, _time: {"status": 429, "error": FLOOD}
    with server(index.answer) as asked, pytest.raises(DiskFullError, match="nearly full"):
        connected(asked.url).bulk(actions(3))
    assert len(index.sizes) == 1


def test_an_index_that_was_closed_to_writers_is_told_apart() -> None:
    index = Index()
    block = {"type": "cluster_block_exception", "reason": "blocked by: [FORBIDDEN/8/index write]"}
    index.refuses = lambda _name, _time: {"status": 403, "error": block}
    with server(index.answer) as asked, pytest.raises(DeniedError, match="set read-only"):
        connected(asked.url).bulk(actions(3))


def test_what_the_index_does_not_take_is_told_without_the_text_itself() -> None:
    reason = "failed to parse field [n]. Preview of field's value: 'the secret of the page'"
    index = Index()
    index.refuses = lambda name, _time: (
        {"status": 400, "error": {"type": "document_parsing_exception", "reason": reason}}
        if name == "1"
        else None
    )
    with server(index.answer) as asked, pytest.raises(MappingConflictError) as raised:
        connected(asked.url).bulk(actions(3))
    assert "failed to parse field [n]" in str(raised.value)
    assert "secret" not in str(raised.value)
    assert sorted(index.kept) == ["0", "2"]  # the others are there


def test_requests_grow_while_the_server_is_quick_and_shrink_when_it_complains(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "_QUICK_S", 60.0)
    monkeypatch.setattr(bulk, "_SLOW_S", 60.0)
    index = Index()
    with server(index.answer) as asked:
        connection = connected(asked.url)
        connection.bulk(actions(400, size=20_000))
        grown = max(index.sizes)
        assert index.sizes[0] < grown
        index._fault = lambda number, _asked: (
            error("x", "y", 429) if number == len(before) + 1 else None
        )
        before = list(index.sizes)
        connection.bulk(actions(400, size=20_000))
    after = index.sizes[len(before) + 2 :]
    assert max(after) < max(before[-2:])
    assert len(index.kept) == 400


def test_what_is_too_large_is_cut_in_half_until_it_goes_in() -> None:
    index = Index(lambda _n, asked: Answer(413, "too large", {}) if len(asked.body) > 900 else None)
    with server(index.answer) as asked:
        report = connected(asked.url).bulk(actions(40, size=100))
        assert report.written == 40
        assert sorted(index.kept, key=int) == [str(i) for i in range(40)]
        with pytest.raises(TooLargeError, match=r"http\.max_content_length"):
            connected(asked.url).bulk(actions(1, size=2_000))


def test_conflicts_and_what_is_missing_are_reported() -> None:
    index = Index()
    index.kept["there"] = {"n": 1}
    with server(index.answer) as asked:
        report = connected(asked.url).bulk(
            [
                BulkAction("folioscope-pages", "there", {"n": 2}, Write.CREATE),
                BulkAction("folioscope-pages", "new", {"n": np.float32(0.5)}, Write.CREATE),
                BulkAction("folioscope-pages", "gone", write=Write.DELETE),
            ]
        )
    assert (report.written, report.conflicts, report.missing) == (1, ["there"], ["gone"])
    assert index.kept == {"there": {"n": 1}, "new": {"n": 0.5}}
