"""Words as numbers, in the order in which they were first met."""

import threading
from collections.abc import Iterator, Sequence

import numpy as np

from folioscope.stores.word_source import TokenIds

_GAP = "\n"  # stands in no term


class _Numbers(dict[str, int]):
    """Gives each word that is met for the first time the next number, and lists it."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def __missing__(self, word: str) -> int:
        self.words.append(word)
        number = self[word] = len(self.words)
        return number


class Vocabulary:
    """Numbers words from 1 on. Only grows; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = _Numbers()
        self._listed, self._listed_words = _GAP, 0

    def __len__(self) -> int:
        """Return the number of words."""
        return len(self._numbers.words)

    def numbers(self, words: Sequence[str]) -> TokenIds:
        """Return the numbers of words in order, uint32 (n,), giving new ones to new words."""
        with self._lock:
            found = map(self._numbers.__getitem__, words)
            return np.fromiter(found, np.uint32, len(words))

    def number_of(self, word: str) -> int:
        """Return the number of a word, 0 when it was never met."""
        return self._numbers.get(word, 0)

    def beginning_with(self, start: str) -> Iterator[str]:
        """Yield the words that begin so."""
        return self._around(_GAP + start)

    def ending_with(self, end: str) -> Iterator[str]:
        """Yield the words that end so."""
        return self._around(end + _GAP)

    def _around(self, sought: str) -> Iterator[str]:
        """Yield the words where ``sought``, with a gap at one end, stands among all words."""
        listed = self._list()
        place = listed.find(sought)
        while place >= 0:
            first = listed.rfind(_GAP, 0, place + 1) + 1
            last = listed.find(_GAP, first)
            yield listed[first:last]
            place = listed.find(sought, last)

    def _list(self) -> str:
        """Return all words in one text: searching it is a hundred times as fast as word by word."""
        with self._lock:
            known = self._numbers.words
            if self._listed_words != len(known):
                self._listed += _GAP.join([*known[self._listed_words :], ""])
                self._listed_words = len(known)
            return self._listed
