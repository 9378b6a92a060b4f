"""Files of a model repository: fetched one at a time, taken up where they were cut, checked.

Addresses and the token are huggingface_hub's; its own downloader can be neither cancelled nor
told what must arrive. Nothing here runs before somebody consented.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from folioscope import __version__
from folioscope.domain.errors import InferenceError
from folioscope.inference.visual_manifest import CheckpointFile
from folioscope.jobs.tokens import CancelToken

if TYPE_CHECKING:
    import httpx2

_TRIES = 6  # without a byte in between
_LONGEST_ASKED_WAIT_S = 120.0
_SILENCE_S = 30.0  # a server that sends nothing for so long is asked again
_PIECE = 1 << 20
_TRUE = frozenset({"1", "ON", "YES", "TRUE"})
_SHA256 = re.compile(r'(?:W/)?"?([0-9a-f]{64})"?')
_LATER = "Try again later; what has arrived is kept."


@dataclass(frozen=True, slots=True)
class Repository:
    """A model repository at a revision."""

    name: str
    revision: str

    def address(self, file: str) -> str:
        """Return where a file is fetched (HF_ENDPOINT moves it)."""
        from huggingface_hub import hf_hub_url

        endpoint = os.environ.get("HF_ENDPOINT") or None
        return hf_hub_url(self.name, file, revision=self.revision, endpoint=endpoint)

    @property
    def page(self) -> str:
        """Where people read about it."""
        endpoint = os.environ.get("HF_ENDPOINT") or "https://huggingface.co"
        return f"{endpoint.rstrip('/')}/{self.name}"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file as it came. ``is_proven``: its hash was known before, from manifest or hub."""

    name: str
    size_bytes: int
    sha256: str
    is_proven: bool = False


class MissingFileError(InferenceError):
    """The repository has no such file."""


class _TryAgainError(Exception):
    """A fault that may pass. ``told`` is raised once it does not."""

    def __init__(self, told: InferenceError, *, wait_s: float = 0.0) -> None:
        super().__init__(told)
        self.told = told
        self.wait_s = wait_s


