"""One request to a server: translated errors, patient retries, and ended within 200 ms."""

import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from folioscope.domain.errors import StoreError, UntrustedServerError
from folioscope.domain.protocols import Cancellation
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.jobs.tokens import Cancelled, heeded_token
from folioscope.stores.elastic import errors
from folioscope.stores.elastic.quick_json import quick_json
from folioscope.system.server_trust import (
    Address,
    address_of,
    fingerprint_of,
    speaks_tls,
    trusting,
    untrusted,
)

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

T = TypeVar("T")
_CONNECTIONS = 8
_NDJSON = "application/x-ndjson"
_JSON = "application/json"
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a request is made again where the fault may pass, and how long for."""

    tries: int = 6
    first_wait_s: float = 0.1
    longest_wait_s: float = 5.0
    total_s: float = 20.0

    def wait_s(self, failures: int, asked_s: float) -> float:
        """Return the wait after so many failures, at random, so that not all come at once."""
        grown = min(self.first_wait_s * 2.0**failures, self.longest_wait_s)
        return max(asked_s, grown * random.uniform(0.5, 1.0))


READING = Patience(tries=4, longest_wait_s=1.0, total_s=3.0)
WRITING = Patience()
ONCE = Patience(tries=1)


class Asker:
    """Sends requests to one server. Safe from any thread; ``open`` makes no request."""

    def __init__(self, place: ElasticPlace, secret: ElasticSecret) -> None:
        self._address: Address | None = None
        self._place = place
        self._secret = secret
        self._client: Elasticsearch | None = None
        self._abandoned: set[threading.Event] = set()
        self._guard = threading.Lock()

    def open(self) -> None:
        """Get ready; raise StoreError where trust or address cannot be used."""
        _quieten()
        self._address = address_of(self._place)
        self._client = self._made(self._address)

    def close(self) -> None:
        """Close connections."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @property
    def server(self) -> str:
        """What people call the server."""
        return self._address.server if self._address else "the server"

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        params: Mapping[str, str] | None = None,
        token: Cancellation | None = None,
        timeout_s: float = 30.0,
        patience: Patience = READING,
        is_write: bool = False,
    ) -> Any:
        """Return the answer to a request; lines of bytes as ``body`` are sent as they are.

        Raises StoreError and its kin, Cancelled. A write that was cancelled may still arrive;
        the next one waits for it, so that they keep their order.
        """
        token = token or heeded_token()
        if is_write:
            self._settle(token)

        def send() -> Any:
            return self._send(method, path, body, params, timeout_s)

        return self._retrying(lambda: self._run(send, token, is_write), token, patience)

    def _made(self, address: Address) -> "Elasticsearch":
        from elasticsearch import Elasticsearch

        place, secret = self._place, self._secret
        trust: dict[str, Any] = {}
        if address.scheme == "https":
            pinned = fingerprint_of(place)
            trust = (
                {"ssl_assert_fingerprint": pinned} if pinned else {"ssl_context": trusting(place)}
            )
        if key := secret.api_key.strip():
            trust["api_key"] = tuple(key.split(":", 1)) if ":" in key else key
        elif place.user:
            trust["basic_auth"] = (place.user, secret.password)
        return Elasticsearch(
            address.url,
            max_retries=0,
            connections_per_node=_CONNECTIONS,
            http_compress=not address.is_here,
            serializers={_JSON: quick_json()},
            **trust,
        )

    def _send(
        self,
        method: str,
        path: str,
        body: object,
        params: Mapping[str, str] | None,
        timeout_s: float,
    ) -> Any:
        import elastic_transport as transport
        from elasticsearch import ApiError, UnsupportedProductError

        if self._client is None:
            raise StoreError(f"The connection to {self.server} is not open.")
        kind = _NDJSON if isinstance(body, list) else _JSON
        headers = {"accept": _JSON} | ({"content-type": kind} if body is not None else {})
        client = self._client.options(request_timeout=timeout_s)
        try:
            return client.perform_request(
                method, path, params=params, headers=headers, body=body
            ).body
        except UnsupportedProductError as error:
            raise errors.not_elasticsearch(self.server) from error
        except ApiError as error:
            raise self._refused(error.meta.status, error.body, error.meta.headers) from error
        except transport.TlsError as error:
            raise untrusted(self.server, error) from error
        except transport.ConnectionTimeout as error:
            raise errors.away(self.server, f"no answer within {timeout_s:.0f} seconds") from error
        except transport.ConnectionError as error:
            raise self._away(error) from error
        except (transport.SerializationError, ValueError) as error:
            raise errors.not_elasticsearch(self.server) from error

    def _refused(self, status: int, body: object, headers: Mapping[str, str]) -> StoreError:
        asked = headers.get("retry-after", "")
        return errors.refused(
            self.server, status, body, wait_s=float(asked) if asked.isdigit() else 0.0
        )

    def _away(self, error: Exception) -> StoreError:
        said = repr(error)
        if "resolve" in said:
            return errors.away(self.server, "no machine has this name")
        if "refused" in said:
            return errors.away(self.server, "nothing listens there")
        if self._address and self._address.scheme == "http" and speaks_tls(self._address):
            return UntrustedServerError(
                f"{self.server} wants a safe connection.",
                hint="Its address begins with https://, not http://.",
            )
        return errors.away(self.server, "the connection was cut")

    def _retrying(self, run: Callable[[], T], token: Cancellation | None, patience: Patience) -> T:
        started, failures = time.monotonic(), 0
        while True:
            try:
                return run()
            except (errors.ServerAwayError, errors.ServerBusyError) as error:
                failures += 1
                wait_s = patience.wait_s(failures - 1, getattr(error, "wait_s", 0.0))
                is_over = time.monotonic() - started + wait_s > patience.total_s
                if failures >= patience.tries or is_over:
                    raise
                _logger.info("asking %s again in %.1f s: %s", self.server, wait_s, error.what)
                wait(wait_s, token)

    def _run(self, send: Callable[[], T], token: Cancellation | None, is_write: bool) -> T:  # noqa: FBT001
        if token is None:
            return send()
        token.raise_if_cancelled()
        ended, woken = threading.Event(), threading.Event()
        outcome: list[Callable[[], T]] = []

        def work() -> None:
            outcome.append(_tried(send))
            ended.set()
            woken.set()

        forget = token.on_cancel(woken.set)
        threading.Thread(target=work, name="asking a server", daemon=True).start()
        woken.wait()
        forget()
        if not outcome:
            if is_write:
                with self._guard:
                    self._abandoned.add(ended)
            raise Cancelled
        return outcome[0]()

    def _settle(self, token: Cancellation | None) -> None:
        """Wait for writes that nobody waited for."""
        with self._guard:
            abandoned = list(self._abandoned)
        for ended in abandoned:
            wait_for(ended, token)
            with self._guard:
                self._abandoned.discard(ended)


