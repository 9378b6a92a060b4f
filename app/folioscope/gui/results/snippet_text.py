"""The text around a match: a few lines, the words of the query bold, the end cut where told."""

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QTextCharFormat, QTextLayout, QTextOption

from folioscope.domain.results import Snippet
from folioscope.gui.theme import colour, font, line_px

_MOST_CHARACTERS_A_LINE = 120  # more than any tile shows


def paint_snippet(
    painter: QPainter, rect: QRectF, snippet: Snippet, *, lines: int = 1, tint: str = "text_muted"
) -> None:
    """Paint up to ``lines`` lines from the top of ``rect`` on, in either direction of writing."""
    snippet = _with_match_in_sight(snippet, round(rect.width()), lines)
    text = _shown_text(snippet, round(rect.width()), lines)
    layout, _ = _laid_out(text, snippet, rect.width(), lines=lines, tint=tint)
    layout.draw(painter, rect.topLeft())


def snippet_lines(snippet: Snippet, width_px: int, *, lines: int) -> int:
    """Return how many lines a snippet takes, ``lines`` at most."""
    text = _shown_text(snippet, width_px, lines)
    layout, _ = _laid_out(text, snippet, width_px, lines=lines)
    return max(1, layout.lineCount())


@lru_cache(maxsize=2048)
def _with_match_in_sight(snippet: Snippet, width_px: int, lines: int) -> Snippet:
    """Begin later where long words before the first match would push it out of sight."""
    if not snippet.bold:
        return snippet
    start, end = snippet.bold[0]
    if start == 0 or len(_shown_text(snippet, width_px, lines)) > end:
        return snippet
    bold = tuple((a - start + 1, b - start + 1) for a, b in snippet.bold)
    return Snippet(f"…{snippet.text[start:]}", bold)


@lru_cache(maxsize=2048)
def _shown_text(snippet: Snippet, width_px: int, lines: int) -> str:
    """Return as much of the text as fits, with an ellipsis where there is more."""
    text = snippet.text[: _MOST_CHARACTERS_A_LINE * lines].replace("\n", " ")
    if text == snippet.text and _laid_out(text, snippet, width_px, lines=lines)[1]:
        return text
    least, most = 0, len(text)
    while least < most:
        middle = (least + most + 1) // 2
        tried = f"{text[:middle].rstrip()}…"
        if _laid_out(tried, snippet, width_px, lines=lines)[1]:
            least = middle
        else:
            most = middle - 1
    return f"{text[:least].rstrip()}…"


def _laid_out(
    text: str, snippet: Snippet, width_px: float, *, lines: int, tint: str = "text_muted"
) -> tuple[QTextLayout, bool]:
    """Lay the text out; False when it does not fit into the lines."""
    layout = QTextLayout(text, font("small"))
    option = QTextOption()
    wrapping = QTextOption.WrapMode.NoWrap if lines == 1 else QTextOption.WrapMode.WordWrap
    option.setWrapMode(wrapping)
    layout.setTextOption(option)
    layout.setFormats(_formats(text, snippet, tint))
    layout.beginLayout()
    fits = True
    for number in range(lines):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width_px)
        line.setPosition(QPointF(0, (number + 0.5) * line_px("small") - line.height() / 2))
        fits = fits and line.naturalTextWidth() <= width_px + 0.5
        fits = fits and (number + 1 < lines or line.textStart() + line.textLength() >= len(text))
    layout.endLayout()
    return layout, fits


def _formats(text: str, snippet: Snippet, tint: str) -> list[QTextLayout.FormatRange]:
    plain = QTextCharFormat()
    plain.setForeground(colour(tint))
    strong = QTextCharFormat()
    strong.setFont(font("small_strong"))
    strong.setForeground(colour("text"))
    found = [_ranged(0, len(text), plain)]
    for start, end in snippet.bold:
        if start < len(text):
            found.append(_ranged(start, min(end, len(text)), strong))
    return found


def _ranged(start: int, end: int, text_format: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, end - start, text_format
    return made
