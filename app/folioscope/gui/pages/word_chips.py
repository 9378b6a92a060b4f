"""The words found on a page, with their counts: told in a sentence, and as chips."""

from collections import Counter

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from folioscope.gui.pages.marks import Marks, is_same_word, word_key
from folioscope.gui.parts import Button
from folioscope.gui.words import number, tr

_CHIP_CHARACTERS = 18
_MOST_CHIPS = 12
_MOST_WORDS_TOLD = 4


def counted_words(marks: Marks) -> list[tuple[str, str, int]]:
    """Return key, spelling and number of places of each word, most frequent first."""
    counts = Counter(word_key(mark.word) for mark in marks.words)
    spelled: dict[str, str] = {}
    for mark in marks.words:
        key = word_key(mark.word)
        spelled.setdefault(key, mark.word.strip(" .,;:!?()[]{}<>\"'“”‘’„«»…*_"))
    return [(key, spelled[key], count) for key, count in counts.most_common() if key]


def chip_words(marks: Marks) -> list[tuple[str, str, int]]:
    """Return the words found, then those of the query that are answered by look alone."""
    found = counted_words(marks)
    unread = [
        (key, key, len(places))
        for key, places in marks.heat
        if not any(is_same_word(key, known) for known, _, _ in found)
    ]
    return found + unread


def words_told(marks: Marks) -> str:
    """Tell which words stand on the page and how often: “maps” 3 times."""
    parts = []
    words = counted_words(marks)
    for _, word, count in words[:_MOST_WORDS_TOLD]:
        if count == 1:
            parts.append(tr("“{word}” once").format(word=word))
        else:
            told = tr("“{word}” {count} times")
            parts.append(told.format(word=word, count=number(count)))
    more = len(words) - _MOST_WORDS_TOLD
    if more > 0:
        parts.append(tr("{count} more").format(count=number(more)))
    return ", ".join(parts)


class WordChip(Button):
    """A word with the number of its places; hover or focus lights up only these."""

    lit = Signal(str)  # the word's key, empty when it goes out
    stepped = Signal(str)

    def __init__(self, key: str, word: str, count: int) -> None:
        shown = word if len(word) <= _CHIP_CHARACTERS else f"{word[: _CHIP_CHARACTERS - 1]}…"
        super().__init__(f"{shown}  {number(count)}", kind="chip")
        self.key, self.count = key, count
        self._is_lit = False
        tip = tr("Light up only “{word}”").format(word=word)
        self.setToolTip(tip)
        self.setAccessibleName(f"{word}, {number(count)}")
        self.setAccessibleDescription(tip)
        self.clicked.connect(lambda: self.stepped.emit(self.key))

    def _light(self) -> None:
        self._is_lit = True
        self.lit.emit(self.key)

    def put_out(self) -> None:
        """Light everything again, if it was this chip that lit up one word."""
        if self._is_lit:
            self._is_lit = False
            self.lit.emit("")

    def enterEvent(self, event: QEnterEvent) -> None:
        """Light up."""
        super().enterEvent(event)
        self._light()

    def leaveEvent(self, event: QEvent) -> None:
        """Go out, unless the keyboard is here."""
        super().leaveEvent(event)
        if not self.hasFocus():
            self.put_out()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Light up."""
        super().focusInEvent(event)
        self._light()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Go out."""
        super().focusOutEvent(event)
        self.put_out()


class ChipRow(QWidget):
    """As many chips as fit, the most frequent words first."""

    lit = Signal(str)
    stepped = Signal(str)
    _GAP = 6

    def __init__(self) -> None:
        super().__init__()
        self._chips: list[WordChip] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_words(self, marks: Marks) -> None:
        """Show the words marked; chips that stay the same stay lit and focused."""
        wanted = chip_words(marks)[:_MOST_CHIPS]
        kept = {(chip.key, chip.count): chip for chip in self._chips}
        lasting = {(key, count) for key, _, count in wanted}
        for known, chip in kept.items():
            if known not in lasting:
                chip.put_out()
                chip.hide()
                chip.deleteLater()
        self._chips = [
            kept[key, count] if (key, count) in kept else self._made(key, word, count)
            for key, word, count in wanted
        ]
        self._arrange()

    def _made(self, key: str, word: str, count: int) -> WordChip:
        chip = WordChip(key, word, count)
        chip.setParent(self)
        chip.lit.connect(self.lit)
        chip.stepped.connect(self.stepped)
        return chip

    def chips(self) -> list[WordChip]:
        """Return the chips in sight."""
        return [chip for chip in self._chips if not chip.isHidden()]

    def sizeHint(self) -> QSize:
        """Be as high as a chip."""
        return QSize(80, 26)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many as fit."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        left = 0
        for chip in self._chips:
            size = chip.sizeHint()
            fits = left + size.width() <= self.width()
            chip.setGeometry(
                left, (self.height() - size.height()) // 2, size.width(), size.height()
            )
            chip.setVisible(fits)
            left += size.width() + self._GAP if fits else self.width()
