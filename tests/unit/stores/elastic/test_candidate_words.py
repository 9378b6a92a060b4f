"""Words of a search's candidates are found as those of a whole library in memory are."""

from hypothesis import given
from hypothesis import strategies as st

from folioscope.stores.elastic.candidate_words import CandidateWords
from folioscope.stores.elastic.vocabulary import Vocabulary
from folioscope.stores.memory_words import MemoryWords

words = st.text("ab京", min_size=1, max_size=4)
pages = st.lists(st.lists(words, max_size=6), max_size=5)


def candidates(said: list[list[str]]) -> CandidateWords:
    """Return pages among words that others have said before."""
    vocabulary = Vocabulary()
    vocabulary.numbers(["aab", "京a", "b"])
    return CandidateWords([vocabulary.numbers(page) for page in said], vocabulary)


def both(said: list[list[str]]) -> tuple[CandidateWords, MemoryWords]:
    exact = MemoryWords()
    for number, tokens in enumerate(said, 1):
        exact.put(number, tokens)
    return candidates(said), exact


@given(said=pages, part=words)
def test_longer_words_are_found_by_either_end(said: list[list[str]], part: str) -> None:
    found, exact = both(said)
    known = sorted({token for page in said for token in page})
    numbers, others = found.term_ids(known), exact.term_ids(known)
    for way in ("beginning_with", "ending_with"):
        own = getattr(found, way)(part, limit=1000)
        other = getattr(exact, way)(part, limit=1000)
        assert len(own) == len(set(own))
        assert {t for t in known if numbers[t] in own} == {t for t in known if others[t] in other}


@given(said=pages)
def test_pages_hold_what_they_say(said: list[list[str]]) -> None:
    found, exact = both(said)
    ids = list(range(1, len(said) + 1))
    assert [len(tokens) for tokens in found.page_tokens(ids)] == [len(page) for page in said]
    for token in {token for page in said for token in page}:
        (own,) = found.term_ids([token]).values()
        (other,) = exact.term_ids([token]).values()
        mine, theirs = found.postings(own), exact.postings(other)
        held = dict(zip(mine.ids.tolist(), mine.counts.tolist(), strict=True))
        assert held == dict(zip(theirs.ids.tolist(), theirs.counts.tolist(), strict=True))


def test_the_most_frequent_come_first() -> None:
    found = candidates([["abc", "abd"], ["abd"], ["abe", "abd", "abe"]])
    (most,) = found.beginning_with("ab", limit=1)
    assert most == found.term_ids(["abd"])["abd"]
