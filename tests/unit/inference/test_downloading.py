"""Downloads against a real server that drops, truncates, lies and refuses."""

import hashlib
import socket
import time
from pathlib import Path

import numpy as np
import pytest

from folioscope.domain.errors import InferenceError
from folioscope.inference.downloading import Downloader, MissingFileError, Repository
from folioscope.inference.visual_manifest import CheckpointFile
from folioscope.jobs.tokens import Cancelled, CancelToken
from tests.loopback_hub import CERTIFICATE, Fault, loopback_hub, point_at

REPOSITORY = Repository("jina/tiny", "r1")
DATA = np.random.default_rng(0).bytes(300_000)
SHA256 = hashlib.sha256(DATA).hexdigest()
WANTED = CheckpointFile(name="adapters/weights.bin", size_bytes=len(DATA), sha256=SHA256)
UNKNOWN = CheckpointFile(name="adapters/weights.bin")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    (tmp_path / "hub" / "adapters").mkdir(parents=True)
    (tmp_path / "hub" / "adapters" / "weights.bin").write_bytes(DATA)
    with loopback_hub(tmp_path / "hub") as running:
        point_at(running, monkeypatch)
        yield running


def fetch(folder: Path, wanted: CheckpointFile = WANTED, token: CancelToken | None = None):
    told: list[int] = []
    loader = Downloader(REPOSITORY, folder, token or CancelToken(), told.append, backoff_s=0.01)
    with loader:
        arrived = loader.fetch(wanted)
    return arrived, told


def test_a_file_arrives_with_its_hash(hub, tmp_path):
    arrived, told = fetch(tmp_path, UNKNOWN)
    assert (tmp_path / "adapters" / "weights.bin").read_bytes() == DATA
    assert (arrived.size_bytes, arrived.sha256) == (len(DATA), SHA256)
    assert told == sorted(told)
    assert told[-1] == len(DATA)
    assert hub.asked[0].path == "/jina/tiny/resolve/r1/adapters/weights.bin"
    assert hub.asked[0].headers["user-agent"].startswith("folioscope/")
    assert "authorization" not in hub.asked[0].headers


def test_a_dropped_connection_is_taken_up_where_it_was(hub, tmp_path):
    hub.faults[WANTED.name] = Fault(times=3, drops_at=70_000)
    arrived, _ = fetch(tmp_path)
    assert arrived.sha256 == SHA256
    starts = [asked.headers.get("range", "") for asked in hub.asked]
    assert starts == ["", "bytes=70000-", "bytes=140000-", "bytes=210000-"]
    assert hub.sent[WANTED.name] == len(DATA)  # nothing came twice


def test_another_process_goes_on_where_one_ended(hub, tmp_path):
    hub.faults[WANTED.name] = Fault(drops_at=0)
    part = tmp_path / "adapters" / "weights.bin.part"
    part.parent.mkdir()
    part.write_bytes(DATA[:100_000])
    with pytest.raises(InferenceError, match="could not be fetched"):
        fetch(tmp_path)
    assert part.stat().st_size == 100_000  # kept for the next try
    hub.faults.clear()
    assert fetch(tmp_path)[0].sha256 == SHA256
    assert hub.sent[WANTED.name] == 200_000
    assert not part.exists()


