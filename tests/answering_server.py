"""A small HTTP server on loopback that answers as a test tells it, and notes what was asked."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PRODUCT = {"X-Elastic-Product": "Elasticsearch"}


@dataclass
class Asked:
    """A request that came; ``path`` without its query, which is ``query``."""

    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    query: str = ""

    @property
    def json(self) -> Any:
        """The body as one JSON value."""
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        """The body as lines of JSON."""
        return [json.loads(line) for line in self.body.splitlines() if line]


@dataclass
class Answer:
    """What is answered. ``cuts`` resets the connection in place of an answer."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=lambda: dict(PRODUCT))
    cuts: bool = False


class AnsweringServer:
    """Use it as a context; ``answer`` is called for every request, from many threads."""

    def __init__(
        self, answer: Callable[[Asked], Answer], *, certificate: Path | None = None
    ) -> None:
        self.asked: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self.asked, answer))
        self._server.daemon_threads = True
        scheme = "http"
        if certificate is not None:
            scheme = "https"
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "AnsweringServer":
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def paths(self) -> list[str]:
        """Return what was asked, like ``GET /``."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing: clients that go away are part of the tests."""


def _handler(asked: list[Asked], answer: Callable[[Asked], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            path, _, query = self.path.partition("?")
            one = Asked(self.command, path, self.rfile.read(length), dict(self.headers), query)
            asked.append(one)
            told = answer(one)
            if told.cuts:
                linger = struct.pack("ii", 1, 0)  # a reset, as from a process that was killed
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                self.close_connection = True
                return
            is_text = isinstance(told.body, str)
            body = str(told.body).encode() if is_text else json.dumps(told.body).encode()
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "text/html" if is_text else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _do  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler
