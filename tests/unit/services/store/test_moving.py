"""A library moves between stores with everything that was computed of it."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from folioscope.domain.documents import Document, FileState, SourceFile
from folioscope.domain.errors import (
    DiskFullError,
    FingerprintMismatchError,
    LibraryBusyError,
    StoreBlockedError,
    StoreError,
)
from folioscope.domain.pages import PageRecord, PageRef, TextSource
from folioscope.domain.protocols import Access, VectorStore
from folioscope.domain.queries import StoreQuery
from folioscope.domain.results import Candidates
from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.services.folders import add_folders, known_folders
from folioscope.services.store_copy_log import CopyLog
from folioscope.services.store_moving import StoreCopy
from folioscope.services.store_sampling import Scored, agreement
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import DIM, FINGERPRINT, add, file, page
from tests.contract.visual_makers import MODEL, look

Make = Callable[[], VectorStore]


def fill(store: VectorStore, *, documents: int = 6, pages: int = 5) -> None:
    """Put documents with looks and statistics, a file that was not read, and a folder."""
    for number in range(documents):
        name = f"{number:064x}"
        texts = [
            f"tea leaf {number} cup {index} of green {index * number}" for index in range(pages)
        ]
        refs = add(store, name, texts, paths=[f"/home/{number}.pdf", f"/copies/{number}.pdf"])
        store.put_visual(MODEL, [(ref, look(10 * number + ref.page_index)) for ref in refs[1:]])
    add_folders(store, ["/home", "/copies"])
    store.put_files([file("/home/later.pdf", state=FileState.WAITING)])
    store.set_value("mine", b"\x00\x01")
    store.refresh_statistics()


@pytest.fixture(params=["memory to disk", "disk to memory"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[VectorStore, VectorStore]:
    """A library, closed, and an empty store."""
    stores = (MemoryVectorStore(), LanceVectorStore(tmp_path / "library"))
    source, target = stores if request.param.startswith("memory") else reversed(stores)
    source.open(Access.WRITE, fingerprint=FINGERPRINT)
    fill(source)
    source.close()
    return source, target


def log(tmp_path: Path) -> CopyLog:
    return CopyLog(tmp_path / "copy" / "copying.log", "somewhere")


def run(source: VectorStore, target: VectorStore, tmp_path: Path) -> None:
    StoreCopy(source, target, log(tmp_path)).run(JobContext())


def everything(store: VectorStore) -> dict[str, object]:
    store.open(Access.READ, fingerprint=FINGERPRINT)
    try:
        stats = store.stats()
        refs = [PageRef(d.document_id, i) for d in store.documents() for i in range(d.page_count)]
        looks = store.visual_pages(MODEL, sorted(refs))
        return {
            "documents": sorted(store.documents(), key=lambda d: d.document_id),
            "files": store.files(),
            "counts": (stats.documents, stats.pages, stats.files),
            "looks": [look is not None for look in looks],
            "texts": [p.text.plain for p in store.pages(sorted(refs))],
            "values": store.values(),
            "statistics": store.packed_statistics(),
            "folders": known_folders(store),
        }
    finally:
        store.close()


def test_all_of_a_library_is_there_after_a_copy(
    pair: tuple[VectorStore, VectorStore], tmp_path: Path
) -> None:
    source, target = pair
    report = StoreCopy(source, target, log(tmp_path)).run(JobContext())
    assert (report.documents, report.pages, report.looks, report.files) == (6, 30, 24, 13)
    assert report.queries == 12
    assert len(report.checksum) == 64
    assert everything(target) == everything(source)


def test_nothing_is_embedded_or_whitened_anew(
    pair: tuple[VectorStore, VectorStore], tmp_path: Path
) -> None:
    source, target = pair
    run(source, target, tmp_path)
    refs = [PageRef(f"{n:064x}", i) for n in range(6) for i in range(5)]
    for store in pair:
        store.open(Access.READ, fingerprint=FINGERPRINT)
    for mine, copy in zip(
        source.pages(refs, with_vectors=True), target.pages(refs, with_vectors=True), strict=True
    ):
        np.testing.assert_allclose(copy.vectors.title, mine.vectors.title, atol=1e-3)
        np.testing.assert_allclose(copy.vectors.regions, mine.vectors.regions, atol=1e-3)
    for mine_seen, seen in zip(
        source.visual_pages(MODEL, refs), target.visual_pages(MODEL, refs), strict=True
    ):
        if mine_seen is None or seen is None:
            assert mine_seen is seen
            continue
        np.testing.assert_array_equal(seen.clusters, mine_seen.clusters)
        np.testing.assert_allclose(seen.rows, mine_seen.rows, atol=0.02)
    for store in pair:
        store.close()


def test_the_checksum_is_that_of_the_contents_and_not_of_the_store(tmp_path: Path) -> None:
    first, disk, last = MemoryVectorStore(), LanceVectorStore(tmp_path / "l"), MemoryVectorStore()
    first.open(Access.WRITE, fingerprint=FINGERPRINT)
    fill(first)
    sums = [
        StoreCopy(source, target, log(tmp_path)).run(JobContext()).checksum
        for source, target in ((first, disk), (disk, last))
    ]
    assert sums[0] == sums[1]


class Breaking(MemoryVectorStore):
    """Stops the copy at its n-th commit, or keeps other pages than it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.breaks_at: int | None = None
        self.fails_with: BaseException = KeyboardInterrupt()
        self.commits: list[str] = []
        self.spoils = False

    def commit_document(self, document: Document) -> None:
        if self.breaks_at is not None and len(self.commits) >= self.breaks_at:
            raise self.fails_with
        self.commits.append(document.document_id)
        super().commit_document(document)

    def stage_pages(self, document_id: str, pages: Sequence[PageRecord]) -> None:
        if self.spoils and document_id == f"{2:064x}":
            pages = [replace(p, title_line="another") for p in pages]
        super().stage_pages(document_id, pages)


