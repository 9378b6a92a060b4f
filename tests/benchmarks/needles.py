"""Queries that name something: made from the corpus by a fixed seed, each with its pages."""

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import PurePosixPath

from folioscope.domain.tokens import spoken_name
from tests.benchmarks.plain_words import Page, plain_tokens

SEED = 7
COUNT = 60


@dataclass(frozen=True, slots=True)
class Needle:
    """A query, what it is made of, and the pages that are right."""

    kind: str
    query: str
    right: frozenset[Page]


def make_needles(
    texts: dict[Page, str], certain: frozenset[Page], *, seed: int = SEED, count: int = COUNT
) -> list[Needle]:
    """Draw rare words, codes, pairs of words, phrases (bare and quoted) and file names.

    Words are drawn from the ``certain`` pages alone: those with a text layer, as two runs of
    OCR need not read a word alike.
    """
    rng = random.Random(seed)
    words = {page: plain_tokens(text) for page, text in texts.items()}
    spread = Counter(word for said in words.values() for word in set(said))
    once = [(w, page) for page, said in words.items() for w in sorted(set(said)) if spread[w] == 1]
    once = [(w, page) for w, page in once if page in certain]
    rare = [(w, page) for w, page in once if w.isascii() and w.isalpha() and len(w) >= 6]
    codes = [(w, page) for w, page in once if len(w) >= 4 and any(c.isdigit() for c in w)]
    needles = [Needle("rare word", w, frozenset([p])) for w, p in _some(rng, rare, count)]
    needles += [Needle("code", w, frozenset([p])) for w, p in _some(rng, codes, count)]
    needles += _two_words(rng, words, spread, sorted(certain), count)
    phrases = _phrases(rng, words, sorted(certain), count)
    needles += phrases
    needles += [Needle("quoted phrase", f'"{n.query}"', n.right) for n in phrases]
    return needles + _file_names(rng, list(texts), count)


def _some(rng: random.Random, found: list[tuple[str, Page]], count: int) -> list[tuple[str, Page]]:
    return rng.sample(found, min(count, len(found)))


def _two_words(
    rng: random.Random,
    words: dict[Page, list[str]],
    spread: Counter[str],
    certain: list[Page],
    count: int,
) -> list[Needle]:
    sets = {page: set(said) for page, said in words.items()}
    made: list[Needle] = []
    for _ in range(200 * count):
        page = rng.choice(certain)
        few = sorted(
            w
            for w in sets[page]
            if 2 <= spread[w] <= 6 and w.isascii() and w.isalpha() and len(w) > 4
        )
        if len(few) < 2:
            continue
        pair = rng.sample(few, 2)
        if sum(held.issuperset(pair) for held in sets.values()) == 1:
            made.append(Needle("two words", " ".join(pair), frozenset([page])))
        if len(made) == count:
            break
    return made


def _phrases(
    rng: random.Random, words: dict[Page, list[str]], certain: list[Page], count: int
) -> list[Needle]:
    joined = [f" {' '.join(said)} " for said in words.values()]
    long = [page for page in certain if len(words[page]) >= 20]
    made: list[Needle] = []
    for _ in range(200 * count):
        page = rng.choice(long)
        start = rng.randrange(len(words[page]) - 5)
        phrase = " ".join(words[page][start : start + 5])
        if phrase.isascii() and sum(f" {phrase} " in text for text in joined) == 1:
            made.append(Needle("phrase", phrase, frozenset([page])))
        if len(made) == count:
            break
    return made


def _file_names(rng: random.Random, pages: list[Page], count: int) -> list[Needle]:
    files = sorted({name for name, _ in pages})
    return [
        Needle(
            "file name",
            spoken_name(PurePosixPath(name).stem),
            frozenset(page for page in pages if page[0] == name),
        )
        for name in rng.sample(files, min(count, len(files)))
    ]
