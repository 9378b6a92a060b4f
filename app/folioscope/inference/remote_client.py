"""Asking a server's ``_inference`` endpoints, as Elastic documents them.

https://www.elastic.co/docs/api/doc/elasticsearch/group/endpoint-inference: ``text_embedding``
(since 8.11), ``rerank`` (since 8.14) and ``embedding``, which takes pictures (since 9.4).
"""

import base64
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from folioscope.domain.errors import InferenceError, ModelMissingError, StoreError
from folioscope.domain.protocols import Cancellation
from folioscope.domain.remote_models import RemoteOffer, RemoteTask
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.jobs.tokens import Cancelled
from folioscope.system.server_trust import (
    Address,
    address_of,
    fingerprint_of,
    trusting,
    untrusted,
)

if TYPE_CHECKING:
    from elastic_transport import BaseNode

T = TypeVar("T")
_TIMEOUT_S = 120.0
_LONGEST_ASKED_WAIT_S = 120.0
_LONGEST_WAIT_S = 30.0
_MOST_REASON = 200
_JSON = "application/json"
_AGAIN = frozenset({408, 429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long to try again what may pass: rate limits, a server that restarts."""

    total_s: float
    first_s: float = 0.5


PATIENT = Waiting(900.0)  # for pages, behind the user's back
BRIEF = Waiting(8.0)  # for somebody who waits


class RefusedInputError(InferenceError):
    """The endpoint does not take what was sent. ``reason`` is its own."""

    def __init__(self, what: str, *, hint: str = "", reason: str = "", status: int = 400) -> None:
        super().__init__(what, hint=hint)
        self.reason = reason
        self.status = status


class _PassingError(InferenceError):
    """What may be over soon."""

    def __init__(self, what: str, *, hint: str = "", wait_s: float = 0.0) -> None:
        super().__init__(what, hint=hint)
        self.wait_s = wait_s


class InferenceClient:
    """Talks to one server. Safe from any thread; requests end within 200 ms of a cancel."""

    def __init__(self, place: ElasticPlace, secret: ElasticSecret) -> None:
        self._place = place
        self._secret = secret
        self._address: Address | None = None
        self._node: BaseNode | None = None

    def open(self) -> None:
        """Get ready; raise InferenceError where address or trust cannot be used."""
        try:
            self._address = address_of(self._place)
            self._node = _node(self._address, self._place)
        except StoreError as error:
            raise InferenceError(error.what, hint=error.hint) from error

    def close(self) -> None:
        """Close connections."""
        node, self._node = self._node, None
        if node is not None:
            node.close()

    @property
    def server(self) -> str:
        """What people call the server."""
        return self._address.server if self._address else "the server"

    def offers(self, token: Cancellation | None = None) -> list[RemoteOffer]:
        """List endpoints that embed or rerank, by name; none where the server knows no such."""
        try:
            said = self._ask("GET", "/_inference", None, token, BRIEF)
        except (RefusedInputError, ModelMissingError):  # taken for the name of an index
            return []
        found = (_offer(one) for one in said.get("endpoints", ()))
        return sorted((offer for offer in found if offer), key=lambda offer: offer.endpoint)

    def offer(self, endpoint: str, token: Cancellation | None = None) -> RemoteOffer:
        """Return one endpoint as it is now; raise ModelMissingError where it is gone."""
        path = f"/_inference/{quote(endpoint, safe='')}"
        said = self._ask("GET", path, None, token, BRIEF)
        for one in said.get("endpoints", ()):
            offer = _offer(one)
            if offer is not None and offer.endpoint == endpoint:
                return offer
        raise self._missing(endpoint)

    def infer(
        self,
        task: RemoteTask,
        endpoint: str,
        body: Mapping[str, object],
        *,
        token: Cancellation | None = None,
        waiting: Waiting = BRIEF,
    ) -> dict[str, Any]:
        """Run an endpoint; raise RefusedInputError, ModelMissingError, InferenceError."""
        path = f"/_inference/{task.value}/{quote(endpoint, safe='')}?timeout={_TIMEOUT_S:.0f}s"
        return self._ask("POST", path, body, token, waiting)

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        token: Cancellation | None,
        waiting: Waiting,
    ) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        started, failures = time.monotonic(), 0
        while True:
            try:
                return _ended_by(token, lambda: self._send(method, path, data))
            except _PassingError as error:
                grown = min(waiting.first_s * 2.0**failures, _LONGEST_WAIT_S)
                wait_s = max(error.wait_s, grown * random.uniform(0.5, 1.0))
                if time.monotonic() - started + wait_s > waiting.total_s:
                    raise InferenceError(error.what, hint=error.hint) from error
                failures += 1
                _rest(wait_s, token)

    def _send(self, method: str, path: str, data: bytes | None) -> dict[str, Any]:
        import elastic_transport as transport

        if self._node is None:
            raise InferenceError("The model is not open.")
        try:
            answer = self._node.perform_request(
                method, path, body=data, headers=self._headers(data), request_timeout=_TIMEOUT_S
            )
        except transport.TlsError as error:
            told = untrusted(self.server, error)
            raise InferenceError(told.what, hint=told.hint) from error
        except transport.TransportError as error:
            raise _PassingError(
                f"{self.server} cannot be reached.", hint="Check the address and the network."
            ) from error
        said = _decoded(answer.body)
        if answer.meta.status >= 400:
            raise self._refused(path, answer.meta.status, said, answer.meta.headers)
        if said is None:
            raise InferenceError(f"What answers at {self.server} is not Elasticsearch.")
        return said

    def _headers(self, data: bytes | None) -> Any:
        from elastic_transport import HttpHeaders

        headers = {"accept": _JSON} | ({"content-type": _JSON} if data is not None else {})
        if key := self._secret.api_key.strip():
            encoded = base64.b64encode(key.encode()).decode() if ":" in key else key
            headers["authorization"] = f"ApiKey {encoded}"
        elif self._place.user:
            both = f"{self._place.user}:{self._secret.password}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(both).decode()}"
        return HttpHeaders(headers)

    def _refused(
        self, path: str, status: int, said: dict[str, Any] | None, headers: Mapping[str, str]
    ) -> InferenceError:
        reason = _reason(said)
        if status in _AGAIN:
            return self._passing(status, headers.get("retry-after", ""))
        if status == 401:
            return InferenceError(
                f"{self.server} does not know this API key or password.",
                hint="Give a valid one: folioscope store use elasticsearch.",
            )
        if status == 403:
            return self._forbidden(reason)
        if status == 404:
            return self._missing(path.partition("?")[0].rpartition("/")[2])
        told = reason or f"status {status}"
        return RefusedInputError(
            f"{self.server} could not use the model: {told}.", reason=reason, status=status
        )

    def _passing(self, status: int, asked: str) -> InferenceError:
        wait_s = float(asked) if asked.isdigit() else 0.0
        if wait_s > _LONGEST_ASKED_WAIT_S:
            return InferenceError(
                f"{self.server} asks to wait {wait_s / 60:.0f} minutes.", hint="Go on later."
            )
        if status == 429:
            what = f"The rate limit of the model on {self.server} is reached (429)."
        else:
            what = f"The model on {self.server} cannot answer just now ({status})."
        return _PassingError(what, hint="What was done is kept; go on later.", wait_s=wait_s)

    def _forbidden(self, reason: str) -> InferenceError:
        if "non-compliant" in reason:
            return InferenceError(f"The licence of {self.server} does not include inference.")
        return InferenceError(
            f"You may not use models on {self.server}.",
            hint="Ask who runs the server for the cluster right “monitor_inference”.",
        )

    def _missing(self, endpoint: str) -> ModelMissingError:
        return ModelMissingError(
            f"{self.server} has no model {endpoint}.",
            hint="Choose one of: folioscope models offers.",
        )


def _node(address: Address, place: ElasticPlace) -> "BaseNode":
    from elastic_transport import NodeConfig, Urllib3HttpNode

    pinned = fingerprint_of(place)
    is_safe = address.scheme == "https"
    return Urllib3HttpNode(
        NodeConfig(
            address.scheme,
            address.host,
            address.port,
            path_prefix=address.path,
            request_timeout=_TIMEOUT_S,
            http_compress=False,
            ssl_assert_fingerprint=pinned if is_safe and pinned else None,
            ssl_context=trusting(place) if is_safe and not pinned else None,
        )
    )


def _offer(one: Mapping[str, Any]) -> RemoteOffer | None:
    """Read an endpoint; None for what neither embeds nor reranks."""
    if one.get("task_type") not in set(RemoteTask):
        return None
    settings = one.get("service_settings") or {}
    model = settings.get("model_id") or settings.get("model") or ""
    return RemoteOffer(
        endpoint=str(one["inference_id"]),
        task=RemoteTask(one["task_type"]),
        service=str(one.get("service", "")),
        model=str(model),
        dim=int(settings.get("dimensions") or 0),
    )


def _decoded(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _reason(said: Mapping[str, Any] | None) -> str:
    error = (said or {}).get("error")
    reason = error.get("reason", "") if isinstance(error, dict) else error or ""
    return " ".join(str(reason).split())[:_MOST_REASON].rstrip(". ")


def _ended_by(token: Cancellation | None, send: Callable[[], T]) -> T:
    """Return what ``send`` returns, or raise Cancelled without waiting for it."""
    if token is None:
        return send()
    token.raise_if_cancelled()
    woken = threading.Event()
    outcome: list[T] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(send())
        except BaseException as error:  # noqa: BLE001  (raised again where it is waited for)
            failed.append(error)
        woken.set()

    forget = token.on_cancel(woken.set)
    threading.Thread(target=work, name="asking a model", daemon=True).start()
    woken.wait()
    forget()
    if failed:
        raise failed[0]
    if not outcome:
        raise Cancelled
    return outcome[0]


def _rest(seconds: float, token: Cancellation | None) -> None:
    if token is None:
        time.sleep(seconds)
        return
    woken = threading.Event()
    forget = token.on_cancel(woken.set)
    woken.wait(seconds)
    forget()
    token.raise_if_cancelled()
