"""The reading end of indexing: files in, composed pages and verdicts out, in order."""

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from folioscope.domain.documents import Document, Failure, FailureCause, FileState, SourceFile
from folioscope.domain.errors import DocumentError, FolioscopeError
from folioscope.domain.pages import PageContent
from folioscope.domain.protocols import Cancellation, DocumentFacts, DocumentReader, VectorStore
from folioscope.jobs.tokens import Cancelled
from folioscope.services.composing import choose_document_title, find_repeated_lines
from folioscope.services.hashing import content_hash
from folioscope.services.page_making import ComposedPage, composed
from folioscope.services.passwords import Passwords

LOOK_AHEAD_PAGES = 48  # read before composing, to find running headers and the title
_MOVED = "The file was moved or deleted while it was read. Try again."
_FAULT = "Could not be read because of a fault in Folioscope. The log has the details."
_STATES = {
    FailureCause.LOCKED: FileState.LOCKED,
    FailureCause.UNSUPPORTED: FileState.UNSUPPORTED,
}
_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class DocumentJob:
    """A document under way. ``page_failures`` are those of its pages, ``held`` counts others."""

    file: SourceFile
    document_id: str
    facts: DocumentFacts
    title: str = ""
    page_failures: list[Failure] = field(default_factory=list)
    held: int = 0

    @property
    def failures(self) -> tuple[Failure, ...]:
        """All that is wrong with it: the file first, then its pages."""
        return (*self.facts.failures, *self.page_failures)


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
class DocumentLost:
    """What was given out of a document is void: its file changed meanwhile, or had no page.

    ``file`` is what to note of it, None where the next run looks at it anew.
    """

    job: DocumentJob
    file: SourceFile | None


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


Item = PageDone | DocumentDone | DocumentLost | FileDone | FileStarted


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
            try:
                yield from self._file(file)
            except OSError as error:
                yield FileDone(failed(file, _unreachable(error)))
            except (Cancelled, FolioscopeError):
                raise
            except Exception:
                _logger.exception("A file could not be taken in")
                yield FileDone(failed(file, Failure(FailureCause.UNREADABLE, _FAULT)))

    def _file(self, file: SourceFile) -> Iterator[Item]:
        document_id = content_hash(file.path, self._token)
        begun = self._begun.get(document_id)
        if begun is not None:
            yield FileDone(linked(file, begun), is_relinked=True)
            return
        known = self._store.documents([document_id])
        if known and known[0].fingerprint == self._fingerprint:
            yield FileDone(relinked(file, known[0]), is_relinked=True)
            return
        yield from self._document(file, document_id)

    def _document(self, file: SourceFile, document_id: str) -> Iterator[Item]:
        password = self._passwords.of(document_id)
        try:
            facts = self._reader.inspect(file.path, password=password, token=self._token)
        except DocumentError as error:
            yield FileDone(failed(file, failure_of(error), document_id))
            return
        job = DocumentJob(file, document_id, facts)
        staged = self._store.staged_pages(document_id)
        job.held = len(staged)
        left = [i for i in range(facts.page_count) if i not in staged]
        yield FileStarted(file, len(left))
        yield from self._pages(job, left, password, first_is_staged=0 in staged)
        yield self._verdict(job)

    def _verdict(self, job: DocumentJob) -> DocumentDone | DocumentLost:
        """Look at the file once more: pages of two states of it make no document."""
        file = job.file
        try:
            facts = os.stat(file.path)
        except OSError:
            failure = Failure(FailureCause.GONE, _MOVED)
            return DocumentLost(job, replace(failed(file, failure), document_id=""))
        if (facts.st_size, facts.st_mtime_ns) != (file.size_bytes, file.mtime_ns):
            return DocumentLost(job, None)
        self._begun[job.document_id] = job
        return DocumentDone(job) if job.held else DocumentLost(job, linked(file, job))

    def _pages(
        self, job: DocumentJob, left: list[int], password: str, *, first_is_staged: bool
    ) -> Iterator[Item]:
        answers = self._answers(job, left, password)
        window: list[PageContent] = []
        for content in answers:
            window.append(content)
            if len(window) >= LOOK_AHEAD_PAGES:
                break
        first = window[0] if window and window[0].page_index == 0 else None
        if first is None and first_is_staged:
            first = self._first_page(job, password)
        job.title = choose_document_title(job.facts.title, first)
        running = find_repeated_lines(content.text for content in window)
        for content in window:
            yield _page_done(job, content, running)
        for content in answers:
            yield _page_done(job, content, running)

    def _answers(self, job: DocumentJob, left: list[int], password: str) -> Iterator[PageContent]:
        """Yield the pages that can be read, and note the failures of the others."""
        for answer in self._reader.read_pages(
            job.file.path, left, password=password, token=self._token
        ):
            if isinstance(answer, Failure):
                job.page_failures.append(answer)
            else:
                job.held += 1
                yield answer

    def _first_page(self, job: DocumentJob, password: str) -> PageContent | None:
        answers = self._reader.read_pages(job.file.path, [0], password=password, token=self._token)
        answer = next(answers, None)
        return answer if isinstance(answer, PageContent) else None


def _page_done(job: DocumentJob, content: PageContent, running: frozenset[str]) -> PageDone:
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


def failed(file: SourceFile, failure: Failure, document_id: str = "") -> SourceFile:
    """Return the file with why it cannot be read."""
    state = _STATES.get(failure.cause, FileState.FAILED)
    return replace(file, state=state, document_id=document_id, failures=(failure,))


def linked(file: SourceFile, job: DocumentJob) -> SourceFile:
    """Return the file as one whose pages were just read, or could none of them be."""
    state = FileState.INDEXED if job.held else FileState.FAILED
    return replace(file, state=state, document_id=job.document_id, failures=job.failures)


def relinked(file: SourceFile, document: Document) -> SourceFile:
    """Return the file as a copy of a document that is in the library."""
    return replace(
        file,
        state=FileState.INDEXED,
        document_id=document.document_id,
        failures=document.failures,
    )


def _unreachable(error: OSError) -> Failure:
    if isinstance(error, FileNotFoundError):
        return Failure(FailureCause.GONE, _MOVED)
    if isinstance(error, PermissionError):
        return Failure(FailureCause.NO_PERMISSION, "No permission to read the file.")
    what = error.strerror or "error"
    return Failure(FailureCause.UNREADABLE, f"The drive did not give the file ({what}). Try again.")
