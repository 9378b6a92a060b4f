"""Runs are cancelled, paused and gone on with; others read meanwhile."""

import threading
import time
from pathlib import Path

import pytest

from folioscope.domain.errors import LibraryBusyError
from folioscope.domain.queries import StoreQuery
from folioscope.jobs.tokens import Cancelled
from folioscope.services.hashing import content_hash
from tests.e2e.indexing.runs import document_id, run_until, thick
from tests.library_parts import OpenParts, Running, open_parts
from tests.made_documents import hanging_pdf
from tests.waiting import until


def test_a_cancelled_run_goes_on_where_it_was(parts: OpenParts, folder: Path) -> None:
    thick(folder)
    running, go_on = run_until(parts, folder, pages=40)
    running.token.cancel()
    running.join()
    go_on.set()
    assert isinstance(running.error, Cancelled)
    with parts.stores.writing() as store:
        staged = len(store.staged_pages(content_hash(str(folder / "thick.pdf"))))
    assert staged >= 16
    parts.encoder.batches.clear()
    assert parts.index().pages_read == 85 - 5 - staged
    assert parts.library.stats().pages == 85
    assert len({page for _, page in _all(parts, "thick.pdf")}) == 80


@pytest.mark.parametrize("where", ["a page", "the encoder", "a pause"])
def test_cancel_is_heard_at_once_whatever_goes_on(
    parts: OpenParts, folder: Path, where: str
) -> None:
    gate = threading.Event()
    if where == "a page":
        hanging_pdf(folder / "hangs.pdf")
    if where == "the encoder":
        parts.encoder.before = lambda _: gate.wait(60) and None
    parts.indexing.add([str(folder)])
    running = Running(parts)
    try:
        if where == "a pause":
            running.token.pause()
            until(lambda: parts.indexing.state().is_paused)
        else:
            name = "hangs.pdf" if where == "a page" else "heron.pdf"
            until(lambda: parts.indexing.state().current_file.endswith(name))
        started = time.monotonic()
        running.token.cancel()
        running.join()
        assert time.monotonic() - started < 5  # 0.2 s where nothing else keeps the machine busy
        assert isinstance(running.error, Cancelled)
    finally:
        gate.set()


def test_a_paused_run_rests_and_goes_on(parts: OpenParts, folder: Path) -> None:
    thick(folder)
    running, go_on = run_until(parts, folder, pages=20)
    running.token.pause()
    assert parts.indexing.state().is_paused
    go_on.set()
    until(lambda: _settled(parts))
    done = parts.indexing.state().reading.done
    assert parts.indexing.state().reading.per_second is None
    assert done < 85
    running.token.resume()
    running.join()
    assert parts.library.stats().pages == 85


def _settled(parts: OpenParts) -> bool:
    done = parts.indexing.state().reading.done
    time.sleep(0.3)
    return parts.indexing.state().reading.done == done


def test_rebuilding_ends_a_run_under_way(parts: OpenParts, folder: Path) -> None:
    thick(folder)
    running, go_on = run_until(parts, folder, pages=5)
    parts.indexing.rebuild()
    running.join()
    go_on.set()
    assert isinstance(running.error, Cancelled)
    assert parts.index().pages_read == 85


def test_one_writes_and_others_read(parts: OpenParts, folder: Path, tmp_path: Path) -> None:
    thick(folder)
    running, go_on = run_until(parts, folder, pages=20)
    with open_parts(tmp_path / "library") as beside:
        with pytest.raises(LibraryBusyError):
            beside.index(folder)
        assert beside.found("guarantor")
        go_on.set()
        running.join()
        beside.library.refresh()
        assert beside.library.stats().pages == 85
        assert beside.index().pages_read == 0


def _all(parts: OpenParts, name: str) -> list[tuple[str, int]]:
    wanted = document_id(parts, name)
    refs = parts.stores.reading.page_refs(StoreQuery())
    return [(r.document_id, r.page_index) for r in refs if r.document_id == wanted]