def test_a_server_that_knows_no_ranges_sends_all_again(hub, tmp_path):
    hub.faults[WANTED.name] = Fault(drops_at=50_000, times=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("folioscope.inference.downloading._TRIES", 1)
        with pytest.raises(InferenceError):
            fetch(tmp_path)
    hub.faults[WANTED.name] = Fault(ignores_range=True)
    assert fetch(tmp_path)[0].sha256 == SHA256
    assert (tmp_path / WANTED.name).read_bytes() == DATA


def test_what_is_longer_here_than_there_is_fetched_anew(hub, tmp_path):
    part = tmp_path / "adapters" / "weights.bin.part"
    part.parent.mkdir()
    part.write_bytes(DATA + b"more")
    assert fetch(tmp_path, UNKNOWN)[0].sha256 == SHA256


@pytest.mark.parametrize(
    "fault",
    [
        Fault(body=DATA[:-1] + b"?"),
        Fault(body=b"<html>Sign in to this network</html>" + DATA[36:]),
    ],
    ids=["one byte differs", "another page"],
)
def test_wrong_bytes_are_deleted_and_told(hub, tmp_path, fault):
    hub.faults[WANTED.name] = fault
    with pytest.raises(InferenceError, match="did not arrive whole and was deleted") as caught:
        fetch(tmp_path)
    assert "Download it again" in str(caught.value)
    assert list((tmp_path / "adapters").iterdir()) == []
    hub.faults.clear()
    assert fetch(tmp_path)[0].sha256 == SHA256


@pytest.mark.parametrize("data", [DATA[:1_000], DATA + b"more"], ids=["shorter", "longer"])
def test_a_file_of_another_size_is_refused_before_it_comes(hub, tmp_path, data):
    hub.faults[WANTED.name] = Fault(body=data)
    with pytest.raises(InferenceError, match=r"has .* bytes, and 300,000 belong"):
        fetch(tmp_path)
    assert list((tmp_path / "adapters").iterdir()) == []


def test_a_server_that_announces_more_than_it_sends_is_found_out(hub, tmp_path):
    hub.faults[WANTED.name] = Fault(claims=5_000)
    with pytest.raises(InferenceError):
        fetch(tmp_path, UNKNOWN)
    assert not (tmp_path / WANTED.name).exists()


def test_large_files_come_from_elsewhere_and_the_token_does_not_go_there(tmp_path, monkeypatch):
    (tmp_path / "hub" / "adapters").mkdir(parents=True)
    (tmp_path / "hub" / "adapters" / "weights.bin").write_bytes(DATA)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with loopback_hub(tmp_path / "hub", elsewhere=True) as hub:
        point_at(hub, monkeypatch)
        monkeypatch.setenv("HF_TOKEN", "hf_secret")
        assert fetch(tmp_path / "one", UNKNOWN)[0].sha256 == SHA256
        first, second = hub.asked
        assert first.headers["authorization"] == "Bearer hf_secret"
        assert "authorization" not in second.headers  # the token is the hub's alone


def test_wrong_bytes_from_elsewhere_are_found_by_the_hubs_hash(tmp_path, monkeypatch):
    (tmp_path / "hub" / "adapters").mkdir(parents=True)
    (tmp_path / "hub" / "adapters" / "weights.bin").write_bytes(DATA)
    with loopback_hub(tmp_path / "hub", elsewhere=True) as hub:
        point_at(hub, monkeypatch)
        # the first answer redirects and tells the hash, the second sends other bytes
        hub.faults[WANTED.name] = Fault(body=DATA[::-1])
        with pytest.raises(InferenceError, match="did not arrive whole and was deleted"):
            fetch(tmp_path, UNKNOWN)


@pytest.mark.parametrize("status", [401, 403])
def test_a_file_behind_a_licence_says_what_to_do(hub, tmp_path, status):
    hub.faults[WANTED.name] = Fault(status=status)
    with pytest.raises(InferenceError, match=r"Accept its licence at .*jina/tiny.*HF_TOKEN"):
        fetch(tmp_path)
    assert len(hub.asked) == 1  # asking again would not help


def test_a_missing_file_is_told_at_once(hub, tmp_path):
    with pytest.raises(MissingFileError, match=r"no file nothing\.bin in revision r1"):
        fetch(tmp_path, CheckpointFile(name="nothing.bin"))
    assert len(hub.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(hub, tmp_path, status):
    hub.faults[WANTED.name] = Fault(status=status, times=3)
    assert fetch(tmp_path)[0].sha256 == SHA256
    assert len(hub.asked) == 4


def test_a_server_that_stays_busy_is_told(hub, tmp_path):
    hub.faults[WANTED.name] = Fault(status=503)
    with pytest.raises(InferenceError, match=r"cannot answer just now \(503\).*is kept"):
        fetch(tmp_path)


def test_the_wait_that_a_server_asks_for_is_kept(hub, tmp_path):
    hub.faults[WANTED.name] = Fault(status=429, headers={"Retry-After": "1"}, times=1)
    started = time.monotonic()
    fetch(tmp_path)
    assert time.monotonic() - started >= 1


def test_a_wait_too_long_is_told(hub, tmp_path):
    hub.faults[WANTED.name] = Fault(status=429, headers={"Retry-After": "3600"})
    with pytest.raises(InferenceError, match="asks to wait 60 minutes"):
        fetch(tmp_path)


def test_no_server_is_told_with_its_name(hub, tmp_path, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{unused.getsockname()[1]}")
    with pytest.raises(InferenceError, match=r"could not be fetched from 127\.0\.0\.1"):
        fetch(tmp_path)


def test_a_proxy_is_used(hub, tmp_path, monkeypatch):
    """The hub plays the proxy: it is asked for an address on a host that does not exist."""
    monkeypatch.setenv("HTTP_PROXY", hub.endpoint)
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    assert fetch(tmp_path)[0].sha256 == SHA256
    assert hub.asked[0].path.startswith("http://hub.invalid/jina/tiny/resolve/")


@pytest.mark.parametrize("name", ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"])
def test_offline_opens_no_socket(hub, tmp_path, monkeypatch, name):
    monkeypatch.setenv(name, "1")
    monkeypatch.setattr(socket, "socket", _no_socket)
    with pytest.raises(InferenceError, match=f"{name} is set"):
        fetch(tmp_path)
    assert hub.asked == []


def _no_socket(*_: object, **__: object) -> None:
    raise AssertionError("a socket was opened")


def test_cancelling_keeps_what_has_come(hub, tmp_path):
    token = CancelToken()

    def cancel_soon(size: int) -> None:
        if size:
            token.cancel()

    with Downloader(REPOSITORY, tmp_path, token, cancel_soon) as loader, pytest.raises(Cancelled):
        loader.fetch(WANTED)
    part = tmp_path / "adapters" / "weights.bin.part"
    assert 0 < part.stat().st_size < len(DATA)
    assert DATA.startswith(part.read_bytes())
    assert fetch(tmp_path)[0].sha256 == SHA256


def test_only_certificates_that_the_user_trusts_will_do(hub, tmp_path, monkeypatch):
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    with loopback_hub(hub.folder, is_secure=True) as secure:
        monkeypatch.setenv("HF_ENDPOINT", secure.endpoint)
        with pytest.raises(InferenceError, match=r"could not be fetched.*certificate"):
            fetch(tmp_path)
        assert secure.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert fetch(tmp_path)[0].sha256 == SHA256
