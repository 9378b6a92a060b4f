"""What each command does with the services of an open library."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from folioscope.cli import answers, showing
from folioscope.cli.terminal import safe, say
from folioscope.cli.watching import progress_words, run_watched
from folioscope.domain.errors import FolioscopeError, LibraryDamagedError, QueryError
from folioscope.domain.protocols import Health
from folioscope.domain.queries import PageFilter

if TYPE_CHECKING:
    from argparse import Namespace

    from folioscope.domain.results import SearchResults
    from folioscope.jobs.progress import Progress
    from folioscope.services.api import FileReport, Services
    from folioscope.services.look_api import LookState

DONE, SOME_FAILED, USAGE = 0, 1, 2
Command = Callable[["Services", "Namespace"], int]


def index(services: Services, options: Namespace) -> int:
    """Add what is named, bring the library in step, look at it, and list what failed."""
    indexing, only = services.indexing, options.paths
    if options.for_everybody and not options.rebuild:
        say("--for-everybody goes with --rebuild alone.", stream=sys.stderr)
        return USAGE
    if options.rebuild:  # first: where it is refused nothing was added either
        indexing.rebuild(for_everybody=options.for_everybody)
    if only:
        indexing.add(only)
    only = [] if options.rebuild else only
    report = run_watched(
        lambda ctx: indexing.run(ctx, only=only), state=indexing.state, label="Starting"
    )
    services.library.refresh()
    failed = _reports(services, report.failed)
    if not options.json:
        showing.show_index(report)
    showing.show_failed(failed)
    try:
        if not options.no_look:
            _look(services, json=options.json)
    finally:  # also when looking, which may take hours, is interrupted
        if options.json:
            answers.write(answers.index_answer(report, failed, look_coverage(services)))
    return SOME_FAILED if report.failed else DONE


def _look(services: Services, *, json: bool) -> None:
    """Look at pages that were not looked at yet, if a visual model is chosen."""
    look, now = services.look, look_coverage(services)
    if now is None:
        return
    if now.phase.value == "blocked":
        raise FolioscopeError(now.message)
    look.go_on()  # whoever types a command wants it now, on battery too
    run_watched(look.run, state=look.state, label="Looking at pages")
    if not json:
        showing.show_look(look_coverage(services))


def look_coverage(services: Services) -> LookState | None:
    """Return how far the library is looked at, None where no visual model is chosen."""
    services.look.coverage()  # brings the figures up to date
    state = services.look.state()
    return None if state.phase.value == "off" else state


def named(paths: Sequence[str]) -> list[str]:
    """Return the paths, absolute; raise FolioscopeError where one does not exist."""
    for path in paths:
        if not os.path.lexists(path):
            raise FolioscopeError(f"{safe(path)} does not exist.", hint="Check its name.")
    return [os.path.abspath(path) for path in paths]  # noqa: PTH100  (links are kept)


def _reports(services: Services, paths: tuple[str, ...]) -> list[FileReport]:
    named = set(paths)
    return [file for file in services.library.failures() if file.path in named]


def search(services: Services, options: Namespace) -> int:
    """Answer one query, or one a line."""
    if options.queries:
        for query in _queries(options.queries):
            _answer_line(services, query, options)
        return DONE
    query = " ".join(options.query)
    found = _found(services, query, options)
    if options.json:
        answers.write(answers.search_answer(query, found, limit=options.limit))
    else:
        showing.show_search(found, limit=options.limit)
    return DONE


def _found(services: Services, query: str, options: Namespace) -> SearchResults:
    found = services.search.search(query, scope=PageFilter(), limit=options.limit)
    if not options.rerank or not (found.results or found.weaker):
        return found
    return run_watched(
        lambda ctx: services.search.rerank(found, ctx), words=_rereading, label="Loading the model"
    )


def _rereading(now: Progress) -> str:
    pages = showing.counted(now.total or 0, "page")
    return progress_words(f"Reading again {now.done} of {pages}", "", now.left_s)


def _queries(name: str) -> Iterator[str]:
    try:
        if name == "-":
            lines = sys.stdin.buffer.read().decode("utf-8-sig", "replace")
        else:
            lines = Path(name).read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise FolioscopeError(f"{safe(name)} could not be read: {error.strerror}.") from error
    yield from lines.splitlines()


def _answer_line(services: Services, query: str, options: Namespace) -> None:
    try:
        found = _found(services, query, options)
    except QueryError as error:
        answers.write(answers.no_answer(query, str(error)))
    else:
        answers.write(answers.search_answer(query, found, limit=options.limit))


def status(services: Services, options: Namespace) -> int:
    """Show what the library holds."""
    stats, look = services.library.stats(), look_coverage(services)
    looks = answers.looks_answer(services.look.coverage(), services.models, stats.pages)
    if options.json:
        answers.write(answers.status_answer(services.library, stats, look, looks))
    else:
        showing.show_status(services.library, stats)
        showing.show_look(look)
        showing.show_other_looks(looks)
    return DONE


def failures(services: Services, options: Namespace) -> int:
    """List what could not be read."""
    failed, left_out = services.library.failures(), services.library.left_out()
    if options.json:
        listed = {"failed": failed, "not_supported": left_out}
        answers.write({k: [answers.file_answer(f) for f in v] for k, v in listed.items()})
    else:
        showing.show_failures(failed, left_out)
    return DONE


def remove(services: Services, options: Namespace) -> int:
    """Forget folders or files."""
    paths = [os.path.abspath(path) for path in options.paths]  # noqa: PTH100
    pages = services.library.remove(paths)
    if options.json:
        answers.write({"removed": paths, "pages": pages})
    else:
        say(f"Forgot {showing.counted(pages, 'page')}; the files on the disk were not touched.")
    return DONE


def compact(services: Services, options: Namespace) -> int:
    """Give back room."""
    before = services.library.stats().disk_bytes
    run_watched(services.library.compact, label="Tidying up")
    services.library.refresh()
    after = services.library.stats().disk_bytes
    if options.json:
        answers.write({"disk_bytes_before": before, "disk_bytes": after})
    else:
        say(f"The library takes {showing.size(after)}, {showing.size(before)} before.")
    return DONE


def verify(services: Services, options: Namespace) -> int:
    """Check the library, and mend it if asked."""
    library = services.library
    if options.repair:
        report = run_watched(library.repair, label="Repairing")
    else:
        report = run_watched(library.verify, label="Checking")
    if options.json:
        answers.write(answers.verify_answer(report))
    else:
        showing.show_check(report)
    if options.repair and not library.folders():
        say("The list of folders was lost too. Add them again.", stream=sys.stderr)
    if report.health is Health.DAMAGED and not options.repair:
        raise LibraryDamagedError(
            "Part of the library cannot be read.", hint="Mend it with: folioscope verify --repair"
        )
    return DONE


# these look at no vectors: a library made with another model will do
LOOKING_ON = frozenset({"status", "failures", "remove"})
COMMANDS: dict[str, Command] = {
    "index": index,
    "search": search,
    "status": status,
    "failures": failures,
    "remove": remove,
    "compact": compact,
    "verify": verify,
}
