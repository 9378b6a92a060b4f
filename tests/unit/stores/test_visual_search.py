"""Search by look where pages are too many to look at each closely; the limits are lowered."""

from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access
from folioscope.domain.queries import StoreQuery
from folioscope.stores import single_codes, visual_library, visual_source, visual_table
from folioscope.stores.lance_store import LanceVectorStore
from tests.contract.store_makers import FINGERPRINT, add
from tests.contract.visual_makers import MODEL, look, seeing

PAGES = 60


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LanceVectorStore:
    """A library in which eight pages count as many."""
    monkeypatch.setattr(visual_library, "_CLOSELY", 8)
    made = LanceVectorStore(tmp_path)
    made.open(Access.WRITE, fingerprint=FINGERPRINT)
    for start in range(0, PAGES, 10):
        refs = add(made, f"doc{start}", [f"page{start + i}" for i in range(10)])
        made.put_visual(MODEL, [(ref, look(start + i)) for i, ref in enumerate(refs)])
    return made


def nearest(seed: int, count: int) -> set[PageRef]:
    """The pages nearest by plain cosines."""
    scores = np.array([look(n).single @ look(seed).single for n in range(PAGES)])
    numbers = np.argsort(-scores)[:count].tolist()
    return {PageRef(f"doc{n // 10 * 10}", n % 10) for n in numbers}


def test_all_are_scanned_whole(store: LanceVectorStore) -> None:
    for seed in range(0, PAGES, 9):
        result = store.search(StoreQuery(visual=seeing(seed)), limit=2)
        assert set(result.refs) == nearest(seed, 2)
        assert result.visual.max() == pytest.approx(1, abs=0.01)


def test_first_numbers_choose_whom_to_look_at(
    store: LanceVectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_codes, "LEAD", 48)
    monkeypatch.setattr(single_codes, "_EXACT_UP_TO", 0)
    for seed in range(0, PAGES, 9):
        result = store.search(StoreQuery(visual=seeing(seed)), limit=2)
        assert result.refs[0] in nearest(seed, 1)
        assert result.visual.max() == pytest.approx(1, abs=0.01), "scores are of all numbers"


def test_rows_are_compared_for_the_best_only(
    store: LanceVectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visual_source, "_LATE_BY_LOOK", 5)
    monkeypatch.setattr(visual_source, "_LATE_BY_REST", 3)
    result = store.search(StoreQuery(visual=seeing(7)), limit=50)
    assert len(result) == 50
    scored = {ref for ref, s in zip(result.refs, result.maxsim.tolist(), strict=True) if s > -1}
    assert nearest(7, 5) <= scored
    assert len(scored) <= 8


def test_a_table_that_lost_much_is_loaded_anew(
    store: LanceVectorStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visual_table, "_AT_ONCE", 10)
    store.search(StoreQuery(visual=seeing(0)), limit=2)
    for start in range(0, 40, 10):
        store.remove_documents([f"doc{start}"])
        result = store.search(StoreQuery(visual=seeing(55)), limit=50)
        assert result.refs[0] == PageRef("doc50", 5)
        assert len(result) == PAGES - start - 10
    assert store.visual_counts() == {MODEL: 20}
