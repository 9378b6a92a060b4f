"""The command line as a program: arguments in, exit code out."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from folioscope.cli.arguments import parser
from folioscope.cli.terminal import safe, say

if TYPE_CHECKING:
    from argparse import Namespace

    from folioscope.cli.doctor import Finding
    from folioscope.cli.vector_commands import ModelRooms
    from folioscope.services.api import Services
    from folioscope.services.look_api import ModelsService
    from folioscope.services.remote_models import RemoteModels
    from folioscope.services.store_api import StoreService
    from folioscope.services.updates import Updates


class Exit(IntEnum):
    """Exit codes that scripts rely on."""

    DONE = 0
    SOME_FAILED = 1
    USAGE = 2
    EXPECTED_ERROR = 3
    INTERRUPTED = 130


class Wiring(Protocol):
    """What the composition root lends to the command line; heavy parts load when called."""

    def library(
        self,
        directory: Path,
        *,
        creates: bool = False,
        reads_pictures: bool = True,
        accepts_any: bool = False,
        for_repair: bool = False,
    ) -> AbstractContextManager[Services]: ...
    def default_directory(self) -> Path: ...
    def models(self) -> ModelsService: ...
    def remote_models(self, directory: Path) -> RemoteModels: ...
    def model_rooms(self) -> AbstractContextManager[ModelRooms]: ...
    def store(self, directory: Path) -> StoreService: ...
    def updates(self) -> Updates: ...
    def findings(self, directory: Path) -> list[Finding]: ...
    def run_window(self, directory: Path, paths: Sequence[str]) -> int: ...
    def check_packages(self) -> None: ...


def main(arguments: Sequence[str], wiring: Wiring) -> int:
    """Run a command and return its exit code; expected errors become one sentence."""
    try:
        options = parser().parse_args(arguments)
    except SystemExit as end:  # help, version, or usage that was told already
        return int(end.code or 0)
    from folioscope.domain.errors import FolioscopeError

    try:
        with _models_in(options.models):
            code = _run(options, wiring)
        sys.stdout.flush()
    except FolioscopeError as error:
        say(safe(str(error)), stream=sys.stderr)
        return Exit.EXPECTED_ERROR
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:  # whoever read the output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    return code


@contextmanager
def _models_in(directory: Path | None) -> Iterator[None]:
    """Have models looked up in a folder, here and in processes that are started meanwhile."""
    name = "FOLIOSCOPE_MODELS"
    before = os.environ.get(name)
    if directory is not None:
        os.environ[name] = str(directory)
    try:
        yield
    finally:
        if directory is not None:
            os.environ.pop(name)
            if before is not None:
                os.environ[name] = before


def _run(options: Namespace, wiring: Wiring) -> int:
    directory = options.library or wiring.default_directory()
    if options.command in (None, "gui"):
        return wiring.run_window(directory, _searched_in(options))
    if options.command == "doctor":
        from folioscope.cli.doctor import tell

        return tell(wiring.findings(directory), json=options.json)
    wiring.check_packages()
    if options.command == "updates":
        return _with_updates(options, wiring)
    if options.command == "models":
        return _with_models(options, directory, wiring)
    if options.command in ("embed", "rerank"):
        return _with_model_rooms(options, wiring)
    if options.command == "store":
        return _with_store(options, directory, wiring)
    if options.command == "search" and bool(options.query) == bool(options.queries):
        say("Give a query, or a file of queries with --queries.", stream=sys.stderr)
        return Exit.USAGE
    return _with_library(options, directory, wiring)


def _searched_in(options: Namespace) -> list[str]:
    """Return what a window is to search in; raise FolioscopeError where that does not exist."""
    paths = (*options.paths, *options.search_in) if options.command else ()
    paths = tuple(filter(None, paths))
    if not paths:
        return []
    from folioscope.cli.commands import named

    # Windows hands over "C:\\" as C:" because the backslash escapes the quote
    return named([path.rstrip('"') or path for path in paths])


def _with_library(options: Namespace, directory: Path, wiring: Wiring) -> int:
    from folioscope.cli.commands import COMMANDS, LOOKING_ON, named
    from folioscope.cli.watching import Interrupted

    command = options.command
    if command == "index":
        options.paths = named(options.paths)  # first: nothing is made for a name mistyped
    opened = wiring.library(
        directory,
        creates=command == "index" and bool(options.paths),
        reads_pictures=not (command == "index" and options.no_ocr),
        accepts_any=command in LOOKING_ON or (command == "index" and options.rebuild),
        for_repair=command == "verify" and options.repair,
    )
    try:
        with opened as services:
            return COMMANDS[command](services, options)
    except Interrupted as interrupted:
        say("Stopped. What was read is kept; the next run goes on.", stream=sys.stderr)
        return interrupted.code


def _with_models(options: Namespace, directory: Path, wiring: Wiring) -> int:
    from folioscope.cli import models_commands, remote_commands
    from folioscope.cli.watching import Interrupted

    try:
        if options.action in remote_commands.ACTIONS:
            return remote_commands.run(wiring.remote_models(directory), options)
        if options.action in ("remove", "drop"):
            return _with_looks(options, directory, wiring)
        return models_commands.run(wiring.models(), options)
    except Interrupted as interrupted:
        say("Stopped. What has arrived is kept; the next try goes on.", stream=sys.stderr)
        return interrupted.code


def _with_looks(options: Namespace, directory: Path, wiring: Wiring) -> int:
    from folioscope.cli import looks_commands

    def library() -> AbstractContextManager[Services]:
        return wiring.library(directory, reads_pictures=False, accepts_any=True)

    if options.action == "drop":
        return looks_commands.drop(library, options)
    return looks_commands.remove(wiring.models(), library, options)


def _with_store(options: Namespace, directory: Path, wiring: Wiring) -> int:
    from folioscope.cli.store_commands import run
    from folioscope.cli.watching import Interrupted

    try:
        return run(wiring.store(directory), options)
    except Interrupted as interrupted:
        say("Stopped. What was copied is kept; the next copy goes on.", stream=sys.stderr)
        return interrupted.code


def _with_updates(options: Namespace, wiring: Wiring) -> int:
    from folioscope.cli.update_commands import run
    from folioscope.cli.watching import Interrupted

    try:
        return run(wiring.updates(), options)
    except Interrupted as interrupted:
        return interrupted.code


def _with_model_rooms(options: Namespace, wiring: Wiring) -> int:
    from folioscope.cli.vector_commands import embed, rerank
    from folioscope.cli.watching import Interrupted

    try:
        with wiring.model_rooms() as rooms:
            return (embed if options.command == "embed" else rerank)(rooms, options)
    except Interrupted as interrupted:
        say("Stopped.", stream=sys.stderr)
        return interrupted.code
