"""Answers as text, for people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from folioscope.cli.terminal import safe, say, strong

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from folioscope.domain.protocols import StoreStats, VerifyReport
    from folioscope.domain.results import SearchResult, SearchResults, Snippet
    from folioscope.services.api import FileReport, IndexReport, LibraryService
    from folioscope.services.look_api import LookState

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def show_search(found: SearchResults, *, limit: int) -> None:
    """Print hits with their reasons, or why there are none."""
    for problem in found.query.problems:
        say(safe(problem.message), stream=sys.stderr)
    hits = (*found.results, *found.weaker)[:limit]
    if found.no_good_match:
        say(strong("No good match", sys.stdout))
        say(safe(found.explanation))
        for suggestion in found.suggestions:
            say(f"  {safe(suggestion.text)}: {safe(suggestion.query)}")
        if hits:
            say("Closest pages:")
    for number, hit in enumerate(hits, 1):
        _show_hit(number, hit)


def _show_hit(number: int, hit: SearchResult) -> None:
    place = f"page {hit.page_number} of {hit.page_count}"
    notes = [place, *([f"{hit.strength.value} match"] if hit.strength else [])]
    notes += ["away"] if hit.is_away else []
    notes += [counted(len(hit.paths), "copy", "copies")] if len(hit.paths) > 1 else []
    say(f"{number:3d}. {strong(safe(hit.path), sys.stdout)}, {', '.join(notes)}")
    if hit.snippet.text:
        say(f"     {_snippet(hit.snippet)}")
    for reason in hit.reasons:
        say(f"     {safe(reason.text)}")


def _snippet(snippet: Snippet) -> str:
    parts: list[str] = []
    at = 0
    for start, end in snippet.bold:
        parts += [safe(snippet.text[at:start]), strong(safe(snippet.text[start:end]), sys.stdout)]
        at = end
    return "".join([*parts, safe(snippet.text[at:])])


def show_index(report: IndexReport) -> None:
    """Print what a run did."""
    done = [f"Read {counted(report.pages_read, 'page')} in {counted(report.files_read, 'file')}"]
    if report.files_relinked:
        done.append(
            f"{counted(report.files_relinked, 'copy or moved file', 'copies or moved files')}"
        )
    if report.files_removed:
        done.append(f"{counted(report.files_removed, 'file')} gone")
    say(f"{', '.join(done)} ({report.elapsed_s:.1f} s).")


def show_failed(files: Iterable[FileReport]) -> None:
    """Print each file that failed, with its reasons, as errors."""
    for file in files:
        for failure in file.failures:
            page = "" if failure.page_index is None else f", page {failure.page_index + 1}"
            say(f"{safe(file.path)}{page}: {safe(failure.message)}", stream=sys.stderr)


def show_failures(failed: list[FileReport], left_out: list[FileReport]) -> None:
    """Print the lists of files that failed and of those that are not supported."""
    if not failed and not left_out:
        say("Every file could be read.")
    for title, files in (("Could not be read", failed), ("Not supported", left_out)):
        if not files:
            continue
        say(strong(f"{title}: {counted(len(files), 'file')}", sys.stdout))
        for file in files:
            say(f"  {safe(file.path)}")
            for failure in file.failures:
                page = "" if failure.page_index is None else f"page {failure.page_index + 1}: "
                say(f"    {page}{safe(failure.message)}")


def show_status(library: LibraryService, stats: StoreStats) -> None:
    """Print what the library holds."""
    say(f"{strong(safe(library.name), sys.stdout)}, {safe(library.directory)}")
    say(
        f"{counted(stats.pages, 'page')} in {counted(stats.documents, 'document')}, "
        f"{counted(stats.files, 'file')}, {size(stats.disk_bytes)} on disk"
    )
    if stats.pages_waiting_for_ocr:
        say(f"{counted(stats.pages_waiting_for_ocr, 'page')} waiting to be read by OCR")
    for count in library.folders():
        away = ", away" if count.is_away else ""
        say(f"  {safe(count.folder)}: {counted(count.pages, 'page')}{away}")
    failed, left_out = len(library.failures()), len(library.left_out())
    if failed or left_out:
        say(f"{counted(failed, 'file')} could not be read, {left_out} not supported: see failures")


def show_look(look: LookState | None) -> None:
    """Print how many pages the chosen visual model has looked at."""
    if look is None:
        return
    share = f" ({100 * look.done // look.total} %)" if look.total else ""
    failed = f", {counted(look.failed, 'page')} could not be looked at" if look.failed else ""
    pages = f"{look.done:,} of {counted(look.total, 'page')}"
    say(f"{safe(look.model)} has looked at {pages}{share}{failed}")
    if look.message:
        say(safe(look.message))


def show_other_looks(looks: Sequence[Mapping[str, Any]]) -> None:
    """Print what the library holds of models that are not in use, and what a switch would take."""
    for held in looks:
        if held["in_use"]:
            continue
        name = ", ".join(filter(None, (held["model"], held["precision"])))
        taken = f", {size(held['disk_bytes'])}" if held["disk_bytes"] else ""
        left = counted(held["pages_left"], "page")
        rest = f"{left} left" if held["pages_left"] else "can be used again at once"
        if held["pages_left"] and held["seconds_left"] is not None:
            rest += f", about {lasting(held['seconds_left'])}"
        rest = rest if held["installed"] else "not installed"
        pages = counted(held["pages"], "page")
        say(f"{safe(name)} has looked at {pages}{taken}; not in use: {rest}")


def lasting(seconds: float) -> str:
    """Return roughly how long something takes."""
    for unit, length in (("day", 86_400), ("hour", 3600)):
        if seconds >= 2 * length:
            return counted(round(seconds / length), unit)
    return counted(max(1, round(seconds / 60)), "minute")


def show_check(report: VerifyReport) -> None:
    """Print what a check found."""
    for message in report.messages:
        say(safe(message))
    say(f"{counted(report.checked_pages, 'page')} checked: {report.health.value}.")


def counted(number: int, one: str, many: str = "") -> str:
    """Return "1 page" or "1,204 pages"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(size_bytes: float) -> str:
    """Return a size for people."""
    for unit in _UNITS:
        if size_bytes < 1000 or unit == _UNITS[-1]:
            break
        size_bytes /= 1000
    return f"{size_bytes:.0f} {unit}" if unit in ("bytes", "kB") else f"{size_bytes:.1f} {unit}"
