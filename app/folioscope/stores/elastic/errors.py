"""Turn what an Elasticsearch server, or the way to it, says into sentences of our own."""

import re
from collections.abc import Mapping

from folioscope.domain import errors
from folioscope.domain.errors import (
    DiskFullError,
    LibraryMissingError,
    StoreBlockedError,
    StoreError,
    UntrustedServerError,
)

Json = Mapping[str, object]
_MOST_REASON = 200
# what a server says of shards that are on their way, also within answers to several requests
_PASSING = frozenset(
    {
        "no_shard_available_action_exception",
        "unavailable_shards_exception",
        "illegal_index_shard_state_exception",
        "shard_not_found_exception",
        "node_not_connected_exception",
        "node_disconnected_exception",
        "master_not_discovered_exception",
    }
)
_CHECK_SERVER = "Check the address and that the server runs."


class ServerAwayError(StoreBlockedError):
    """Nobody answers where the server should be; it may be back soon."""


class ServerBusyError(StoreBlockedError):
    """The server asks to come back later. ``wait_s`` is how long, where it says so."""

    def __init__(self, what: str, *, hint: str = "", wait_s: float = 0.0) -> None:
        super().__init__(what, hint=hint)
        self.wait_s = wait_s


class DeniedError(StoreError):
    """The server does not accept who we say we are, or what we want."""


class UnknownUserError(DeniedError, errors.UnknownUserError):
    """The key or password is missing, wrong, expired or revoked."""


class LicenceLacksError(DeniedError):
    """The server's licence does not include what was asked for."""


class MissingIndexError(LibraryMissingError):
    """The index is not there."""


class ConflictError(StoreError):
    """Somebody else changed the same thing first."""


class MappingConflictError(StoreError):
    """The index does not take what we write: it was made for something else."""


class TooLargeError(StoreError):
    """The request is larger than the server, or what stands before it, accepts."""


class RefusedError(StoreError):
    """The server refuses a request for a reason of its own. ``kind`` is its name for it."""

    def __init__(self, what: str, *, hint: str = "", kind: str = "", status: int = 0) -> None:
        super().__init__(what, hint=hint)
        self.kind = kind
        self.status = status


def refused(server: str, status: int, body: object, *, wait_s: float = 0.0) -> StoreError:
    """Return the error that an answer with an HTTP status of 400 and above stands for."""
    kind, reason = kind_and_reason(body)
    if error := _blocked(server, kind, reason):
        return error
    if kind == "" and status in (301, 302, 307, 308, 407, 502, 504):
        return _between(server, status)
    if status in (429, 502, 503, 504) or kind in _PASSING:
        told = status if status >= 429 else kind
        return ServerBusyError(
            f"The Elasticsearch server {server} is busy or getting ready ({told}).",
            hint="Nothing is lost; it is asked again.",
            wait_s=wait_s,
        )
    if status == 401:
        return _unknown_user(server, reason)
    if status == 403:
        return _forbidden(server, reason)
    return _by_kind(server, status, kind, reason)


def kind_and_reason(body: object) -> tuple[str, str]:
    """Return the type and reason of an error as the server tells it, deepest cause included."""
    error = body.get("error", body) if isinstance(body, dict) else None
    if isinstance(error, str):
        return "error", error
    if not isinstance(error, dict):
        return "", ""
    reasons = [str(error.get("reason", ""))]
    cause = error.get("caused_by")
    while isinstance(cause, dict):
        reasons.append(str(cause.get("reason", "")))
        cause = cause.get("caused_by")
    reasons.append(str(error.get("additional_unsuccessful_credentials", "")))
    return str(error.get("type", "")), "; ".join(filter(None, reasons))


def _blocked(server: str, kind: str, reason: str) -> StoreError | None:
    if kind != "cluster_block_exception":
        return None
    if "flood-stage" in reason or "read-only-allow-delete" in reason:
        return disk_full(server)
    if "FORBIDDEN" in reason:
        return DeniedError(
            f"The library on {server} was set read-only by who runs the server.",
            hint="Ask them to lift the block of the index.",
        )
    return ServerBusyError(
        f"The Elasticsearch server {server} is getting ready.",
        hint="Nothing is lost; it is asked again.",
    )


