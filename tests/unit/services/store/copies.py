"""A library to be copied, copies of it, and a store that breaks them off."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from folioscope.domain.documents import Document, FileState
from folioscope.domain.pages import PageRecord, PageRef
from folioscope.domain.protocols import Access, VectorStore
from folioscope.jobs.progress import JobContext
from folioscope.services.folders import add_folders, known_folders
from folioscope.services.store_copy_log import CopyLog
from folioscope.services.store_moving import StoreCopy
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import FINGERPRINT, add, file
from tests.contract.visual_makers import MODEL, look


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


def log(tmp_path: Path) -> CopyLog:
    """Return the log of a copy, where it was cut short too."""
    return CopyLog(tmp_path / "copy" / "copying.log", "somewhere")


def run(source: VectorStore, target: VectorStore, tmp_path: Path) -> None:
    """Copy one store into the other, or go on with that."""
    StoreCopy(source, target, log(tmp_path)).run(JobContext())


def everything(store: VectorStore) -> dict[str, object]:
    """Return all that a library holds but its vectors, comparable between stores."""
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
    """Return a filled library on the disk, closed."""
    source = LanceVectorStore(tmp_path / "source")
    source.open(Access.WRITE, fingerprint=FINGERPRINT)
    fill(source, pages=pages)
    source.close()
    return source
