"""Writes in bulk: as much at once as the server bears, and what it refused again.

Ids are given, so that whatever is written twice is there once: after a lost answer, a kill or
a restart the same actions are simply sent again.
"""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any

import msgspec
import numpy as np

from folioscope.domain.errors import DiskFullError, StoreError
from folioscope.domain.protocols import Cancellation
from folioscope.stores.elastic import errors
from folioscope.stores.elastic.asking import WRITING, Asker, Patience, wait

_FEWEST_BYTES = 64 << 10
_FIRST_BYTES = 1 << 20
_MOST_BYTES = 16 << 20
_QUICK_S, _SLOW_S = 0.5, 3.0
_TIMEOUT_S = 120.0


class Write(StrEnum):
    """What to do with a document. CREATE leaves one that is there as it is."""

    INDEX = "index"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class BulkAction:
    """A write to one document. ``source``: the document, for UPDATE the fields that change.

    With ``if_seq_no`` and ``if_primary_term`` it is done only to that version.
    """

    index: str
    id: str
    source: Mapping[str, Any] | None = None
    write: Write = Write.INDEX
    routing: str = ""
    if_seq_no: int | None = None
    if_primary_term: int | None = None


@dataclass(slots=True)
class BulkReport:
    """What became of actions. ``conflicts``: ids that were there already, or had changed.

    ``missing``: ids that were to be updated or deleted and were not there.
    """

    written: int = 0
    conflicts: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Line:
    """An action as it is sent, and what it was."""

    id: str
    data: bytes


class BulkWriter:
    """Sends actions to one server; learns how much it takes at once. Safe from any thread."""

    def __init__(self, asker: Asker, *, patience: Patience = WRITING) -> None:
        self._asker = asker
        self._patience = patience
        self._batch_bytes = _FIRST_BYTES

    @property
    def batch_bytes(self) -> int:
        """How much is sent at once now."""
        return self._batch_bytes

    def write(
        self,
        actions: Iterable[BulkAction],
        *,
        refresh: bool = False,
        token: Cancellation | None = None,
    ) -> BulkReport:
        """Write all actions, in any order: an id may come once only.

        With ``refresh`` searches see them when this returns. Raises the error of the first
        that cannot be written, when others may have been: all may be sent again.
        Raises StoreBlockedError where the server takes nothing just now.
        """
        report = BulkReport()
        for batch in self._batches(actions):
            if token is not None:
                token.checkpoint()
            self._send_all(batch, report, refresh=refresh, token=token)
        return report

    def _batches(self, actions: Iterable[BulkAction]) -> Iterator[list[_Line]]:
        batch: list[_Line] = []
        size = 0
        for action in actions:
            line = _line(action)
            if batch and size + len(line.data) > self._batch_bytes:
                yield batch
                batch, size = [], 0
            batch.append(line)
            size += len(line.data)
        if batch:
            yield batch

    def _send_all(
        self,
        batch: list[_Line],
        report: BulkReport,
        *,
        refresh: bool,
        token: Cancellation | None,
    ) -> None:
        """Send a batch until nothing of it is left to be sent again."""
        started = time.monotonic()
        waiting, error = batch, StoreError("")
        for failures in count():
            try:
                waiting, error = self._send(waiting, report, refresh=refresh, token=token)
            except errors.TooLargeError:
                self._halve(waiting, report, refresh=refresh, token=token)
                return
            except (errors.ServerAwayError, errors.ServerBusyError) as passing:
                error = passing
            if not waiting:
                return
            self._shrink()
            wait_s = self._patience.wait_s(failures, getattr(error, "wait_s", 0.0))
            is_over = time.monotonic() - started + wait_s > self._patience.total_s
            if failures + 1 >= self._patience.tries or is_over:
                raise error
            wait(wait_s, token)

    def _halve(
        self,
        lines: list[_Line],
        report: BulkReport,
        *,
        refresh: bool,
        token: Cancellation | None,
    ) -> None:
        if len(lines) == 1:
            raise errors.refused(self._asker.server, 413, None)
        self._shrink()
        middle = len(lines) // 2
        for part in (lines[:middle], lines[middle:]):
            self._send_all(part, report, refresh=refresh, token=token)

    def _send(
        self,
        lines: list[_Line],
        report: BulkReport,
        *,
        refresh: bool,
        token: Cancellation | None,
    ) -> tuple[list[_Line], StoreError]:
        """Send once; returns what is to be sent again, and why."""
        started = time.monotonic()
        answer = self._asker.ask(
            "POST",
            "/_bulk",
            [line.data for line in lines],
            params={"refresh": str(refresh).lower()},
            token=token,
            timeout_s=_TIMEOUT_S,
            patience=Patience(tries=1),
            is_write=True,
        )
        self._learn(time.monotonic() - started, sum(len(line.data) for line in lines))
        return self._sorted_out(lines, answer["items"], report)

    def _sorted_out(
        self, lines: list[_Line], items: list[dict[str, Any]], report: BulkReport
    ) -> tuple[list[_Line], StoreError]:
        again: list[_Line] = []
        passing, lasting = StoreError(""), None
        for line, item in zip(lines, items, strict=True):
            done = next(iter(item.values()))
            status = int(done["status"])
            if status < 300:
                report.written += 1
            elif status == 409:
                report.conflicts.append(line.id)
            elif status == 404 and _is_missing_document(done):
                report.missing.append(line.id)
            else:
                error = errors.refused(self._asker.server, status, done)
                if isinstance(error, DiskFullError):
                    raise error
                if isinstance(error, errors.ServerBusyError):
                    again.append(line)
                    passing = error
                else:
                    lasting = lasting or error
        if lasting is not None:
            raise lasting
        return again, passing

    def _learn(self, took_s: float, sent_bytes: int) -> None:
        if took_s > _SLOW_S:
            self._shrink()
        elif took_s < _QUICK_S and sent_bytes * 2 > self._batch_bytes:
            self._batch_bytes = min(self._batch_bytes * 3 // 2, _MOST_BYTES)

    def _shrink(self) -> None:
        self._batch_bytes = max(self._batch_bytes // 2, _FEWEST_BYTES)


def _is_missing_document(done: Mapping[str, Any]) -> bool:
    kind, _ = errors.kind_and_reason(done)
    return "error" not in done or kind == "document_missing_exception"


def _line(action: BulkAction) -> _Line:
    head: dict[str, Any] = {"_index": action.index, "_id": action.id}
    if action.routing:
        head["routing"] = action.routing
    if action.if_seq_no is not None:
        head["if_seq_no"], head["if_primary_term"] = action.if_seq_no, action.if_primary_term
    parts = [_encoded({action.write.value: head})]
    if action.write is not Write.DELETE:
        source = action.source or {}
        parts.append(_encoded({"doc": source} if action.write is Write.UPDATE else source))
    return _Line(action.id, b"\n".join(parts) + b"\n")


def _encoded(value: object) -> bytes:
    return msgspec.json.encode(value, enc_hook=_plain)


def _plain(value: object) -> object:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise NotImplementedError(f"cannot write a {type(value).__name__}")
