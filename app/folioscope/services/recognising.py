"""OCR, behind the pages that need none: pages that wait for it are read and replaced."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from folioscope.domain.documents import Document, Failure, FileState, SourceFile
from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import PageContent, PageRecord, PageRef, TextSource
from folioscope.domain.protocols import DocumentReader, TextEncoder, VectorStore
from folioscope.jobs.tokens import ChildToken
from folioscope.services.composing import choose_document_title
from folioscope.services.page_making import composed, record
from folioscope.services.page_source import failure_of
from folioscope.services.passwords import Passwords

_AT_ONCE = 64
_READ_AHEAD = 2


@dataclass(frozen=True, slots=True)
class _Answer:
    ref: PageRef
    content: PageContent | None
    failure: Failure | None


class Recogniser:
    """Reads waiting pages with OCR; ``on_page`` is told after each."""

    def __init__(
        self,
        store: VectorStore,
        reader: DocumentReader,
        encoder: TextEncoder,
        *,
        passwords: Passwords,
        token: ChildToken,
        on_page: Callable[[], None],
    ) -> None:
        self._store = store
        self._reader = reader
        self._encoder = encoder
        self._passwords = passwords
        self._token = token
        self._on_page = on_page
        self._skipped: set[PageRef] = set()  # their file is not here now

    def run(self) -> None:
        """Work until no page waits that can be read now; raise Cancelled."""
        with ThreadPoolExecutor(1, thread_name_prefix="recognising") as pool:
            while refs := self._next():
                for answer in self._answers(refs, pool):
                    self._take(answer)

    def _next(self) -> list[PageRef]:
        waiting = self._store.waiting_for_ocr(limit=_AT_ONCE + len(self._skipped))
        return [ref for ref in waiting if ref not in self._skipped][:_AT_ONCE]

    def _answers(self, refs: list[PageRef], pool: ThreadPoolExecutor) -> Iterator[_Answer]:
        """Read one page ahead, so that embedding and storing do not hold OCR up."""
        ahead: list[Future[_Answer]] = []
        try:
            for ref in refs:
                ahead.append(pool.submit(self._recognise, ref))
                if len(ahead) > _READ_AHEAD:
                    yield ahead.pop(0).result()
            while ahead:
                yield ahead.pop(0).result()
        finally:
            for future in ahead:
                future.cancel()

    def _recognise(self, ref: PageRef) -> _Answer:
        self._token.checkpoint()
        path = self._path(ref)
        if path is None:
            return _Answer(ref, None, None)
        password = self._passwords.of(ref.document_id)
        try:
            content = self._reader.recognise(
                path, ref.page_index, password=password, token=self._token
            )
        except DocumentError as error:
            return _Answer(ref, None, replace(failure_of(error), page_index=ref.page_index))
        return _Answer(ref, content, None)

    def _path(self, ref: PageRef) -> str | None:
        files = self._store.files(document_id=ref.document_id)
        return next((f.path for f in files if not f.is_away), None)

    def _take(self, answer: _Answer) -> None:
        self._token.raise_if_cancelled()
        if answer.content is not None:
            self._replace(answer.ref, answer.content)
        elif answer.failure is not None:
            self._give_up(answer.ref, answer.failure)
        else:
            self._skipped.add(answer.ref)
        self._on_page()

    def _replace(self, ref: PageRef, content: PageContent) -> None:
        documents = self._store.documents([ref.document_id])
        path = self._path(ref)
        if not documents or path is None:
            self._skipped.add(ref)
            return
        title = documents[0].title
        if ref.page_index == 0 and not title:
            title = choose_document_title("", content)
        if content.text_source is TextSource.WAITING:  # never wait twice
            content = replace(content, text_source=TextSource.NONE)
        page = composed(content, document_title=title, file_name=path)
        vectors = self._encoder.embed_pages([page.units], token=self._token)
        self._store.replace_pages([record(ref.document_id, page, vectors[0])])

    def _give_up(self, ref: PageRef, failure: Failure) -> None:
        """Keep the page without words, and say why at its file."""
        self._skipped.add(ref)
        pages = self._store.pages([ref], with_vectors=True)
        self._store.replace_pages([_wordless(page) for page in pages])
        for document in self._store.documents([ref.document_id]):
            self._store.commit_document(_with_failure(document, failure))
        files = self._store.files(document_id=ref.document_id)
        self._store.put_files([_told(file, failure) for file in files])


def _wordless(page: PageRecord) -> PageRecord:
    return replace(page, text_source=TextSource.NONE)


def _with_failure(document: Document, failure: Failure) -> Document:
    return replace(document, failures=(*document.failures, failure))


def _told(file: SourceFile, failure: Failure) -> SourceFile:
    return replace(file, state=FileState.INDEXED, failures=(*file.failures, failure))
