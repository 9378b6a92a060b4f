"""Documents kept open inside a worker, and the answers read from them."""

import os
import traceback
from collections import OrderedDict
from typing import Any

import psutil

from folioscope.documents import errors
from folioscope.documents.limits import ReadingLimits
from folioscope.documents.page_reading import content_of, recognised_content
from folioscope.documents.requests import Answer, Ask, Duty, Request
from folioscope.documents.sniffing import claimed_kind, head_of, kind_of
from folioscope.documents.sources import PageSource
from folioscope.domain.documents import DocumentKind, FailureCause
from folioscope.domain.pages import PageContent, PageImage

_KEPT_OPEN = 2
_LOOK_EVERY = 32  # requests between two looks at the memory held


class ReadingRoom:
    """Answers requests with the last documents kept open: a long one is parsed only once."""

    def __init__(self, duty: Duty, limits: ReadingLimits, cores: int) -> None:
        self._duty = duty
        self._limits = limits
        self._cores = cores
        self._sources: OrderedDict[tuple[Any, ...], PageSource] = OrderedDict()
        self._recogniser: Any = None
        self._answered = 0
        self._worn_bytes = 0

    def open(self) -> None:
        """Load what the duty needs, so that it counts for the start and not for a page."""
        from folioscope.documents import image_source, pdf_source  # noqa: F401

        if self._duty is Duty.RECOGNISING:
            from folioscope.documents.ocr import Recogniser

            self._recogniser = Recogniser(cores=self._cores)
            self._recogniser.open()
        self._worn_bytes = psutil.Process().memory_info().rss + self._limits.memory_bytes // 2

    def answer(self, request: Request) -> Answer:
        """Do what is asked; never raises."""
        self._answered += 1
        try:
            return Answer(self._value(request), is_worn=self._is_worn())
        except errors.ReadingError as error:
            return Answer(failure=errors.on_page(error.failure, request.page_index))
        except MemoryError:
            failure = errors.too_much_memory(self._limits.memory_bytes)
            return Answer(failure=errors.on_page(failure, request.page_index), is_worn=True)
        except OSError as error:
            failure = errors.from_os(error).failure
            return Answer(failure=errors.on_page(failure, request.page_index))
        except Exception:  # noqa: BLE001  (a damaged file may make a library raise anything)
            failure = errors.unreadable(
                "page" if request.page_index is not None else "file"
            ).failure
            return Answer(
                failure=errors.on_page(failure, request.page_index),
                is_worn=True,
                details=traceback.format_exc(),
            )

    def _value(self, request: Request) -> Any:
        source = self._source(request)
        index = request.page_index
        if request.ask is Ask.INSPECT or index is None:
            return source.facts
        if not 0 <= index < source.facts.page_count:
            raise errors.refusal(FailureCause.GONE, f"There is no page {index + 1} any more.")
        if request.ask is Ask.READ:
            return content_of(source.survey(index))
        if request.ask is Ask.RECOGNISE:
            return self._recognised(source, index)
        return PageImage(
            source.picture(
                index,
                longest_px=request.longest_px,
                most_pixels=self._limits.max_render_pixels,
            )
        )

    def _recognised(self, source: PageSource, index: int) -> PageContent:
        from folioscope.documents.ocr import pixels_wanted

        survey = source.survey(index)
        picture = source.picture_for_reading(index, self._limits.recognise_pixels)
        reading = self._recogniser.read(picture)
        if more := pixels_wanted(reading, picture):
            larger = source.picture_for_reading(index, more)
            if larger.size > 1.3 * picture.size:  # a picture may have no more to give
                reading = self._recogniser.read(larger)
        return recognised_content(survey, reading.rows)

    def _source(self, request: Request) -> PageSource:
        """Return the document, opened if need be; a file that changed is opened anew."""
        status = os.stat(request.path)  # noqa: PTH116  (names that are no Unicode)
        key = (request.path, request.password, status.st_size, status.st_mtime_ns, status.st_ino)
        source = self._sources.get(key)
        if source is None:
            while len(self._sources) >= _KEPT_OPEN:
                self._sources.popitem(last=False)[1].close()
            source = self._sources[key] = self._opened(request)
        self._sources.move_to_end(key)
        return source

    def _opened(self, request: Request) -> PageSource:
        head = head_of(request.path)
        kind = kind_of(head)
        if kind is DocumentKind.PDF:
            from folioscope.documents.pdf_source import PdfSource

            return PdfSource(request.path, password=request.password, limits=self._limits)
        if kind is DocumentKind.IMAGE:
            from folioscope.documents.image_source import ImageSource

            return ImageSource(request.path, limits=self._limits)
        claimed = claimed_kind(request.path)
        if not head and os.path.isfile(request.path):  # noqa: PTH113
            raise errors.empty()
        if claimed:
            message = f"Could not be read: named like a {claimed}, but it is none."
            raise errors.refusal(FailureCause.UNREADABLE, message)
        raise errors.unsupported()

    def _is_worn(self) -> bool:
        if self._answered % _LOOK_EVERY:
            return False
        return bool(psutil.Process().memory_info().rss > self._worn_bytes)
