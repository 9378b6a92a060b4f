"""Services that answer at once from what a test put in, and note what they were asked."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage

from folioscope.domain.documents import FileState
from folioscope.domain.embeddings import PictureQuery
from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageImage, PageRef, PageText
from folioscope.domain.protocols import (
    Cancellation,
    Health,
    PageCount,
    StoreStats,
    VerifyReport,
)
from folioscope.domain.queries import PageFilter, ParsedQuery
from folioscope.domain.results import (
    Facets,
    Reason,
    ReasonKind,
    RegionMark,
    SearchResult,
    SearchResults,
    Snippet,
    Strength,
    WordMark,
)
from folioscope.gui.image_bridge import qimage_of
from folioscope.jobs.progress import JobContext, Progress
from folioscope.services.api import (
    DocumentView,
    DropSummary,
    FileReport,
    IndexReport,
    IndexState,
    Services,
)
from tests.gui.fake_models import FakeLook, FakeModels
from tests.gui.fake_remote import FakeRemote
from tests.gui.fake_store import FakeStore


def document_id(number: int) -> str:
    """A made-up hash."""
    return f"{number:064x}"


def result(
    number: int = 1,
    *,
    page: int = 1,
    path: str = "",
    strength: Strength | None = Strength.STRONG,
    is_away: bool = False,
) -> SearchResult:
    """A hit on ``page`` of the document with this number."""
    name = path or f"/home/me/Reports/report {number}.pdf"
    return SearchResult(
        ref=PageRef(document_id(number), page - 1),
        paths=(name,),
        page_count=max(page, 9),
        score=1.0 / number,
        strength=strength,
        reasons=(
            Reason(ReasonKind.WORDS, "“map” 3 times"),
            Reason(ReasonKind.MEANING, "The framed part is closest to what you typed"),
        ),
        words=(WordMark("map", Box(0.2, 0.3, 0.3, 0.33)),),
        regions=(RegionMark(Box(0.1, 0.25, 0.9, 0.5), 0.8),),
        snippet=Snippet("the interpolated map of the river", ((17, 20),)),
        is_away=is_away,
    )


def answer(
    text: str = "map", hits: Sequence[SearchResult] = (), *, weaker: Sequence[SearchResult] = ()
) -> SearchResults:
    """An answer with these hits; without hits, one with nothing found."""
    return SearchResults(
        query=ParsedQuery(raw=text, text=text),
        results=tuple(hits),
        weaker=tuple(weaker),
        no_good_match=not hits and bool(weaker),
        facets=Facets(kinds=(("pdf", len(hits)),), years=((2019, 2), (2022, 5))),
    )


@dataclass
class FakeSearch:
    """Answers with ``answers[text]`` or two hits; ``gates[text]`` holds an answer back."""

    answers: dict[str, SearchResults] = field(default_factory=dict)
    gates: dict[str, threading.Event] = field(default_factory=dict)
    asked: list[tuple[str, PageFilter]] = field(default_factory=list)
    browsed: list[PageFilter] = field(default_factory=list)
    all_pages: SearchResults = field(default_factory=lambda: answer("", [result(1), result(2)]))
    error: Exception | None = None
    pictures: list[PictureQuery] = field(default_factory=list)
    picture_error: Exception | None = None
    reranked: list[SearchResults] = field(default_factory=list)
    rerank_gate: threading.Event | None = None

    def search(
        self,
        text: str,
        *,
        scope: PageFilter,
        limit: int = 200,
        token: Cancellation | None = None,
    ) -> SearchResults:
        self.asked.append((text, scope))
        if self.error:
            raise self.error
        if text in self.gates:
            self.gates[text].wait(10)
        return self.answers.get(text, answer(text, [result(1), result(2, page=3)]))

    def search_picture(
        self,
        picture: PictureQuery,
        *,
        scope: PageFilter,
        text: str = "",
        limit: int = 200,
        token: Cancellation | None = None,
    ) -> SearchResults:
        self.pictures.append(picture)
        if self.picture_error:
            raise self.picture_error
        if text:
            return answer(text, [result(5), result(1)])
        found = answer("", [result(4), result(5), result(6)])
        raw = "Part of a picture" if picture.box else "A picture"
        return replace(found, query=ParsedQuery(raw=raw, text=""))

    def rerank(self, found: SearchResults, ctx: JobContext) -> SearchResults:
        self.reranked.append(found)
        ctx.report(Progress(6, 20))
        if self.rerank_gate is not None:
            forget = ctx.token.on_cancel(self.rerank_gate.set)
            self.rerank_gate.wait(10)
            forget()
        ctx.token.raise_if_cancelled()
        if self.error:
            raise self.error
        return replace(found, results=tuple(reversed(found.results)))

    def browse(self, *, scope: PageFilter, token: Cancellation | None = None) -> SearchResults:
        self.browsed.append(scope)
        return self.all_pages


@dataclass
class FakeIndexing:
    """``now`` is the state told; runs last until ``gate`` is set or they are cancelled."""

    now: IndexState = field(default_factory=IndexState)
    gate: threading.Event = field(default_factory=threading.Event)
    added: list[str] = field(default_factory=list)
    retried: list[str] = field(default_factory=list)
    runs: list[tuple[str, ...]] = field(default_factory=list)
    passwords: dict[str, str] = field(default_factory=dict)
    rebuilt: int = 0
    refusal: Exception | None = None  # to rebuild, unless it is for everybody
    summary: DropSummary = field(default_factory=lambda: DropSummary(2, 3, 0))
    error: Exception | None = None
    contexts: list[JobContext] = field(default_factory=list)

    def summarise(self, paths: Sequence[str]) -> DropSummary:
        return self.summary

    def add(self, paths: Sequence[str]) -> None:
        self.added.extend(paths)

    def run(self, ctx: JobContext, *, only: Sequence[str] = ()) -> IndexReport:
        self.runs.append(tuple(only))
        self.contexts.append(ctx)
        if self.error:
            raise self.error
        forget = ctx.token.on_cancel(self.gate.set)
        self.gate.wait(10)
        forget()
        ctx.token.raise_if_cancelled()
        return IndexReport(1, 2, 0, 0, (), 0.1)

    def state(self) -> IndexState:
        return self.now

    def retry(self, paths: Sequence[str]) -> None:
        self.retried.extend(paths)

    def unlock(self, path: str, password: str) -> bool:
        return self.passwords.get(path) == password

    def rebuild(self, *, for_everybody: bool = False) -> None:
        if self.refusal and not for_everybody:
            raise self.refusal
        self.rebuilt += 1


@dataclass
class FakeLibrary:
    """A library of two folders, one of them away."""

    name: str = "Research"
    directory: str = "/home/me/.folioscope/Research"
    counts: list[PageCount] = field(
        default_factory=lambda: [
            PageCount("/home/me/Reports", 1412, 30, False),
            PageCount("/media/me/Archive", 212, 7, True),
        ]
    )
    failed: list[FileReport] = field(default_factory=list)
    unsupported: list[FileReport] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: bool = False
    away: Exception | None = None
    figures: StoreStats = field(
        default_factory=lambda: StoreStats(9, 1624, 12, 4_000_000, 3_000_000, 0)
    )
    calls: list[str] = field(default_factory=list)

    def folders(self) -> list[PageCount]:
        return [c for c in self.counts if c.folder not in self.removed]

    def failures(self) -> list[FileReport]:
        return self.failed

    def left_out(self) -> list[FileReport]:
        return self.unsupported

    def remove(self, paths: Sequence[str]) -> int:
        self.removed.extend(paths)
        return 212

    def stats(self) -> StoreStats:
        return self.figures

    def refresh(self) -> bool:
        if self.away:
            raise self.away
        return self.changed

    def compact(self, ctx: JobContext) -> None:
        self.calls.append("compact")

    def verify(self, ctx: JobContext) -> VerifyReport:
        self.calls.append("verify")
        return VerifyReport(Health.SOUND, 1624)

    def repair(self, ctx: JobContext) -> VerifyReport:
        self.calls.append("repair")
        return VerifyReport(Health.SOUND, 1624)


@dataclass
class FakePages:
    """Every page is white with grey lines of text."""

    pasted: list[bytes] = field(default_factory=list)
    rendered: list[tuple[PageRef, int]] = field(default_factory=list)
    has_previews: bool = True

    def __post_init__(self) -> None:
        # made on the GUI thread: the jobs ask for it on others, where Qt's first use may crash
        self._preview = _small_page()

    def preview(self, ref: PageRef) -> bytes | None:
        return self._preview if self.has_previews else None

    def render(
        self, ref: PageRef, *, longest_px: int, token: Cancellation | None = None
    ) -> PageImage:
        self.rendered.append((ref, longest_px))
        return PageImage(_drawn(max(1, round(longest_px * 0.7)), longest_px))

    def text(self, ref: PageRef) -> PageText:
        boxes = np.array([[0.1, 0.1, 0.2, 0.13], [0.22, 0.1, 0.3, 0.13]], np.float32)
        zeros = np.zeros(2, np.int32)
        return PageText(("the", "map"), boxes, zeros, zeros)

    def document(self, ref: PageRef) -> DocumentView:
        number = int(ref.document_id, 16)
        path = f"/home/me/Reports/report {number}.pdf"
        return DocumentView(f"report {number}.pdf", (path,), 9, "", False, False)

    def save_pasted(self, png: bytes) -> str:
        self.pasted.append(png)
        return f"/home/me/pasted/{len(self.pasted)}.png"


def _drawn(width_px: int, height_px: int) -> npt.NDArray[np.uint8]:
    rgb = np.full((height_px, width_px, 3), 255, np.uint8)
    for step in range(8, 92, 3):
        top = round(height_px * step / 100)
        thick = max(1, round(height_px * 0.012))
        wide = 0.8 if step % 4 else 0.55
        rgb[top : top + thick, round(width_px * 0.1) : round(width_px * (0.1 + wide))] = 140
    return rgb


@cache
def _small_page() -> bytes:
    return jpeg_of(qimage_of(PageImage(_drawn(226, 320))))


def jpeg_of(image: QImage) -> bytes:
    """Encode a picture as the preview store keeps it."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG")
    return bytes(buffer.data().data())


@dataclass
class Fakes:
    """All services, to look into, and as the window gets them."""

    search: FakeSearch = field(default_factory=FakeSearch)
    indexing: FakeIndexing = field(default_factory=FakeIndexing)
    library: FakeLibrary = field(default_factory=FakeLibrary)
    pages: FakePages = field(default_factory=FakePages)
    look: FakeLook = field(default_factory=FakeLook)
    models: FakeModels = field(default_factory=FakeModels)
    store: FakeStore = field(default_factory=FakeStore)
    remote: FakeRemote = field(default_factory=FakeRemote)

    def services(self) -> Services:
        """Bundle them."""
        return Services(
            self.search,
            self.indexing,
            self.library,
            self.pages,
            self.look,
            self.models,
            self.store,
            self.remote,
        )

    def opener(self) -> Callable[[], Services]:
        """What ``run`` is handed."""
        return self.services


def failed_file(path: str, state: FileState = FileState.FAILED) -> FileReport:
    """A row of the Activity view without a reason; tests replace what they look at."""
    return FileReport(path, "/home/me/Reports", state, (), False)