def raise_if_offline() -> None:
    """Raise InferenceError where the user forbids the network (HF_HUB_OFFLINE)."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        if os.environ.get(name, "").upper() in _TRUE:
            raise InferenceError(
                f"{name} is set, so nothing is fetched.",
                hint="Unset it, or install from a folder with --from.",
            )


@dataclass
class Downloader:
    """Fetches files into ``folder``; use it as a context. ``report`` is told of bytes.

    ``backoff_s`` is the first wait after a fault; it doubles up to a minute.
    """

    repository: Repository
    folder: Path
    token: CancelToken
    report: Callable[[int], None]
    backoff_s: float = 1.0

    def __enter__(self) -> "Downloader":
        """Get ready; the first request opens a connection."""
        raise_if_offline()
        import httpx2

        self._client = httpx2.Client(
            follow_redirects=True,
            timeout=_SILENCE_S,
            headers={"User-Agent": f"folioscope/{__version__}", "Accept-Encoding": "identity"},
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Close connections."""
        self._client.close()

    def fetch(self, wanted: CheckpointFile) -> Arrived:
        """Fetch one file, going on where an earlier try ended.

        Raises InferenceError, MissingFileError, Cancelled. What does not arrive whole is deleted.
        """
        part = self.folder / f"{wanted.name}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        failures, furthest = 0, _size(part)
        while True:
            try:
                arrived = self._attempt(wanted, part)
            except _TryAgainError as fault:
                failures = 1 if _size(part) > furthest else failures + 1
                furthest = max(furthest, _size(part))  # or a server that lies is asked for ever
                if failures >= _TRIES:
                    raise fault.told from fault.__cause__
                self._wait(max(fault.wait_s, min(self.backoff_s * 2 ** (failures - 1), 60.0)))
            else:
                part.replace(self.folder / wanted.name)
                return arrived

    def _wait(self, seconds: float) -> None:
        self.token.wait(seconds)
        self.token.raise_if_cancelled()

    def _attempt(self, wanted: CheckpointFile, part: Path) -> Arrived:
        import httpx2

        address = self.repository.address(wanted.name)
        headers = self._headers(_size(part))
        try:
            with self._client.stream("GET", address, headers=headers) as response:
                return self._take(response, wanted, part)
        except httpx2.TransportError as error:
            host = urlsplit(address).hostname
            told = InferenceError(
                f"{wanted.name} could not be fetched from {host}: {_reason(error)}.",
                hint=f"Check the network. {_LATER}",
            )
            raise _TryAgainError(told) from error
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise InferenceError(f"{address} cannot be fetched: {_reason(error)}.") from error

    def _headers(self, have: int) -> dict[str, str]:
        from huggingface_hub import get_token

        headers = {"Range": f"bytes={have}-"} if have else {}
        if token := get_token():
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def _take(self, response: "httpx2.Response", wanted: CheckpointFile, part: Path) -> Arrived:
        self._check_status(response, wanted, part)
        have = _size(part) if response.status_code == 206 else 0
        if have and not _goes_on_at(response, have):
            part.unlink()
            raise _TryAgainError(_not_whole(wanted.name))
        total = _announced(response, have)
        if wanted.size_bytes and total not in (None, wanted.size_bytes):
            part.unlink(missing_ok=True)
            raise InferenceError(
                f"The server's {wanted.name} has {total:,} bytes, and {wanted.size_bytes:,}"
                " belong there.",
                hint="It is not the file this version was made for; nothing of it is kept.",
            )
        size, sha256 = self._write(response, part, have, wanted.size_bytes or total)
        if total is not None and size < total:
            raise _TryAgainError(_cut(wanted.name))
        known = wanted.sha256 or _announced_sha256(response)
        _check(part, wanted, size, sha256, known)
        return Arrived(wanted.name, size, sha256, is_proven=bool(known))

    def _check_status(
        self, response: "httpx2.Response", wanted: CheckpointFile, part: Path
    ) -> None:
        code = response.status_code
        if code in (200, 206):
            return
        if code == 416:  # what is here is longer than what is there
            part.unlink(missing_ok=True)
            raise _TryAgainError(_not_whole(wanted.name))
        if code in (408, 429) or code >= 500:
            raise _TryAgainError(self._busy(code), wait_s=self._asked_wait(response))
        if code in (401, 403):
            raise InferenceError(
                f"{self.repository.name} gives {wanted.name} only to those with leave ({code}).",
                hint=f"Accept its licence at {self.repository.page} and set HF_TOKEN.",
            )
        if code == 404:
            raise MissingFileError(
                f"{self.repository.name} has no file {wanted.name} in revision"
                f" {self.repository.revision}.",
                hint="Update Folioscope, or install from a folder with --from.",
            )
        raise InferenceError(f"The server refuses {wanted.name} ({code}).", hint=_LATER)

    def _busy(self, code: int) -> InferenceError:
        what = "asks to come back later" if code == 429 else "cannot answer just now"
        return InferenceError(f"The server of {self.repository.page} {what} ({code}).", hint=_LATER)

    def _asked_wait(self, response: "httpx2.Response") -> float:
        asked = response.headers.get("Retry-After", "")
        wait_s = float(asked) if asked.isdigit() else 0.0
        if wait_s > _LONGEST_ASKED_WAIT_S:
            raise InferenceError(
                f"The server of {self.repository.page} asks to wait {wait_s / 60:.0f} minutes.",
                hint=_LATER,
            )
        return wait_s

    def _write(
        self, response: "httpx2.Response", part: Path, have: int, most: int | None
    ) -> tuple[int, str]:
        """Append what comes; returns size and sha256 of all. Stops where there is too much."""
        seen = hashlib.sha256()
        for piece in _pieces(part, have):
            self.token.raise_if_cancelled()
            seen.update(piece)
        with part.open("r+b" if have else "wb") as file:
            size = file.seek(have)
            self.report(size)
            for piece in response.iter_raw():
                self.token.checkpoint()  # first: whoever cancelled may be at work here again
                file.write(piece)
                seen.update(piece)
                size += len(piece)
                self.report(size)
                if most is not None and size > most:
                    break
        return size, seen.hexdigest()


def _pieces(path: Path, size: int) -> Iterator[bytes]:
    if size:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def _goes_on_at(response: "httpx2.Response", have: int) -> bool:
    return bool(re.match(rf"bytes {have}-", response.headers.get("Content-Range", "")))


def _announced(response: "httpx2.Response", have: int) -> int | None:
    whole = response.headers.get("Content-Range", "").rpartition("/")[2]
    if have and whole.isdigit():
        return int(whole)
    length = response.headers.get("Content-Length", "")
    return have + int(length) if length.isdigit() else None


def _announced_sha256(response: "httpx2.Response") -> str:
    """Return the hash that the hub tells of large files, before it sends elsewhere for them."""
    for answer in (*response.history, response):
        if match := _SHA256.fullmatch(answer.headers.get("X-Linked-Etag", "")):
            return match.group(1)
    return ""


def _check(part: Path, wanted: CheckpointFile, size: int, sha256: str, wanted_sha256: str) -> None:
    right_size = not wanted.size_bytes or size == wanted.size_bytes
    if not right_size or (wanted_sha256 and sha256 != wanted_sha256):
        part.unlink()
        raise _not_whole(wanted.name)


def _not_whole(name: str) -> InferenceError:
    return InferenceError(
        f"{name} did not arrive whole and was deleted.", hint="Download it again."
    )


def _cut(name: str) -> InferenceError:
    return InferenceError(f"{name} did not arrive whole.", hint=f"Check the network. {_LATER}")


def _reason(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
