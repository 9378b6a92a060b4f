"""Looking for a newer version, at a real server that may say anything."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folioscope.domain.errors import FolioscopeError, UpdateError
from folioscope.domain.updates import UpdateStanding
from folioscope.jobs.progress import JobContext
from folioscope.jobs.tokens import Cancelled, CancelToken
from folioscope.services.update_manifest import read_manifest
from folioscope.services.updates import ThisMachine
from folioscope.settings.store import SettingsStore
from signing.secret_keys import make_key
from tests.loopback_hub import Fault
from tests.publisher import MANIFEST, SIGNATURE, Publisher, notice, publisher_at


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    with publisher_at(tmp_path) as made:
        yield made


def test_a_newer_version_is_found_and_kept(publisher: Publisher) -> None:
    publisher.publish()
    found = publisher.asker().check(JobContext())
    assert (found.standing, found.version) == (UpdateStanding.NEWER, "0.1.0")
    assert found.release is not None
    assert found.release.version == "0.2.0"
    assert found.release.notes["zh_TW"].startswith("### 新增")
    assert [file.name for file in found.files] == ["folioscope_0.2.0_amd64.deb"]
    assert publisher.asker().state() == found  # after a restart, without asking again
    assert len(publisher.hub.asked) == 2


def test_two_files_are_asked_for_and_nothing_is_told(publisher: Publisher) -> None:
    publisher.publish()
    publisher.asker().check(JobContext())
    assert [asked.path for asked in publisher.hub.asked] == [f"/{MANIFEST}", f"/{SIGNATURE}"]
    for asked in publisher.hub.asked:
        assert asked.headers == {
            "host": publisher.hub.endpoint.removeprefix("https://"),
            "user-agent": "folioscope",
            "accept": "*/*",
            "accept-encoding": "identity",
            "connection": "keep-alive",
        }


def test_nobody_is_asked_unless_it_was_turned_on(publisher: Publisher) -> None:
    publisher.publish()
    asker = publisher.asker(is_on=False)
    assert not asker.is_due
    with pytest.raises(UpdateError, match=r"is turned off\. Turn it on"):
        asker.check(JobContext())
    assert asker.state().standing is UpdateStanding.UNKNOWN
    assert publisher.hub.asked == []
    assert not (publisher.home / "updates.json").exists()


def test_turned_off_in_another_window_it_asks_no_more(publisher: Publisher) -> None:
    publisher.publish()
    asker = publisher.asker()
    assert asker.is_due
    SettingsStore(publisher.home / "settings.json").change(checks_updates=False)
    assert not asker.is_due
    with pytest.raises(UpdateError, match="turned off"):
        asker.check(JobContext())
    assert publisher.hub.asked == []


def test_by_itself_it_asks_once_a_day_whatever_came_of_it(publisher: Publisher) -> None:
    asker = publisher.asker()
    assert asker.is_due
    with pytest.raises(UpdateError):  # nothing is published
        asker.check(JobContext())
    assert not publisher.asker().is_due
    assert not publisher.asker(ahead=timedelta(hours=23)).is_due
    assert publisher.asker(ahead=timedelta(hours=25)).is_due
    assert publisher.asker(ahead=timedelta(hours=-3)).is_due  # the clock was wrong at that time


def test_the_same_version_and_a_restarted_newer_one_are_current(publisher: Publisher) -> None:
    publisher.publish()
    assert publisher.asker(version="0.2.0").check(JobContext()).standing is UpdateStanding.CURRENT
    assert publisher.asker().state().standing is UpdateStanding.NEWER
    assert publisher.asker(version="0.3.0").state().standing is UpdateStanding.CURRENT


@pytest.mark.parametrize(
    ("machine", "standing"),
    [
        (ThisMachine("linux", "x86_64", "2.27"), UpdateStanding.NEEDS_SYSTEM),
        (ThisMachine("linux", "x86_64", ""), UpdateStanding.NEWER),
        (ThisMachine("win32", "x86_64", "10.0.17134"), UpdateStanding.NEEDS_SYSTEM),
        (ThisMachine("win32", "x86_64", "10.0.22631"), UpdateStanding.NEWER),
        (ThisMachine("darwin", "arm64", "11.0"), UpdateStanding.NEWER),
    ],
)
def test_a_version_for_newer_systems_says_so(
    publisher: Publisher, machine: ThisMachine, standing: UpdateStanding
) -> None:
    publisher.publish()
    found = publisher.asker(machine=machine).check(JobContext())
    assert found.standing is standing
    assert bool(found.files) is (machine.system == "linux")


def days(count: int) -> str:
    return (datetime.now(UTC) + timedelta(days=count)).isoformat()


REFUSED = {
    "an older version": (notice(version="0.0.9", serial=8), "names 0.0.9, which is older"),
    "an older notice": (notice(serial=6), r"\(number 6\) is older than one seen before \(number 7"),
    "expired": (notice(serial=8, valid_until=days(-1)), "expired on"),
    "from the future": (notice(serial=8, released=days(40)[:10]), "clock of this computer says"),
    "another program": (notice(serial=8, product="other"), "about another program"),
    "a later schema": (notice(serial=8, schema=2), "later versions of Folioscope"),
    "no version": (notice(serial=8, version="newest"), "cannot be read"),
    "a page without encryption": (notice(serial=8, page="http://a.example/"), "cannot be read"),
    "a page that is a program": (notice(serial=8, page="file:///bin/sh"), "cannot be read"),
    "notes in no language": (notice(serial=8, notes={}), "cannot be read"),
    "a date without a zone": (notice(serial=8, valid_until="2099-01-01T00:00:00"), "cannot be"),
    "no serial": ({k: v for k, v in notice().items() if k != "serial"}, "cannot be read"),
    "garbage": (b"\xff\x00<html>", "cannot be read"),
    "nothing": (b"", "cannot be read"),
    "deep": (b"[" * 100_000, "cannot be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_its_publisher_should_not_have_signed_is_refused(
    publisher: Publisher, case: str
) -> None:
    told, sentence = REFUSED[case]
    publisher.publish()
    publisher.asker().check(JobContext())
    kept = publisher.kept
    publisher.publish(told)
    with pytest.raises(UpdateError, match=sentence):
        publisher.asker().check(JobContext())
    assert publisher.kept == kept


def tamper(publisher: Publisher, how: str) -> str:
    """Change what was signed, or the signature; returns what is told of it."""
    manifest, signature = publisher.hub.folder / MANIFEST, publisher.hub.folder / SIGNATURE
    raw, signed = manifest.read_bytes(), signature.read_text()
    if how == "manifest":
        manifest.write_bytes(raw.replace(b"folioscope.example", b"folioscope.evil.ex"))
        return "not what its publisher signed"
    if how == "comment":
        signature.write_text(signed.replace("a test", "A test"))
        return "not what its publisher signed"
    if how == "key":
        signature.write_text(make_key().sign(raw, "a test"))
        return "a key that this version does not know"
    if how == "key of the same name":
        other = type(publisher.key)(publisher.key.key_id, make_key().seed)
        signature.write_text(other.sign(raw, "a test"))
        return "not what its publisher signed"
    signature.write_bytes({"html": b"<html>", "cut": signed[:90].encode(), "bytes": b"\xff"}[how])
    return "signature of the notice of newer versions cannot be read"


@pytest.mark.parametrize(
    "how", ["manifest", "comment", "key", "key of the same name", "html", "cut", "bytes"]
)
def test_what_was_tampered_with_is_refused(publisher: Publisher, how: str) -> None:
    publisher.publish()
    publisher.asker().check(JobContext())
    kept = publisher.kept
    publisher.publish(notice(serial=8, version="0.3.0"))
    told = tamper(publisher, how)
    with pytest.raises(UpdateError, match=told):
        publisher.asker().check(JobContext())
    assert publisher.kept == kept
    assert publisher.asker().state().release.version == "0.2.0"  # type: ignore[union-attr]


def test_a_key_to_come_is_taken_beside_the_one_in_use(publisher: Publisher) -> None:
    coming = make_key()
    keys = (publisher.key.public.text, coming.public.text)
    publisher.publish(key=coming)
    found = publisher.asker(keys=keys).check(JobContext())
    assert found.standing is UpdateStanding.NEWER


@pytest.mark.parametrize("ahead", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_is_far_off_is_told_of(publisher: Publisher, ahead: timedelta) -> None:
    publisher.publish()
    with pytest.raises(UpdateError, match=r"The clock of this computer says .* Set date and time"):
        publisher.asker(ahead=ahead).check(JobContext())
    assert json.loads(publisher.kept)["serial"] == 0


def test_a_build_without_keys_says_that_it_cannot_look(publisher: Publisher) -> None:
    publisher.publish()
    asker = publisher.asker(keys=())
    assert asker.state().cannot.startswith("This build was made without the key")
    assert not asker.is_due
    with pytest.raises(UpdateError, match="made without the key"):
        asker.check(JobContext())
    assert publisher.hub.asked == []


def test_a_cancel_ends_it_while_the_server_says_nothing(publisher: Publisher) -> None:
    publisher.publish()
    publisher.hub.faults[MANIFEST] = Fault(stalls=True)
    token, ended = CancelToken(), threading.Event()

    def ask() -> None:
        with pytest.raises(Cancelled):
            publisher.asker().check(JobContext(token))
        ended.set()

    thread = threading.Thread(target=ask)
    thread.start()
    assert publisher.hub.stalling.wait(60)
    token.cancel()
    assert ended.wait(5)  # the fetcher itself would have waited for ten seconds
    thread.join()


def test_a_server_that_never_comes_to_an_end_is_left(publisher: Publisher) -> None:
    publisher.publish()
    publisher.hub.faults[MANIFEST] = Fault(stalls=True)
    with pytest.raises(UpdateError, match=r"127\.0\.0\.1 did not answer in time"):
        publisher.asker(longest_s=0.2).check(JobContext())


def test_damage_to_what_was_kept_begins_it_anew(publisher: Publisher) -> None:
    publisher.publish()
    publisher.asker().check(JobContext())
    (publisher.home / "updates.json").write_text('{"serial": "many"}')
    assert publisher.asker().state().standing is UpdateStanding.UNKNOWN
    assert publisher.asker().check(JobContext()).standing is UpdateStanding.NEWER


def test_a_folder_that_cannot_be_written_is_told_of(publisher: Publisher) -> None:
    publisher.publish()
    asker = publisher.asker()
    (publisher.home / "updates.json").mkdir()
    with pytest.raises(UpdateError, match="could not be kept in"):
        asker.check(JobContext())


def test_a_serial_that_another_window_saw_meanwhile_stays(publisher: Publisher) -> None:
    publisher.publish()
    asker = publisher.asker()
    asker.check(JobContext())
    publisher.publish(notice(serial=9, version="0.3.0"))
    publisher.asker().check(JobContext())
    asker.note_told("0.2.0")
    assert json.loads(publisher.kept)["serial"] == 9


def test_one_is_told_of_a_version_once(publisher: Publisher) -> None:
    publisher.publish()
    asker = publisher.asker()
    assert not asker.check(JobContext()).is_told
    asker.note_told("0.2.0")
    assert publisher.asker().state().is_told
    publisher.publish(notice(serial=8, version="0.3.0"))
    assert not asker.check(JobContext()).is_told


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_is_signed_is_read_or_refused_in_a_sentence(raw: bytes) -> None:
    with pytest.raises(UpdateError):
        read_manifest(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(notice())), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(notice())), JSON, min_size=1, max_size=3))
def test_a_notice_with_odd_values_is_read_or_refused_in_a_sentence(
    changes: dict[str, object],
) -> None:
    raw = json.dumps(notice() | changes).encode()
    try:
        told = read_manifest(raw).page
    except FolioscopeError as error:
        told = str(error)
    assert told.startswith(("https://", "The notice of newer versions "))
