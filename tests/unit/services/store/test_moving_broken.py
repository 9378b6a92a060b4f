"""A copy that breaks off, has to wait or differs: gone on with, waited for, found out."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from folioscope.domain.documents import Document
from folioscope.domain.errors import DiskFullError, LibraryBusyError, StoreBlockedError, StoreError
from folioscope.domain.pages import PageRecord, PageRef, TextSource
from folioscope.domain.protocols import Access
from folioscope.domain.queries import StoreQuery
from folioscope.domain.results import Candidates
from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.services.store_copy_log import CopyLog
from folioscope.services.store_moving import StoreCopy
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import DIM, FINGERPRINT, page
from tests.unit.services.store.copies import Breaking, everything, fill, filled, log, run


def test_a_copy_that_was_cut_short_goes_on_where_it_stopped(tmp_path: Path) -> None:
    source, target = filled(tmp_path, pages=20), Breaking()
    target.breaks_at = 4
    with pytest.raises(KeyboardInterrupt):
        run(source, target, tmp_path)
    done, target.commits, target.breaks_at = target.commits, [], None
    run(source, target, tmp_path)
    assert len(done) == 4
    assert not set(done) & set(target.commits), "copied twice"
    assert everything(target) == everything(source)


def test_a_copy_to_another_place_begins_anew(tmp_path: Path) -> None:
    source, target = filled(tmp_path), Breaking()
    target.breaks_at = 4
    with pytest.raises(KeyboardInterrupt):
        run(source, target, tmp_path)
    other = Breaking()
    elsewhere = CopyLog(tmp_path / "copy" / "copying.log", "elsewhere")
    StoreCopy(source, other, elsewhere).run(JobContext())
    assert len(other.commits) == 6


def test_a_copy_that_is_not_the_same_is_found_out(tmp_path: Path) -> None:
    source, target = filled(tmp_path), Breaking()
    target.spoils = True
    with pytest.raises(StoreError, match=r"differs from the library in /copies/2\.pdf"):
        run(source, target, tmp_path)


def test_what_changed_since_the_first_try_is_copied_again(tmp_path: Path) -> None:
    source, target = filled(tmp_path), Breaking()
    target.breaks_at = 4
    with pytest.raises(KeyboardInterrupt):
        run(source, target, tmp_path)
    source.open(Access.WRITE, fingerprint=FINGERPRINT)
    source.replace_pages([page(target.commits[0], 0, "read anew", source=TextSource.OCR)])
    source.close()
    target.breaks_at = None
    run(source, target, tmp_path)
    assert everything(target)["texts"] == everything(source)["texts"]


def test_cancelling_ends_it_and_keeps_what_was_copied(tmp_path: Path) -> None:
    source, target, token = filled(tmp_path, pages=20), Breaking(), CancelToken()
    seen: list[Progress] = []

    def report(now: Progress) -> None:
        seen.append(now)
        if now.done >= 60:
            token.cancel()

    with pytest.raises(Cancelled):
        StoreCopy(source, target, log(tmp_path)).run(JobContext(token, report))
    for thread in threading.enumerate():  # what was cancelled closes its stores by itself
        if thread.name.startswith("copying"):
            thread.join()
    assert seen[0].label == "copying"
    assert seen[0].total == 120
    kept = len(target.commits)
    assert 0 < kept < 6
    run(source, target, tmp_path)
    assert len(target.commits) < 6 + kept
    assert everything(target) == everything(source)


class Away(MemoryVectorStore):
    """A library on a server that cannot be asked for pages at one time, and then can again."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.away_at: int | None = None

    def pages(self, refs: Sequence[PageRef], *, with_vectors: bool = False) -> list[PageRecord]:
        self.reads += 1
        if self.away_at is not None and self.reads >= self.away_at:
            raise StoreBlockedError("The server cannot be reached.")
        return super().pages(refs, with_vectors=with_vectors)


@pytest.mark.parametrize("away_at", [3, 9, 14])  # while it is copied, compared, asked
def test_a_library_that_cannot_be_read_for_a_while_is_waited_for(
    tmp_path: Path, away_at: int
) -> None:
    source, target = Away(), MemoryVectorStore()
    source.open(Access.WRITE, fingerprint=FINGERPRINT)
    fill(source)
    source.close()
    source.reads, source.away_at = 0, away_at
    told: list[Progress] = []

    def report(now: Progress) -> None:
        told.append(now)
        if "cannot be reached" in now.label:
            source.away_at = None  # it is back

    copied = StoreCopy(source, target, log(tmp_path)).run(JobContext(CancelToken(), report))
    assert [now.may_pass for now in told if "cannot be reached" in now.label] == [True]
    assert not told[-1].may_pass
    assert all(now.done <= 30 == now.total for now in told)
    assert (copied.pages, copied.queries) == (30, 12)
    assert everything(target) == everything(source)


def test_a_full_disk_lets_the_copy_wait_and_say_why(tmp_path: Path) -> None:
    source, target, token = filled(tmp_path), Breaking(), CancelToken()
    target.breaks_at, target.fails_with = 2, DiskFullError("The server's disk is full.")
    told: list[str] = []

    def report(now: Progress) -> None:
        told.append(now.label)
        if "full" in now.label:
            target.breaks_at = None  # somebody makes room

    StoreCopy(source, target, log(tmp_path)).run(JobContext(token, report))
    assert "The server's disk is full." in told
    assert everything(target) == everything(source)


def test_while_the_target_is_written_nothing_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = filled(tmp_path)
    busy = LanceVectorStore(tmp_path / "target")
    busy.open(Access.WRITE, fingerprint=FINGERPRINT)
    monkeypatch.setattr("folioscope.services.store_moving._LOOKS", 1)
    with pytest.raises(LibraryBusyError):
        run(source, LanceVectorStore(tmp_path / "target"), tmp_path)
    busy.close()


class Misleading(MemoryVectorStore):
    """Holds everything, and does not hear what it is asked."""

    def search(self, query: StoreQuery, *, limit: int) -> Candidates:
        return super().search(replace(query, vector=np.ones(DIM, np.float32)), limit=limit)


def test_a_copy_that_answers_otherwise_is_found_out(tmp_path: Path) -> None:
    source = filled(tmp_path, pages=20)
    with pytest.raises(StoreError, match="finds others for the same question"):
        run(source, Misleading(), tmp_path)


def test_a_cancel_is_heard_while_a_store_lets_wait(tmp_path: Path) -> None:
    source, target, token, answers = filled(tmp_path), Breaking(), CancelToken(), Event()

    class Slow(MemoryVectorStore):
        def commit_document(self, document: Document) -> None:
            token.cancel()
            answers.wait(60)

    with pytest.raises(Cancelled):
        StoreCopy(source, Slow(), log(tmp_path)).run(JobContext(token))
    assert not answers.is_set()
    answers.set()
    again = LanceVectorStore(tmp_path / "source")
    run(again, target, tmp_path)
    assert everything(target) == everything(again)


def test_who_writes_for_a_moment_is_waited_for(tmp_path: Path) -> None:
    class BusyOnce(MemoryVectorStore):
        tries = 0

        def open(self, access: Access, *, fingerprint: str) -> None:
            BusyOnce.tries += 1
            if BusyOnce.tries == 1:
                raise LibraryBusyError("Another Folioscope is writing.")
            super().open(access, fingerprint=fingerprint)

    assert StoreCopy(filled(tmp_path), BusyOnce(), log(tmp_path)).run(JobContext()).pages == 30
    assert BusyOnce.tries == 2
