"""What the command line prints: JSON for programs, short lines for people."""

import json
import sys
import time
import unicodedata
from collections.abc import Iterable, Mapping
from typing import TextIO

from folioscope.domain.results import SearchResult, SearchResults
from folioscope.jobs.progress import Progress
from folioscope.services.api import FileReport

_BAR_EVERY_S = 0.1


def printable(text: str) -> str:
    """Escape what would move the cursor, turn the line around or break it."""
    return "".join(
        c
        if c.isprintable() and unicodedata.category(c) not in ("Cf", "Cs")
        else c.encode("unicode_escape", "surrogatepass").decode("ascii")
        for c in text
    )


def say(text: str, *, file: TextIO | None = None) -> None:
    """Print a line, whatever the terminal's encoding."""
    out = file or sys.stdout
    encoding = out.encoding or "utf-8"
    out.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def say_json(value: object) -> None:
    """Print one JSON document on one line; odd characters are escaped."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def answer_json(query: str, answer: SearchResults, *, limit: int) -> dict[str, object]:
    """Return the answer in the form that scripts rely on; see README."""
    hits = (*answer.results, *answer.weaker)[:limit]
    return {
        "query": query,
        "elapsed_ms": round(answer.elapsed_ms, 2),
        "no_good_match": answer.no_good_match,
        "hits": [_hit_json(hit) for hit in hits],
    }


def _hit_json(hit: SearchResult) -> dict[str, object]:
    regions = [{"box": _box(r.box.as_list()), "score": round(r.score, 4)} for r in hit.regions]
    regions += [{"box": _box(w.box.as_list()), "score": 1.0} for w in hit.words]
    return {
        "file": hit.path,
        "page": hit.page_number,
        "score": round(hit.score, 6),
        "strength": (hit.strength or "weak"),
        "reasons": [reason.text for reason in hit.reasons],
        "regions": regions,
        "copies": list(hit.paths[1:]),
    }


def _box(values: Iterable[float]) -> list[float]:
    return [round(float(v), 5) for v in values]


def say_answer(answer: SearchResults, *, limit: int) -> None:
    """Print an answer for people."""
    for problem in answer.query.problems:
        say(problem.message, file=sys.stderr)
    if answer.no_good_match:
        say(f"No good match. {answer.explanation}".strip())
        if answer.weaker:
            say("Closest pages:")
    for number, hit in enumerate((*answer.results, *answer.weaker)[:limit], start=1):
        say(f"{number:3}. {printable(hit.path)}, page {hit.page_number}  [{hit.strength or '-'}]")
        detail = "; ".join(reason.text for reason in hit.reasons)
        if detail:
            say(f"     {printable(detail)}")
        if hit.snippet.text:
            say(f"     {printable(hit.snippet.text)}")


def report_json(report: FileReport) -> dict[str, object]:
    """Return a file with what is wrong with it."""
    return {
        "file": report.path,
        "state": report.state.value,
        "away": report.is_away,
        "failures": [
            {
                "page": None if f.page_index is None else f.page_index + 1,
                "cause": f.cause.value,
                "message": f.message,
            }
            for f in report.failures
        ],
    }


def report_lines(report: FileReport) -> list[str]:
    """Return a line for each thing wrong with a file."""
    lines = []
    for failure in report.failures:
        place = "" if failure.page_index is None else f", page {failure.page_index + 1}"
        lines.append(f"{printable(report.path)}{place}: {failure.message}")
    return lines or [f"{printable(report.path)}: {report.state.value}"]


def say_table(rows: Mapping[str, object]) -> None:
    """Print names and values below each other."""
    width = max((len(name) for name in rows), default=0)
    for name, value in rows.items():
        say(f"{name:{width}}  {value}")


class ProgressLine:
    """One line on a terminal that is written over; silent where there is no terminal."""

    def __init__(self) -> None:
        self._out = sys.stderr
        self._is_shown = self._out.isatty()
        self._last_at = 0.0

    def show(self, progress: Progress) -> None:
        """Write the line, a few times a second at most."""
        now = time.monotonic()
        if not self._is_shown or now - self._last_at < _BAR_EVERY_S:
            return
        self._last_at = now
        self._out.write(f"\r\x1b[K{progress_words(progress)}")
        self._out.flush()

    def end(self) -> None:
        """Wipe the line."""
        if self._is_shown and self._last_at:
            self._out.write("\r\x1b[K")
            self._out.flush()


def progress_words(progress: Progress) -> str:
    """Say how far it is, as the window does."""
    verb = "Reading text in pictures:" if progress.label == "recognising" else "Reading"
    parts = [f"{verb} {progress.done:,} of {progress.total or progress.done:,} pages"]
    if progress.per_second:
        parts.append(f"{progress.per_second:.3g} a second")
    if progress.left_s is not None:
        parts.append(f"about {_duration(progress.left_s)} left")
    return " · ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    if seconds < 5400:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3600)} hours"
