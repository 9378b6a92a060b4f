"""Addresses, certificates and secrets: what is accepted, what is said, what never is."""

import logging
import ssl
import subprocess
import traceback
from pathlib import Path

import pytest

from folioscope.domain.errors import StoreError, UntrustedServerError
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.stores.elastic.connection import ElasticConnection
from folioscope.stores.elastic.errors import UnknownUserError
from folioscope.system.server_trust import address_of, untrusted
from tests.answering_server import AnsweringServer
from tests.unit.stores.elastic.parts import BRISK, error, hello

DAYS = {"over": ("20200101000000Z", "20210101000000Z"), "ahead": ("20500101000000Z",) * 2}
AUTHORITY = """\
[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
serial = serial
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = IP:127.0.0.1
basicConstraints = CA:TRUE
"""


def certificate(folder: Path, start: str, end: str) -> Path:
    """Make a certificate for 127.0.0.1 that signs itself and holds between two moments."""
    (folder / "ca.cnf").write_text(AUTHORITY)
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01\n")
    if end == start:
        end = str(int(end[:4]) + 1) + end[4:]
    for command in (
        "req -new -newkey rsa:2048 -nodes -keyout key.pem -out wish.pem -subj /CN=test",
        "ca -batch -config ca.cnf -selfsign -keyfile key.pem -in wish.pem -out cert.pem -notext"
        f" -startdate {start} -enddate {end}",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    return both


@pytest.mark.parametrize(
    ("days", "told"), [("over", "has expired, by the clock"), ("ahead", "is not valid yet, by")]
)
def test_clocks_that_disagree_are_told(tmp_path: Path, days: str, told: str) -> None:
    both = certificate(tmp_path, *DAYS[days])
    with AnsweringServer(lambda _asked: hello(), certificate=both) as asked:
        place = ElasticPlace(asked.url, ca_file=str(both))
        with pytest.raises(UntrustedServerError, match=told) as raised:
            ElasticConnection(place, ElasticSecret()).open()
    assert "Check date and time here" in str(raised.value)
    assert asked.asked == []


def test_a_certificate_for_another_name_is_told() -> None:
    failed = ssl.SSLCertVerificationError("certificate verify failed: Hostname mismatch")
    assert "made for another name" in str(untrusted("there:9200", failed))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://search.example.org", "https://search.example.org:443"),
        ("http://localhost:9200/", "http://localhost:9200"),
        (" https://[::1]:9200/es/ ", "https://[::1]:9200/es"),
    ],
)
def test_addresses_are_read(url: str, address: str) -> None:
    assert address_of(ElasticPlace(url)).url == address


@pytest.mark.parametrize(
    "place",
    [ElasticPlace(url) for url in ("", "localhost:9200", "ftp://x", "http://x:99999", "http://")]
    + [ElasticPlace("http://x", prefix=p) for p in ("", "Big", "-x", "a*", "a,b", "../x")]
    + [ElasticPlace("https://x", fingerprint="12ab"), ElasticPlace("https://x", ca_file="/no/ca")],
)
def test_places_that_cannot_be_are_told_before_anything_is_sent(place: ElasticPlace) -> None:
    with pytest.raises(StoreError, match=r"\. "):
        ElasticConnection(place, ElasticSecret()).open()


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(StoreError) as raised:
        ElasticConnection(ElasticPlace("https://me:hunter2@x"), ElasticSecret()).open()
    assert "hunter2" not in f"{raised.value}{raised.value.__context__!r}"


@pytest.mark.parametrize(
    ("secret", "user"),
    [(ElasticSecret(api_key="c2VjcmV0OmtleQ=="), ""), (ElasticSecret(password="hunter2"), "me")],
)
def test_secrets_are_in_no_error_log_or_repr(
    secret: ElasticSecret, user: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("elastic_transport", "elastic_transport.node", "elasticsearch", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    refusal = error("security_exception", "unable to authenticate user", 401)
    with AnsweringServer(lambda _asked: refusal) as asked:
        place = ElasticPlace(asked.url, user=user)
        connection = ElasticConnection(place, secret, reading=BRISK, writing=BRISK)
        with pytest.raises(UnknownUserError) as raised:
            connection.open()
        sent = asked.asked[0].headers["authorization"].split()[1]
    said = "".join(traceback.format_exception(raised.value)) + caplog.text
    said += f"{secret!r}{secret!s}{connection!r}{raised.value!r}{raised.value.__cause__!r}"
    for word in (sent, "hunter2", "c2VjcmV0OmtleQ"):
        assert word not in said


@pytest.mark.parametrize("key", ["aWQ6a2V5", "id:key", " aWQ6a2V5\n"])
def test_keys_are_taken_as_the_server_gives_them(key: str) -> None:
    with AnsweringServer(lambda _asked: hello()) as asked:
        ElasticConnection(ElasticPlace(asked.url), ElasticSecret(api_key=key)).open()
        assert asked.asked[0].headers["authorization"] == "ApiKey aWQ6a2V5"
