"""A server that goes away while a folder is read is waited for."""

import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar

import pytest

from folioscope.domain.documents import Document
from folioscope.domain.errors import StoreBlockedError
from folioscope.domain.pages import PageRecord
from folioscope.jobs.tokens import Cancelled
from folioscope.services.api import IndexPhase
from folioscope.stores.lance_store import LanceVectorStore
from tests.library_parts import Running, open_parts
from tests.made_documents import text_pdf
from tests.waiting import until


class LeavingStore(LanceVectorStore):
    """Kept on a server, as it were, that can go away: nothing is read or written then."""

    away: str | None = None
    gone = threading.Event()
    asked: ClassVar[list[str]] = []

    def _ask(self, name: str) -> None:
        self.asked.append(name)
        if LeavingStore.away == name:
            self.gone.set()
        if self.gone.is_set():
            raise StoreBlockedError("The server is away.")

    def refresh(self) -> bool:
        self._ask("refresh")
        return super().refresh()

    def documents(self, ids: Iterable[str] | None = None) -> list[Document]:
        self._ask("documents")
        return super().documents(ids)

    def stage_pages(self, document_id: str, pages: Sequence[PageRecord]) -> None:
        self._ask("stage_pages")
        super().stage_pages(document_id, pages)

    def commit_document(self, document: Document) -> None:
        self._ask("commit_document")
        super().commit_document(document)


@pytest.mark.parametrize("at", ["documents", "stage_pages", "commit_document"])
def test_a_server_that_goes_away_blocks_and_goes_on_with_nothing_read_twice(
    tmp_path: Path, folder: Path, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LeavingStore, "gone", threading.Event())
    library = tmp_path / "library"
    with open_parts(library, make_store=lambda: LeavingStore(library)) as parts:
        parts.indexing.add([str(folder)])
        monkeypatch.setattr(LeavingStore, "away", at)
        running = Running(parts)
        until(lambda: parts.indexing.state().phase is IndexPhase.BLOCKED)
        assert parts.indexing.state().message == "The server is away."
        assert parts.indexing.state().may_pass
        monkeypatch.setattr(LeavingStore, "away", None)
        LeavingStore.gone.clear()
        running.join()
        assert running.error is None
        assert running.report is not None
        assert (running.report.files_read, running.report.pages_read) == (2, 5)
        assert parts.library.stats().pages == 5
        assert parts.found("guarantor")


def test_a_server_that_goes_away_while_a_model_is_busy_blocks_and_goes_on(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LeavingStore, "gone", threading.Event())
    for number in range(12):
        text_pdf(folder / f"{number}.pdf", 1, sentence=f"The egret of pond {number} stands.")
    library = tmp_path / "library"

    def busy(_pages: object) -> None:
        """Hear no cancel, as a model in the middle of a run, while the server goes away."""
        if not LeavingStore.gone.is_set():
            monkeypatch.setattr(LeavingStore, "away", "documents")
            LeavingStore.gone.wait(20)
            time.sleep(0.5)

    with open_parts(library, make_store=lambda: LeavingStore(library)) as parts:
        parts.indexing.add([str(folder)])
        parts.encoder.before = busy
        running = Running(parts)
        until(lambda: parts.indexing.state().phase is IndexPhase.BLOCKED)
        parts.encoder.before = lambda _: None
        monkeypatch.setattr(LeavingStore, "away", None)
        LeavingStore.gone.clear()
        running.join()
        assert running.error is None
        assert running.report is not None
        assert running.report.files_read == 14
        assert parts.library.stats().pages == 17


def test_waiting_for_a_server_can_be_cancelled(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LeavingStore, "gone", threading.Event())
    library = tmp_path / "library"
    with open_parts(library, make_store=lambda: LeavingStore(library)) as parts:
        parts.indexing.add([str(folder)])
        monkeypatch.setattr(LeavingStore, "away", "documents")
        running = Running(parts)
        until(lambda: parts.indexing.state().phase is IndexPhase.BLOCKED)
        running.token.cancel()
        running.join()
        assert isinstance(running.error, Cancelled)
        monkeypatch.setattr(LeavingStore, "away", None)
        LeavingStore.gone.clear()
