"""Which model a library was made with, in words that say what to do."""

from pathlib import Path

import pytest

from folioscope.domain.remote_models import RemoteOffer, RemoteTask, RemoteUse
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.inference.remote_servers import ElasticInferenceServers
from folioscope.services.made_with import (
    MadeWith,
    conflict,
    mismatch,
    model_words,
    refusal,
    warning,
)
from folioscope.services.remote_models import RemoteModels
from folioscope.settings.store import SettingsStore

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


def test_a_copy_to_what_another_model_made_is_told_as_that() -> None:
    told = str(conflict(REMOTE, STARTER))
    assert "What is kept there was made with another model: jina-embeddings-v3" in told
    assert "Choose another prefix" in told
    assert "another version" in str(conflict(OLDER, STARTER))


def test_a_model_that_shuts_one_out_of_a_shared_library_is_warned_of() -> None:
    told, what_then = warning(MadeWith(STARTER, 2), "elastic/jina-embeddings-v3/0")
    assert told.endswith("the starter that comes with Folioscope. 2 other computers use it.")
    assert "cannot search" in what_then
    assert warning(MadeWith(STARTER, 0), "elastic/jina-embeddings-v3/0") == ()
    assert warning(MadeWith(REMOTE, 2), "elastic/jina-embeddings-v3/0") == ()


def test_the_warning_is_for_the_texts_of_pages_alone(tmp_path: Path) -> None:
    models = RemoteModels(
        ElasticInferenceServers(),
        SettingsStore(tmp_path / "settings.json"),
        place=lambda: ElasticPlace("https://search.example.org"),
        find_secret=lambda _place: ElasticSecret(),
        made_with=lambda: MadeWith(STARTER, 1),
    )
    offer = RemoteOffer("omni", RemoteTask.EMBEDDING, "elastic", "jina-omni")
    assert len(models.what_breaks(offer, RemoteUse.TEXTS)) == 2
    assert models.what_breaks(offer, RemoteUse.PICTURES) == ()
