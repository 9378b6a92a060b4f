"""Where a server is and how it is trusted, and what to say when it cannot be."""

import re
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from folioscope.domain.errors import StoreError, UntrustedServerError
from folioscope.domain.store_places import ElasticPlace

_PROBE_S = 3.0
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PREFIX = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")
# OpenSSL's numbers for what is wrong with a certificate (x509_vfy.h)
_NOT_YET_VALID, _EXPIRED = 9, 10
_WRONG_NAMES = frozenset({62, 63, 64})


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of a server's address."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The address with its port, as the client wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    @property
    def server(self) -> str:
        """What people call it: host and port."""
        return f"{self.host}:{self.port}"

    @property
    def is_here(self) -> bool:
        """Whether it is this machine."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")


def address_of(place: ElasticPlace) -> Address:
    """Read the address of a place and check its prefix; raise StoreError, never with secrets."""
    if not _PREFIX.fullmatch(place.prefix):
        raise StoreError(
            f"{place.prefix!r} cannot begin the names of indices.",
            hint="Use small letters, digits, '-', '_' and '.', beginning with a letter or digit.",
        )
    try:
        parts = urlsplit(place.url.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.username or parts.password:
        raise StoreError(
            "The address of the server holds a user or password.",
            hint="Give them apart: they would be kept and shown with the address.",
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise StoreError(
            "The address of the server cannot be used.",
            hint="Write it like https://search.example.org:9200.",
        )
    port = port or (443 if parts.scheme == "https" else 80)
    return Address(parts.scheme, parts.hostname, port, parts.path.rstrip("/"))


def fingerprint_of(place: ElasticPlace) -> str:
    """Return the sha256 that the certificate must have, in small hex; raise StoreError."""
    digits = place.fingerprint.replace(":", "").replace(" ", "").strip().lower()
    if digits and not _SHA256.fullmatch(digits):
        raise StoreError(
            "The fingerprint of the certificate is not a SHA-256.",
            hint="It has 64 hexadecimal digits; the server's log or openssl x509 shows it.",
        )
    return digits


def trusting(place: ElasticPlace) -> ssl.SSLContext:
    """Return what verifies a server: the system's authorities, and ``ca_file`` where given."""
    if not place.ca_file:
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.create_default_context()
    # the authorities that Elasticsearch makes for itself lack what strictness asks for
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    try:
        context.load_verify_locations(cafile=place.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise StoreError(
            f"The certificate {Path(place.ca_file).name} cannot be read.",
            hint="Give a file in PEM form.",
        ) from error
    return context


def untrusted(server: str, error: BaseException) -> UntrustedServerError:
    """Return the sentence for a TLS handshake that failed."""
    if failed := _verification(error):
        return _unverified(server, failed)
    said = repr(error)
    if "ingerprint" in said:
        return UntrustedServerError(
            f"The certificate of {server} has another fingerprint than the one given.",
            hint="If the server got a new certificate, give its fingerprint; else do not go on.",
        )
    if "WRONG_VERSION_NUMBER" in said or "record layer" in said:
        return UntrustedServerError(
            f"{server} does not speak TLS.", hint="Its address begins with http://, not https://."
        )
    return UntrustedServerError(
        f"No safe connection to {server} could be made.", hint="Check its TLS settings."
    )


def _unverified(server: str, failed: ssl.SSLCertVerificationError) -> UntrustedServerError:
    code, said = getattr(failed, "verify_code", 0), str(failed)
    if code in (_NOT_YET_VALID, _EXPIRED) or "expired" in said or "not yet valid" in said:
        when = "is not valid yet" if code == _NOT_YET_VALID else "has expired"
        return UntrustedServerError(
            f"The certificate of {server} {when}, by the clock of this machine.",
            hint="Check date and time here; if they are right, the server needs a new one.",
        )
    if code in _WRONG_NAMES or "mismatch" in said:
        return UntrustedServerError(
            f"The certificate of {server} was made for another name.",
            hint="Use the name that stands in the certificate.",
        )
    return UntrustedServerError(
        f"The certificate of {server} is not signed by anybody this machine trusts.",
        hint="Give the server's CA file, or its certificate's fingerprint.",
    )


def _verification(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Find what was wrong with the certificate among the causes of an error."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        if isinstance(one, ssl.SSLCertVerificationError):
            return one
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__, *one.args, *getattr(one, "errors", ())]
    return None


def speaks_tls(address: Address) -> bool:
    """Whether a plain address answers to a TLS handshake; nothing is sent over it."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((address.host, address.port), timeout=_PROBE_S) as plain,
            context.wrap_socket(plain, server_hostname=address.host),
        ):
            return True
    except OSError:
        return False
