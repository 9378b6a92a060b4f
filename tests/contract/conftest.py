"""Every kind of store, open for writing and empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope.domain.protocols import Access, VectorStore
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import FINGERPRINT


@pytest.fixture(params=["memory", "lance"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorStore]:
    """An empty library, of each kind in turn."""
    made: VectorStore
    if request.param == "memory":
        made = MemoryVectorStore()
    else:
        made = LanceVectorStore(tmp_path / "library")
    made.open(Access.WRITE, fingerprint=FINGERPRINT)
    yield made
    made.close()


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[MemoryVectorStore, LanceVectorStore]]:
    """An empty library of each kind, to be filled alike."""
    exact, coded = MemoryVectorStore(), LanceVectorStore(tmp_path / "library")
    for made in (exact, coded):
        made.open(Access.WRITE, fingerprint=FINGERPRINT)
    yield exact, coded
    coded.close()
