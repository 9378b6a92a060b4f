"""OCR behind the rest: what it replaces, what it leaves waiting, what it gives up."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.documents import (
    Document,
    DocumentKind,
    Failure,
    FailureCause,
    FileState,
    SourceFile,
)
from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import LOOK_COUNT, PageContent, PageRef, PageText, TextSource
from folioscope.domain.protocols import Access
from folioscope.jobs.tokens import CancelToken, ChildToken
from folioscope.services.passwords import Passwords
from folioscope.services.patience import PatientWriter
from folioscope.services.recognising import Recogniser
from folioscope.stores.memory_store import MemoryVectorStore
from tests.contract.store_makers import FINGERPRINT, page, page_text
from tests.library_parts import DrawnEncoder

SCAN = "scan"


@dataclass
class OcrReader:
    """Reads the words put in, or raises the failure put in, by page index."""

    answers: dict[int, str | Failure] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)

    def recognise(self, path: str, page_index: int, **_named: object) -> PageContent:
        self.asked.append(page_index)
        answer = self.answers.get(page_index, "words by the lighthouse keeper")
        if isinstance(answer, Failure):
            error = DocumentError(answer.message)
            error.failure = answer  # type: ignore[attr-defined]
            raise error
        text = page_text(answer) if answer else PageText()
        source = TextSource.OCR if answer else TextSource.NONE
        looks = np.zeros(LOOK_COUNT, np.float32)
        return PageContent(page_index, 595, 842, text, source, looks, heading=answer)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MemoryVectorStore]:
    made = MemoryVectorStore()
    made.open(Access.WRITE, fingerprint=FINGERPRINT)
    path = tmp_path / "scan.pdf"
    path.write_bytes(b"%PDF")
    facts = path.stat()
    made.put_files(
        [SourceFile(str(path), str(tmp_path), facts.st_size, facts.st_mtime_ns,
                    FileState.INDEXED, SCAN)]
    )  # fmt: skip
    pages = [page(SCAN, i, "", source=TextSource.WAITING) for i in range(3)]
    made.stage_pages(SCAN, [replace(p, text=PageText(), regions=()) for p in pages])
    made.commit_document(Document(SCAN, DocumentKind.PDF, 3, 4, FINGERPRINT))
    yield made
    made.close()


def recognise(store: MemoryVectorStore, reader: OcrReader) -> int:
    """Run once; returns how many pages there were to read."""
    told: list[None] = []
    token = ChildToken(CancelToken())
    recogniser = Recogniser(
        store,
        reader,  # type: ignore[arg-type]
        DrawnEncoder(),
        writer=PatientWriter(token, lambda _: None),
        passwords=Passwords(),
        token=token,
        on_page=lambda: told.append(None),
    )
    count = recogniser.look_for_work()
    recogniser.run()
    assert len(told) == count
    return count


def sources(store: MemoryVectorStore) -> list[TextSource]:
    return [p.text_source for p in store.pages([PageRef(SCAN, i) for i in range(3)])]


def test_waiting_pages_get_their_words(store: MemoryVectorStore) -> None:
    assert recognise(store, OcrReader({2: ""})) == 3
    assert sources(store) == [TextSource.OCR, TextSource.OCR, TextSource.NONE]
    [first] = store.pages([PageRef(SCAN, 0)])
    assert first.text.plain == "words by the lighthouse keeper"
    assert recognise(store, OcrReader()) == 0


def test_a_page_that_cannot_be_read_is_given_up_with_the_reason(store: MemoryVectorStore) -> None:
    slow = Failure(FailureCause.TOO_SLOW, "Took longer than 120 seconds.")
    recognise(store, OcrReader({1: slow}))
    assert sources(store) == [TextSource.OCR, TextSource.NONE, TextSource.OCR]
    told = replace(slow, page_index=1)
    assert store.documents([SCAN])[0].failures == (told,)
    assert store.files()[0].failures == (told,)
    assert recognise(store, OcrReader()) == 0


@pytest.mark.parametrize("cause", [FailureCause.LOCKED, FailureCause.GONE])
def test_what_may_be_read_another_time_goes_on_waiting(
    store: MemoryVectorStore, cause: FailureCause
) -> None:
    recognise(store, OcrReader({1: Failure(cause, "Not now.")}))
    assert sources(store)[1] is TextSource.WAITING
    assert store.files()[0].failures == ()
    assert recognise(store, OcrReader()) == 1


def test_a_file_that_is_away_or_changed_is_left_alone(store: MemoryVectorStore) -> None:
    [file] = store.files()
    store.put_files([replace(file, is_away=True)])
    assert recognise(store, OcrReader()) == 0
    store.put_files([file])
    Path(file.path).write_bytes(b"%PDF changed")
    reader = OcrReader()
    assert recognise(store, reader) == 0
    assert reader.asked == []


def test_the_first_page_lends_its_title(store: MemoryVectorStore) -> None:
    recognise(store, OcrReader({0: "The Lighthouse Letter"}))
    pages = store.pages([PageRef(SCAN, 0)])
    assert "Lighthouse Letter" in pages[0].title_line
