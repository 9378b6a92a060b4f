"""Reading documents in worker processes: the room's front door."""

import os
import time
from collections import deque
from collections.abc import Iterator, Sequence

from folioscope.documents import sniffing
from folioscope.documents.lanes import Lane, Piece, unwrap
from folioscope.documents.limits import ReadingLimits
from folioscope.documents.requests import Ask, Duty, Request
from folioscope.domain.documents import DocumentKind, Failure
from folioscope.domain.pages import PageContent, PageImage
from folioscope.domain.protocols import Cancellation, DocumentFacts

_CLOSE_WITHIN_S = 1.8


class WorkerDocumentReader:
    """Reads PDFs and pictures; a DocumentReader. Safe from any thread.

    Four workers at most, each started when it is first needed and sent home when idle: one
    that reads, one for OCR, one for visual models, and one for the screen, which never waits
    behind the others.
    Errors are ReadingError, a DocumentError with ``failure``.
    """

    def __init__(self, limits: ReadingLimits = ReadingLimits(), cores: int | None = None) -> None:  # noqa: B008  (frozen)
        self._limits = limits
        self._cores = cores or os.cpu_count() or 1
        self._lanes: dict[Duty, Lane] = {}

    def open(self) -> None:
        """Get ready; workers start on first use."""
        page_s, limits = self._limits.page_timeout_s, self._limits
        plan = {
            Duty.READING: (page_s, limits.reading_idle_s),
            Duty.RECOGNISING: (limits.recognise_timeout_s, limits.recognise_idle_s),
            Duty.SCREEN: (page_s, limits.screen_idle_s),
            Duty.LOOKING: (page_s, limits.looking_idle_s),
        }
        self._lanes = {
            duty: Lane(duty, limits, timeout_s=timeout_s, idle_s=idle_s, cores=self._cores)
            for duty, (timeout_s, idle_s) in plan.items()
        }

    def close(self) -> None:
        """Stop all workers within two seconds; whoever waits for a page gets Cancelled."""
        lanes, self._lanes = list(self._lanes.values()), {}
        end = time.monotonic() + _CLOSE_WITHIN_S
        for lane in lanes:
            lane.close(0)
        for lane in lanes:
            lane.close(max(0.0, end - time.monotonic()))

    def sniff(self, path: str) -> DocumentKind | None:
        """Tell what a file is without a worker, from its first 1 KB; None: not supported."""
        return sniffing.sniff(path)

    def inspect(
        self, path: str, *, password: str = "", token: Cancellation | None = None
    ) -> DocumentFacts:
        """Tell kind, number of pages and title; raise ReadingError when it cannot be read.

        A document without pages has facts, with a failure that says so.
        """
        piece = self._submit(Duty.READING, Request(Ask.INSPECT, path, password))
        facts: DocumentFacts = unwrap(piece.wait(token))
        return facts

    def read_pages(
        self,
        path: str,
        page_indices: Sequence[int],
        *,
        password: str = "",
        token: Cancellation,
    ) -> Iterator[PageContent | Failure]:
        """Read pages in order, a few ahead; a page that fails yields its Failure instead."""
        ahead: deque[Piece] = deque()
        coming = iter(page_indices)
        try:
            while True:
                token.checkpoint()
                while len(ahead) < self._limits.prefetch_pages:
                    index = next(coming, None)
                    if index is None:
                        break
                    request = Request(Ask.READ, path, password, index)
                    ahead.append(self._submit(Duty.READING, request))
                if not ahead:
                    return
                answer = ahead[0].wait(token)
                ahead.popleft()
                yield answer.failure if answer.failure is not None else answer.value
        finally:
            for piece in ahead:
                piece.abandon()

    def recognise(
        self, path: str, page_index: int, *, password: str = "", token: Cancellation
    ) -> PageContent:
        """Read the page with OCR; words of its text layer are kept. Raise ReadingError."""
        token.checkpoint()
        request = Request(Ask.RECOGNISE, path, password, page_index)
        content: PageContent = unwrap(self._submit(Duty.RECOGNISING, request).wait(token))
        return content

    def render(
        self,
        path: str,
        page_index: int,
        *,
        longest_px: int,
        password: str = "",
        token: Cancellation | None = None,
    ) -> PageImage:
        """Render for the screen in a worker of its own; raise ReadingError.

        The picture keeps to the limit of pixels, and to ``longest_px`` except that no side is
        less than one pixel. Pictures are never enlarged.
        """
        return self._rendered(Duty.SCREEN, path, page_index, longest_px, password, token)

    def picture(
        self,
        path: str,
        page_index: int,
        *,
        longest_px: int,
        password: str = "",
        token: Cancellation | None = None,
    ) -> PageImage:
        """Render for a visual model, behind the screen and all reading; raise ReadingError."""
        return self._rendered(Duty.LOOKING, path, page_index, longest_px, password, token)

    def _rendered(
        self,
        duty: Duty,
        path: str,
        page_index: int,
        longest_px: int,
        password: str,
        token: Cancellation | None,
    ) -> PageImage:
        request = Request(Ask.RENDER, path, password, page_index, max(1, longest_px))
        image: PageImage = unwrap(self._submit(duty, request).wait(token))
        return image

    def worker_pids(self) -> dict[str, int]:
        """Return the process numbers of the workers that run now, by duty."""
        running = {duty.value: lane.worker_pid for duty, lane in self._lanes.items()}
        return {duty: pid for duty, pid in running.items() if pid is not None}

    def _submit(self, duty: Duty, request: Request) -> Piece:
        lane = self._lanes.get(duty)
        if lane is None:
            raise RuntimeError("open() the reader first")
        return lane.submit(request)