def filled(tmp_path: Path, *, pages: int = 5) -> LanceVectorStore:
    source = LanceVectorStore(tmp_path / "source")
    source.open(Access.WRITE, fingerprint=FINGERPRINT)
    fill(source, pages=pages)
    source.close()
    return source


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


def test_pages_of_others_stay_and_keep_their_statistics(tmp_path: Path) -> None:
    source, target = filled(tmp_path), MemoryVectorStore()
    target.open(Access.WRITE, fingerprint=FINGERPRINT)
    add(target, "theirs", [f"milk {n}" for n in range(40)])
    add_folders(target, ["/theirs"])
    target.refresh_statistics()
    before = target.packed_statistics()
    report = StoreCopy(source, target, log(tmp_path)).run(JobContext())
    assert report.queries == 0
    assert report.pages == 30
    target.open(Access.READ, fingerprint=FINGERPRINT)
    assert target.stats().pages == 70
    assert target.packed_statistics() == before
    assert known_folders(target) == ("/theirs", "/home", "/copies")


def test_a_store_of_another_model_is_refused_or_emptied_where_that_is_allowed(
    tmp_path: Path,
) -> None:
    source, target = filled(tmp_path), MemoryVectorStore()
    target.open(Access.WRITE, fingerprint="another")
    add(target, "old", ["milk"])
    with pytest.raises(FingerprintMismatchError):
        run(source, target, tmp_path)
    StoreCopy(source, target, log(tmp_path), is_private=True).run(JobContext())
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


def scored(*scores: float, first: int = 0) -> list[Scored]:
    return [Scored(PageRef("a", first + n), score) for n, score in enumerate(scores)]


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        (scored(), scored(), 1.0),
        (scored(0.9, 0.8), scored(0.9, 0.79), 1.0),
        (scored(0.9, 0.8), scored(0.8, 0.9), 0.0),
        (scored(0.9, 0.8), scored(0.9), 0.5),
        (scored(*[0.5] * 12), scored(*[0.51] * 12, first=6), 1.0),  # any ten of these will do
        (scored(*[0.9] * 10), scored(*[0.5] * 10, first=10), 0.0),
    ],
)
def test_the_best_ten_are_compared_by_score_where_they_tie(
    one: list[Scored], other: list[Scored], share: float
) -> None:
    assert agreement(one, other) == share
    assert agreement(other, one) == share


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


class Shared(MemoryVectorStore):
    """A library on a server: files of other machines are only told of a document."""

    def files(
        self,
        *,
        folder: str | None = None,
        states: frozenset[FileState] | None = None,
        document_id: str | None = None,
    ) -> list[SourceFile]:
        found = super().files(folder=folder, states=states, document_id=document_id)
        return found if document_id else [f for f in found if not f.path.startswith("/theirs")]


def test_what_only_others_have_stays_on_the_server(tmp_path: Path) -> None:
    source, target = Shared(), LanceVectorStore(tmp_path / "target")
    source.open(Access.WRITE, fingerprint=FINGERPRINT)
    fill(source)
    add(source, "theirs", ["milk cup"], paths=["/theirs/a.pdf"])
    report = StoreCopy(source, target, log(tmp_path), is_private=True).run(JobContext())
    assert (report.documents, report.left_there, report.files) == (6, 1, 13)
    assert report.queries == 0
    target.open(Access.READ, fingerprint=FINGERPRINT)
    assert [f.path for f in target.files() if f.path.startswith("/theirs")] == []
    assert target.stats().pages == 30
    target.close()
    whole = MemoryVectorStore()
    report = StoreCopy(source, whole, log(tmp_path)).run(JobContext())
    assert (report.documents, report.left_there) == (7, 0)


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
