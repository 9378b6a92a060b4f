"""An Elasticsearch server for the tests: one that is named, or a node of their own.

``FOLIOSCOPE_TEST_ES_URL`` names a server. ``FOLIOSCOPE_TEST_ES_API_KEY`` (or ``…_USER`` and
``…_PASSWORD``) says who asks: somebody who may do everything with indices ``folioscope-test-*``.
``FOLIOSCOPE_TEST_ES_CA`` (a file) or ``…_FINGERPRINT`` says whom to trust. What kills the server,
fills its disk or needs several users is done to an own node alone, never to a named server.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from folioscope.domain.errors import StoreError
from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from folioscope.stores.elastic.connection import ElasticConnection
from tests.conftest import find_shared

PASSWORD = "folioscope-test"
# ends the node once the tests are gone, however they went: its standard input is then closed
_GUARD = "import subprocess, sys; sys.stdin.read(); subprocess.run(sys.argv[1:])"
_NAMES = ("URL", "API_KEY", "USER", "PASSWORD", "CA", "FINGERPRINT")


@dataclass(frozen=True, slots=True)
class TestServer:
    """Where a server for tests is; each test takes a prefix of its own."""

    __test__ = False
    url: str
    secret: ElasticSecret
    user: str = ""
    ca_file: str = ""
    fingerprint: str = ""

    def place(self, prefix: str = "") -> ElasticPlace:
        """Return indices that nobody else has."""
        own = prefix or f"folioscope-test-{uuid.uuid4().hex[:12]}"
        return ElasticPlace(
            self.url,
            prefix=own,
            ca_file=self.ca_file,
            fingerprint=self.fingerprint,
            user=self.user,
        )

    def options(self, place: ElasticPlace, folder: Path) -> list[str]:
        """Return what the command line is told of a place; the secret lies in the folder."""
        told = ["--url", place.url, "--prefix", place.prefix]
        told += ["--ca", place.ca_file] if place.ca_file else []
        told += ["--fingerprint", place.fingerprint] if place.fingerprint else []
        told += ["--user", place.user] if place.user else []
        value = self.secret.password if place.user else self.secret.api_key
        if value:
            path = folder / f"secret of {place.prefix}"
            path.write_text(f"{value}\n", "utf-8")
            told += ["--password-file" if place.user else "--api-key-file", str(path)]
        return told

    def forget(self, place: ElasticPlace) -> None:
        """Delete all indices of a place."""
        connection = ElasticConnection(place, self.secret)
        connection.open()
        try:
            with contextlib.suppress(StoreError):
                found = connection.read("GET", f"/{place.prefix}-*", params={"features": "aliases"})
                for name in found:
                    connection.delete_index(name)
        finally:
            connection.close()


def named_server() -> TestServer | None:
    """Return the server that the environment names."""
    said = {name: os.environ.get(f"FOLIOSCOPE_TEST_ES_{name}", "") for name in _NAMES}
    if not said["URL"]:
        return None
    secret = ElasticSecret(api_key=said["API_KEY"], password=said["PASSWORD"])
    return TestServer(said["URL"], secret, said["USER"], said["CA"], said["FINGERPRINT"])


def why_no_node() -> str:
    """Say why no node can be started here, in words for whoever runs the tests."""
    if _script() is None:
        return (
            "no Elasticsearch: set FOLIOSCOPE_TEST_ES_URL to a server, or FOLIOSCOPE_SHARED to a"
            " folder with elasticsearch/node.py"
        )
    return "" if shutil.which("java") else "no Elasticsearch: its node needs java 17"


class ElasticNode:
    """A node in a folder of its own. It keeps its address when it is started again."""

    def __init__(self, folder: Path, *, is_secure: bool = False, extra: Sequence[str] = ()) -> None:
        self._folder = folder
        self._options = ["--secure"] if is_secure else []
        for pair in extra:
            self._options += ["--set", pair]
        self.facts: dict[str, Any] = {}
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(self.facts["url"])

    def start(self) -> None:
        """Start it; it answers when this returns."""
        port = self.facts["url"].rpartition(":")[2] if self.facts else "0"
        if self._guard is None:
            guard = [sys.executable, "-c", _GUARD, *self._command("kill")]
            self._guard = subprocess.Popen(guard, stdin=subprocess.PIPE, start_new_session=True)
        said = self._run("start", "--port", port, *self._options)
        self.facts = json.loads(said)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._run("kill")

    def close(self) -> None:
        """End it and its guard."""
        self._run("kill")
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.stdin.close()
            self._guard.wait(30)

    def place(self, *, user: str = "", prefix: str = "folioscope") -> ElasticPlace:
        """Return where a library is on it, trusted by its fingerprint where it has one."""
        fingerprint = str(self.facts.get("fingerprint", ""))
        return ElasticPlace(self.url, prefix=prefix, fingerprint=fingerprint, user=user)

    def secret(self) -> ElasticSecret:
        """Return the password that all its users have."""
        return ElasticSecret(password=PASSWORD)

    def server(self, *, user: str = "") -> TestServer:
        """Return it as a server like any other, asked by one of its users."""
        secret = self.secret() if user else ElasticSecret()
        fingerprint = str(self.facts.get("fingerprint", ""))
        return TestServer(self.url, secret, user, fingerprint=fingerprint)

    def _command(self, action: str) -> list[str]:
        return [sys.executable, str(_script()), action, str(self._folder)]

    def _run(self, action: str, *options: str) -> str:
        command = [*self._command(action), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the node did not {action}: {done.stderr}")
        return done.stdout


@contextmanager
def elastic_node(
    folder: Path, *, is_secure: bool = False, extra: Sequence[str] = ()
) -> Iterator[ElasticNode]:
    """Lend a running node; skip where there is none, or no Java to run it."""
    if why := why_no_node():
        pytest.skip(why)
    node = ElasticNode(folder, is_secure=is_secure, extra=extra)
    try:
        node.start()
        yield node
    finally:
        node.close()


def _script() -> Path | None:
    shared = find_shared()
    script = shared / "elasticsearch" / "node.py" if shared else None
    return script if script is not None and script.is_file() else None
