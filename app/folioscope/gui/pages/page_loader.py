"""Brings one page: the small picture at once, then a sharp one, its text and its document."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from shiboken6 import isValid

from folioscope.domain.pages import PageRef, PageText
from folioscope.gui.image_bridge import decoded, prepare_for_threads, qimage_of
from folioscope.gui.job_runner import JobHandle, JobRunner, Lane
from folioscope.jobs.progress import JobContext
from folioscope.services.api import DocumentView, PageService, Services

MOST_PX = 4096  # 40 to 60 MB of pixels for a page; beyond it the picture is enlarged


class PageLoader(QObject):
    """Loads the page asked for last; what belongs to an earlier one is cancelled."""

    preview_arrived = Signal(object, object)  # PageRef, QImage
    picture_arrived = Signal(object, object)
    text_arrived = Signal(object, object)  # PageRef, PageText
    document_arrived = Signal(object, object)  # PageRef, DocumentView
    failed = Signal(object, object)  # PageRef, the exception of drawing

    def __init__(
        self,
        services: Callable[[], Services | None],
        runner: JobRunner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        prepare_for_threads()
        self._services = services
        self._runner = runner
        self._ref: PageRef | None = None
        self._jobs: dict[int, JobHandle] = {}
        self._drawing: JobHandle | None = None
        self._drawn_px = 0

    def load(self, ref: PageRef, *, longest_px: int) -> None:
        """Bring a page, drawn with ``longest_px`` device pixels on its longer side."""
        self.stop()
        services = self._services()
        if services is None or self._runner.is_closed:
            return
        self._ref = ref
        pages = services.pages
        self._submit(partial(_preview, pages, ref), Lane.THUMBNAILS, self._tell_preview)
        self._draw(pages, longest_px)
        self._submit(partial(_text, pages, ref), Lane.OTHER, self._tell_text)
        self._submit(partial(_document, pages, ref), Lane.OTHER, self._tell_document)

    def sharpen(self, longest_px: int) -> None:
        """Draw the page anew for a larger zoom; smaller ones are served by what is there."""
        services = self._services()
        wanted = min(longest_px, MOST_PX)
        if services is not None and wanted > self._drawn_px and not self._runner.is_closed:
            self._draw(services.pages, wanted)

    @property
    def is_stopped(self) -> bool:
        """Whether no page is wanted."""
        return self._ref is None

    def stop(self) -> None:
        """Give up what is under way."""
        for job in self._jobs.values():
            job.cancel()
        self._jobs = {}
        self._ref = None
        self._drawing = None
        self._drawn_px = 0

    def _draw(self, pages: PageService, longest_px: int) -> None:
        if self._ref is None:
            return
        if self._drawing is not None:
            self._drawing.cancel()
        self._drawn_px = min(longest_px, MOST_PX)
        job = partial(_picture, pages, self._ref, self._drawn_px)
        self._drawing = self._submit(job, Lane.PAGES, self._tell_picture)
        self._drawing.failed.connect(partial(self._tell_failure, self._ref))

    def _submit(
        self, job: Callable[[JobContext], object], lane: Lane, tell: Callable[[Any], None]
    ) -> JobHandle:
        handle = self._runner.submit(job, lane)
        handle.succeeded.connect(tell)
        # a connection that held the handle itself would keep it until Qt deletes it, and crash
        handle.finished.connect(partial(self._forget, handle.job_id))
        self._jobs[handle.job_id] = handle
        return handle

    def _forget(self, job_id: int) -> None:
        self._jobs.pop(job_id, None)
        if self._drawing is not None and self._drawing.job_id == job_id:
            self._drawing = None

    def _wants(self, ref: PageRef) -> bool:
        return isValid(self) and ref == self._ref  # a job may outlive the window

    def _tell_preview(self, loaded: tuple[PageRef, QImage | None]) -> None:
        if loaded[1] is not None and self._wants(loaded[0]):
            self.preview_arrived.emit(*loaded)

    def _tell_picture(self, loaded: tuple[PageRef, QImage]) -> None:
        if self._wants(loaded[0]):
            self.picture_arrived.emit(*loaded)

    def _tell_text(self, loaded: tuple[PageRef, PageText]) -> None:
        if self._wants(loaded[0]):
            self.text_arrived.emit(*loaded)

    def _tell_document(self, loaded: tuple[PageRef, DocumentView]) -> None:
        if self._wants(loaded[0]):
            self.document_arrived.emit(*loaded)

    def _tell_failure(self, ref: PageRef, error: Exception) -> None:
        if self._wants(ref):
            self._drawn_px = 0
            self.failed.emit(ref, error)


def _preview(pages: PageService, ref: PageRef, _ctx: JobContext) -> tuple[PageRef, QImage | None]:
    data = pages.preview(ref)
    return ref, decoded(data) if data else None


def _picture(
    pages: PageService, ref: PageRef, longest_px: int, ctx: JobContext
) -> tuple[PageRef, QImage]:
    made = pages.render(ref, longest_px=longest_px, token=ctx.token)
    ctx.token.raise_if_cancelled()
    return ref, qimage_of(made)


def _text(pages: PageService, ref: PageRef, _ctx: JobContext) -> tuple[PageRef, PageText]:
    return ref, pages.text(ref)


def _document(pages: PageService, ref: PageRef, _ctx: JobContext) -> tuple[PageRef, DocumentView]:
    return ref, pages.document(ref)
