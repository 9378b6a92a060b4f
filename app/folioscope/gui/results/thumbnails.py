"""Small pictures of pages for what is on the screen, and for nothing else.

The picture of the cache comes first; where a tile has more pixels than that, a sharper one is
rendered once scrolling rests. What scrolled out of sight is cancelled.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from shiboken6 import isValid

from folioscope.domain.errors import FolioscopeError
from folioscope.domain.pages import PageRef
from folioscope.gui.image_bridge import decoded, prepare_for_threads, qimage_of
from folioscope.gui.job_runner import JobHandle, JobRunner, Lane
from folioscope.gui.sentences import translated
from folioscope.gui.words import tr
from folioscope.jobs.progress import JobContext
from folioscope.services.api import PageService, Services

MOST_BYTES = 96 * 2**20
_MOST_OPEN = 4  # two threads work; two more wait, so that neither is ever idle
_CALM_MS = 150
_BLUR_ALLOWED = 1.2  # a picture may be enlarged this far before it is rendered anew


@dataclass(slots=True)
class Thumbnail:
    """A picture, when it came (seconds, monotonic), and whether a sharper one can be had."""

    image: QImage
    came_at: float
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class _Loaded:
    ref: PageRef
    image: QImage
    is_final: bool


class ThumbnailLoader(QObject):
    """Loads what is wanted now, newest wish first; keeps the last used ones up to a size."""

    arrived = Signal(object)  # PageRef; a picture, a sharper one, or the reason there is none

    def __init__(
        self,
        services: Callable[[], Services | None],
        runner: JobRunner,
        parent: QObject | None = None,
        *,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        super().__init__(parent)
        prepare_for_threads()
        self._services = services
        self._runner = runner
        self._most_bytes = most_bytes
        self._kept: OrderedDict[PageRef, Thumbnail] = OrderedDict()
        self._failed: dict[PageRef, str] = {}
        self._open: dict[PageRef, JobHandle] = {}
        self._wanted: dict[PageRef, None] = {}
        self._longest_px = 0
        self.kept_bytes = 0
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(_CALM_MS)
        self._calm.timeout.connect(self._submit_next)

    def thumbnail(self, ref: PageRef) -> Thumbnail | None:
        """Return the best picture at hand."""
        found = self._kept.get(ref)
        if found is not None:
            self._kept.move_to_end(ref)
        return found

    def failure(self, ref: PageRef) -> str:
        """Return why a page has no picture; empty when it has one or may still get one."""
        return self._failed.get(ref, "")

    def want(self, refs: Sequence[PageRef], *, longest_px: int) -> None:
        """Load these pages, the first ones first, and give up on all others."""
        if longest_px == self._longest_px and list(self._wanted) == list(refs):
            return
        self._wanted = dict.fromkeys(refs)
        self._longest_px = longest_px
        for ref, handle in self._open.items():
            if ref not in self._wanted:
                handle.cancel()
        self._calm.start()
        self._submit_next()

    def retry_failed(self) -> None:
        """Forget what failed: a drive may be back, a file unlocked."""
        self._failed.clear()
        self._submit_next()

    def clear(self) -> None:
        """Forget everything, as when another library is opened."""
        self._wanted = {}
        for handle in self._open.values():
            handle.cancel()
        self._kept.clear()
        self._failed.clear()
        self.kept_bytes = 0

    def _submit_next(self) -> None:
        services = self._services()
        if services is None or self._runner.is_closed:
            return
        for ref in self._wanted:
            if len(self._open) >= _MOST_OPEN:
                return
            if ref not in self._open and (job := self._next_job(services.pages, ref)):
                self._submit(ref, job)

    def _next_job(self, pages: PageService, ref: PageRef) -> Callable[[JobContext], _Loaded] | None:
        if ref in self._failed:
            return None
        kept = self._kept.get(ref)
        if kept is None:
            return partial(_load_first, pages, ref, self._longest_px)
        has_px = max(kept.image.width(), kept.image.height())
        if kept.is_final or has_px * _BLUR_ALLOWED >= self._longest_px or self._calm.isActive():
            return None
        return partial(_render, pages, ref, self._longest_px)

    def _submit(self, ref: PageRef, job: Callable[[JobContext], _Loaded]) -> None:
        handle = self._runner.submit(job, Lane.THUMBNAILS)
        self._open[ref] = handle
        handle.succeeded.connect(self._keep)
        handle.failed.connect(partial(self._note_failure, ref))
        handle.finished.connect(partial(self._close, ref))

    def _keep(self, loaded: _Loaded) -> None:
        if not isValid(self):  # a job may outlive the window
            return
        before = self._kept.pop(loaded.ref, None)
        came_at = before.came_at if before is not None else time.monotonic()
        if before is not None:
            self.kept_bytes -= before.image.sizeInBytes()
        self._kept[loaded.ref] = Thumbnail(loaded.image, came_at, loaded.is_final)
        self.kept_bytes += loaded.image.sizeInBytes()
        while self.kept_bytes > self._most_bytes and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self.kept_bytes -= oldest.image.sizeInBytes()
        self.arrived.emit(loaded.ref)

    def _note_failure(self, ref: PageRef, error: Exception) -> None:
        if not isValid(self):
            return
        if kept := self._kept.get(ref):
            kept.is_final = True  # what the cache had must do
            return
        known = isinstance(error, FolioscopeError)
        self._failed[ref] = translated(str(error)) if known else tr("This page could not be drawn.")
        self.arrived.emit(ref)

    def _close(self, ref: PageRef) -> None:
        self._open.pop(ref, None)
        if isValid(self):
            self._submit_next()


def _load_first(pages: PageService, ref: PageRef, longest_px: int, ctx: JobContext) -> _Loaded:
    """Take the picture of the cache, or render one where there is none."""
    data = pages.preview(ref)
    image = decoded(data) if data else None
    ctx.token.raise_if_cancelled()
    if image is None:
        return _render(pages, ref, longest_px, ctx)
    return _Loaded(ref, image, is_final=False)


def _render(pages: PageService, ref: PageRef, longest_px: int, ctx: JobContext) -> _Loaded:
    made = pages.render(ref, longest_px=longest_px, token=ctx.token)
    ctx.token.raise_if_cancelled()
    return _Loaded(ref, qimage_of(made), is_final=False)
