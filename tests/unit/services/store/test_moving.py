"""A library moves between stores with everything that was computed of it."""

from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.documents import FileState, SourceFile
from folioscope.domain.errors import FingerprintMismatchError
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access, VectorStore
from folioscope.jobs.progress import JobContext
from folioscope.services.folders import add_folders, known_folders
from folioscope.services.store_moving import StoreCopy
from folioscope.services.store_sampling import Scored, agreement
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import FINGERPRINT, add
from tests.contract.visual_makers import MODEL
from tests.unit.services.store.copies import everything, fill, filled, log, run


@pytest.fixture(params=["memory to disk", "disk to memory"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[VectorStore, VectorStore]:
    """A library, closed, and an empty store."""
    stores = (MemoryVectorStore(), LanceVectorStore(tmp_path / "library"))
    source, target = stores if request.param.startswith("memory") else reversed(stores)
    source.open(Access.WRITE, fingerprint=FINGERPRINT)
    fill(source)
    source.close()
    return source, target


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