def disk_full(server: str) -> DiskFullError:
    """Return the error for a server that has no room left."""
    return DiskFullError(
        f"The disk of the Elasticsearch server {server} is nearly full, so it only lets read.",
        hint="Make room on the server; nothing is lost, and it goes on by itself.",
    )


def _between(server: str, status: int) -> StoreError:
    if status == 407:
        return UntrustedServerError(
            f"A proxy on the way to {server} wants a login (407).",
            hint="Ask for a direct way to the server.",
        )
    if status < 400:
        return UntrustedServerError(
            f"{server} sends elsewhere ({status}) in place of answering.",
            hint="Give the address of the Elasticsearch server itself.",
        )
    return ServerBusyError(
        f"A proxy or gateway before {server} cannot reach the Elasticsearch server ({status}).",
        hint="Nothing is lost; it is asked again.",
    )


def _unknown_user(server: str, reason: str) -> StoreError:
    if "expired" in reason:
        what = f"The API key for {server} has expired, by the server's clock."
    elif "invalidated" in reason:
        what = f"The API key for {server} was revoked."
    elif "missing authentication" in reason:
        what = f"The Elasticsearch server {server} asks who you are."
    else:
        what = f"The Elasticsearch server {server} does not know this API key or password."
    return UnknownUserError(what, hint="Give a valid API key, or a user's name and password.")


def _forbidden(server: str, reason: str) -> StoreError:
    if "non-compliant" in reason:
        feature = re.search(r"non-compliant for \[(.*?)\]", reason)
        named = feature.group(1) if feature else "this"
        return LicenceLacksError(f"The licence of {server} does not include {named}.")
    user = re.search(r"for (?:user|API key id) \[(.*?)\]", reason)
    rights = re.search(r"granted by the (index|cluster) privileges \[(.*?)\]", reason)
    who = f"{user.group(1)} may not do this" if user else "You may not do this"
    hint = "Ask who runs the server for the rights."
    if rights:
        first = rights.group(2).split(",")[0]
        hint = f"Ask who runs the server for the {rights.group(1)} right “{first}”."
    return DeniedError(f"{who} on the Elasticsearch server {server}.", hint=hint)


def _by_kind(server: str, status: int, kind: str, reason: str) -> StoreError:
    if kind == "index_not_found_exception":
        return MissingIndexError(
            f"There is no library on {server} under this name.",
            hint="Check the prefix, or index into it first.",
        )
    if status == 409:
        return ConflictError(f"Somebody else is changing the library on {server}.")
    if status == 413:
        return TooLargeError(
            f"A page is larger than {server} accepts.",
            hint="Raise http.max_content_length there, or the limit of the proxy before it.",
        )
    if _is_mapping(kind, reason):
        return MappingConflictError(
            f"The index on {server} does not take Folioscope's pages: {_short(reason)}.",
            hint="It was made for something else; choose another prefix.",
        )
    told = _short(reason) or f"status {status}"
    return RefusedError(
        f"The Elasticsearch server {server} refuses: {told}.", kind=kind, status=status
    )


def _is_mapping(kind: str, reason: str) -> bool:
    kinds = ("mapper_parsing_exception", "document_parsing_exception")
    strict = "strict_dynamic_mapping_exception"
    return kind in (*kinds, strict) or "cannot be changed from type" in reason


def _short(reason: str) -> str:
    said = reason.partition("Preview of field's value")[0]  # no page's text in messages and logs
    return " ".join(said.split())[:_MOST_REASON].rstrip(". ")


def too_old(server: str, version: str, oldest: str) -> UntrustedServerError:
    """Return the error for a server that is older than what is needed."""
    return UntrustedServerError(
        f"{server} runs Elasticsearch {version}, and {oldest} or later is needed.",
        hint="Update the server.",
    )


def not_elasticsearch(server: str) -> UntrustedServerError:
    """Return the error for an answer that no Elasticsearch gives."""
    return UntrustedServerError(
        f"What answers at {server} is not Elasticsearch.", hint=_CHECK_SERVER
    )


def away(server: str, why: str) -> ServerAwayError:
    """Return the error for a server that cannot be reached."""
    return ServerAwayError(f"{server} cannot be reached: {why}.", hint=_CHECK_SERVER)
