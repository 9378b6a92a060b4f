"""Light pages from installing to removing, with a tiny model that makes rows alone.

The weights are random: the numbers mean nothing, every path is real.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from folioscope.cli import program
from folioscope.domain.embeddings import PictureQuery
from folioscope.domain.geometry import Box
from folioscope.domain.protocols import Access
from folioscope.domain.queries import PageFilter
from folioscope.domain.results import ReasonKind
from folioscope.services.api import Services
from folioscope.services.look_api import LookPhase
from folioscope.stores.lance_store import LanceVectorStore
from folioscope.wiring import AppWiring
from tests.e2e.commands import Answer, Ask, asking, opening, own_models
from tests.made_documents import scanned_pdf, text_pdf, written_image
from tests.tiny_models import TINY_CLIP, TINY_LIGHT, describe, write_checkpoint

PAGES = 5
TINY = (TINY_LIGHT, TINY_CLIP)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder of models, installed by the command."""
    folder = tmp_path_factory.mktemp("light")
    describe(folder / "own", *TINY)
    for name, precision in ((TINY_LIGHT, "w8a8"), (TINY_CLIP, "fp32")):
        checkpoint = write_checkpoint(name, folder / "checkpoints" / name)
        arguments = ["install", name, "--precision", precision, "--from", str(checkpoint)]
        own = ["--models", str(folder / "own"), "models"]
        assert program.main([*own, *arguments], AppWiring()) == 0
    return folder / "own"


