"""The command line as its own parser describes it: what manual and completions are made from."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field

_PATH_HINTS = ("DIR", "PATH", "FILE", "PICTURE")
_FOLDER_HINTS = ("DIR",)


@dataclass(frozen=True, slots=True)
class Option:
    """An option, or with no ``flags`` an argument in its place.

    ``value`` is what a value is called, "" where none is taken.
    """

    flags: tuple[str, ...]
    value: str
    about: str
    choices: tuple[str, ...] = ()

    @property
    def is_path(self) -> bool:
        """Whether a file or folder is asked for."""
        return any(hint in self.value for hint in _PATH_HINTS)

    @property
    def is_folder(self) -> bool:
        """Whether it must be a folder."""
        return any(hint in self.value for hint in _FOLDER_HINTS)


@dataclass(frozen=True, slots=True)
class Command:
    """A command with the words that lead to it, such as ("models", "install")."""

    words: tuple[str, ...]
    about: str
    usage: str
    options: tuple[Option, ...]
    arguments: tuple[Option, ...]
    inner: tuple["Command", ...] = field(default=())

    @property
    def name(self) -> str:
        """The words in a row."""
        return " ".join(self.words)

    def walk(self) -> Iterator["Command"]:
        """Yield this command and all below it."""
        yield self
        for command in self.inner:
            yield from command.walk()


def read_commands(parser: argparse.ArgumentParser) -> Command:
    """Return the program with all its commands."""
    return _command(parser, (), about=parser.description or "")


def _command(parser: argparse.ArgumentParser, words: tuple[str, ...], *, about: str) -> Command:
    options: list[Option] = []
    arguments: list[Option] = []
    inner: list[Command] = []
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            inner = [
                _command(
                    action.choices[choice.dest], (*words, choice.dest), about=choice.help or ""
                )
                for choice in action._choices_actions
            ]
        elif action.help is not argparse.SUPPRESS:
            (options if action.option_strings else arguments).append(_option(action))
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    return Command(words, about, usage, tuple(options), tuple(arguments), tuple(inner))


def _option(action: argparse.Action) -> Option:
    takes_value = action.nargs != 0
    value = action.metavar or (action.dest.upper() if takes_value and not action.choices else "")
    if isinstance(value, tuple):
        value = " ".join(value)
    choices = tuple(str(choice) for choice in action.choices or ())
    if choices and not action.metavar:
        value = "|".join(choices)
    about = (action.help or "") % {**vars(action), "prog": "folioscope"}
    return Option(tuple(action.option_strings), value if takes_value else "", about, choices)
