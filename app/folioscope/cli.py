"""The command line: the same services as the window, without Qt."""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Protocol

from folioscope import __version__
from folioscope.cli_output import (
    ProgressLine,
    answer_json,
    printable,
    report_json,
    report_lines,
    say,
    say_answer,
    say_json,
    say_table,
)
from folioscope.domain.errors import FolioscopeError
from folioscope.domain.protocols import Health
from folioscope.domain.queries import PageFilter
from folioscope.jobs.progress import JobContext
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.services.api import Services


class Exit(IntEnum):
    """Exit codes that scripts rely on."""

    DONE = 0
    SOME_FAILED = 1
    USAGE = 2
    EXPECTED_ERROR = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of ``doctor``: what was looked at, what it is, and how to mend it if it is wrong."""

    name: str
    value: str
    is_fine: bool = True
    remedy: str = ""


class Wiring(Protocol):
    """What the composition root lends to the command line."""

    def library(
        self, directory: Path, *, creates: bool, reads_pictures: bool, for_repair: bool
    ) -> AbstractContextManager[Services]: ...
    def default_directory(self) -> Path: ...
    def findings(self, directory: Path) -> list[Finding]: ...
    def run_window(self, directory: Path) -> int: ...


def main(arguments: Sequence[str], wiring: Wiring) -> int:
    """Run one command and return its exit code."""
    known = argparse.Namespace(library="", json=False)  # set_defaults would reach the commands
    options = build_parser().parse_args(list(arguments), known)
    directory = Path(options.library).expanduser() if options.library else None
    directory = (directory or wiring.default_directory()).absolute()
    command: Callable[[Wiring, Path, argparse.Namespace], int] = options.run
    try:
        return command(wiring, directory, options)
    except FolioscopeError as error:
        say(printable(str(error)), file=sys.stderr)
        return Exit.EXPECTED_ERROR
    except (Cancelled, KeyboardInterrupt):
        say("Stopped. What was read is kept; the next run goes on from there.", file=sys.stderr)
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return Exit.DONE


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; global options may stand before or after the command."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--library", metavar="DIR", help="the library to use")
    shared.add_argument("--json", action="store_true", help="print JSON")
    parser = argparse.ArgumentParser(
        prog="folioscope", description="Find the page you remember.", parents=[shared]
    )
    parser.set_defaults(run=_gui)
    parser.add_argument("--version", action="version", version=f"Folioscope {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def command(name: str, run: object, words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words, parents=[shared])
        made.set_defaults(run=run)
        return made

    index = command("index", _index, "Add folders or files, and read what changed.")
    index.add_argument("paths", nargs="*", metavar="PATH")
    index.add_argument("--rebuild", action="store_true", help="read everything again")
    index.add_argument("--no-ocr", action="store_true", help="leave text in pictures for later")
    search = command("search", _search, "Find pages.")
    search.add_argument("query", nargs="*", metavar="QUERY")
    search.add_argument("--queries", metavar="FILE", help="a query a line; prints JSON lines")
    search.add_argument("--limit", type=_positive, default=20, metavar="N")
    command("status", _status, "Show what the library holds.")
    command("failures", _failures, "List files that could not be read, and why.")
    remove = command("remove", _remove, "Forget folders or files; those on disk are not touched.")
    remove.add_argument("paths", nargs="+", metavar="PATH")
    command("compact", _compact, "Give back the room of what was removed.")
    verify = command("verify", _verify, "Check that everything in the library can be read.")
    verify.add_argument("--repair", action="store_true", help="drop what is damaged, read it again")
    command("doctor", _doctor, "Show versions, devices and models, and what is wrong.")
    command("gui", _gui, "Open the window.")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


# --- commands ------------------------------------------------------------------------------


def _open(
    wiring: Wiring,
    directory: Path,
    *,
    creates: bool = False,
    reads_pictures: bool = True,
    for_repair: bool = False,
) -> AbstractContextManager[Services]:
    return wiring.library(
        directory, creates=creates, reads_pictures=reads_pictures, for_repair=for_repair
    )


def _index(wiring: Wiring, directory: Path, options: argparse.Namespace) -> int:
    paths = [str(Path(p).absolute()) for p in options.paths]
    missing = [p for p in paths if not Path(p).exists()]
    if missing:
        raise FolioscopeError(f"There is no {missing[0]}.", hint="Check the path.")
    line, token = ProgressLine(), CancelToken()
    with _open(
        wiring,
        directory,
        creates=True,
        reads_pictures=not options.no_ocr,
        for_repair=options.rebuild,
    ) as services:
        if options.rebuild:
            services.indexing.rebuild()
        if paths:
            services.indexing.add(paths)
        before = signal.signal(signal.SIGINT, lambda *_: token.cancel())
        try:
            report = services.indexing.run(JobContext(token, line.show), only=paths)
        finally:
            signal.signal(signal.SIGINT, before)
            line.end()
        failed = [f for f in services.library.failures() if f.path in set(report.failed)]
    if options.json:
        say_json(
            {
                "files_read": report.files_read,
                "pages_read": report.pages_read,
                "files_relinked": report.files_relinked,
                "files_removed": report.files_removed,
                "failed": [report_json(f) for f in failed],
                "elapsed_s": round(report.elapsed_s, 3),
            }
        )
    else:
        say(
            f"{report.pages_read:,} pages of {report.files_read:,} files read"
            f" in {report.elapsed_s:.1f} s."
        )
        for file in failed:
            for text in report_lines(file):
                say(text, file=sys.stderr)
    return Exit.SOME_FAILED if failed else Exit.DONE


def _search(wiring: Wiring, directory: Path, options: argparse.Namespace) -> int:
    if bool(options.query) == bool(options.queries):
        say("Give a query, or a file of queries with --queries.", file=sys.stderr)
        return Exit.USAGE
    queries = [" ".join(options.query)] if options.query else _lines(options.queries)
    with _open(wiring, directory) as services:
        for query in queries:
            answer = services.search.search(query, scope=PageFilter(), limit=options.limit)
            if options.json or options.queries:
                say_json(answer_json(query, answer, limit=options.limit))
            else:
                say_answer(answer, limit=options.limit)
    return Exit.DONE


def _lines(path: str) -> list[str]:
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FolioscopeError(f"{path} could not be read as UTF-8 text.") from error
    return [line.strip() for line in text.split("\n") if line.strip()]


def _status(wiring: Wiring, directory: Path, options: argparse.Namespace) -> int:
    with _open(wiring, directory) as services:
        stats = services.library.stats()
        folders = services.library.folders()
        failed = len(services.library.failures())
        left_out = len(services.library.left_out())
    if options.json:
        say_json(
            {
                "library": str(directory),
                "documents": stats.documents,
                "pages": stats.pages,
                "files": stats.files,
                "failed": failed,
                "not_supported": left_out,
                "pages_waiting_for_ocr": stats.pages_waiting_for_ocr,
                "disk_bytes": stats.disk_bytes,
                "live_bytes": stats.live_bytes,
                "folders": [
                    {"path": f.folder, "pages": f.pages, "files": f.files, "away": f.is_away}
                    for f in folders
                ],
            }
        )
        return Exit.DONE
    say_table(
        {
            "Library": printable(str(directory)),
            "Pages": f"{stats.pages:,} in {stats.documents:,} documents",
            "Waiting for OCR": f"{stats.pages_waiting_for_ocr:,} pages",
            "Not read": f"{failed:,} failed, {left_out:,} not supported",
            "On disk": f"{stats.disk_bytes / 1e6:,.1f} MB",
        }
    )
    for f in folders:
        say(f"  {printable(f.folder)}: {f.pages:,} pages{', away' if f.is_away else ''}")
    return Exit.DONE


def _failures(wiring: Wiring, directory: Path, options: argparse.Namespace) -> int:
    with _open(wiring, directory) as services:
        reports = [*services.library.failures(), *services.library.left_out()]
    if options.json:
        say_json([report_json(r) for r in reports])
        return Exit.DONE
    for report in reports:
        for text in report_lines(report):
            say(text)
    return Exit.DONE


def _remove(wiring: Wiring, directory: Path, options: argparse.Namespace) -> int:
    with _open(wiring, directory) as services:
        gone = services.library.remove([str(Path(p).absolute()) for p in options.paths])
    if options.json:
        say_json({"pages_removed": gone})
    else:
        say(f"{gone:,} pages forgotten. The files are where they were.")
    return Exit.DONE


def _compact(wiring: Wiring, directory: Path, options: argparse.Namespace) -> int:
    with _open(wiring, directory) as services:
        before = services.library.stats().disk_bytes
        services.library.compact(JobContext())
        after = services.library.stats().disk_bytes
    if options.json:
        say_json({"before_bytes": before, "after_bytes": after})
    else:
        say(f"{before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB now.")
    return Exit.DONE


def _verify(wiring: Wiring, directory: Path, options: argparse.Namespace) -> int:
    with _open(wiring, directory, for_repair=options.repair) as services:
        run = services.library.repair if options.repair else services.library.verify
        report = run(JobContext())
    if options.json:
        say_json(
            {
                "health": report.health.value,
                "checked_pages": report.checked_pages,
                "damaged": list(report.damaged),
                "messages": list(report.messages),
            }
        )
    else:
        for message in report.messages:
            say(printable(message))
        say(f"{report.checked_pages:,} pages checked: {report.health.value}.")
    if report.health is Health.SOUND:
        return Exit.DONE
    if not options.json:
        remedy = "folioscope index" if options.repair else "folioscope verify --repair"
        say(f"Run {remedy} to mend it.", file=sys.stderr)
    return Exit.SOME_FAILED


def _doctor(wiring: Wiring, directory: Path, options: argparse.Namespace) -> int:
    findings = wiring.findings(directory)
    if options.json:
        say_json(
            [
                {"name": f.name, "value": f.value, "ok": f.is_fine, "remedy": f.remedy}
                for f in findings
            ]
        )
    else:
        say_table({f.name: printable(f.value) for f in findings})
        for finding in findings:
            if not finding.is_fine:
                say(f"{finding.name}: {finding.remedy}", file=sys.stderr)
    return Exit.DONE if all(f.is_fine for f in findings) else Exit.SOME_FAILED


def _gui(wiring: Wiring, directory: Path, _options: argparse.Namespace) -> int:
    return wiring.run_window(directory)
