"""The command line as a program of its own: killed, interrupted, beside another."""

import os
import signal
import subprocess
import sys

import pytest

from folioscope import __version__
from tests.e2e.cli.programs import lock_held, staged, staged_count, start
from tests.made_documents import hanging_pdf, text_pdf


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


def test_a_killed_run_loses_and_doubles_nothing(ask, tmp_path) -> None:
    folder, library = tmp_path / "folder", tmp_path / "library"
    folder.mkdir()
    text_pdf(folder / "small.pdf", 1, sentence="A small receipt.")
    text_pdf(folder / "thick.pdf", 150, sentence="The appendix goes on and on.")
    killed = start("--library", library, "index", folder)
    staged(library, least=40, program=killed)
    killed.kill()
    killed.communicate(timeout=60)
    kept = staged_count(library)
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
    staged(library, least=1, program=running)
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
        lock_held(library, running)
        assert ask("--library", library, "search", "guarantor", "--json").json["hits"]
        busy = ask("--library", library, "index")
        assert busy.code == 3
        assert "writing to this library" in busy.err
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["search", "heron"], 3)])
def test_a_program_without_a_console_works_all_the_same(tmp_path, words, code) -> None:
    program = (
        "import os, sys; sys.stdout = sys.stderr = None;"
        "from folioscope.__main__ import main; os._exit(main())"
    )
    command = [sys.executable, "-c", program, "--library", str(tmp_path / "none"), *words]
    assert subprocess.run(command, check=False).returncode == code