@pytest.fixture
def models(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models of this test, which may take some of them away."""
    return own_models(installed, tmp_path, monkeypatch)


@pytest.fixture
def ask(models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a command in this process, on this test's library."""
    return asking(capsys, "--library", tmp_path / "library")


@pytest.fixture(scope="module")
def whole_library(installed: Path) -> Path:
    """A library all of whose pages Light pages has seen; for copying."""
    papers, library = installed.parent / "papers", installed.parent / "library"
    papers.mkdir()
    text_pdf(papers / "report.pdf", 2)
    text_pdf(papers / "letter.pdf", 1, sentence="the lighthouse keeper counts the passing ships")
    scanned_pdf(papers / "scan.pdf", written_image(["an old letter"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOLIOSCOPE_DATA", str(installed.parent / "data"))
        patch.setenv("FOLIOSCOPE_MODELS", str(installed))
        assert program.main(["models", "use", TINY_LIGHT], AppWiring()) == 0
        indexing = ["--library", str(library), "index", "--no-ocr", str(papers)]
        assert program.main(indexing, AppWiring()) == 0
    return library


@pytest.fixture
def looked_at(ask: Ask, whole_library: Path, tmp_path: Path) -> Ask:
    """A library all of whose pages Light pages has seen."""
    shutil.copytree(whole_library, tmp_path / "library")
    assert ask("models", "use", TINY_LIGHT).code == 0
    return ask


@pytest.fixture
def opened(models: Path, tmp_path: Path) -> Iterator[Callable[[], Services]]:
    """Open the library's services, as a command does."""
    with opening(tmp_path / "library") as open_library:
        yield open_library


def looks(said: Answer) -> dict[str, object]:
    look = said.json["look"]
    assert isinstance(look, dict)
    return look


def held(ask: Ask) -> dict[str, dict[str, object]]:
    """What the library holds, by model."""
    told = ask("--json", "status").json["looks"]
    assert isinstance(told, list)
    return {each["model"]: each for each in told}


def test_pages_are_found_framed_and_asked_for_by_picture(
    looked_at: Ask, opened: Callable[[], Services]
) -> None:
    services = opened()
    letter = services.search.search("lighthouse keeper", scope=PageFilter()).results[0]
    assert letter.paths[0].endswith("letter.pdf")
    assert "This page has not been looked at yet" not in [r.text for r in letter.reasons]
    heat = services.look.heat(letter.ref, "lighthouse keeper")
    assert len(heat.whole) <= 3
    assert [word.word for word in heat.words] in ([], ["lighthouse", "keeper"])
    image = services.pages.render(letter.ref, longest_px=2048)
    for query in (PictureQuery(image), PictureQuery(image, Box(0.0, 0.0, 1.0, 0.5))):
        alike = services.search.search_picture(query, scope=PageFilter())
        assert len({r.ref for r in (*alike.results, *alike.weaker)}) == PAGES
    whole = services.search.search_picture(PictureQuery(image), scope=PageFilter())
    best = next(iter((*whole.results, *whole.weaker)))
    assert best.ref == letter.ref
    assert best.reasons[0].kind is ReasonKind.LOOK


def test_models_stand_side_by_side_and_a_switch_back_costs_nothing(looked_at: Ask) -> None:
    ask = looked_at
    ask("models", "use", TINY_CLIP)
    before = held(ask)
    assert (before[TINY_CLIP]["pages"], before[TINY_CLIP]["pages_left"]) == (0, PAGES)
    assert (before[TINY_LIGHT]["in_use"], before[TINY_LIGHT]["pages_left"]) == (False, 0)
    assert before[TINY_LIGHT]["disk_bytes"]
    told = ask("status").out
    assert f"{TINY_LIGHT}, w8a8 has looked at {PAGES} pages" in told
    assert "can be used again at once" in told
    ask("index", "--no-ocr")
    assert {each["pages"] for each in held(ask).values()} == {PAGES}
    ask("models", "use", TINY_LIGHT)
    again = ask("--json", "index", "--no-ocr")
    assert (looks(again)["model"], looks(again)["done"]) == (TINY_LIGHT, PAGES)
    found = ask("--json", "search", "lighthouse keeper").json["hits"]
    assert isinstance(found, list)
    assert found[0]["file"].endswith("letter.pdf")


def test_what_a_switch_costs_is_told_once_it_was_measured(looked_at: Ask) -> None:
    ask = looked_at
    assert ask("models", "trial", TINY_CLIP, "--precision", "fp32").code == 0
    ask("models", "use", TINY_CLIP)
    ask("models", "use", TINY_LIGHT)
    told = {m["name"]: m for m in ask("--json", "models", "list").json["models"]}  # type: ignore[attr-defined]
    assert told[TINY_CLIP]["seconds_a_page"] > 0
    assert [m["in_use"] for m in (told[TINY_LIGHT], told[TINY_CLIP])] == [True, False]
    assert told[TINY_LIGHT]["dims"] == []


def test_a_model_that_is_removed_takes_its_vectors_along(looked_at: Ask) -> None:
    ask = looked_at
    ask("models", "use", TINY_CLIP)
    ask("index", "--no-ocr")
    gone = ask("--json", "models", "remove", TINY_LIGHT).json
    assert (gone["dropped_pages"], int(str(gone["freed_bytes"])) > 0) == (PAGES, True)
    assert int(str(gone["dropped_bytes"])) > 0
    assert list(held(ask)) == [TINY_CLIP]
    assert ask("--json", "search", "lighthouse keeper").code == 0


def test_a_model_goes_though_its_library_is_being_written(looked_at: Ask, tmp_path: Path) -> None:
    store = LanceVectorStore(tmp_path / "library")
    store.open(Access.WRITE, fingerprint="")
    try:
        gone = looked_at("models", "remove", TINY_LIGHT)
    finally:
        store.close()
    assert gone.code == 1
    assert f"What the library holds of {TINY_LIGHT} stays: " in gone.err
    assert held(looked_at)[TINY_LIGHT]["installed"] is False


def test_vectors_can_stay_and_be_dropped_when_no_model_can_use_them(
    looked_at: Ask, models: Path
) -> None:
    ask = looked_at
    assert ask("--json", "models", "drop", "--unused").json["dropped_pages"] == 0
    kept = ask("models", "remove", TINY_LIGHT, "--keep-looks")
    assert (kept.code, "freed" in kept.out, "forgot" in kept.out) == (0, True, False)
    assert held(ask)[TINY_LIGHT]["installed"] is False
    assert "not installed" in ask("status").out
    wrong = ask("models", "drop", "another")
    assert (wrong.code, f"It holds some of {TINY_LIGHT}." in wrong.err) == (3, True)
    dropped = ask("models", "drop", "--unused")
    assert f"The library forgot what it held of {PAGES} pages" in dropped.out
    assert held(ask) == {}


def test_another_precision_looks_anew_and_the_old_one_can_be_freed(
    looked_at: Ask, models: Path, installed: Path
) -> None:
    ask = looked_at
    checkpoint = installed.parent / "checkpoints" / TINY_LIGHT
    install = ["models", "install", TINY_LIGHT, "--precision", "fp32", "--from", checkpoint]
    assert ask(*install).code == 0
    ask("models", "remove", TINY_LIGHT, "--precision", "w8a8", "--keep-looks")
    ask("index", "--no-ocr")
    told = ask("--json", "status").json["looks"]
    assert isinstance(told, list)
    states = {each["precision"]: (each["in_use"], each["pages"]) for each in told}
    assert states == {"fp32": (True, PAGES), "w8a8": (False, PAGES)}
    assert ask("--json", "models", "drop", "--unused").json["dropped_pages"] == PAGES
    assert ask("--json", "search", "lighthouse keeper").code == 0


def test_vectors_are_written_as_rows(ask: Ask, tmp_path: Path) -> None:
    embed = [
        "embed",
        "--model",
        TINY_LIGHT,
        "--text",
        "a lighthouse",
        "--out",
        tmp_path / "rows.npy",
    ]
    refused = ask(*embed)
    assert (refused.code, "Add --multi." in refused.err) == (3, True)
    assert ask(*embed, "--multi").code == 0
    assert np.load(tmp_path / "rows.npy").shape[0] > 10


def test_without_a_library_a_model_is_removed_all_the_same(ask: Ask) -> None:
    gone = ask("--json", "models", "remove", TINY_LIGHT)
    assert (gone.code, gone.json["dropped_pages"]) == (0, 0)
    assert ask("models", "drop", TINY_LIGHT).code == 3


def test_looking_goes_on_where_it_ended(looked_at: Ask, tmp_path: Path, opened: object) -> None:
    ask = looked_at
    assert looks(ask("--json", "status")) | {"device": ""} == {
        "model": TINY_LIGHT, "done": PAGES, "total": PAGES, "failed": 0, "device": "",
    }  # fmt: skip
    (tmp_path / "more").mkdir()
    text_pdf(tmp_path / "more" / "new.pdf", 2, sentence="a new paper about tides")
    ask("index", "--no-ocr", "--no-look", tmp_path / "more")
    assert held(ask)[TINY_LIGHT]["pages_left"] == 2
    done = ask("--json", "index", "--no-ocr")
    assert (looks(done)["done"], looks(done)["total"]) == (PAGES + 2, PAGES + 2)
    services = opened()  # type: ignore[operator]
    services.look.coverage()
    assert services.look.state().phase is LookPhase.IDLE
