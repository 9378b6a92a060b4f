"""Streams a library from one store to another, with everything that was computed of it."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from folioscope.domain.documents import Document
from folioscope.domain.errors import FingerprintMismatchError, LibraryBusyError, StoreError
from folioscope.domain.pages import PageRef
from folioscope.domain.protocols import Access, VectorStore
from folioscope.jobs.progress import JobContext, Progress
from folioscope.jobs.stages import run_together
from folioscope.jobs.tokens import Cancelled, CancelToken, heeding
from folioscope.services.folders import add_folders, known_folders
from folioscope.services.made_with import conflict
from folioscope.services.pacing import PaceKeeper
from folioscope.services.patience import PatientWriter
from folioscope.services.store_api import CopyReport
from folioscope.services.store_comparing import AT_ONCE, Checked, Comparison, refs_of
from folioscope.services.store_copy_log import CopyLog

T = TypeVar("T")
COPYING, CHECKING = "copying", "checking"
_LOOK_EVERY_S, _LOOKS = 0.2, 15


class StoreCopy:
    """One copy. ``target`` keeps what it holds beyond the library; neither store is open yet.

    ``is_private``: nobody else uses the target. Then one that was made with another model is
    emptied first, and of a library that is shared only documents with a file of this machine come
    along: the next reading would drop all others. When ``run`` returns the target is complete,
    checked and closed; after an error, or a cancel, another copy goes on where this one stopped.
    It takes stores of its own: what was cancelled may be closing them still.
    """

    def __init__(
        self, source: VectorStore, target: VectorStore, log: CopyLog, *, is_private: bool = False
    ) -> None:
        self._source = source
        self._target = target
        self._log = log
        self._is_private = is_private
        self._models: tuple[str, ...] = ()

    def run(self, ctx: JobContext) -> CopyReport:
        """Copy all, compare all, and tell what was done; StoreError where the copy differs.

        Cancelled within 200 ms, also while a server lets wait.
        """
        found: list[CopyReport] = []
        run_together([lambda: found.append(self._run(ctx))], ctx.token, name="copying")
        return found[0]

    def _run(self, ctx: JobContext) -> CopyReport:
        try:
            with heeding(ctx.token):
                self._source.open(Access.READ, fingerprint="")
                self._open_when_free(ctx.token)
                self._log.open()
                return self._copied(_Steps(ctx))
        finally:
            self._target.close()
            self._source.close()

    def _open_when_free(self, token: CancelToken) -> None:
        """Open the target; somebody who only notes something is waited for."""
        for _ in range(_LOOKS):
            try:
                return self._open_target()
            except LibraryBusyError:
                if token.wait(_LOOK_EVERY_S):
                    raise Cancelled from None
        return self._open_target()

    def _open_target(self) -> None:
        fingerprint = self._source.fingerprint
        try:
            self._target.open(Access.WRITE, fingerprint=fingerprint)
        except FingerprintMismatchError:
            if not self._is_private:
                raise conflict(_made(self._target), fingerprint) from None
            self._target.open(Access.WRITE, fingerprint="")
            self._target.renew(fingerprint)
            self._target.remove_files([file.path for file in self._target.files()])

    def _copied(self, steps: "_Steps") -> CopyReport:
        started = time.monotonic()
        found = self._source.documents()
        documents = self._own(found) if self._is_private else found
        ids = {document.document_id for document in documents}
        is_alone = all(d.document_id in ids for d in self._target.documents())
        is_whole = is_alone and len(found) == len(documents)
        self._models = tuple(sorted(self._source.visual_counts()))
        self._carry_statistics(steps, is_alone=is_alone)
        steps.begin(COPYING, documents)
        for batch in _batches(documents):
            steps.patiently(partial(self._copy_unless_done, batch, steps))
        files = steps.patiently(partial(self._copy_the_rest, ids, steps, is_alone=is_alone))
        self._carry_statistics(steps, is_alone=is_alone)  # of all pages now: not made anew
        steps.write(self._target.refresh)
        checked = self._checked(documents, steps, has_same_pages=is_whole)
        self._log.finish()
        return CopyReport(
            documents=len(documents),
            pages=checked.pages,
            looks=checked.looks,
            files=files,
            checksum=checked.checksum,
            queries=checked.queries,
            left_there=len(found) - len(documents),
            elapsed_s=time.monotonic() - started,
        )

    def _own(self, documents: list[Document]) -> list[Document]:
        """Return the documents that this machine has a file of, all if it has of none."""
        own = {file.document_id for file in self._source.files()} - {""}
        return [d for d in documents if d.document_id in own] if own else documents

    def _carry_statistics(self, steps: "_Steps", *, is_alone: bool) -> None:
        """Whiten as before; where pages of others are as well, theirs hold."""
        packed = steps.patiently(self._source.packed_statistics) if is_alone else None
        if packed is not None:
            steps.write(partial(self._target.put_statistics, packed))

    # copying

    def _copy_unless_done(self, batch: Sequence[Document], steps: "_Steps") -> None:
        left = [document for document in batch if not self._log.is_done(document.document_id)]
        for document in batch:
            if document not in left:
                steps.skip(document.page_count)
        self._copy(left, steps)
        for document in left:
            self._log.note(document.document_id)

    def _copy(self, batch: Sequence[Document], steps: "_Steps") -> None:
        """Copy documents; what they have of looks and files is sent together."""
        for document in batch:
            self._copy_pages(document, steps)
        for model in self._models:
            self._copy_looks(
                model, [ref for d in batch for refs in refs_of(d) for ref in refs], steps
            )
        files = [f for d in batch for f in self._source.files(document_id=d.document_id)]
        if files:
            steps.write(partial(self._target.put_files, files))

    def _copy_pages(self, document: Document, steps: "_Steps") -> None:
        source, target, own = self._source, self._target, document.document_id
        if target.staged_pages(own):  # of a copy, or a reading, that was cut short
            steps.write(partial(target.discard_staged, own))
        for refs in refs_of(document):
            pages = source.pages(refs, with_vectors=True)
            if pages:
                steps.write(partial(target.stage_pages, own, pages))
            steps.done(len(refs))
        steps.write(partial(target.commit_document, document))

    def _copy_looks(self, model: str, refs: Sequence[PageRef], steps: "_Steps") -> None:
        for start in range(0, len(refs), AT_ONCE):
            part = refs[start : start + AT_ONCE]
            kept = zip(part, self._source.visual_pages(model, part), strict=True)
            looks = [(ref, look) for ref, look in kept if look is not None]
            if looks:
                steps.write(partial(self._target.put_visual_pages, model, looks))
            steps.done(0)

    def _copy_the_rest(self, ids: set[str], steps: "_Steps", *, is_alone: bool) -> int:
        """Copy files that were not read, and small values; returns how many files there are."""
        source, target = self._source, self._target
        files = source.files()
        steps.write(partial(target.put_files, [f for f in files if f.document_id not in ids]))
        for key, value in source.values().items():
            if is_alone or target.value(key) is None:
                steps.write(partial(target.set_value, key, value))
        steps.write(lambda: _add_folders(target, known_folders(source)))
        return len(files)

    # checking

    def _checked(
        self, documents: Sequence[Document], steps: "_Steps", *, has_same_pages: bool
    ) -> Checked:
        """Compare everything; what changed while it was copied is copied once more."""
        comparison = Comparison(self._source, self._target, self._models)
        steps.begin(CHECKING, documents)
        for document in documents:
            if not steps.patiently(partial(comparison.check, document, steps.done)):
                steps.patiently(partial(self._copy, [document], steps))
                steps.write(self._target.refresh)
                if not steps.patiently(partial(comparison.check, document, steps.done)):
                    raise StoreError(
                        f"The copy differs from the library in {self._name_of(document)}.",
                        hint="Nothing was switched. Check the library with folioscope verify, and"
                        " copy again.",
                    )
        return steps.patiently(partial(comparison.asked, steps.done, has_same_pages=has_same_pages))

    def _name_of(self, document: Document) -> str:
        files = self._source.files(document_id=document.document_id)
        return files[0].path if files else document.title or document.document_id[:12]


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Put small documents together, so that a server is asked less often."""
    batch: list[Document] = []
    pages = 0
    for document in documents:
        if batch and pages + document.page_count > AT_ONCE:
            yield batch
            batch, pages = [], 0
        batch.append(document)
        pages += document.page_count
    if batch:
        yield batch


