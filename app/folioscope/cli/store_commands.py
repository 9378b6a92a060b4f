"""What ``folioscope store`` does."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from folioscope.cli import answers
from folioscope.cli.showing import counted, size
from folioscope.cli.store_arguments import place_of
from folioscope.cli.terminal import is_terminal, safe, say, strong
from folioscope.cli.watching import progress_words, run_watched
from folioscope.domain.store_places import ElasticSecret
from folioscope.jobs.progress import JobContext, Progress
from folioscope.services.api import IndexPhase, IndexState
from folioscope.services.store_api import StoreHealth

if TYPE_CHECKING:
    from argparse import Namespace

    from folioscope.domain.store_places import ElasticFacts, StorePlace
    from folioscope.services.store_api import CopyReport, StoreFacts, StoreService

_DONE, _USAGE, _NOT_THERE = 0, 2, 3
_VERBS = {"copying": "Copied", "checking": "Checked"}


def run(store: StoreService, options: Namespace) -> int:
    """Run the action that was typed; returns the exit code."""
    return _ACTIONS[options.action](store, options)


def _show(store: StoreService, options: Namespace) -> int:
    facts = store.facts()
    if options.json:
        answers.write(_facts_answer(facts))
    else:
        _say_facts(facts)
    return _NOT_THERE if facts.health in (StoreHealth.UNREACHABLE, StoreHealth.DAMAGED) else _DONE


def _use(store: StoreService, options: Namespace) -> int:
    place = _place(options)
    if place is None:
        return _USAGE
    secret = _asked_secret(store, place)
    run_watched(lambda ctx: store.use(place, secret, ctx), label="Asking the server")
    facts = store.facts()
    if options.json:
        answers.write(_facts_answer(facts))
    else:
        say(f"Pages are kept {_where(place)} from now on.")
        _say_server(facts.server)
        if facts.health is StoreHealth.EMPTY:
            say("Nothing is there yet: add folders with `folioscope index`, or go back and copy.")
    return _DONE


def _copy(store: StoreService, options: Namespace) -> int:
    place = _place(options)
    if place is None:
        return _USAGE
    secret = _asked_secret(store, place)
    work, state = _watching(lambda ctx: store.copy(place, secret, ctx))
    label = "Asking the server" if place.elastic else "Opening"
    report = run_watched(work, state=state, words=_words, label=label)
    if not options.json:
        _say_report(report)
    is_switched = options.switch or (not options.json and _wants_switch(place))
    if is_switched:
        run_watched(lambda ctx: store.use(place, secret, ctx), label="Asking the server")
    if options.json:
        answers.write(_report_answer(report, is_switched=is_switched))
    elif is_switched:
        say(f"Pages are kept {_where(place)} from now on.")
    else:
        say("Nothing was switched: pages are kept where they were.")
    return _DONE


_ACTIONS = {"show": _show, "use": _use, "copy": _copy}


def _place(options: Namespace) -> StorePlace | None:
    try:
        return place_of(options)
    except ValueError as error:
        say(str(error), stream=sys.stderr)
        return None


def _asked_secret(store: StoreService, place: StorePlace) -> ElasticSecret:
    """Ask a person for what is known from nowhere else; it is not shown while it is typed."""
    server = place.elastic
    has_file = server is None or bool(server.api_key_file or server.password_file)
    if server is None or has_file or store.has_secret(place) or not _is_asking():
        return ElasticSecret()
    if server.user:
        return ElasticSecret(password=getpass.getpass(f"Password of {safe(server.user)}: "))
    return ElasticSecret(api_key=getpass.getpass("API key (none: only Enter): ").strip())


def _is_asking() -> bool:
    return is_terminal(sys.stderr) and sys.stdin.isatty()


def _wants_switch(place: StorePlace) -> bool:
    if not _is_asking():
        return False
    say(f"Keep pages {_where(place)} from now on? [y/N] ", stream=sys.stderr)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _watching(
    work: Callable[[JobContext], CopyReport],
) -> tuple[Callable[[JobContext], CopyReport], Callable[[], IndexState]]:
    """Return the work, and its state: blocked while it waits for room or for the server."""
    last = [Progress(0)]

    def watched(ctx: JobContext) -> CopyReport:
        def report(now: Progress) -> None:
            last[0] = now
            ctx.report(now)

        return work(JobContext(ctx.token, report))

    def state() -> IndexState:
        label = last[0].label
        if not label or label in _VERBS:
            return IndexState()
        return IndexState(IndexPhase.BLOCKED, message=label, may_pass=last[0].may_pass)

    return watched, state


def _words(now: Progress) -> str:
    if now.label not in _VERBS:
        return safe(now.label)
    what = f"{_VERBS[now.label]} {now.done:,} of {counted(now.total or 0, 'page')}"
    pace = f"{now.per_second:,.0f} a second" if now.per_second else ""
    return progress_words(what, pace, now.left_s)


def _where(place: StorePlace) -> str:
    if place.elastic is None:
        return "in the library's own folder"
    return safe(f"on {place.elastic.url} ({place.elastic.prefix}-…)")


def _say_facts(facts: StoreFacts) -> None:
    folder = f": {safe(facts.where)}" if facts.place.elastic is None else ""
    say(f"{strong('Pages are kept', sys.stdout)} {_where(facts.place)}{folder}")
    if facts.health is StoreHealth.WORKING:
        pages, documents = counted(facts.pages, "page"), counted(facts.documents, "document")
        say(f"{pages} in {documents}, {size(facts.disk_bytes)}")
    else:
        say(safe(facts.message))
    if facts.other_machines:
        say(f"Shared with {counted(facts.other_machines, 'other computer')}")
    if facts.place.is_read_only:
        say("Only for searching: nothing is written there.")
    _say_server(facts.server)


def _say_server(server: ElasticFacts | None) -> None:
    if server is None:
        return
    if server.is_told:
        say(f"Elasticsearch {safe(server.version)}, licence {safe(server.licence)}")
    say(f"Vectors are found with {safe(server.vector_index)}; {_rank_vectors(server)}")
    for sentence in server.missing:
        say(safe(sentence))


def _rank_vectors(server: ElasticFacts) -> str:
    if server.has_rank_vectors:
        return "rank_vectors is there, so the server compares rows of looks itself."
    return "rows of looks are compared here, as the server lacks rank_vectors."


def _say_report(report: CopyReport) -> None:
    pages, documents = counted(report.pages, "page"), counted(report.documents, "document")
    looks = f", {counted(report.looks, 'look')}" if report.looks else ""
    files = counted(report.files, "file")
    say(f"Copied {pages} in {documents}{looks}, {files} in {report.elapsed_s:,.0f} s.")
    if report.left_there:
        say(f"{counted(report.left_there, 'document')} that only others have stay there.")
    asked = counted(report.queries, "question")
    same = f" Both answer {asked} alike." if report.queries else ""
    say(f"Both hold the same: checksum {report.checksum[:16]}…{same}")


def _facts_answer(facts: StoreFacts) -> dict[str, Any]:
    server, elastic = facts.server, facts.place.elastic
    return {
        "store": facts.place.kind.value,
        "where": facts.where,
        "prefix": elastic.prefix if elastic else None,
        "read_only": facts.place.is_read_only,
        "health": facts.health.value,
        "message": facts.message,
        "documents": facts.documents,
        "pages": facts.pages,
        "files": facts.files,
        "disk_bytes": facts.disk_bytes,
        "other_machines": facts.other_machines,
        "server": None if server is None else _server_answer(server),
    }


def _server_answer(server: ElasticFacts) -> dict[str, Any]:
    return {
        "name": server.name,
        "version": server.version,
        "licence": server.licence,
        "plugins": list(server.plugins),
        "vector_index": server.vector_index,
        "rank_vectors": server.has_rank_vectors,
        "fusion": server.has_fusion,
        "can_read": server.can_read,
        "can_write": server.can_write,
        "missing": list(server.missing),
    }


def _report_answer(report: CopyReport, *, is_switched: bool) -> dict[str, Any]:
    return {
        "documents": report.documents,
        "pages": report.pages,
        "looks": report.looks,
        "files": report.files,
        "checksum": report.checksum,
        "queries": report.queries,
        "left_there": report.left_there,
        "elapsed_s": round(report.elapsed_s, 3),
        "switched": is_switched,
    }
