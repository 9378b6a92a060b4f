"""What is said of a page found: on its tile, in its tooltip and to screen readers."""

import os
from pathlib import PurePath

from folioscope.domain.documents import FileState
from folioscope.domain.pages import TextSource
from folioscope.domain.results import SearchResult, Strength
from folioscope.gui.pages.marks import word_key
from folioscope.gui.words import number, tr

DOTS = {Strength.STRONG: 3, Strength.FAIR: 2, Strength.WEAK: 1}
_MOST_WORDS_SPOKEN = 4
_LONGEST_SHAPE = 4.0  # how often the longer side of a page holds the shorter one


def file_name(result: SearchResult) -> str:
    """Return the name of the file; bytes that are no text are shown as such."""
    return _shown(os.path.basename(result.path))  # noqa: PTH119  (asked 50,000 times at once)


def folder_words(result: SearchResult) -> str:
    """Return the last two folders of the path, outer first."""
    parts = [part for part in PurePath(result.path).parent.parts[-2:] if len(part) > 1]
    return " › ".join(map(_shown, parts))


def _shown(name: str) -> str:
    return name if name.isascii() else name.encode("utf-8", "replace").decode("utf-8")


def page_label(result: SearchResult) -> str:
    """Return the short label of the page's number."""
    return tr("p. {page}").format(page=number(result.page_number))


def strength_words(strength: Strength | None) -> str:
    """Name a strength; nothing where nothing was asked."""
    if strength is None:
        return ""
    names = {
        Strength.STRONG: tr("Strong match"),
        Strength.FAIR: tr("Fair match"),
        Strength.WEAK: tr("Weak match"),
    }
    return names[strength]


def is_very_long(result: SearchResult) -> bool:
    """Whether the page's shape is beyond what a tile can show."""
    return not 1 / _LONGEST_SHAPE <= result.aspect <= _LONGEST_SHAPE


def shown_aspect(aspect: float) -> float:
    """Return width by height as it is shown: shapes beyond 1:4 are clamped."""
    return min(max(aspect, 1 / _LONGEST_SHAPE), _LONGEST_SHAPE)


def second_line(result: SearchResult) -> str:
    """Return what stands below the name in place of a snippet; empty when there is one."""
    if result.state is FileState.WAITING:
        return tr("Not read yet")
    if result.state is FileState.LOCKED:
        return tr("Locked with a password")
    if result.snippet.text:
        return ""
    if result.strength is None:
        return folder_words(result)
    if result.text_source is TextSource.WAITING:
        return tr("Its text is still to be read")
    return tr("Found by meaning") if result.regions else tr("Words in a picture")


def spoken(result: SearchResult) -> str:
    """Name a page for screen readers: file, page, strength, and the words found."""
    place = tr("{name}, page {page}").format(
        name=file_name(result), page=number(result.page_number)
    )
    if result.strength is None:
        return place
    keys = list(dict.fromkeys(word_key(mark.word) for mark in result.words))
    why = ", ".join(keys[:_MOST_WORDS_SPOKEN]) or second_line(result) or result.snippet.text[:60]
    return f"{place}, {strength_words(result.strength).casefold()}: {why}"


def tooltip(result: SearchResult, failure: str = "") -> str:
    """Tell what the tile has no room for, a line each."""
    lines = [f"{file_name(result)}, {page_label(result)}", strength_words(result.strength)]
    if len(result.paths) > 1:
        lines.append(tr("{count} copies").format(count=number(len(result.paths))))
        lines.extend(result.paths[1:4])
    if result.similar:
        count = number(len(result.similar))
        lines.append(tr("Nearly the same pages behind it: {count}").format(count=count))
    if result.text_source is TextSource.OCR:
        lines.append(tr("Text read from the picture; it may hold mistakes."))
    if result.is_away:
        lines.append(tr("The drive is not connected."))
    if is_very_long(result):
        lines.append(tr("Very long page"))
    if failure:
        lines.append(failure)
    return "\n".join(_shown(line) for line in lines if line)
