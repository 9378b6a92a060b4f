"""Answers as JSON objects, for programs. The keys are a promise: others script against them."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from folioscope.domain.documents import Failure
    from folioscope.domain.protocols import StoreStats, VerifyReport
    from folioscope.domain.results import SearchResult, SearchResults
    from folioscope.services.api import FileReport, IndexReport, LibraryService
    from folioscope.services.look_api import LookCoverage, LookState, ModelsService, Profile

Answer = dict[str, Any]


def write(answer: object) -> None:
    """Write one JSON document on one line, in ASCII: names of any bytes survive as escapes."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def search_answer(query: str, found: SearchResults, *, limit: int) -> Answer:
    """Return hits, strong and fair ones first; without a good match the closest pages."""
    hits = (*found.results, *found.weaker)[:limit]
    return {
        "query": query,
        "elapsed_ms": round(found.elapsed_ms, 3),
        "no_good_match": found.no_good_match,
        "hits": [_hit(hit) for hit in hits],
    }


def no_answer(query: str, problem: str) -> Answer:
    """Return the answer to a query that cannot be asked."""
    empty = {"query": query, "elapsed_ms": 0.0, "no_good_match": True, "hits": []}
    return {**empty, "error": problem}


def _hit(hit: SearchResult) -> Answer:
    regions = [{"box": mark.box.as_list(), "score": round(mark.score, 4)} for mark in hit.regions]
    words = [{"box": mark.box.as_list(), "score": 1.0} for mark in hit.words]
    return {
        "file": hit.path,
        "page": hit.page_number,
        "score": round(hit.score, 6),
        "strength": hit.strength.value if hit.strength else "fair",
        "reasons": [reason.text for reason in hit.reasons],
        "regions": regions + words,
    }


def index_answer(
    report: IndexReport, failed: list[FileReport], look: LookState | None = None
) -> Answer:
    """Return what a run did, the files with a failure, and how far pages are looked at."""
    return {
        "files_read": report.files_read,
        "pages_read": report.pages_read,
        "files_relinked": report.files_relinked,
        "files_removed": report.files_removed,
        "elapsed_s": round(report.elapsed_s, 3),
        "failed": [file_answer(file) for file in failed],
        "look": _look(look),
    }


def looks_answer(
    coverage: Sequence[LookCoverage], models: ModelsService, pages: int
) -> list[Answer]:
    """Return what the library holds of each visual model, and what the rest of it would take."""
    profiles = {p.model.name: p for p in models.profiles() if p.model}
    return [_held(held, profiles.get(held.name), pages) for held in coverage]


def _held(held: LookCoverage, profile: Profile | None, pages: int) -> Answer:
    left = max(0, pages - held.pages)
    each = None
    if profile and profile.trial and profile.precision and held.precision == profile.precision:
        each = profile.trial.seconds_a_page
    builds = profile.model.builds if profile and profile.model else ()
    return {
        "model": held.name,
        "precision": held.precision or None,
        "fingerprint": held.model,
        "in_use": held.is_current,
        "installed": any(b.is_whole and b.precision == held.precision for b in builds),
        "pages": held.pages,
        "pages_left": left,
        "seconds_left": round(each * left) if each is not None else None,
        "disk_bytes": held.size_bytes or None,
    }


def _look(look: LookState | None) -> Answer | None:
    """Return how many pages the chosen visual model has looked at, null where none is chosen."""
    if look is None:
        return None
    return {
        "model": look.model,
        "done": look.done,
        "total": look.total,
        "failed": look.failed,
        "device": look.device,
    }


def file_answer(file: FileReport) -> Answer:
    """Return a file with its reasons."""
    return {
        "file": file.path,
        "folder": file.folder,
        "state": file.state.value,
        "is_away": file.is_away,
        "failures": [_failure(failure) for failure in file.failures],
    }


def _failure(failure: Failure) -> Answer:
    page = None if failure.page_index is None else failure.page_index + 1
    return {"cause": failure.cause.value, "message": failure.message, "page": page}


def status_answer(
    library: LibraryService,
    stats: StoreStats,
    look: LookState | None = None,
    looks: Sequence[Answer] = (),
) -> Answer:
    """Return what the library holds; ``looks`` as ``looks_answer`` gives them."""
    return {
        "library": library.directory,
        "name": library.name,
        "documents": stats.documents,
        "pages": stats.pages,
        "files": stats.files,
        "disk_bytes": stats.disk_bytes,
        "live_bytes": stats.live_bytes,
        "pages_waiting_for_ocr": stats.pages_waiting_for_ocr,
        "look": _look(look),
        "looks": list(looks),
        "folders": [
            {
                "folder": count.folder,
                "pages": count.pages,
                "files": count.files,
                "is_away": count.is_away,
            }
            for count in library.folders()
        ],
        "failed": len(library.failures()),
        "not_supported": len(library.left_out()),
    }


def verify_answer(report: VerifyReport) -> Answer:
    """Return what a check found."""
    return {
        "health": report.health.value,
        "checked_pages": report.checked_pages,
        "damaged": list(report.damaged),
        "messages": list(report.messages),
    }
