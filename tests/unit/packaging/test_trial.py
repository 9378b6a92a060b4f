"""The trial of an installed program: it has to see what is wrong with one."""

import re
import signal
import sys
from pathlib import Path

import pytest

from release.number import version
from trial import Program, first_steps, walk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are scripts here")

SAMPLES = """
[[document]]
file = "heron.pdf"
query.en = "a bird"
"""
WELL = f"""
import json, pathlib, sys, time
words = [w for w in sys.argv[1:] if w != "--json"]
if words == ["--version"]:
    print("Folioscope {version()}")
elif words[0] == "index":
    print("Read 1 page in 1 file.")
elif words[0] == "search":
    print(json.dumps({{"hits": [{{"file": "/there/heron.pdf"}}]}}))
elif (library := pathlib.Path(words[1])).exists():
    sys.exit(0)  # the window that is open takes over
else:
    try:
        library.mkdir(parents=True)
        (library / "catalogue.sqlite").touch()
        time.sleep(600)
    except KeyboardInterrupt:
        sys.exit(0)
"""


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    (folder / "index.toml").write_text(SAMPLES, "utf-8")
    return folder


def program(folder: Path, text: str = WELL) -> Program:
    file = folder / "program.py"
    file.write_text(f"#!{sys.executable}\n{text}", "utf-8")
    file.chmod(0o755)
    home = folder / "home"
    home.mkdir()
    return Program(file, file, home)


def test_a_program_that_does_all_of_it_passes(tmp_path, samples, capfd) -> None:
    assert walk(first_steps(program(tmp_path), samples)) == 0
    told = capfd.readouterr().out
    steps = [line.split()[0] for line in told.splitlines()]
    assert steps == ["version", "index", "search", "window"]


def test_a_window_can_be_closed_where_interrupts_are_ignored(tmp_path, samples) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as behind nohup and &
    try:
        assert walk(first_steps(program(tmp_path), samples)) == 0
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("well", "badly", "told"),
    [
        (f"Folioscope {version()}", "Folioscope 0.0.1", "version: The version is"),
        ('print("Read 1', 'sys.exit("No room"); print("', "index: .*No room"),
        ("heron.pdf", "stork.pdf", "search: For “a bird” came stork.pdf"),
        ("time.sleep(600)", "sys.exit(4)", "window: The window ended with 4"),
        (
            "except KeyboardInterrupt:",
            "finally:\n        sys.stderr.write('oh')",
            "ended with .*oh",
        ),
        ("sys.exit(0)  # the window", "sys.exit(5)  #", "window: .* ended with 5"),
    ],
)
def test_what_goes_wrong_is_seen(tmp_path, samples, capfd, well, badly, told) -> None:
    assert well in WELL
    assert walk(first_steps(program(tmp_path, WELL.replace(well, badly)), samples)) == 1
    assert re.search(told, capfd.readouterr().err, re.DOTALL)


def test_nothing_of_the_users_own_folioscope_reaches_it(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("FOLIOSCOPE_LIBRARY", "/somewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    shown = program(tmp_path, "import os\nprint(dict(os.environ))").run()
    assert "/somewhere" not in shown
    assert "/elsewhere" not in shown
