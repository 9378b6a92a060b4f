"""Words chosen on a page with the pointer."""

from PySide6.QtCore import QPointF

from folioscope.domain.geometry import Box
from folioscope.domain.pages import PageText


class TextSelection:
    """A run of words in reading order, from where the pointer went down to where it is."""

    def __init__(self, text: PageText | None = None) -> None:
        self._text = text
        self._anchor = -1
        self._end = -1

    @property
    def text(self) -> PageText:
        """The words of the page."""
        if self._text is None:
            self._text = PageText()
        return self._text

    @property
    def is_empty(self) -> bool:
        """Whether nothing is chosen."""
        return self._anchor < 0 or self._end < 0

    def clear(self) -> None:
        """Choose nothing."""
        self._anchor = self._end = -1

    def begin(self, at: QPointF) -> bool:
        """Start at a word; False when there is none at this place (fractions of the page)."""
        self.clear()
        self._anchor = self._word_at(at)
        return self._anchor >= 0

    def extend(self, at: QPointF) -> None:
        """Choose up to the word nearest to this place."""
        if self._anchor >= 0 and len(self.text):
            self._end = self._nearest(at)

    def choose_word(self, at: QPointF) -> None:
        """Choose the one word at this place."""
        if self.begin(at):
            self._end = self._anchor

    def choose_all(self) -> None:
        """Choose the whole page."""
        if len(self.text):
            self._anchor, self._end = 0, len(self.text) - 1

    def boxes(self) -> list[Box]:
        """Return one box for each line of what is chosen."""
        if self.is_empty:
            return []
        first, last = sorted((self._anchor, self._end))
        rows: dict[int, list[int]] = {}
        for number in range(first, last + 1):
            rows.setdefault(int(self.text.lines[number]), []).append(number)
        found = []
        for numbers in rows.values():
            part = self.text.boxes[numbers]
            low, high = part.min(axis=0), part.max(axis=0)
            found.append(Box(float(low[0]), float(low[1]), float(high[2]), float(high[3])))
        return found

    def words(self) -> str:
        """Return what is chosen, lines by line feeds."""
        if self.is_empty:
            return ""
        first, last = sorted((self._anchor, self._end))
        part = slice(first, last + 1)
        chosen = PageText(
            self.text.words[part],
            self.text.boxes[part],
            self.text.lines[part],
            self.text.blocks[part],
        )
        return chosen.plain

    def _word_at(self, at: QPointF) -> int:
        boxes = self.text.boxes
        inside = (
            (boxes[:, 0] <= at.x())
            & (at.x() <= boxes[:, 2])
            & (boxes[:, 1] <= at.y())
            & (at.y() <= boxes[:, 3])
        )
        import numpy as np  # not before the first page: the window is up sooner

        hit = np.flatnonzero(inside)
        return int(hit[0]) if len(hit) else -1

    def _nearest(self, at: QPointF) -> int:
        import numpy as np

        boxes = self.text.boxes
        zero = np.float32(0)
        across = np.maximum(np.maximum(boxes[:, 0] - at.x(), at.x() - boxes[:, 2]), zero)
        down = np.maximum(np.maximum(boxes[:, 1] - at.y(), at.y() - boxes[:, 3]), zero)
        # lines are told apart first: a word far along the line is nearer than the next line
        return int(np.argmin(down * 8 + across))