def _tried(send: Callable[[], T]) -> Callable[[], T]:
    """Return what gives the outcome of ``send``: its value, or its error raised."""
    try:
        value = send()
    except BaseException as raised:  # noqa: BLE001  (raised again where it is waited for)
        error = raised

        def fail() -> T:
            raise error

        return fail
    return lambda: value


def wait(seconds: float, token: Cancellation | None) -> None:
    """Sleep; raise Cancelled as soon as the work is cancelled."""
    if token is None:
        time.sleep(seconds)
        return
    wait_for(threading.Event(), token, timeout_s=seconds)


def wait_for(
    event: threading.Event, token: Cancellation | None, *, timeout_s: float | None = None
) -> None:
    """Wait for an event, for so long at most; raise Cancelled as soon as cancelled."""
    if token is None:
        event.wait(timeout_s)
        return
    either = threading.Event()
    forget = token.on_cancel(either.set)
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    try:
        while not (event.is_set() or either.wait(_step_s(deadline))):
            if deadline is not None and time.monotonic() >= deadline:
                break
    finally:
        forget()
    token.raise_if_cancelled()


def _step_s(deadline: float | None) -> float:
    step_s = 0.05
    return step_s if deadline is None else max(0.0, min(step_s, deadline - time.monotonic()))


def _quieten() -> None:
    """Keep the client's own log, which repeats what we say better, off people's terminals."""
    for name in ("elastic_transport", "elasticsearch"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
