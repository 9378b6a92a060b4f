"""The filters set beside the search field: how they are changed, and what they are called."""

from dataclasses import dataclass, replace
from datetime import date

from folioscope.domain.documents import DocumentKind
from folioscope.domain.pages import TextSource
from folioscope.domain.queries import PageFilter
from folioscope.gui.sidebar.rows import folder_name, kind_name
from folioscope.gui.words import tr


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the filters without it."""

    text: str
    without: PageFilter


def years_of(scope: PageFilter) -> tuple[int, int] | None:
    """Return the first and last year that a filter's dates span, None when they are open."""
    if scope.after is None or scope.before is None:
        return None
    last = scope.before.year - (1 if (scope.before.month, scope.before.day) == (1, 1) else 0)
    return scope.after.year, last


def with_years(scope: PageFilter, first: int, last: int) -> PageFilter:
    """Keep files of these years only; 0 lifts the limit."""
    if not first:
        return replace(scope, after=None, before=None)
    return replace(scope, after=date(first, 1, 1), before=date(last + 1, 1, 1))


def with_folder(scope: PageFilter, path: str) -> PageFilter:
    """Keep one folder only, or all again when it was kept already."""
    return replace(scope, folders=() if scope.folders == (path,) else (path,))


def with_kind(scope: PageFilter, kind: str) -> PageFilter:
    """Keep one kind of document only, or all again when it was kept already."""
    wanted = (DocumentKind(kind),)
    return replace(scope, kinds=() if scope.kinds == wanted else wanted)


def with_ocr(scope: PageFilter) -> PageFilter:
    """Keep pages that OCR read, or all again."""
    wanted = (TextSource.OCR,)
    return replace(scope, text_sources=() if scope.text_sources == wanted else wanted)


def _date_text(scope: PageFilter) -> str:
    years = years_of(scope)
    if years is not None:
        first, last = years
        return str(first) if first == last else f"{first}–{last}"
    if scope.after is not None:
        return tr("Since {date}").format(date=_short(scope.after))
    if scope.before is not None:
        return tr("Before {date}").format(date=_short(scope.before))
    return ""


def _short(day: date) -> str:
    return str(day.year) if (day.month, day.day) == (1, 1) else day.isoformat()


def chips_of(scope: PageFilter) -> list[Chip]:
    """List the filters that are on."""
    chips = [
        Chip(
            folder_name(path),
            replace(scope, folders=tuple(f for f in scope.folders if f != path)),
        )
        for path in scope.folders
    ]
    chips += [
        Chip(kind_name(kind), replace(scope, kinds=tuple(k for k in scope.kinds if k != kind)))
        for kind in scope.kinds
    ]
    if dates := _date_text(scope):
        chips.append(Chip(dates, replace(scope, after=None, before=None)))
    if scope.text_sources:
        chips.append(Chip(tr("Read by OCR"), replace(scope, text_sources=())))
    if scope.documents:
        chips.append(Chip(tr("One document"), replace(scope, documents=())))
    return chips
