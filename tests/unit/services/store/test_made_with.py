"""Which model a library was made with, in words that say what to do."""

import pytest

from folioscope.services.made_with import is_same_model, mismatch, model_words, refusal

STARTER = "starter e5-small-q4.1 w8a8 384d query='query: ' passage='a|b'|compose-1|read-1"
OLDER = "starter e5-small-q4.1 w8a8 384d query='query: ' passage='a|b'|compose-0|read-1"
REMOTE = "elastic/jina-embeddings-v3/1024|compose-1|read-1"


@pytest.mark.parametrize(
    ("fingerprint", "words"),
    [
        (STARTER, "the starter that comes with Folioscope"),
        (REMOTE, "jina-embeddings-v3, run by elastic"),
        ("jinaai/mine at https://a.example:9200/16|c|r", "mine at https://a.example:9200, run by"),
        ("", "an unknown one"),
    ],
)
def test_a_model_has_a_name_that_people_know(fingerprint: str, words: str) -> None:
    assert model_words(fingerprint).startswith(words)


def test_a_library_of_another_model_names_it_and_how_to_choose_it() -> None:
    told = str(mismatch(REMOTE, STARTER, others=0))
    assert "another model: jina-embeddings-v3, run by elastic." in told
    assert "folioscope models agree NAME, or read its files again" in told
    assert told.endswith("folioscope index --rebuild.")
    assert "models forget NAME" in str(mismatch(STARTER, REMOTE, others=0))


def test_a_shared_library_is_not_said_to_be_read_anew() -> None:
    told = str(mismatch(REMOTE, STARTER, others=1))
    assert "Another computer uses it. Choose that one with folioscope models agree NAME." in told
    assert "--rebuild" not in told


def test_versions_are_told_from_models() -> None:
    told = str(mismatch(OLDER, STARTER, others=3))
    assert "made with another version of Folioscope. 3 other computers use it." in told
    assert "model" not in told


def test_a_refusal_tells_who_would_lose_and_how_it_is_done_all_the_same() -> None:
    same = str(refusal(STARTER, STARTER, others=2))
    assert same.startswith("2 other computers have files in this library, and what was read")
    assert "To read all of it anew for everybody: folioscope index --rebuild --for" in same
    other = str(refusal(REMOTE, STARTER, others=1))
    assert "jina-embeddings-v3" in other
    assert "models agree NAME; to read all of it anew for everybody" in other


def test_a_model_is_known_whatever_the_versions_of_reading() -> None:
    assert is_same_model(REMOTE, "elastic/jina-embeddings-v3/1024")
    assert not is_same_model(REMOTE, "elastic/jina-embeddings-v3/512")
    assert is_same_model(STARTER, OLDER.rsplit("|", 2)[0])
