"""Pictures come for what is wanted, and only for that."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from pytestqt.qtbot import QtBot

from folioscope.domain.errors import DocumentError
from folioscope.domain.pages import PageImage, PageRef
from folioscope.domain.protocols import Cancellation
from folioscope.gui.job_runner import JobRunner
from folioscope.gui.results.thumbnails import ThumbnailLoader
from tests.gui.fakes import FakePages, Fakes, document_id


def ref(number: int) -> PageRef:
    return PageRef(document_id(number), 0)


@dataclass
class SlowPages(FakePages):
    """Previews wait for ``gate``; notes in which order they were asked for."""

    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[PageRef] = field(default_factory=list)
    error: Exception | None = None

    def preview(self, ref: PageRef) -> bytes | None:
        self.asked.append(ref)
        self.gate.wait(10)
        return super().preview(ref)

    def render(
        self, ref: PageRef, *, longest_px: int, token: Cancellation | None = None
    ) -> PageImage:
        if self.error is not None:
            raise self.error
        return super().render(ref, longest_px=longest_px, token=token)


@pytest.fixture
def pages(fakes: Fakes) -> SlowPages:
    made = SlowPages()
    made.gate.set()
    fakes.pages = made
    return made


@pytest.fixture
def loader(fakes: Fakes, pages: SlowPages, runner: JobRunner) -> Iterator[ThumbnailLoader]:
    services = fakes.services()
    made = ThumbnailLoader(lambda: services, runner)
    yield made
    pages.gate.set()


@contextmanager
def settled(qtbot: QtBot, runner: JobRunner) -> Iterator[None]:
    yield
    qtbot.waitUntil(lambda: runner.open_jobs == 0)


def test_the_picture_of_the_cache_is_enough_for_a_small_tile(
    qtbot: QtBot, runner: JobRunner, loader: ThumbnailLoader, pages: SlowPages
) -> None:
    with settled(qtbot, runner):
        loader.want([ref(1), ref(2)], longest_px=180)
        qtbot.waitUntil(lambda: loader.thumbnail(ref(2)) is not None)
    qtbot.waitUntil(lambda: not loader._calm.isActive())
    found = loader.thumbnail(ref(1))
    assert found is not None
    assert found.image.height() == 320
    assert pages.rendered == []


def test_a_large_tile_gets_a_sharper_one_afterwards(
    qtbot: QtBot, loader: ThumbnailLoader, pages: SlowPages
) -> None:
    heights = []
    loader.arrived.connect(lambda page: heights.append(loader.thumbnail(page).image.height()))
    loader.want([ref(1)], longest_px=600)
    qtbot.waitUntil(lambda: len(heights) == 2)
    assert heights == [320, 600]
    assert pages.rendered == [(ref(1), 600)]


def test_a_page_without_a_picture_in_the_cache_is_drawn(
    qtbot: QtBot, loader: ThumbnailLoader, pages: SlowPages
) -> None:
    pages.has_previews = False
    with qtbot.waitSignal(loader.arrived):
        loader.want([ref(1)], longest_px=200)
    assert pages.rendered == [(ref(1), 200)]


def test_what_scrolled_out_of_sight_is_never_asked_for(
    qtbot: QtBot, runner: JobRunner, loader: ThumbnailLoader, pages: SlowPages
) -> None:
    pages.gate.clear()
    loader.want([ref(n) for n in range(100)], longest_px=180)
    qtbot.waitUntil(lambda: len(pages.asked) == 2)  # as many as there are threads
    loader.want([ref(n) for n in range(500, 503)], longest_px=180)
    pages.gate.set()
    qtbot.waitUntil(lambda: loader.thumbnail(ref(502)) is not None)
    qtbot.waitUntil(lambda: runner.open_jobs == 0)
    assert set(pages.asked[2:]) == {ref(500), ref(501), ref(502)}
    assert loader.thumbnail(ref(0)) is None


def test_a_page_wanted_again_while_its_first_job_ends_comes_all_the_same(
    qtbot: QtBot, loader: ThumbnailLoader, pages: SlowPages
) -> None:
    pages.gate.clear()
    loader.want([ref(1)], longest_px=180)
    qtbot.waitUntil(lambda: len(pages.asked) == 1)
    loader.want([ref(2)], longest_px=180)
    loader.want([ref(1)], longest_px=180)
    pages.gate.set()
    qtbot.waitUntil(lambda: loader.thumbnail(ref(1)) is not None)


def test_a_failure_is_told_once_and_tried_again_when_asked(
    qtbot: QtBot, loader: ThumbnailLoader, pages: SlowPages
) -> None:
    pages.has_previews = False
    pages.error = DocumentError("“plan.pdf” is locked.")
    with qtbot.waitSignal(loader.arrived):
        loader.want([ref(1)], longest_px=180)
    assert loader.failure(ref(1)) == "“plan.pdf” is locked."
    pages.error = None
    with qtbot.waitSignal(loader.arrived):
        loader.retry_failed()
    assert loader.thumbnail(ref(1)) is not None
    assert loader.failure(ref(1)) == ""


def test_where_no_sharper_one_can_be_had_the_small_one_stays(
    qtbot: QtBot, runner: JobRunner, loader: ThumbnailLoader, pages: SlowPages
) -> None:
    pages.error = DocumentError("away")
    with settled(qtbot, runner):
        loader.want([ref(1)], longest_px=900)
        qtbot.waitUntil(lambda: (t := loader.thumbnail(ref(1))) is not None and t.is_final)
    assert loader.failure(ref(1)) == ""


def test_the_oldest_are_forgotten_beyond_the_limit(
    qtbot: QtBot, fakes: Fakes, runner: JobRunner
) -> None:
    services = fakes.services()
    one = 226 * 320 * 4
    loader = ThumbnailLoader(lambda: services, runner, most_bytes=3 * one)
    for number in range(5):
        with qtbot.waitSignal(loader.arrived):
            loader.want([ref(number)], longest_px=180)
    assert [loader.thumbnail(ref(n)) is not None for n in range(5)] == [False] * 2 + [True] * 3
    assert loader.kept_bytes == 3 * one


def test_without_a_library_nothing_is_loaded(runner: JobRunner) -> None:
    loader = ThumbnailLoader(lambda: None, runner)
    loader.want([ref(1)], longest_px=180)
    assert runner.open_jobs == 0
