"""Manual and completions: everything that the parser takes is in them."""

import shutil
import subprocess

import pytest

from folioscope.cli.arguments import parser
from linux import completions
from linux.commands import Command, read_commands
from linux.manual import escaped, manual

PROGRAM = read_commands(parser())
COMMANDS = [command for command in PROGRAM.walk() if command.words]


def flags_of(command: Command) -> set[str]:
    return {flag for option in command.options for flag in option.flags}


@pytest.fixture(scope="module")
def page() -> str:
    return manual(PROGRAM, version="1.2.3", epoch_s=1_700_000_000)


def test_the_parser_is_read_with_commands_below_commands():
    names = {command.name for command in COMMANDS}
    assert {"index", "search", "gui", "models install", "store use"} <= names
    (install,) = [command for command in COMMANDS if command.name == "models install"]
    assert {"--from", "--precision"} <= flags_of(install)
    assert [argument.value for argument in install.arguments] == ["NAME"]


def test_the_manual_has_every_command_and_option(page):
    lacking = [c.name for c in COMMANDS if f".SS {escaped(c.name)}" not in page]
    lacking += [
        f for c in PROGRAM.walk() for f in flags_of(c) if f"\\fB{escaped(f)}\\fR" not in page
    ]
    assert lacking == []


def test_the_manual_names_version_and_day(page):
    assert page.startswith('.TH FOLIOSCOPE 1 "2023-11-14" "Folioscope 1.2.3"')


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="mandoc is not installed")
def test_the_manual_is_written_as_manuals_are(page):
    command = ["mandoc", "-Tlint", "-Wwarning"]
    told = subprocess.run(command, input=page, capture_output=True, text=True, check=False)
    assert told.stdout + told.stderr == ""


@pytest.mark.parametrize("write", [completions.bash, completions.zsh, completions.fish])
def test_completions_have_every_option(write):
    text = write(PROGRAM)
    lacking = []
    for command in PROGRAM.walk():
        for flag in flags_of(command):
            shown = f"-l {flag[2:]}" if write is completions.fish else flag
            shown = f"-s {flag[1:]}" if shown == flag and write is completions.fish else shown
            lacking += [] if shown in text else [f"{command.name} {flag}"]
    assert lacking == []


@pytest.mark.parametrize(
    ("shell", "write"),
    [("bash", completions.bash), ("zsh", completions.zsh), ("fish", completions.fish)],
)
def test_shells_read_their_completions(shell, write):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    told = subprocess.run(
        [shell, "-n"], input=write(PROGRAM), capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stderr) == (0, "")


def completed(tmp_path, *words: str) -> list[str]:
    """Return what bash offers for the last of the words, which may be empty."""
    script = tmp_path / "completions"
    script.write_text(completions.bash(PROGRAM), "utf-8")
    typed = " ".join(f"'{word}'" for word in ("folioscope", *words))
    program = (
        f"compopt() {{ :; }}; source '{script}'; COMP_WORDS=({typed}); COMP_CWORD={len(words)};"
        "_folioscope; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    told = subprocess.run(
        ["bash", "--norc", "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert told.stderr == ""
    return told.stdout.split("\n")[:-1]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["sea"], ["search"]),
        (["models", "ins"], ["install"]),
        (["models", "install", "--pre"], ["--precision"]),
        (["models", "install", "--precision", "int"], ["int8", "int4"]),
        (["--json", "ver"], ["verify"]),
        (["index", "My"], ["My papers"]),
        (["--library", "My"], ["My papers"]),
        (["search", "--limit", ""], [""]),
    ],
)
def test_bash_completes(tmp_path, typed, offered):
    (tmp_path / "My papers").mkdir()
    assert completed(tmp_path, *typed) == offered
