"""OCR, behind the pages that need none: pages that wait for it are read and replaced."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from folioscope.domain.documents import Document, Failure, FailureCause, SourceFile
from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import PageContent, PageRecord, PageRef, TextSource
from folioscope.domain.protocols import DocumentReader, TextEncoder, VectorStore
from folioscope.jobs.tokens import ChildToken
from folioscope.services.composing import choose_document_title
from folioscope.services.page_making import composed, record
from folioscope.services.page_source import failure_of
from folioscope.services.passwords import Passwords
from folioscope.services.patience import PatientWriter
from folioscope.services.present_files import present_path

_EVERY_PAGE = 1_000_000  # waiting pages that a run looks at
_READ_AHEAD = 2
# the page can be read another time: its file has to come back, or to be unlocked
_PASSING = (FailureCause.LOCKED, FailureCause.GONE, FailureCause.NO_PERMISSION)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came of a page: content, a lasting failure, or nothing for now."""

    ref: PageRef
    path: str = ""
    content: PageContent | None = None
    failure: Failure | None = None


class Recogniser:
    """Reads waiting pages with OCR; ``on_page`` is told after each."""

    def __init__(
        self,
        store: VectorStore,
        reader: DocumentReader,
        encoder: TextEncoder,
        *,
        writer: PatientWriter,
        passwords: Passwords,
        token: ChildToken,
        on_page: Callable[[], None],
    ) -> None:
        self._store = store
        self._reader = reader
        self._encoder = encoder
        self._writer = writer
        self._passwords = passwords
        self._token = token
        self._on_page = on_page
        self._waiting: list[PageRef] = []

    def look_for_work(self) -> int:
        """Find the pages whose file is at hand as it was read; returns how many there are."""
        refs = self._store.waiting_for_ocr(limit=_EVERY_PAGE)
        known = {i: self._path(i) for i in dict.fromkeys(r.document_id for r in refs)}
        self._waiting = [ref for ref in refs if known[ref.document_id]]
        return len(self._waiting)

    def run(self) -> None:
        """Read the pages found; raise Cancelled."""
        with ThreadPoolExecutor(1, thread_name_prefix="recognising") as pool:
            for answer in self._answers(self._waiting, pool):
                self._token.raise_if_cancelled()
                self._take(answer)
                self._on_page()

    def _answers(self, refs: Sequence[PageRef], pool: ThreadPoolExecutor) -> Iterator[_Answer]:
        """Read ahead, so that embedding and storing do not hold OCR up."""
        ahead: deque[Future[_Answer]] = deque()
        try:
            for ref in refs:
                ahead.append(pool.submit(self._recognise, ref))
                if len(ahead) > _READ_AHEAD:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()

    def _recognise(self, ref: PageRef) -> _Answer:
        self._token.checkpoint()
        path = self._path(ref.document_id)
        if not path:
            return _Answer(ref)
        password = self._passwords.of(ref.document_id)
        try:
            content = self._reader.recognise(
                path, ref.page_index, password=password, token=self._token
            )
        except DocumentError as error:
            failure = replace(failure_of(error), page_index=ref.page_index)
            return _Answer(ref, failure=None if failure.cause in _PASSING else failure)
        return _Answer(ref, path, content)

    def _path(self, document_id: str) -> str:
        return present_path(self._store, document_id)

    def _take(self, answer: _Answer) -> None:
        if answer.content is not None:
            self._replace(answer.ref, answer.content, answer.path)
        elif answer.failure is not None:
            self._give_up(answer.ref, answer.failure)

    def _replace(self, ref: PageRef, content: PageContent, path: str) -> None:
        documents = self._store.documents([ref.document_id])
        if not documents:
            return
        if content.text_source is TextSource.WAITING:  # never wait twice
            content = replace(content, text_source=TextSource.NONE)
        document = self._titled(documents[0], content)
        page = composed(content, document_title=document.title, file_name=path)
        vectors = self._encoder.embed_pages([page.units], token=self._token)
        read = record(ref.document_id, page, vectors[0])
        self._writer.write(lambda: self._store.replace_pages([read]))

    def _titled(self, document: Document, content: PageContent) -> Document:
        """Give a document without a title of its own that of its first page."""
        if content.page_index or document.title:
            return document
        titled = replace(document, title=choose_document_title("", content))
        if titled.title:
            self._writer.write(lambda: self._store.commit_document(titled))
        return titled

    def _give_up(self, ref: PageRef, failure: Failure) -> None:
        """Keep the page without words, and say why at its files."""
        pages = [_wordless(page) for page in self._store.pages([ref], with_vectors=True)]
        documents = self._store.documents([ref.document_id])
        files = self._store.files(document_id=ref.document_id)

        def note() -> None:
            self._store.put_files([_told(file, failure) for file in files])
            for document in documents:
                self._store.commit_document(_with_failure(document, failure))
            self._store.replace_pages(pages)  # last: from now on the page waits no more

        self._writer.write(note)


def _wordless(page: PageRecord) -> PageRecord:
    return replace(page, text_source=TextSource.NONE)


def _with_failure(document: Document, failure: Failure) -> Document:
    return replace(document, failures=_joined(document.failures, failure))


def _told(file: SourceFile, failure: Failure) -> SourceFile:
    return replace(file, failures=_joined(file.failures, failure))


def _joined(known: tuple[Failure, ...], failure: Failure) -> tuple[Failure, ...]:
    return known if failure in known else (*known, failure)