def _made(store: VectorStore) -> str:
    """Return the fingerprint of a store that is not open."""
    store.open(Access.READ, fingerprint="")
    try:
        return store.fingerprint
    finally:
        store.close()


def _add_folders(target: VectorStore, folders: Sequence[str]) -> None:
    add_folders(target, folders)


class _Steps:
    """What a copy does step by step: it can be cancelled between, waits, and tells how far it is.

    What finds the server away or the disk full is tried again until it goes.
    """

    def __init__(self, ctx: JobContext) -> None:
        self._ctx = ctx
        self._label = COPYING
        self._pace = PaceKeeper()
        self._writer = PatientWriter(ctx.token, self._tell_blocked)

    def begin(self, label: str, documents: Sequence[Document]) -> None:
        """Begin a pass over all pages."""
        self._label, self._pace = label, PaceKeeper()
        self._pace.expect(sum(document.page_count for document in documents))
        self.done(0)

    def write(self, change: Callable[[], object]) -> None:
        """Make a change, and make it again where it was blocked."""
        self._ctx.token.checkpoint()
        self._writer.write(change)

    def patiently(self, work: Callable[[], T]) -> T:
        """Do what reads as well, from its beginning again where a store could not be read."""
        done = self._pace.pace().done

        def again() -> T:
            self._pace.add(done - self._pace.pace().done)
            return work()

        return self._writer.write(again)

    def skip(self, pages: int) -> None:
        """Note pages that were done by an earlier run; they tell nothing of the pace."""
        self._pace.add(pages)
        self._pace.rest()
        self._report()

    def done(self, pages: int) -> None:
        """Note pages that are done; raise Cancelled."""
        self._ctx.token.checkpoint()
        if pages:
            self._pace.add(pages)
        self._report()

    def _report(self) -> None:
        now = self._pace.pace()
        progress = Progress(now.done, now.total, self._label, now.per_second, now.left_s)
        self._ctx.report(progress)

    def _tell_blocked(self, why: str) -> None:
        now = self._pace.pace()
        may_pass = bool(why) and self._writer.may_pass
        self._ctx.report(Progress(now.done, now.total, why or self._label, may_pass=may_pass))
