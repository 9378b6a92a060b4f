"""A library that is read anew with another model."""

from pathlib import Path

from folioscope.domain.documents import FileState
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access, VectorStore
from folioscope.stores.lance_store import LanceVectorStore
from tests.contract.store_makers import FINGERPRINT, add, file, found, page


def test_documents_go_and_files_wait(store: VectorStore) -> None:
    add(store, "a", ["tea"])
    store.put_files([file("/home/b.txt", state=FileState.UNSUPPORTED)])
    store.stage_pages("c", [page("c", 0)])
    store.set_value("folders", b"all")
    store.renew("another model")
    assert store.fingerprint == "another model"
    assert store.documents() == []
    assert found(store, "tea") == []
    assert store.staged_pages("c") == frozenset()
    assert store.value("folders") == b"all"
    states = {f.path: (f.state, f.document_id) for f in store.files()}
    assert states == {
        "/home/a.pdf": (FileState.WAITING, ""),
        "/home/b.txt": (FileState.UNSUPPORTED, ""),
    }


def test_it_fills_again_and_stays_filled(store: VectorStore) -> None:
    add(store, "a", ["tea"])
    store.compact()
    store.renew("another model")
    add(store, "a", ["coffee"])
    store.compact()
    store.close()
    store.open(Access.WRITE, fingerprint="another model")
    assert found(store, "coffee") == [PageRef("a", 0)]
    assert found(store, "tea") == []
    assert store.verify().damaged == ()


def test_who_reads_beside_sees_it(tmp_path: Path) -> None:
    writer, reader = (LanceVectorStore(tmp_path / "library") for _ in range(2))
    writer.open(Access.WRITE, fingerprint=FINGERPRINT)
    add(writer, "a", ["tea"])
    writer.compact()
    reader.open(Access.READ, fingerprint=FINGERPRINT)
    assert found(reader, "tea") == [PageRef("a", 0)]
    writer.renew("another model")
    assert reader.refresh()
    assert found(reader, "tea") == []
    assert reader.fingerprint == "another model"
    add(writer, "b", ["coffee"])
    reader.refresh()
    assert found(reader, "coffee") == [PageRef("b", 0)]
    reader.close()
    writer.close()
