"""The command line as others script against it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from folioscope import __version__
from folioscope.domain.protocols import Access
from folioscope.stores.lance_store import LanceVectorStore
from tests.conftest import ROOT
from tests.made_documents import hanging_pdf, locked_pdf, text_pdf
from tests.starter_model import starter, starter_models_dir  # noqa: F401  (fixtures)

HIT_KEYS = {"file", "page", "score", "strength", "reasons", "regions"}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    text_pdf(folder / "loan.pdf", 2, sentence="The loan agreement names a guarantor.")
    text_pdf(folder / "heron.pdf", 1, sentence="A heron stands in the shallow water.")
    return folder


@pytest.fixture(scope="module")
def environment(starter, starter_models_dir, tmp_path_factory):  # noqa: F811
    """Everything of the user's in a folder of its own, but for the model."""
    return {
        "FOLIOSCOPE_DATA": str(tmp_path_factory.mktemp("data")),
        "FOLIOSCOPE_MODELS": str(starter_models_dir),
        "PYTHONPATH": str(ROOT / "app"),
    }


@pytest.fixture(autouse=True)
def _at_home(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def start(*arguments: object, **options: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "folioscope", *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, **options)


# --- search


def test_search_answers_in_the_form_that_scripts_rely_on(ask, made_library, documents) -> None:
    answer = ask("--library", made_library, "search", "guarantor of the loan", "--json").json
    assert list(answer) == ["query", "elapsed_ms", "no_good_match", "hits"]
    assert answer["query"] == "guarantor of the loan"
    assert answer["elapsed_ms"] > 0
    assert answer["no_good_match"] is False
    hit = answer["hits"][0]
    assert set(hit) == HIT_KEYS
    assert hit["file"] == str(documents / "loan.pdf")
    assert hit["page"] in (1, 2)
    assert hit["strength"] in ("strong", "fair", "weak")
    assert hit["reasons"]
    assert all(isinstance(reason, str) for reason in hit["reasons"])
    for region in hit["regions"]:
        x0, y0, x1, y1 = region["box"]
        assert 0 <= x0 <= x1 <= 1
        assert 0 <= y0 <= y1 <= 1
        assert isinstance(region["score"], float)


def test_without_a_good_match_the_closest_pages_are_still_ranked(ask, made_library) -> None:
    answer = ask("search", "photosynthesis of maize", "--library", made_library, "--json").json
    assert answer["no_good_match"] is True
    assert 0 < len(answer["hits"]) <= 3
    assert {hit["strength"] for hit in answer["hits"]} == {"weak"}


def test_the_limit_holds_over_good_and_weak_pages(ask, made_library) -> None:
    assert (
        len(ask("search", "loan", "--json", "--limit", 1, "--library", made_library).json["hits"])
        == 1
    )


def test_queries_are_read_a_line_each_and_answered_a_line_each(ask, made_library, tmp_path) -> None:
    lines = tmp_path / "queries.txt"
    lines.write_text("\ufeffloan agreement\nheron\n\n貸款合約\nheron after:soon\n", "utf-8")
    printed = ask("--library", made_library, "search", "--queries", lines).out.splitlines()
    answers = [json.loads(line) for line in printed]
    assert [a["query"] for a in answers] == [
        "loan agreement", "heron", "", "貸款合約", "heron after:soon",
    ]  # fmt: skip
    assert Path(answers[1]["hits"][0]["file"]).name == "heron.pdf"
    assert answers[2]["hits"] == []
    assert answers[2]["error"]


def test_people_are_told_page_reasons_and_problems(ask, made_library) -> None:
    told = ask("--library", made_library, "search", 'the "loan agreement" after:soon')
    assert told.code == 0
    assert "loan.pdf, page " in told.out
    assert "after:soon" in told.err


def test_an_empty_query_is_an_error_and_none_at_all_is_usage(ask, made_library) -> None:
    assert ask("--library", made_library, "search", " ").code == 3
    assert ask("--library", made_library, "search").code == 2
    assert ask("--library", made_library, "search", "--limit", "0", "x").code == 2
    assert ask("nonsense").code == 2


# --- index and what it leaves


def test_index_tells_what_failed_and_reads_the_rest(ask, tmp_path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    text_pdf(folder / "good.pdf")
    locked_pdf(folder / "locked.pdf", user="a")
    (folder / "notes.txt").write_text("no kind that is read")
    done = ask("--library", tmp_path / "new", "index", folder, "--json")
    assert done.code == 1
    assert (done.json["files_read"], done.json["pages_read"]) == (1, 1)
    [failed] = done.json["failed"]
    assert failed["file"] == str(folder / "locked.pdf")
    assert failed["failures"] == [
        {"cause": "locked", "message": "Locked with a password.", "page": None}
    ]
    assert "locked.pdf: Locked with a password." in done.err
    listed = ask("--library", tmp_path / "new", "failures", "--json").json
    assert [f["state"] for f in listed["failed"]] == ["locked"]
    assert [Path(f["file"]).name for f in listed["not_supported"]] == ["notes.txt"]
    again = ask("--library", tmp_path / "new", "index")
    assert again.code == 1
    assert "Read 0 pages" in again.out


def test_index_without_ocr_leaves_pictures_for_later(ask, tmp_path, shared_dir) -> None:
    scan = shared_dir / "corpus" / "files" / "scans" / "typewriter.png"
    library = tmp_path / "library"
    assert ask("--library", library, "index", scan, "--no-ocr").code == 0
    assert ask("--library", library, "status", "--json").json["pages_waiting_for_ocr"] == 1


def test_status_and_remove(ask, library, documents) -> None:
    status = ask("--library", library, "status", "--json").json
    assert (status["pages"], status["documents"], status["files"]) == (3, 2, 2)
    assert status["folders"] == [
        {"folder": str(documents), "pages": 3, "files": 2, "is_away": False}
    ]
    assert "3 pages in 2 documents" in ask("--library", library, "status").out
    removed = ask("--library", library, "remove", documents / "loan.pdf", "--json").json
    assert removed["pages"] == 2
    assert (documents / "loan.pdf").exists()
    assert ask("--library", library, "status", "--json").json["pages"] == 1


def test_compact_verify_and_rebuild(ask, library) -> None:
    assert ask("--library", library, "compact", "--json").json["disk_bytes"] > 0
    assert ask("--library", library, "verify", "--json").json["health"] == "sound"
    assert ask("--library", library, "index", "--rebuild", "--json").json["pages_read"] == 3


def test_damage_is_told_and_mended(ask, library, documents) -> None:
    catalogue = library / "catalogue.sqlite"
    catalogue.write_bytes(catalogue.read_bytes()[: catalogue.stat().st_size // 2])
    told = ask("--library", library, "status")
    assert told.code == 3
    assert len(told.err.splitlines()) == 1
    assert "repair" in told.err.casefold()
    assert ask("--library", library, "verify", "--repair").code == 0
    assert ask("--library", library, "index", documents, "--json").code == 0
    assert ask("--library", library, "status", "--json").json["pages"] == 3


def test_expected_errors_are_one_sentence(ask, tmp_path) -> None:
    nowhere = tmp_path / "nowhere"
    for command in (["search", "x"], ["status"], ["verify"]):
        told = ask("--library", nowhere, *command)
        assert (told.code, told.out) == (3, "")
        assert len(told.err.splitlines()) == 1
        assert str(nowhere) in told.err
    told = ask("--library", nowhere, "index", tmp_path / "missing")
    assert told.code == 3
    assert "missing" in told.err
    assert not nowhere.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no such names on Windows")
def test_names_of_any_bytes_are_told_harmlessly(ask, tmp_path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    odd = os.fsdecode(b"\xff\x1b[2J\n\xe2\x80\xae.pdf")
    locked_pdf(folder / "locked.pdf", user="a").rename(folder / odd)
    library = tmp_path / "library"
    told = ask("--library", library, "index", folder)
    assert told.code == 1
    assert "\\xff\\x1b[2J\\n\\u202e.pdf: Locked" in told.err
    assert "\x1b" not in told.err
    listed = ask("--library", library, "failures", "--json")
    assert listed.out.isascii()
    assert listed.json["failed"][0]["file"] == str(folder / odd)


def test_doctor_tells_what_there_is_and_what_is_wrong(ask, library) -> None:
    found = ask("--library", library, "doctor", "--json").json
    facts = {f["subject"]: f["fact"] for f in found["findings"]}
    assert facts["Folioscope"] == __version__
    assert "CPUExecutionProvider" in facts["Providers"]
    assert facts["Model starter"] == "installed"
    assert "3 pages" in facts["Library"]
    assert found["healthy"]
    (library / "catalogue.sqlite").write_bytes(b"no library at all")
    told = ask("--library", library, "doctor")
    assert told.code == 3
    assert "Library: " in told.out


# --- as a program of its own


def test_help_and_version_load_nothing_heavy() -> None:
    probe = (
        "import runpy, sys; sys.argv = ['folioscope', sys.argv[1]]\n"
        "try: runpy.run_module('folioscope', run_name='__main__')\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'numpy', 'PySide6', 'lancedb', 'pymupdf', 'onnxruntime', 'PIL'}\n"
        "sys.exit(code or ', '.join(heavy & set(sys.modules)) or 0)"
    )
    for option, wanted in (("--version", __version__), ("--help", "doctor")):
        done = subprocess.run(
            [sys.executable, "-c", probe, option], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert wanted in done.stdout


def test_no_command_loads_qt() -> None:
    probe = (
        "import sys, folioscope.cli.commands, folioscope.cli.program, folioscope.cli.watching,"
        " folioscope.cli.doctor, folioscope.wiring, folioscope.checkup;"
        "sys.exit('PySide6' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_without_a_display_the_window_says_so(monkeypatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    told = start()
    out, err = told.communicate(timeout=60)
    assert (told.returncode, out) == (3, "")
    assert len(err.splitlines()) == 1
    assert "folioscope search" in err


def _staged(library: Path, *, least: int, program: "subprocess.Popen[str]") -> None:
    """Wait until a program has staged pages of a document under way."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert program.poll() is None, program.communicate()
        if (library / "catalogue.sqlite").exists() and _staged_count(library) >= least:
            return
        time.sleep(0.05)
    raise AssertionError("nothing was staged")


def _staged_count(library: Path) -> int:
    import sqlite3

    with sqlite3.connect(library / "catalogue.sqlite") as catalogue:
        try:
            return int(catalogue.execute("SELECT COUNT(*) FROM pages").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_a_killed_run_loses_and_doubles_nothing(ask, tmp_path) -> None:
    folder, library = tmp_path / "folder", tmp_path / "library"
    folder.mkdir()
    text_pdf(folder / "small.pdf", 1, sentence="A small receipt.")
    text_pdf(folder / "thick.pdf", 150, sentence="The appendix goes on and on.")
    killed = start("--library", library, "index", folder)
    _staged(library, least=40, program=killed)
    killed.kill()
    killed.communicate(timeout=60)
    kept = _staged_count(library)
    done = ask("--library", library, "index", "--json")
    assert done.code == 0
    assert done.json["pages_read"] == 151 - kept
    status = ask("--library", library, "status", "--json").json
    assert (status["pages"], status["documents"]) == (151, 2)
    assert ask("--library", library, "verify", "--json").json["health"] == "sound"
    found = ask("--library", library, "search", "page:1-200 file:thick", "--json", "--limit", 500)
    pages = [hit["page"] for hit in found.json["hits"]]
    assert sorted(pages) == list(range(1, 151))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupt_ends_at_once_and_keeps_what_is_done(ask, tmp_path) -> None:
    folder, library = tmp_path / "folder", tmp_path / "library"
    folder.mkdir()
    text_pdf(folder / "small.pdf", 1, sentence="A small receipt.")
    hanging_pdf(folder / "hangs.pdf")
    running = start("--library", library, "index", folder, start_new_session=True)
    _staged(library, least=1, program=running)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in err
    assert "Stopped." in err
    assert ask("--library", library, "status", "--json").json["pages"] == 1


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_full_disk_is_told_and_loses_nothing(ask, library, tmp_path) -> None:
    import resource

    folder = tmp_path / "more"
    folder.mkdir()
    text_pdf(folder / "thick.pdf", 120, sentence="The appendix goes on and on.")
    room = (library / "catalogue.sqlite").stat().st_size + 40_000

    def fill_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    told = start("--library", library, "index", folder, preexec_fn=fill_disk)
    _, err = told.communicate(timeout=120)
    assert told.returncode == 3
    assert "disk is full" in err
    assert ask("--library", library, "search", "guarantor", "--json").json["hits"]
    assert ask("--library", library, "index", "--json").code == 0
    assert ask("--library", library, "status", "--json").json["pages"] == 123


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
def test_output_that_nobody_reads_is_no_error(made_library, tmp_path) -> None:
    lines = tmp_path / "queries.txt"
    lines.write_text("loan\n" * 400)
    running = start("--library", made_library, "search", "--queries", lines)
    assert running.stdout is not None
    running.stdout.readline()
    running.stdout.close()
    assert running.stderr is not None
    assert running.stderr.read() == ""
    assert running.wait(60) == 0


def test_two_processes_on_one_library(ask, library, tmp_path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    hanging_pdf(folder / "hangs.pdf")
    running = start("--library", library, "index", folder)
    try:
        _lock_held(library, running)
        assert ask("--library", library, "search", "guarantor", "--json").json["hits"]
        busy = ask("--library", library, "index")
        assert busy.code == 3
        assert "writing to this library" in busy.err
    finally:
        running.kill()
        running.communicate()


def _lock_held(library: Path, program: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and not (library / "writer.pid").exists():
        assert program.poll() is None, program.communicate()
        time.sleep(0.02)


def test_a_library_of_another_model_is_refused_with_what_to_do(ask, library) -> None:
    store = LanceVectorStore(library)
    store.open(Access.WRITE, fingerprint="")
    store.renew("another model")
    store.close()
    for command in (["search", "loan"], ["index"]):
        told = ask("--library", library, *command)
        assert told.code == 3
        assert "--rebuild" in told.err
    assert ask("--library", library, "status").code == 0
    assert ask("--library", library, "index", "--rebuild", "--json").json["pages_read"] == 3
    assert ask("--library", library, "search", "loan", "--json").json["hits"]


# --- without a console, as Windows starts the program of the window


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["search", "heron"], 3)])
def test_a_program_without_a_console_works_all_the_same(tmp_path, words, code) -> None:
    program = (
        "import os, sys; sys.stdout = sys.stderr = None;"
        "from folioscope.__main__ import main; os._exit(main())"
    )
    command = [sys.executable, "-c", program, "--library", str(tmp_path / "none"), *words]
    assert subprocess.run(command, check=False).returncode == code
