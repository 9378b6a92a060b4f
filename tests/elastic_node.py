"""A real Elasticsearch node for one test or many, which never outlives the tests."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from folioscope.domain.store_places import ElasticPlace, ElasticSecret
from tests.conftest import find_shared

PASSWORD = "folioscope-test"
# ends the node once the tests are gone, however they went: its standard input is then closed
_GUARD = "import subprocess, sys; sys.stdin.read(); subprocess.run(sys.argv[1:])"


class ElasticNode:
    """A node in a folder of its own. It keeps its address when it is started again."""

    def __init__(self, folder: Path, *, is_secure: bool = False, extra: Sequence[str] = ()) -> None:
        shared = find_shared()
        script = shared / "elasticsearch" / "node.py" if shared else None
        if script is None or not script.is_file():
            pytest.skip("no Elasticsearch node: set FOLIOSCOPE_SHARED to the folder that has one")
        self._script = script
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
            end = [sys.executable, str(self._script), "kill", str(self._folder)]
            guard = [sys.executable, "-c", _GUARD, *end]
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

    def _run(self, action: str, *options: str) -> str:
        command = [sys.executable, str(self._script), action, str(self._folder), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the node did not {action}: {done.stderr}")
        return done.stdout


@contextmanager
def elastic_node(
    folder: Path, *, is_secure: bool = False, extra: Sequence[str] = ()
) -> Iterator[ElasticNode]:
    """Lend a running node; skip where there is none, or no Java to run it."""
    node = ElasticNode(folder, is_secure=is_secure, extra=extra)
    try:
        node.start()
        yield node
    finally:
        node.close()
