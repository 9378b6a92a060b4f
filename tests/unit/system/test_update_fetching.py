"""Fetching a small file from a real server that misbehaves."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from folioscope.domain.errors import UntrustedUpdateError, UpdateError
from folioscope.jobs.tokens import CancelToken
from folioscope.system.update_fetching import MOST_BYTES, HttpsFetcher
from tests.loopback_hub import Fault, LoopbackHub, loopback_hub
from tests.publisher import MANIFEST, Publisher, publisher_at


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    with publisher_at(tmp_path) as made:
        yield made


def fetch(address: str, *, silence_s: float = 10.0) -> bytes:
    return HttpsFetcher(silence_s=silence_s).fetch(address, CancelToken()).body


def moved(hub: LoopbackHub, place: str) -> None:
    hub.faults[MANIFEST] = Fault(status=302, headers={"Location": place})


def test_a_file_arrives_with_the_clock_of_its_server(publisher: Publisher) -> None:
    raw = publisher.publish()
    found = HttpsFetcher().fetch(publisher.address, CancelToken())
    assert found.body == raw
    assert found.served_at is not None


def test_a_redirect_is_followed_where_it_is_encrypted(publisher: Publisher) -> None:
    (publisher.hub.folder / "moved").mkdir()
    (publisher.hub.folder / "moved" / "x.json").write_bytes(b"here")
    moved(publisher.hub, "/moved/x.json")
    assert fetch(publisher.address) == b"here"


def test_a_redirect_to_plain_http_is_refused_and_not_followed(
    publisher: Publisher, tmp_path: Path
) -> None:
    plain_folder = tmp_path / "plain"
    plain_folder.mkdir()
    (plain_folder / MANIFEST).write_bytes(b"anything")
    with loopback_hub(plain_folder) as plain:
        moved(publisher.hub, f"{plain.endpoint}/{MANIFEST}")
        with pytest.raises(UntrustedUpdateError, match=r"leads to 127\.0\.0\.1 without encryption"):
            fetch(publisher.address)
        assert plain.asked == []


@pytest.mark.parametrize("place", ["file:///etc/hostname", "ftp://a.example/x", "https://[", "//"])
def test_a_redirect_to_nowhere_is_refused(publisher: Publisher, place: str) -> None:
    moved(publisher.hub, place)
    with pytest.raises(UpdateError):
        fetch(publisher.address)


def test_redirects_without_end_are_left(publisher: Publisher) -> None:
    moved(publisher.hub, f"/{MANIFEST}")
    with pytest.raises(UpdateError, match="sends from one address to the next"):
        fetch(publisher.address)
    assert len(publisher.hub.asked) == 6


def test_plain_http_is_not_even_asked(tmp_path: Path) -> None:
    with loopback_hub(tmp_path) as plain:
        with pytest.raises(UntrustedUpdateError, match="without encryption"):
            fetch(f"{plain.endpoint}/{MANIFEST}")
        assert plain.asked == []


def test_a_server_that_nobody_vouches_for_is_refused(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.publish()
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UntrustedUpdateError, match="not signed by anybody this machine trusts"):
        fetch(publisher.address)
    assert publisher.hub.asked == []


def test_a_server_without_tls_is_told_of(tmp_path: Path) -> None:
    with loopback_hub(tmp_path) as plain, pytest.raises(UpdateError, match="does not speak TLS"):
        fetch(plain.endpoint.replace("http:", "https:"))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (404, r"nothing on newer versions \(404\)"),
        (500, r"does not answer as it should \(500\)"),
        (206, r"does not answer as it should \(206\)"),
        (302, r"does not answer as it should \(302\)"),  # without a place
    ],
)
def test_another_answer_is_told_of(publisher: Publisher, status: int, sentence: str) -> None:
    publisher.publish()
    publisher.hub.faults[MANIFEST] = Fault(status=status)
    with pytest.raises(UpdateError, match=sentence):
        fetch(publisher.address)


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 50 * MOST_BYTES])
def test_far_more_than_asked_for_is_refused(publisher: Publisher, size: int) -> None:
    publisher.publish()
    publisher.hub.faults[MANIFEST] = Fault(body=b"x" * size)
    with pytest.raises(UntrustedUpdateError, match="sends far more than was asked for"):
        fetch(publisher.address)


def test_as_much_as_is_allowed_arrives(publisher: Publisher) -> None:
    publisher.publish()
    publisher.hub.faults[MANIFEST] = Fault(body=b"x" * MOST_BYTES)
    assert len(fetch(publisher.address)) == MOST_BYTES


def test_an_answer_that_is_cut_short_is_told_of(publisher: Publisher) -> None:
    publisher.publish()
    publisher.hub.faults[MANIFEST] = Fault(drops_at=10)
    with pytest.raises(UpdateError, match="was cut short"):
        fetch(publisher.address)


def test_a_silent_server_is_left(publisher: Publisher) -> None:
    publisher.publish()
    publisher.hub.faults[MANIFEST] = Fault(stalls=True)
    with pytest.raises(UpdateError, match="did not answer in time"):
        fetch(publisher.address, silence_s=0.2)


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "nonsense://x", "ftp://x"])
def test_a_proxy_that_cannot_be_used_is_told_of(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    publisher.publish()
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(UpdateError, match="The proxy that is set"):
        fetch(publisher.address)
    assert publisher.hub.asked == []


def test_a_server_that_is_not_there_is_told_of() -> None:
    with socket.socket() as held:  # nobody listens there, and nobody else can
        held.bind(("127.0.0.1", 0))
        address = f"https://127.0.0.1:{held.getsockname()[1]}/{MANIFEST}"
        told = r"127\.0\.0\.1 cannot be reached\. Check the network"
        with pytest.raises(UpdateError, match=told):
            fetch(address)
