"""``folioscope updates``, asking a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope import __version__
from folioscope.domain.updates import UpdateSource
from tests.e2e.commands import Ask
from tests.publisher import Publisher, notice, publisher_at

NEXT = "99.0.0"


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """Who publishes what this build looks for, with everything of the user's in a new folder."""
    monkeypatch.setenv("FOLIOSCOPE_DATA", str(tmp_path / "data"))
    with publisher_at(tmp_path) as made:
        source = UpdateSource(made.address, (made.key.public.text,))
        monkeypatch.setattr("folioscope.update_rooms.read_source", lambda _path: source)
        yield made


def test_nothing_is_asked_before_it_is_turned_on(ask: Ask, publisher: Publisher) -> None:
    publisher.publish()
    told = ask("updates")
    assert told.code == 0
    assert "turned off: folioscope updates on" in told.out
    refused = ask("updates", "check")
    assert (refused.code, refused.err.count("\n")) == (3, 1)
    assert publisher.hub.asked == []


def test_turned_on_it_says_what_is_sent_and_finds_what_is_new(
    ask: Ask, publisher: Publisher
) -> None:
    publisher.publish(notice(version=NEXT))
    told = ask("updates", "on").out
    assert "fetched from 127.0.0.1 over HTTPS" in told
    assert publisher.hub.asked == []
    found = ask("updates", "check")
    assert found.code == 0
    assert f"Folioscope {NEXT} was released on" in found.out
    assert "https://folioscope.example/download" in found.out
    assert "- Marks on maps." in found.out
    shown = ask("updates", "show").out
    assert shown.endswith(found.out.partition("\n")[2])
    assert len(publisher.hub.asked) == 2


def test_scripts_get_an_object(ask: Ask, publisher: Publisher) -> None:
    publisher.publish(notice(version=NEXT))
    ask("updates", "on")
    answer = ask("updates", "check", "--json").json
    assert list(answer) == [
        "version", "is_on", "cannot", "host", "checked_at", "standing", "newest",
    ]  # fmt: skip
    assert (answer["version"], answer["standing"]) == (__version__, "newer")
    assert answer["newest"]["version"] == NEXT
    assert set(answer["newest"]["notes"]) == {"en", "zh_TW"}
    assert ask("updates", "off", "--json").json["is_on"] is False


def test_what_was_tampered_with_is_one_sentence(ask: Ask, publisher: Publisher) -> None:
    publisher.publish(notice(version=NEXT))
    ask("updates", "on")
    manifest = publisher.hub.folder / "latest.json"
    manifest.write_bytes(manifest.read_bytes().replace(NEXT.encode(), b"98.0.0"))
    refused = ask("updates", "check")
    assert refused.code == 3
    assert refused.err == (
        "The notice of newer versions is not what its publisher signed, so it is refused.\n"
    )
    assert ask("updates", "--json").json["newest"] is None


def test_a_build_that_pins_no_key_says_that_it_cannot_look(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLIOSCOPE_DATA", str(tmp_path))
    monkeypatch.setattr("folioscope.update_rooms.read_source", lambda _path: UpdateSource())
    assert "made without the key" in ask("updates").out
    refused = ask("updates", "check")
    assert (refused.code, refused.err.count("\n")) == (3, 1)
