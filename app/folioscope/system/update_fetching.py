"""Fetching a small file over HTTPS: nothing is told of whoever asks, and much is refused."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from folioscope.domain.errors import UntrustedUpdateError, UpdateError
from folioscope.domain.protocols import Cancellation
from folioscope.system.server_trust import untrusted

if TYPE_CHECKING:
    import httpx2

MOST_BYTES = 256 * 1024
_MOST_REDIRECTS = 5
_SILENCE_S = 10.0
_LATER = "Try again later."
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# all that is said of this program; neither its version nor the system
_HEADERS = {"User-Agent": "folioscope", "Accept-Encoding": "identity", "Accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file as it came. ``served_at`` is the server's clock, None where it told none."""

    body: bytes
    served_at: datetime | None = None


class HttpsFetcher:
    """Fetches files from servers that the system trusts. No cookies, no login, no compression."""

    def __init__(self, *, silence_s: float = _SILENCE_S) -> None:
        self._silence_s = silence_s

    def fetch(self, address: str, token: Cancellation) -> Fetched:
        """Return the file at an https address; raise UpdateError, Cancelled.

        Follows redirects to other https addresses; refuses more than ``MOST_BYTES``.
        """
        import httpx2

        with self._client() as client:
            for _ in range(_MOST_REDIRECTS + 1):
                token.raise_if_cancelled()
                try:
                    _check_address(address)
                    found = _ask(client, address, token)
                except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
                    raise _not_reached(address, error) from error
                if isinstance(found, Fetched):
                    return found
                address = found
        raise UpdateError(f"{_host(address)} sends from one address to the next.", hint=_LATER)

    def _client(self) -> "httpx2.Client":
        import httpx2
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            return httpx2.Client(verify=context, timeout=self._silence_s, headers=_HEADERS)
        except (ImportError, ValueError, httpx2.InvalidURL) as error:
            raise UpdateError(
                "The proxy that is set for this computer cannot be used for this.",
                hint="Name an http:// proxy, or none.",
            ) from error


def _ask(client: "httpx2.Client", address: str, token: Cancellation) -> Fetched | str:
    """Return the file, or the address where it is said to be."""
    with client.stream("GET", address) as response:
        code = response.status_code
        if code in _REDIRECTS and "Location" in response.headers:
            return str(response.url.join(response.headers["Location"]))
        if code != 200:
            raise _refused(_host(address), code)
        body = bytearray()
        for piece in response.iter_raw():
            token.raise_if_cancelled()
            body += piece
            if len(body) > MOST_BYTES:
                raise UntrustedUpdateError(f"{_host(address)} sends far more than was asked for.")
        return Fetched(bytes(body), _time_of(response.headers.get("Date", "")))


def _check_address(address: str) -> None:
    if urlsplit(address).scheme != "https":
        raise UntrustedUpdateError(
            f"The way to newer versions leads to {_host(address)} without encryption."
        )


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or "The server"
    except ValueError:
        return "The server"


def _refused(host: str, code: int) -> UpdateError:
    if code in (404, 410):
        return UpdateError(f"{host} has nothing on newer versions ({code}).", hint=_LATER)
    return UpdateError(f"{host} does not answer as it should ({code}).", hint=_LATER)


def _not_reached(address: str, error: Exception) -> UpdateError:
    import httpx2

    host = _host(address)
    if isinstance(error, httpx2.TimeoutException):
        return UpdateError(f"{host} did not answer in time.", hint=_LATER)
    if _is_of_tls(error):
        told = untrusted(host, error)
        return UntrustedUpdateError(told.what, hint="Nothing was fetched.")
    if isinstance(error, httpx2.RemoteProtocolError | httpx2.ReadError):
        return UpdateError(f"The answer of {host} was cut short.", hint=_LATER)
    return UpdateError(f"{host} cannot be reached.", hint="Check the network.")


def _is_of_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None


def _time_of(date: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(date)
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
