"""The reading end of indexing: files in, composed pages and verdicts out, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from folioscope.domain.documents import (
    Document,
    Failure,
    FailureCause,
    FileState,
    SourceFile,
)
from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import PageContent
from folioscope.domain.protocols import Cancellation, DocumentFacts, DocumentReader, VectorStore
from folioscope.services.composing import choose_document_title, find_repeated_lines
from folioscope.services.hashing import content_hash
from folioscope.services.page_making import ComposedPage, composed
from folioscope.services.passwords import Passwords

LOOK_AHEAD_PAGES = 48  # read before composing, to find running headers and the title


@dataclass(slots=True)
class DocumentJob:
    """A document under way."""

    file: SourceFile
    document_id: str
    facts: DocumentFacts
    title: str = ""
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PageDone:
    """A page, composed."""

    job: DocumentJob
    page: ComposedPage


@dataclass(frozen=True, slots=True)
class DocumentDone:
    """All pages of a document were given out."""

    job: DocumentJob


@dataclass(frozen=True, slots=True)
class FileDone:
    """A file that needs no pages read: a copy, or one that cannot be read."""

    file: SourceFile
    is_relinked: bool = False


@dataclass(frozen=True, slots=True)
class FileStarted:
    """A file is being read: ``pages`` are still to come of it."""

    file: SourceFile
    pages: int


Item = PageDone | DocumentDone | FileDone | FileStarted


class PageProducer:
    """Reads waiting files, small ones first, so that no large one starves the others."""

    def __init__(
        self,
        store: VectorStore,
        reader: DocumentReader,
        *,
        passwords: Passwords,
        fingerprint: str,
        token: Cancellation,
    ) -> None:
        self._store = store
        self._reader = reader
        self._passwords = passwords
        self._fingerprint = fingerprint
        self._token = token
        self._begun: dict[str, DocumentJob] = {}

    def items(self, files: Sequence[SourceFile]) -> Iterator[Item]:
        """Yield what becomes of each file, in the order of reading."""
        for file in sorted(files, key=lambda f: (f.size_bytes, f.path)):
            self._token.checkpoint()
            yield from self._file(file)

    def _file(self, file: SourceFile) -> Iterator[Item]:
        try:
            document_id = content_hash(file.path, self._token)
        except FileNotFoundError:
            yield _refused(file, FailureCause.GONE, "The file was moved or deleted.")
            return
        except PermissionError:
            yield _refused(file, FailureCause.NO_PERMISSION, "No permission to read the file.")
            return
        except OSError as error:
            yield _refused(
                file,
                FailureCause.UNREADABLE,
                f"The drive did not give the file ({error.strerror}).",
            )
            return
        if document_id in self._begun:
            yield FileDone(linked(file, self._begun[document_id]), is_relinked=True)
            return
        known = self._store.documents([document_id])
        if known and known[0].fingerprint == self._fingerprint:
            yield FileDone(relinked(file, known[0]), is_relinked=True)
            return
        yield from self._document(file, document_id)

    def _document(self, file: SourceFile, document_id: str) -> Iterator[Item]:
        password = self._passwords.of(document_id)
        try:
            facts = self._reader.inspect(file.path, password=password)
        except DocumentError as error:
            yield FileDone(failed(file, failure_of(error), document_id))
            return
        job = DocumentJob(file, document_id, facts, failures=list(facts.failures))
        self._begun[document_id] = job
        staged = self._store.staged_pages(document_id)
        left = [i for i in range(facts.page_count) if i not in staged]
        yield FileStarted(file, len(left))
        yield from self._pages(job, left, password, first_is_staged=0 in staged)
        yield DocumentDone(job)

    def _pages(
        self, job: DocumentJob, left: list[int], password: str, *, first_is_staged: bool
    ) -> Iterator[Item]:
        reading = self._reader.read_pages(job.file.path, left, password=password, token=self._token)
        window: list[PageContent] = []
        for answer in reading:
            if isinstance(answer, Failure):
                job.failures.append(answer)
            else:
                window.append(answer)
            if len(window) >= LOOK_AHEAD_PAGES:
                break
        first = window[0] if window and window[0].page_index == 0 else None
        if first is None and first_is_staged:
            first = self._first_page(job, password)
        job.title = choose_document_title(job.facts.title, first)
        running = find_repeated_lines(content.text for content in window)
        for content in window:
            yield self._composed(job, content, running)
        for answer in reading:
            if isinstance(answer, Failure):
                job.failures.append(answer)
            else:
                yield self._composed(job, answer, running)

    def _first_page(self, job: DocumentJob, password: str) -> PageContent | None:
        answers = self._reader.read_pages(job.file.path, [0], password=password, token=self._token)
        answer = next(answers, None)
        return answer if isinstance(answer, PageContent) else None

    def _composed(
        self, job: DocumentJob, content: PageContent, running: frozenset[str]
    ) -> PageDone:
        page = composed(
            content,
            document_title=job.title,
            file_name=job.file.path,
            repeated_lines=running,
        )
        return PageDone(job, page)


def failure_of(error: DocumentError) -> Failure:
    """Return the failure that a reader's error carries."""
    known = getattr(error, "failure", None)
    return known if isinstance(known, Failure) else Failure(FailureCause.UNREADABLE, str(error))


def failed(file: SourceFile, failure: Failure, document_id: str) -> SourceFile:
    """Return the file with why it cannot be read."""
    states = {
        FailureCause.LOCKED: FileState.LOCKED,
        FailureCause.UNSUPPORTED: FileState.UNSUPPORTED,
    }
    return SourceFile(
        file.path,
        file.folder,
        file.size_bytes,
        file.mtime_ns,
        states.get(failure.cause, FileState.FAILED),
        document_id,
        (failure,),
    )


def linked(file: SourceFile, job: DocumentJob) -> SourceFile:
    """Return the file as one whose pages were just read."""
    is_lost = bool(job.failures) and len(job.failures) >= max(1, job.facts.page_count)
    state = FileState.FAILED if is_lost and job.facts.page_count else FileState.INDEXED
    return SourceFile(
        file.path,
        file.folder,
        file.size_bytes,
        file.mtime_ns,
        state,
        job.document_id,
        tuple(job.failures),
    )


def relinked(file: SourceFile, document: Document) -> SourceFile:
    """Return the file as a copy of a document that is in the library."""
    return SourceFile(
        file.path,
        file.folder,
        file.size_bytes,
        file.mtime_ns,
        FileState.INDEXED,
        document.document_id,
        document.failures,
    )


def _refused(file: SourceFile, cause: FailureCause, message: str) -> FileDone:
    return FileDone(failed(file, Failure(cause, message), ""))
