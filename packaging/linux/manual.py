"""The manual page, written from the parser so that it says what the program takes."""

import datetime as dt
import re
from collections.abc import Iterator

from bundle.product import DESCRIPTION, NAME, SUMMARY, TITLE
from linux.commands import Command, Option

_FILES = (
    ("~/.local/share/folioscope", "libraries and models; FOLIOSCOPE_DATA moves it"),
    ("~/.config/folioscope/settings.json", "preferences; FOLIOSCOPE_CONFIG moves its folder"),
    ("~/.local/state/folioscope/log", "the log"),
)
_ENVIRONMENT = (
    ("FOLIOSCOPE_DATA", "the folder of libraries, models, preferences and logs"),
    ("FOLIOSCOPE_LIBRARY", "the library that opens when none is named"),
    ("FOLIOSCOPE_MODELS", "the folder of models"),
    ("FOLIOSCOPE_CONFIG", "the folder of preferences"),
)
_EXIT = (
    ("0", "done"),
    ("1", "some files failed; they are listed"),
    ("2", "the command line was not understood"),
    ("3", "an error, told in one sentence"),
    ("130", "interrupted"),
)
_EXAMPLES = (
    ("folioscope index ~/Documents", "add a folder and read it"),
    ('folioscope search "loan agreement"', "find pages"),
    ("folioscope gui", "open the window"),
)


def manual(program: Command, *, version: str, epoch_s: int) -> str:
    """Return the page in the language of man(7)."""
    date = dt.datetime.fromtimestamp(epoch_s, dt.UTC).strftime("%Y-%m-%d")
    lines = [
        f'.TH {NAME.upper()} 1 "{date}" "{TITLE} {version}" "User Commands"',
        ".SH NAME",
        f"{NAME} \\- {escaped(SUMMARY.lower())}",
        ".SH SYNOPSIS",
        *_synopsis(program),
        ".SH DESCRIPTION",
        *_paragraphs([*DESCRIPTION, program.about]),
        ".SH OPTIONS",
        "What stands here is taken before and after a command.",
        *_options(program.options),
        ".SH COMMANDS",
        *(line for command in program.inner for line in _section(command)),
        *_list("EXIT STATUS", _EXIT),
        *_list("ENVIRONMENT", _ENVIRONMENT),
        *_list("FILES", _FILES),
        *_list("EXAMPLES", _EXAMPLES),
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return text that means itself to roff."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return re.sub(r"^\.", r"\\&.", text, flags=re.MULTILINE).replace("`", "\\(ga")


def _paragraphs(texts: list[str]) -> Iterator[str]:
    for number, text in enumerate(filter(None, texts)):
        if number:
            yield ".PP"
        yield escaped(text)


def _synopsis(program: Command) -> Iterator[str]:
    yield f".B {NAME}"
    yield "[\\fIOPTION\\fR]... [\\fICOMMAND\\fR [\\fIARGUMENT\\fR]...]"


def _section(command: Command) -> Iterator[str]:
    shown = [_argument(argument) for argument in command.arguments]
    yield f".SS {' '.join([escaped(command.name), *shown])}"
    if command.about:
        yield escaped(f"{command.about[0].upper()}{command.about[1:]}.")
    yield from _options([o for o in command.arguments if o.about])
    yield from _options([o for o in command.options if not _is_shared(o)])
    for inner in command.inner:
        yield from _section(inner)


def _is_shared(option: Option) -> bool:
    return bool({"--help", "--library", "--models", "--json"} & set(option.flags))


def _argument(option: Option) -> str:
    return f"[\\fI{escaped(option.value)}\\fR]"


def _options(options: list[Option] | tuple[Option, ...]) -> Iterator[str]:
    for option in options:
        value = f" \\fI{escaped(option.value)}\\fR" if option.value else ""
        flags = ", ".join(f"\\fB{escaped(flag)}\\fR{value}" for flag in option.flags)
        yield ".TP"
        yield flags or f"\\fI{escaped(option.value)}\\fR"
        yield escaped(option.about) or "\\&"


def _list(title: str, entries: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield f".SH {title}"
    for name, about in entries:
        yield ".TP"
        yield f"\\fB{escaped(name)}\\fR"
        yield escaped(about)
