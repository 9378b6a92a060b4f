"""A model hub on this machine's loopback that can misbehave in all the ways servers do."""

import hashlib
import ssl
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

CERTIFICATE = Path(__file__).with_name("loopback_certificate.pem")
_ELSEWHERE = "/elsewhere/"


@dataclass
class Fault:
    """What goes wrong with a file, ``times`` times; then all is well.

    ``status``: answers that and nothing else. ``drops_at``: closes the connection after so many
    bytes. ``claims``: announces so many bytes more than come. ``body``: sends that instead.
    ``ignores_range``: sends everything whatever is asked for. ``stalls``: sends half, then waits.
    """

    times: int = 1_000_000
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    drops_at: int | None = None
    claims: int = 0
    body: bytes | None = None
    ignores_range: bool = False
    stalls: bool = False


@dataclass
class Asked:
    """A request that came."""

    path: str
    headers: dict[str, str]


class LoopbackHub:
    """Serves files of one repository under ``/owner/name/resolve/revision/``.

    ``elsewhere``: files above some kilobytes are sent from another host name, as the real hub
    does, with their sha256 told before. ``is_secure``: speaks TLS, with a certificate of its own
    that nobody trusts by themselves.
    """

    def __init__(self, folder: Path, *, elsewhere: bool = False, is_secure: bool = False) -> None:
        self.folder = folder
        self.scheme = "https" if is_secure else "http"
        self.elsewhere = elsewhere
        self.faults: dict[str, Fault] = {}
        self.asked: list[Asked] = []
        self.sent: dict[str, int] = defaultdict(int)
        self.stalling = threading.Event()
        self.over = threading.Event()
        self.server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self})
        )

    @property
    def endpoint(self) -> str:
        """What HF_ENDPOINT is set to."""
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}"

    def speak_tls(self) -> None:
        """Wrap the socket before it serves."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    def names_asked(self) -> list[str]:
        """Return the files that were asked for, in order."""
        return [asked.path.partition("/resolve/")[2].partition("/")[2] for asked in self.asked]


@contextmanager
def loopback_hub(
    folder: Path, *, elsewhere: bool = False, is_secure: bool = False
) -> Iterator[LoopbackHub]:
    """Run a hub until the block ends."""
    hub = LoopbackHub(folder, elsewhere=elsewhere, is_secure=is_secure)
    if is_secure:
        hub.speak_tls()
    # it looks for its end so often; tests would wait half a second for it each
    thread = threading.Thread(target=hub.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.over.set()
        hub.server.shutdown()
        hub.server.server_close()


def point_at(hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the app fetch from the hub, whatever this machine's own hub, token and proxies are."""
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "HF_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("TRANSFORMERS_OFFLINE", "HF_OIDC_RESOURCE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(hub.folder / "no token"))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: LoopbackHub

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        hub = self.hub
        hub.asked.append(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}))
        is_elsewhere = self.path.startswith(_ELSEWHERE)
        name = unquote(
            self.path.removeprefix(_ELSEWHERE)
            if is_elsewhere
            else self.path.rpartition("/resolve/")[2].partition("/")[2]
        )
        path = hub.folder / name
        if hub.elsewhere and not is_elsewhere and path.is_file():
            self._send_elsewhere(name, path)
            return
        fault = self._fault(name)
        if fault is not None and fault.status:
            self._say(fault.status, fault.headers)
        elif not path.is_file():
            self._say(404, {})
        else:
            self._send(name, path.read_bytes(), fault or Fault())

    def _fault(self, name: str) -> Fault | None:
        fault = self.hub.faults.get(name)
        if fault is None or fault.times < 1:
            return None
        fault.times -= 1
        return fault

    def _say(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send_elsewhere(self, name: str, path: Path) -> None:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        place = f"http://localhost:{self.hub.server.server_port}{_ELSEWHERE}{name}"
        self._say(302, {"Location": place, "X-Linked-Etag": f'"{sha256}"'})

    def _send(self, name: str, data: bytes, fault: Fault) -> None:
        data = data if fault.body is None else fault.body
        asked = self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if asked and not fault.ignores_range:
            if start >= len(data):
                self._say(416, {"Content-Range": f"bytes */{len(data)}"})
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            start = 0
            self.send_response(200)
        body = data[start:]
        self.send_header("Content-Length", str(len(body) + fault.claims))
        self.end_headers()
        self._write(name, body, fault)

    def _write(self, name: str, body: bytes, fault: Fault) -> None:
        end = len(body) if fault.drops_at is None else fault.drops_at
        if fault.stalls:
            end = len(body) // 2
        self.wfile.write(body[:end])
        self.wfile.flush()
        self.hub.sent[name] += len(body[:end])
        if fault.stalls:
            self.hub.stalling.set()
            self.hub.over.wait(60)
        if end < len(body) or fault.claims:
            self.close_connection = True
