"""Pages searched by how they look, with tiny models installed by the real command.

The weights are random: the numbers mean nothing, every path is real.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from folioscope.cli import program
from folioscope.domain.embeddings import PictureQuery
from folioscope.domain.protocols import Access
from folioscope.domain.queries import PageFilter
from folioscope.domain.results import ReasonKind
from folioscope.jobs.progress import JobContext
from folioscope.services.api import Services
from folioscope.services.look_api import LookPhase
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.wiring import AppWiring
from tests.e2e.commands import Answer, Ask, asking, opening, own_models
from tests.made_documents import scanned_pdf, text_pdf, written_image
from tests.tiny_models import TINY_CLIP, TINY_M0, TINY_MODELS, TINY_V4, describe, write_checkpoint

MANY = 90
PAGES = 8  # of the folder: the scan lies there as a picture too


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder of models with all three installed."""
    folder = tmp_path_factory.mktemp("models")
    describe(folder / "own")
    for name in TINY_MODELS:
        checkpoint = write_checkpoint(name, folder / "checkpoints" / name)
        arguments = ["models", "install", name, "--precision", "fp32", "--from", str(checkpoint)]
        assert program.main(["--models", str(folder / "own"), *arguments], AppWiring()) == 0
    return folder / "own"


@pytest.fixture
def models(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models of this test, which may take some of them away."""
    return own_models(installed, tmp_path, monkeypatch)


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    text_pdf(folder / "report.pdf", 5)
    text_pdf(folder / "letter.pdf", 1, sentence="the lighthouse keeper counts the passing ships")
    scanned_pdf(folder / "scan.pdf", written_image(["an old letter"]))
    return folder


@pytest.fixture
def ask(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command in this process, on this test's library."""
    return asking(capsys, "--library", tmp_path / "library")


@pytest.fixture
def opened(models: Path, tmp_path: Path) -> Iterator[Callable[[], Services]]:
    """Open the library's services, as a command does."""
    with opening(tmp_path / "library") as open_library:
        yield open_library


def hits(said: Answer) -> list[dict[str, object]]:
    found = said.json["hits"]
    assert isinstance(found, list)
    return found


def look_of(said: Answer) -> dict[str, object]:
    look = said.json["look"]
    assert isinstance(look, dict)
    return {key: value for key, value in look.items() if key != "device"}


def test_index_looks_at_every_page_and_search_hears_of_it(ask: Ask, papers: Path) -> None:
    assert ask("models", "use", TINY_V4).code == 0
    done = ask("--json", "index", "--no-ocr", papers)
    wanted = {"model": TINY_V4, "done": PAGES, "total": PAGES, "failed": 0}
    assert (done.code, look_of(done)) == (0, wanted)
    assert look_of(ask("--json", "status")) == wanted
    assert f"{TINY_V4} has looked at 8 of 8 pages (100 %)" in ask("status").out
    again = ask("--json", "index", "--no-ocr", "--no-look", "--rebuild")
    assert (again.json["pages_read"], look_of(again)) == (PAGES, wanted)
    found = hits(ask("--json", "search", "lighthouse keeper"))
    assert str(found[0]["file"]).endswith("letter.pdf")
    assert not any("not been looked at" in str(hit["reasons"]) for hit in found)


def test_without_a_model_nothing_is_looked_at(ask: Ask, papers: Path) -> None:
    done = ask("--json", "index", "--no-ocr", papers)
    assert (done.code, done.json["look"]) == (0, None)
    assert "looked at" not in ask("status").out


def test_looking_can_be_left_for_later(ask: Ask, papers: Path) -> None:
    ask("models", "use", TINY_V4)
    ask("index", "--no-ocr", "--no-look", papers)
    assert look_of(ask("--json", "status"))["done"] == 0
    ask("index", "--no-ocr")
    assert look_of(ask("--json", "status"))["done"] == PAGES


def test_a_second_look_orders_by_the_reranker(ask: Ask, papers: Path) -> None:
    ask("models", "use", TINY_V4)
    ask("models", "use", TINY_M0)
    ask("index", "--no-ocr", papers)
    plain = hits(ask("--json", "search", "lighthouse keeper ships"))
    again = hits(ask("--json", "search", "--rerank", "lighthouse keeper ships"))
    assert {(h["file"], h["page"]) for h in plain} == {(h["file"], h["page"]) for h in again}
    read = [hit for hit in again if "Read again together with your words" in str(hit["reasons"])]
    assert read == again[: len(read)]
    assert str(read[0]["file"]).endswith("letter.pdf") or len(read) > 1
    scores = [float(str(hit["score"])) for hit in read]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_a_second_look_needs_a_reranker(ask: Ask, papers: Path) -> None:
    ask("index", "--no-ocr", papers)
    told = ask("search", "--rerank", "quick brown fox")
    assert told.code == 3
    assert "No reranking model is chosen." in told.err


def test_heat_and_picture_search(ask: Ask, papers: Path, opened: Callable[[], Services]) -> None:
    ask("models", "use", TINY_V4)
    ask("index", "--no-ocr", papers)
    services = opened()
    letter = services.search.search("lighthouse keeper", scope=PageFilter()).results[0]
    heat = services.look.heat(letter.ref, "lighthouse keeper")
    assert len(heat.whole) <= 3
    assert [word.word for word in heat.words] in ([], ["lighthouse", "keeper"])
    image = services.pages.render(letter.ref, longest_px=1754)
    alike = services.search.search_picture(PictureQuery(image), scope=PageFilter())
    assert next(r.ref for r in (*alike.results, *alike.weaker)) == letter.ref
    assert alike.results[0].reasons[0].kind is ReasonKind.LOOK
    shown = services.look.coverage()
    assert [(cover.pages, cover.is_current) for cover in shown] == [(PAGES, True)]


def test_models_stand_side_by_side_and_are_dropped_alone(
    ask: Ask, papers: Path, opened: Callable[[], Services]
) -> None:
    ask("models", "use", TINY_V4)
    ask("index", "--no-ocr", papers)
    ask("models", "use", TINY_CLIP)
    ask("index", "--no-ocr")
    services = opened()
    first, second = services.look.coverage()
    assert (first.pages, first.is_current) == (PAGES, True)
    assert (second.pages, second.is_current) == (PAGES, False)
    assert services.search.search("lighthouse keeper", scope=PageFilter()).results
    services.look.drop(second.model)
    assert [cover.model for cover in services.look.coverage()] == [first.model]


def test_new_pages_are_looked_at_by_the_next_run(
    ask: Ask, papers: Path, opened: Callable[[], Services]
) -> None:
    ask("models", "use", TINY_V4)
    ask("index", "--no-ocr", papers)
    text_pdf(papers / "new.pdf", 2, sentence="a new paper about tides")
    ask("index", "--no-ocr", "--no-look")
    services = opened()
    found = services.search.search("tides", scope=PageFilter()).results[0]
    assert "This page has not been looked at yet" in [r.text for r in found.reasons]
    services.look.run(JobContext())
    assert services.look.state().phase is LookPhase.IDLE
    found = services.search.search("tides", scope=PageFilter()).results[0]
    assert "This page has not been looked at yet" not in [r.text for r in found.reasons]


def test_a_model_that_is_gone_is_told_and_costs_nothing_else(
    ask: Ask, papers: Path, models: Path
) -> None:
    ask("models", "use", TINY_V4)
    shutil.rmtree(models / TINY_V4)
    told = ask("--json", "index", "--no-ocr", papers)
    assert told.code == 3
    assert TINY_V4 in told.err
    assert told.json["pages_read"] == PAGES
    assert TINY_V4 in ask("status").out.splitlines()[-1]
    assert str(hits(ask("--json", "search", "lighthouse keeper"))[0]["file"]).endswith("letter.pdf")


# --- killed and stopped


@contextmanager
def looker_on(library: Path) -> Iterator[Callable[[], int]]:
    """Watch another process: how many pages of the library have vectors by now."""
    store = LanceVectorStore(library)
    store.open(Access.READ, fingerprint="")

    def count() -> int:
        store.refresh()
        return sum(store.visual_counts().values())

    try:
        yield count
    finally:
        store.close()


def index_elsewhere(library: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "folioscope", "--library", str(library), "index", "--no-ocr"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )


def until_looked_at(library: Path, some: int, process: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + 120
    with looker_on(library) as looked_at:
        while looked_at() < some:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)


@pytest.fixture
def long_library(ask: Ask, tmp_path: Path) -> Path:
    """A library of many pages that nobody has looked at."""
    folder = tmp_path / "many"
    folder.mkdir()
    text_pdf(folder / "many.pdf", MANY)
    ask("models", "use", TINY_V4)
    assert ask("index", "--no-ocr", "--no-look", folder).code == 0
    return tmp_path / "library"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_ended_in_the_middle_it_goes_on_from_there(
    ask: Ask, long_library: Path, number: int
) -> None:
    process = index_elsewhere(long_library)
    until_looked_at(long_library, 10, process)
    process.send_signal(number)
    _out, err = process.communicate(timeout=30)
    if number == signal.SIGINT:
        assert process.returncode == 130
        assert "Stopped. What was read is kept; the next run goes on." in err
    kept = int(str(look_of(ask("--json", "status"))["done"]))
    assert 10 <= kept < MANY
    done = ask("--json", "index", "--no-ocr")
    assert look_of(done) == {"model": TINY_V4, "done": MANY, "total": MANY, "failed": 0}
    assert ask("verify").code == 0
    with looker_on(long_library) as looked_at:
        assert looked_at() == MANY
